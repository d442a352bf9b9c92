"""How a window is sampled that shows more pages than may be read, and what the sample says of the rate.

A newest-first search tells how many posts are newer than the one at a given rank. So a page read at `asked_at` whose
post of rank r was published at m says that r posts were published in (m, asked_at]: a few pages far apart give the
cumulative count of the whole window, and between them it is interpolated. Posts that arrived while pages were read
push the others down; they are estimated from the present rate and taken off the rank.

The 90 % interval adds up: the error of the times shown (uniform over their rounding), the spread of a count between
two known ranks (binomial, widened for a rate that changes in between), and the arrivals between page reads (Poisson).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, sqrt
from statistics import median

from collectors.lateness import LATEST_S, steady_rate
from collectors.stretch import Rate, Stretch

Z90 = 1.645
UNEVENNESS = 1.5  # variance between two ranks, against that of an even rate
FRESH_S = 120.0  # a search that shows nothing older shows much of it late
UNSETTLED = 0.5  # of its share is a sample worth of what may not be shown yet: a later one counts instead
EXACT_S = 1.0
SETTLED_S = 90.0  # a rank this old tells the present rate despite the rounding of times
APART_S = 30.0  # ranks this far apart tell a rate despite the rounding of times
MARGIN = 0.05  # further back than estimated, so that one page settles where the window begins
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One page as it was read: its posts in page order, and when each was published, to within `precision_s`."""

    number: int  # from 1
    asked_at: datetime  # for a window that lies in the past: its end
    keys: tuple[str, ...]
    moments: tuple[datetime, ...]  # best guess, one per key
    reach: datetime  # surely no later than this: every newer post is on this page or on an earlier one
    size: int  # posts on the page, those that could not be read included
    precision_s: float


def page_size(seen: Sequence[Seen]) -> float:
    """Posts per full page."""
    return max(1.0, float(median(page.size for page in seen)))


def pages_needed(seen: Sequence[Seen], since: datetime) -> int:
    """How many pages reach back to `since`, if the rate is even between the pages read, and further back."""
    pages = sorted(seen, key=lambda page: page.number)
    for newer, older in pairwise(pages):
        if older.reach <= since:
            span_s = max(1.0, (newer.moments[-1] - older.moments[-1]).total_seconds())
            part = min(1.0, max(0.0, (newer.moments[-1] - since).total_seconds() / span_s))
            return newer.number + ceil(part * (older.number - newer.number))
    deepest = pages[-1]
    rank = (deepest.number - 1) * page_size(seen) + len(deepest.moments)
    age_s = max(1.0, (deepest.asked_at - deepest.moments[-1]).total_seconds())
    further_s = max(0.0, (deepest.moments[-1] - since).total_seconds())
    return ceil(deepest.number + further_s * rank / age_s / page_size(seen))


