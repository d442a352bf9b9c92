"""How rules put figures into the sentence a person reads at 3 a.m.: times in Asia/Shanghai, few digits."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from analysis.baseline import MONDAY_S, WEEK_S

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def moment(start_s: int) -> datetime:
    return datetime.fromtimestamp(start_s, UTC)


def hour_of_week(start_s: int) -> str:
    """For example "Mon 20:00"."""
    place = (start_s + MONDAY_S) % WEEK_S
    return f"{_DAYS[place // 86_400]} {place % 86_400 // 3600:02}:00"


def clock_time(at: datetime, now: datetime) -> str:
    """For example "11:52"; with its date where that is not the date of `now`."""
    there, here = at.astimezone(_SHANGHAI), now.astimezone(_SHANGHAI)
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%Y-%m-%d %H:%M}"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def duration(seconds: float) -> str:
    """For example "18 min", "3 h 20 min", "2 d 4 h"."""
    minutes = int(seconds // 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, rest = divmod(hours, 24)
    return f"{days} d {rest} h" if rest else f"{days} d"
