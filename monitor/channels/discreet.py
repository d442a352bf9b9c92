"""HTTP libraries log the addresses they ask. Those of channels hold keys: while one speaks, such loggers are still."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOGGERS = (
    "apprise",
    "hpack",
    "hpack.hpack",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpx",
    "requests",
    "urllib3.connectionpool",
)
_speaking: ContextVar[bool] = ContextVar("a channel speaks", default=False)


def _is_quiet(record: logging.LogRecord) -> bool:
    del record
    return not _speaking.get()


for _name in LOGGERS:
    logging.getLogger(_name).addFilter(_is_quiet)


@contextmanager
def discreet() -> Iterator[None]:
    """Within this block, in this thread only, nothing of those libraries is logged; collectors log as before."""
    token = _speaking.set(True)
    try:
        yield
    finally:
        _speaking.reset(token)
