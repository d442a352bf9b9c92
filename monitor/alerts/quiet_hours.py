"""Quiet hours: what wakes nobody waits until they are over. A page does not wait."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `since` until `until` on the clock, over midnight where `until` is the earlier one."""

    since: time
    until: time

    def end(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When the quiet hours that `now` lies in are over; `now` itself where it lies in none.

        >>> from datetime import UTC
        >>> night = quiet_hours("22:00-08:00")
        >>> night.end(datetime(2026, 11, 20, 15, tzinfo=UTC), ZoneInfo("Asia/Shanghai")).isoformat()
        '2026-11-21T00:00:00+00:00'
        """
        local = now.astimezone(zone)
        for day in (local.date() - timedelta(days=1), local.date()):
            begins = datetime.combine(day, self.since, zone)
            ends = datetime.combine(day + timedelta(days=self.until <= self.since), self.until, zone)
            if begins <= local < ends:
                return ends.astimezone(now.tzinfo)
        return now


def quiet_hours(text: str) -> QuietHours:
    """Of "22:00-08:00". Raises ValueError for anything else."""
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise ValueError('are not hours such as "22:00-08:00"')
    hours = tuple(map(int, found.groups()))
    since, until = time(hours[0], hours[1]), time(hours[2], hours[3])
    if since == until:
        raise ValueError("begin and end at the same time")
    return QuietHours(since, until)
