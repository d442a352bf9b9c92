"""What `monitor` exits with; docs and `--help` name these."""

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    FAILURE = 1
    USAGE = 2
    DEGRADED = 3  # finished, but some sources gave nothing
    FIRING = 4  # `status --fail-on-firing`: an alert is firing
    UNREACHABLE = 69  # a source could not be reached at all
    TEMPORARY = 75  # try again: another process holds the database, …
    CONFIG = 78  # the configuration is wrong
