"""What a platform answers instead of its page, and when: walls, refusals, broken bodies.

The scenario brings its own; the control endpoint adds and removes more while the stand-in runs.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    LOGIN_WALL = "login_wall"  # status 200 and a visitor page, a captcha, or a body that says "log in"
    LOGIN_REDIRECT = "login_redirect"  # 302 to the passport host
    TOO_MANY = "429"
    FORBIDDEN = "403"
    BLOCKED = "432"
    BROKEN = "500"
    HANG = "hang"  # no answer until the client gives up
    DRIP = "drip"  # the right answer, byte by byte, for longer than a client waits
    RESET = "reset"  # the connection is reset within the body
    TRUNCATED = "truncated"  # the first half of the right body
    TRUNCATED_GZIP = "truncated_gzip"  # half a compressed body
    WRONG_CHARSET = "wrong_charset"  # GB18030 that is called UTF-8
    CLOCK_OFF = "clock_off"  # the host's clock is eight hours behind
    REPEATING = "repeating"  # whatever page is asked for, the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of one host in event time [starts_at, ends_at); None: from ever, for ever."""

    host: str
    kind: FaultKind
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    retry_after_s: int | None = None  # with 429: what Retry-After says

    def holds(self, host: str, now: datetime) -> bool:
        return (
            host == self.host
            and (self.starts_at is None or self.starts_at <= now)
            and (self.ends_at is None or now < self.ends_at)
        )


class Faults:
    """The faults in force: what was switched on last wins. Safe between threads."""

    def __init__(self, scheduled: tuple[Fault, ...] = ()) -> None:
        self._faults = list(scheduled)
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self, host: str) -> None:
        """Switch off every fault of a host, scheduled ones too."""
        with self._lock:
            self._faults = [fault for fault in self._faults if fault.host != host]

    def at(self, host: str, now: datetime) -> Fault | None:
        with self._lock:
            return next((fault for fault in reversed(self._faults) if fault.holds(host, now)), None)


def read_fault(order: dict[str, Any]) -> Fault:
    """A fault from the control endpoint's JSON. ValueError says which key is wrong."""
    host, kind = order.get("host"), order.get("kind")
    if not isinstance(host, str) or kind not in list(FaultKind):
        raise ValueError(f"host must be a name and kind one of {', '.join(FaultKind)}, off; got {host!r}, {kind!r}")
    retry_after_s = order.get("retry_after")
    if retry_after_s is not None and not isinstance(retry_after_s, int):
        raise ValueError(f"retry_after must be whole seconds; got {retry_after_s!r}")
    return Fault(
        host=host,
        kind=FaultKind(kind),
        starts_at=_moment(order, "from"),
        ends_at=_moment(order, "until"),
        retry_after_s=retry_after_s,
    )


def _moment(order: dict[str, Any], key: str) -> datetime | None:
    shown = order.get(key)
    if shown is None:
        return None
    moment = datetime.fromisoformat(str(shown))
    if moment.tzinfo is None:
        raise ValueError(f"{key} must have a UTC offset; got {shown!r}")
    return moment
