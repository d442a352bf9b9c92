"""How old the list of a mirror really is: what it tells of itself, held against the entries that it shows."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from collectors.errors import PayloadChanged, Transient
from collectors.normalise import from_epoch
from collectors.standard_times import iso_time

_SKEW = timedelta(minutes=10)  # a mirror's clock may be ahead of ours by as much
_QUIET = timedelta(hours=2)  # so long no list of Weibo's goes without a new word, by day or night


def told_time(milliseconds: object) -> datetime | None:
    """Unix milliseconds, or an ISO time with an offset, as UTC; None where it is neither.

    >>> told_time(1763856187000).isoformat(), told_time("2025-11-23T00:03:07.000Z").isoformat(), told_time("now")
    ('2025-11-23T00:03:07+00:00', '2025-11-23T00:03:07+00:00', None)
    """
    if isinstance(milliseconds, str) and not milliseconds.isdigit():
        try:
            moment = iso_time(milliseconds[:40])
        except ValueError:
            return None
        return from_epoch(int(moment.timestamp())) if moment.tzinfo is not None else None
    try:
        value = int(str(milliseconds))
    except ValueError:
        return None
    return from_epoch(value // 1000) if value > 100_000_000_000 else None


def seen_at(told: datetime | None, entered: Iterable[datetime], at: datetime, max_age_s: float) -> datetime:
    """When the list was really so, at most `at`.

    `told` is the time that the mirror gives, `entered` when its entries came onto the list. Where the newest of these
    is hours older than the time told, the mirror dates an old list anew, and the entries are believed. Raises
    Transient where the list is older than `max_age_s`, PayloadChanged where nothing tells how old it is.
    """
    newest = max((moment for moment in entered if moment <= at + _SKEW), default=None)
    moment = newest if told is None or (newest is not None and told - newest > _QUIET) else told
    if moment is None:
        raise PayloadChanged("time of the list (a list without one may be of any day)")
    if moment > at + _SKEW:
        raise Transient(f"the mirror's clock is ahead by {(moment - at).total_seconds() / 60:.0f} minutes")
    age_s = (at - moment).total_seconds()
    if age_s > max_age_s:
        raise Transient(f"the mirror's list is {age_s / 60:.0f} minutes old (of {moment:%Y-%m-%d %H:%M} UTC)")
    return min(moment, at)
