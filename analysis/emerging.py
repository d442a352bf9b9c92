"""Hashtags and words that are rising, fading or new: a window of time against the past before it.

The measure is smoothed growth, (n + 5) / (m + 5): n mentions in the window, m in a usual window of the same length,
which is the mean over those windows of the past that were seen (what was not seen is no zero). Smoothing keeps 12
against 1 from looking like more than 400 against 100; the minimum support keeps chance out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

PAST = timedelta(days=28)
SUPPORT = 10  # mentions that a rise needs in its window, and a fall in a usual one
SMOOTHING = 5.0
RISING = 2.0  # growth from which something rises; fading: its inverse
SPREAD = 3  # texts of one's own (no copies, no reposts), and authors where these are known


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCount:
    """How often a hashtag or word was used in a window, and in the past before it."""

    term: str  # folded key of a hashtag; a word as it is cut
    label: str  # as people write it
    mentions: int
    originals: int  # of the mentions: neither repost nor copy
    authors: int  # distinct known ones
    unknown_authors: int  # mentions whose author is not known
    before: int  # mentions in the past


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    count: TermCount
    usual: float  # mentions in a usual window of the past
    growth: float

    @property
    def new(self) -> bool:
        """Never seen in the past."""
        return self.count.before == 0


def growth(mentions: float, usual: float) -> float:
    """Smoothed growth.

    >>> growth(45, 5)
    5.0
    """
    return (mentions + SMOOTHING) / (usual + SMOOTHING)


def trend(count: TermCount, windows: float) -> Trend | None:
    """A term against `windows` of the past that were seen (not a whole number where one was seen in part); None
    where none was: then nothing is known to be new."""
    if windows <= 0:
        return None
    usual = count.before / windows
    return Trend(count=count, usual=usual, growth=growth(count.mentions, usual))


def rising(
    counts: Iterable[TermCount], windows: float, *, support: int = SUPPORT, at_least: float = RISING
) -> tuple[Trend, ...]:
    """Those that have the support and the growth and are not one voice's, fastest first."""
    trends = (trend(count, windows) for count in counts if count.mentions >= support and is_spread(count))
    return tuple(sorted((t for t in trends if t and t.growth >= at_least), key=_fastest_first))


def fading(
    counts: Iterable[TermCount], windows: float, *, support: int = SUPPORT, at_most: float = 1 / RISING
) -> tuple[Trend, ...]:
    """Those that usually have the support and are mentioned far less than usual, the steepest fall first."""
    trends = (trend(count, windows) for count in counts)
    found = (t for t in trends if t and t.usual >= support and t.growth <= at_most)
    return tuple(sorted(found, key=lambda t: (t.growth, t.count.term)))


def is_spread(count: TermCount) -> bool:
    """Is it more than one account or one text copied? Unknown authors are not known to be distinct: texts decide."""
    return count.originals >= SPREAD and (count.authors >= SPREAD or count.unknown_authors > 0)


def _fastest_first(found: Trend) -> tuple[float, int, str]:
    return (-found.growth, -found.count.mentions, found.count.term)
