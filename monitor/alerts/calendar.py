"""What the calendar announces: known campaigns and holidays. It widens what passes as normal, and silences nothing."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.config import CalendarConfig


def foreseen(calendar: Sequence[CalendarConfig], topic: str, start: datetime, time_zone: str) -> float:
    """Times what is normal that is announced for the minute; the largest where several days meet, 1 where none does."""
    day = start.astimezone(ZoneInfo(time_zone)).date()
    return max((entry.tolerance for entry in calendar if _meets(entry, topic, day)), default=1.0)


def _meets(entry: CalendarConfig, topic: str, day: date) -> bool:
    first = date.fromisoformat(entry.first_day)
    last = date.fromisoformat(entry.last_day) if entry.last_day else first
    return (not entry.topics or topic in entry.topics) and first <= day < last + timedelta(days=1)