def next_page(seen: Sequence[Seen], deepest_shown: int, since: datetime, empty: int | None = None) -> int | None:
    """The page that teaches most: first as far back as the window and the platform go, then into the longest gap.

    `empty` is the first page known to hold nothing: the end is looked for by halves, to within a tenth. None when every
    page in question was read.
    """
    pages = sorted(seen, key=lambda page: page.number)
    bottom = pages[-1]
    if bottom.number < deepest_shown and bottom.reach > since:
        if empty is None:
            needed = ceil(pages_needed(pages, since) * (1 + MARGIN))
            return max(bottom.number + 1, min(deepest_shown, needed))
        if empty - bottom.number > max(1, empty // 10):
            return (bottom.number + empty) // 2
    gaps = [
        ((upper.moments[-1] - lower.moments[0]).total_seconds(), lower.number - upper.number, upper.number)
        for upper, lower in pairwise(pages)
        if lower.number - upper.number > 1 and upper.reach > since
    ]
    if not gaps:
        return None
    _, pages_apart, number = max(gaps)
    return number + pages_apart // 2


@dataclass(frozen=True, slots=True)
class _Anchor:
    """`count` posts were published in (at, until]."""

    at: datetime
    count: float
    asked_at: datetime
    precision_s: float


def sampled(seen: Sequence[Seen], start: datetime, until: datetime, settled: datetime) -> tuple[Stretch, ...]:
    """The stretches of [start, until) with their rates, oldest first: a minute each, or as many as hold a post.

    From `settled` on, posts may not be shown yet; such a stretch is worth less than one that a later visit samples.
    """
    pages = sorted(seen, key=lambda page: page.number)
    if not pages or start >= until:
        return ()
    steady = _steady_rate(pages)
    now_per_s = steady.mid / 60 if steady is not None else _present_rate(pages)
    anchors = _anchors(pages, until, now_per_s)
    share = min(0.99, len(pages) / pages[-1].number)
    moments = list({key: at for page in pages for key, at in zip(page.keys, page.moments, strict=True)}.values())
    borders = [start, until] if steady is not None or not start < settled < until else [start, settled, until]
    stretches = []
    for begins, ends in (each for since, end in pairwise(borders) for each in _slices(moments, since, end)):
        inside = sum(begins <= moment < ends for moment in moments)
        rate, worth = steady or _rate(anchors, begins, ends, inside, now_per_s), share
        if steady is None and begins >= settled:
            rate, worth = _not_yet_shown(rate, now_per_s), share * UNSETTLED
        stretches.append(Stretch(starts_at=begins, ends_at=ends, share=worth, rate=rate))
    return tuple(stretches)


def _not_yet_shown(shown: Rate, now_per_s: float) -> Rate:
    """What there is where only a part is shown: as much as just before, if that is more than what is shown."""
    mid = max(shown.mid, 60 * now_per_s)
    return Rate(low=shown.low, mid=mid, high=max(shown.high, 2 * mid - shown.low))


def _steady_rate(pages: Sequence[Seen]) -> Rate | None:
    """Where only the newest seconds are shown, to the second: one rate for all of them (`lateness`)."""
    oldest = max((page.asked_at - page.moments[-1]).total_seconds() for page in pages)
    if oldest >= FRESH_S or any(page.precision_s > EXACT_S for page in pages):
        return None
    size = page_size(pages)
    return steady_rate(
        [
            ((page.asked_at - page.moments[index]).total_seconds(), (page.number - 1) * size + index + 1)
            for page in pages
            for index in {0, len(page.moments) - 1}
        ]
    )


def _present_rate(pages: Sequence[Seen]) -> float:
    """Posts per second just now: from ranks that are old enough to tell.

    A post is shown late, and so the rank of one tells too little of the newest seconds: two ranks beyond them tell it
    by what lies between them, where they are far enough apart.
    """
    size = page_size(pages)
    ranks = [
        ((page.asked_at - page.moments[-1]).total_seconds(), (page.number - 1) * size + len(page.moments))
        for page in pages
    ]
    shown = [(age_s, rank) for age_s, rank in ranks if age_s >= LATEST_S]
    if shown and shown[-1][0] - shown[0][0] >= APART_S:
        (young_s, less), (old_s, more) = shown[0], shown[-1]
        return max(0.0, more - less) / (old_s - young_s)
    age_s, rank = next(((age_s, rank) for age_s, rank in ranks if age_s >= SETTLED_S), ranks[-1])
    return rank / max(1.0, age_s)


def _anchors(pages: Sequence[Seen], until: datetime, now_per_s: float) -> list[_Anchor]:
    """Newest first; the counts never fall with age."""
    size = page_size(pages)
    found = [_Anchor(until, 0.0, until, 0.0)]
    for page in pages:
        arrived = now_per_s * max(0.0, (page.asked_at - until).total_seconds())
        for index in {0, len(page.moments) - 1}:
            count = (page.number - 1) * size + index + 1 - arrived
            if page.moments[index] < until:
                found.append(_Anchor(page.moments[index], count, page.asked_at, page.precision_s))
    found.sort(key=lambda anchor: anchor.at, reverse=True)
    rising, falling = [], []
    highest, lowest = 0.0, float("inf")
    for anchor in found:
        highest = max(highest, anchor.count)
        rising.append(highest)
    for anchor in reversed(found):
        lowest = min(lowest, max(0.0, anchor.count))
        falling.append(lowest)
    levels = [(up + down) / 2 for up, down in zip(rising, reversed(falling), strict=True)]
    return [
        _Anchor(anchor.at, level, anchor.asked_at, anchor.precision_s)
        for anchor, level in zip(found, levels, strict=True)
    ]


def _slices(moments: Sequence[datetime], start: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """[start, until) cut at full minutes, neighbours joined until each slice holds a post."""
    cuts = [start]
    minute = start.replace(second=0, microsecond=0) + MINUTE
    while minute < until:
        cuts.append(minute)
        minute += MINUTE
    cuts.append(until)
    slices: list[tuple[datetime, datetime]] = []
    begins = start
    for _, ends in pairwise(cuts):
        if any(begins <= moment < ends for moment in moments):
            slices.append((begins, ends))
            begins = ends
    if begins < until:
        begins = slices.pop()[0] if slices else begins
        slices.append((begins, until))
    return slices


@dataclass(frozen=True, slots=True)
class _Level:
    """The count at some moment, interpolated: in which gap, how far into it, and how sure."""

    count: float
    gap: int
    gap_count: float
    into: float  # 0…1
    time_variance: float
    asked_at: datetime


def _level(anchors: Sequence[_Anchor], at: datetime) -> _Level:
    """Beyond the oldest anchor the last gap's rate goes on."""
    gap = next((i for i in range(len(anchors) - 2) if anchors[i + 1].at <= at), len(anchors) - 2)
    newer, older = anchors[gap], anchors[gap + 1]
    span_s = max(1e-6, (newer.at - older.at).total_seconds())
    into = max(0.0, (newer.at - at).total_seconds() / span_s)
    gap_count = older.count - newer.count
    per_s = gap_count / max(span_s, newer.precision_s, older.precision_s, 1.0)
    nearer = newer if into < 0.5 else older
    precision_s = (1 - min(into, 1.0)) * newer.precision_s + min(into, 1.0) * older.precision_s
    variance = (per_s * precision_s) ** 2 / 12
    return _Level(newer.count + into * gap_count, gap, gap_count, into, variance, nearer.asked_at)


def _rate(anchors: Sequence[_Anchor], begins: datetime, ends: datetime, inside: int, now_per_s: float) -> Rate:
    if len(anchors) < 2:
        return Rate(low=0.0, mid=0.0, high=0.0)
    old, new = _level(anchors, begins), _level(anchors, ends)
    minutes = (ends - begins) / MINUTE
    count = max(float(inside), old.count - new.count)
    if old.gap == new.gap:
        part = min(1.0, old.into - new.into)
        spread = old.gap_count * part * (1 - part)
    else:
        spread = sum(level.gap_count * max(0.0, level.into * (1 - level.into)) for level in (old, new))
    arrivals = now_per_s * abs((old.asked_at - new.asked_at).total_seconds())
    variance = 1.0 + UNEVENNESS * spread + old.time_variance + new.time_variance + arrivals
    margin = Z90 * sqrt(variance)
    low = max(float(inside), count - margin)
    return Rate(low=low / minutes, mid=count / minutes, high=(count + margin) / minutes)
