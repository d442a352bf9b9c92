"""The time in a cell, in every way that crawlers, vendors and databases write one."""

import re
from datetime import UTC, datetime

from collectors.normalise import from_epoch
from collectors.standard_times import iso_time, rfc_822_time
from collectors.weibo.times import read_time

_SECONDS = re.compile(r"([0-9]{9,11})(?:\.[0-9]{0,9})?")
_MILLISECONDS = re.compile(r"([0-9]{12,14})(?:\.0*)?")
_DOTNET = re.compile(r"/?Date\(([0-9]{11,14})(?:[+-][0-9]{4})?\)/?")
_RFC_822 = re.compile(r"[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} ")
_DAY = re.compile(r"(?:[0-9]{4}[-/年])?[0-9]{1,2}[-/月][0-9]{1,2}日?")
_ZONE = re.compile(r"(?:[A-Za-z]{1,5}|[0-9][ ]?[+-][0-9]{1,2}:?[0-9]{0,2})$")


def row_time(shown: str, at: datetime) -> datetime | None:
    """The moment, UTC; None where the cell holds no time that we know. A time without an offset is Beijing time.

    >>> from datetime import UTC, datetime
    >>> now = datetime(2026, 11, 23, tzinfo=UTC)
    >>> [f"{row_time(t, now):%m-%dT%H:%M:%S}" for t in ("/Date(1735783782000)/", "2025-01-02 10:09:42", "1735783782")]
    ['01-02T02:09:42', '01-02T02:09:42', '01-02T02:09:42']
    """
    shown = shown.strip().strip("'").strip()[:60]
    if found := _DOTNET.fullmatch(shown) or _MILLISECONDS.fullmatch(shown):
        return from_epoch(int(found[1]) // 1000)
    if found := _SECONDS.fullmatch(shown):
        return from_epoch(found[1])
    try:
        moment = rfc_822_time(shown) if _RFC_822.match(shown) else iso_time(shown)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        pass
    # What is left has no offset that we can read; one that we cannot must not be taken for Beijing's.
    return None if _has_offset(shown) else read_time(shown, at)


def is_day_only(shown: str) -> bool:
    """Whether the cell tells a day without its time of day.

    >>> is_day_only("2024-03-01"), is_day_only("3月1日"), is_day_only("2024-03-01 08:00"), is_day_only("3分钟前")
    (True, True, False, False)
    """
    return bool(_DAY.fullmatch(shown.strip()))


def _has_offset(shown: str) -> bool:
    """Whether the end reads like a time zone. `Sun Mar 03 00:00:39 +0800 2024` ends in a year instead."""
    return bool(_ZONE.search(shown)) and not is_day_only(shown)
