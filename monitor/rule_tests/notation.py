"""Counts a minute, written as text: `20x30 60 _x5 ~25` is 20 for thirty minutes, 60, five minutes that were not seen,
and a minute of which a sample was read that holds 25."""

import re
from dataclasses import dataclass

from analysis.series import Completeness

WORD = re.compile(r"(?:(?P<missing>_)|(?P<sampled>~)?(?P<count>\d{1,9}))(?:x(?P<times>\d{1,7}))?")
MOST = 527_040  # minutes: a leap year


class Unreadable(ValueError):
    """No such series; the text says why."""


@dataclass(frozen=True, slots=True)
class Minute:
    completeness: Completeness
    count: int  # 0 where it was not seen


def minutes(text: str) -> list[Minute]:
    """
    >>> [minute.count for minute in minutes("2x3 7 _ ~4")]
    [2, 2, 2, 7, 0, 4]
    """
    found: list[Minute] = []
    for word in text.split():
        parts = WORD.fullmatch(word)
        if not parts:
            raise Unreadable(
                f"{word!r} is no minute: write a count (12), a sampled one (~12), one not seen (_), or several (12x30)"
            )
        times = int(parts["times"] or 1)
        if len(found) + times > MOST:
            raise Unreadable(f"these are more than {MOST:,} minutes, which is a year")
        if parts["missing"]:
            minute = Minute(Completeness.MISSING, 0)
        else:
            seen = Completeness.SAMPLED if parts["sampled"] else Completeness.COMPLETE
            minute = Minute(seen, int(parts["count"]))
        found += [minute] * times
    if not found:
        raise Unreadable("there is no minute in it")
    return found
