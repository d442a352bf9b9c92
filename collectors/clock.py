"""Time as an argument: what the clock says, and how to wait for it.

Only the outermost layer builds a clock. The wall clock waits for real; the event clock of the demo and of the
tests moves forward at once, so that pace floors and Retry-After hold in event time.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def wait(self, seconds: float) -> None:
        """Come back when `seconds` have passed on this clock."""
        ...


class WallClock:
    """Real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


class EventClock:
    """Time that stands still until it is told to move; waiting moves it.

    >>> clock = EventClock(datetime(2026, 11, 23, tzinfo=UTC))
    >>> clock.wait(90)
    >>> clock.now().isoformat()
    '2026-11-23T00:01:30+00:00'
    """

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def wait(self, seconds: float) -> None:
        self._now += timedelta(seconds=max(0.0, seconds))

    def move_to(self, moment: datetime) -> None:
        """Set the clock; going backwards is the driver's business (jobs of one slot run side by side)."""
        self._now = moment.astimezone(UTC)
