"""Every way in which Weibo writes a time, read as UTC. All but one are Beijing time without an offset."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from collectors.normalise import BEIJING, from_beijing
from collectors.weibo.ids import second_of

_SKEW = timedelta(minutes=10)  # the platform's clock may be ahead of ours by as much
_YEARS_BACK = 9  # enough to find the last 29 February
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_HH_MM = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"
_END = r"(?![0-9:])"  # what follows ("转赞人数超过20", "来自 …") is not part of the time
_DAY = r"(?![0-9])"  # ends there
_NO_CLOCK = r"(?!.*[0-9]:[0-9])"  # a day alone, and not one whose clock we cannot read


def read_time(text: str, at: datetime) -> datetime | None:
    """The moment a shown time means when it is read at `at`; None where it is no time we know.

    A time without a year, or without a day, is the latest one that is not after `at`: "12月31日" read on New
    Year's Day is yesterday. A time that counts back is cut to the minute, so that "3分钟前" and "今天10:05" agree
    on a post.

    >>> from datetime import UTC, datetime
    >>> read_time("12月31日 23:58", datetime(2026, 1, 1, 2, tzinfo=UTC)).isoformat()
    '2025-12-31T15:58:00+00:00'
    """
    text = " ".join(text[:100].split())  # pages hold no-break spaces, line ends and several spaces in a row
    for pattern, read in _FORMS:
        if found := pattern.match(text):
            return read([*found.groups()], at)
    return None


def is_relative(text: str) -> bool:
    """Whether the time counts back from the reading ("3分钟前"), and so is known only to a minute or an hour."""
    return bool(_AGO.match(text.strip()) or _JUST_NOW.match(text.strip()))


def post_time(shown: str, mid: str, at: datetime) -> datetime | None:
    """When the post `mid` was published, as far as the time shown and the second in the id agree on it.

    "3分钟前" is known to a minute or two only, and read later it is another minute; a date alone is known to a day. The
    id settles both. None where the time shown is no time we know.
    """
    moment = read_time(shown, at)
    if moment is None:
        return None
    if _DATE_ONLY.fullmatch(shown.strip()):
        return _of_id(mid, moment, moment + timedelta(days=1)) or moment
    if is_relative(shown):
        width = timedelta(hours=1, minutes=1) if "小时" in shown else timedelta(minutes=2)
        return _of_id(mid, moment - width, moment + timedelta(minutes=1)) or moment
    return moment


def _of_id(mid: str, since: datetime, until: datetime) -> datetime | None:
    given = second_of(mid)
    return _minute(given) if given is not None and since <= _minute(given) <= until else None


def _ago(groups: list[str], at: datetime) -> datetime | None:
    unit_s = {"秒": 1, "分": 60, "小": 3600}[groups[1][0]]
    return _minute(at - timedelta(seconds=int(groups[0]) * unit_s))


def _just_now(_: list[str], at: datetime) -> datetime | None:
    return _minute(at)


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _clock_today(groups: list[str], at: datetime) -> datetime | None:
    today = _on_day(at, 0, groups)
    return _on_day(at, 1, groups) if today is not None and today > at + _SKEW else today


def _clock_yesterday(groups: list[str], at: datetime) -> datetime | None:
    return _on_day(at, 1, groups)


def _on_day(at: datetime, days_back: int, groups: list[str]) -> datetime | None:
    day = at.astimezone(BEIJING).date() - timedelta(days=days_back)
    return from_beijing(day.year, day.month, day.day, *_numbers(groups))


def _without_year(groups: list[str], at: datetime) -> datetime | None:
    month, day, *clock = _numbers(groups)
    this_year = at.astimezone(BEIJING).year
    for year in range(this_year, this_year - _YEARS_BACK, -1):
        moment = from_beijing(year, month, day, *clock)
        if moment is not None and moment <= at + _SKEW:
            return moment
    return None


def _whole(groups: list[str], _: datetime) -> datetime | None:
    year, month, day, *clock = _numbers(groups)
    return from_beijing(year, month, day, *clock)


def _numbers(groups: list[str]) -> list[int]:
    return [int(group or 0) for group in groups]


def _rfc_like(groups: list[str], _: datetime) -> datetime | None:
    """`Sun Mar 03 00:00:39 +0800 2024`, as Weibo's JSON has it; the one form with an offset of its own."""
    month, day, hour, minute, second, sign, off_h, off_m, year = groups
    place = _MONTHS.find(month)
    if place % 3:
        return None
    try:
        local = datetime(int(year), place // 3 + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        offset = timedelta(hours=int(off_h), minutes=int(off_m))
        return local - offset if sign == "+" else local + offset
    except (ValueError, OverflowError):
        return None


_AGO = re.compile(r"([0-9]{1,5}) ?(秒|分钟|小时)前")
_JUST_NOW = re.compile("刚刚")
_DATE_ONLY = re.compile("(?:[0-9]{4}[-/年])?[0-9]{1,2}[-/月][0-9]{1,2}日?")
_FORMS: tuple[tuple[re.Pattern[str], Callable[[list[str], datetime], datetime | None]], ...] = (
    (_AGO, _ago),
    (_JUST_NOW, _just_now),
    (re.compile(rf"今天 ?{_HH_MM}{_END}"), _clock_today),
    (re.compile(rf"昨天 ?{_HH_MM}{_END}"), _clock_yesterday),
    (re.compile(rf"([0-9]{{4}})年([0-9]{{1,2}})月([0-9]{{1,2}})日(?: ?{_HH_MM}{_END}|{_NO_CLOCK})"), _whole),
    (re.compile(rf"([0-9]{{1,2}})月([0-9]{{1,2}})日(?: ?{_HH_MM}{_END}|{_NO_CLOCK})"), _without_year),
    (re.compile(rf"([0-9]{{4}})[-/]([0-9]{{1,2}})[-/]([0-9]{{1,2}}){_DAY}(?:[ T]{_HH_MM}{_END}|{_NO_CLOCK})"), _whole),
    (re.compile(rf"([0-9]{{1,2}})-([0-9]{{1,2}}){_DAY}(?: {_HH_MM}{_END}|{_NO_CLOCK})"), _without_year),
    (
        re.compile(
            r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9]{1,2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})"
            r" ([+-])([0-9]{2})([0-9]{2}) ([0-9]{4})"
        ),
        _rfc_like,
    ),
)
