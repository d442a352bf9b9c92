"""Bursts of copies that look placed rather than passed on: many in short time, by few accounts or by nobody's.

A story that people pass on has about as many authors as copies, and most of them are followed by somebody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BURST = 20  # copies of one story …
WITHIN = timedelta(hours=1)  # … in this time
PER_ACCOUNT = 3  # copies of one account each, on average: few accounts
FOLLOWED = 10  # persons; an account with fewer is hardly anybody's
MOST = 0.8  # of the copies


class Sign(StrEnum):
    FEW = "few"  # accounts, each with several copies
    UNKNOWN = "unknown"  # accounts, or accounts that hardly anybody follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    at: datetime
    author: tuple[str, str] | None  # platform and id
    followers: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpamBurst:
    since: datetime
    until: datetime
    copies: int
    authors: int  # distinct known ones
    sign: Sign


def spam_burst(copies: Iterable[Copy]) -> SpamBurst | None:
    """Of the copies of one story the hour with most of them, where it looks placed; None where it does not."""
    densest = _densest(sorted(copies, key=lambda copy: copy.at))
    if len(densest) < BURST:
        return None
    known = [copy.author for copy in densest if copy.author]
    nobodys = sum(copy.author is None or (copy.followers is not None and copy.followers < FOLLOWED) for copy in densest)
    if len(known) >= BURST and len(known) >= PER_ACCOUNT * len(set(known)):
        sign = Sign.FEW
    elif nobodys >= MOST * len(densest):
        sign = Sign.UNKNOWN
    else:
        return None
    return SpamBurst(since=densest[0].at, until=densest[-1].at, copies=len(densest), authors=len(set(known)), sign=sign)


def _densest(copies: list[Copy]) -> list[Copy]:
    first, best = 0, range(0)
    for last, copy in enumerate(copies):
        while copy.at - copies[first].at >= WITHIN:
            first += 1
        if last + 1 - first > len(best):
            best = range(first, last + 1)
    return copies[best.start : best.stop]
