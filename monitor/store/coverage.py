"""How completely each minute was seen, from the stretches that visits proved. Pure; times are epoch seconds.

Over one moment the best stretch of a query counts, over a minute the stretches add up by time, across queries the
worst counts. A query speaks only of the minutes between its first visit's window and its removal.
"""

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.series import Completeness, Estimate
from monitor.store.epoch import MINUTE

Z90 = 1.645
Counts = NDArray[np.float64]
UNEVENNESS = 1.5  # variance of a minute's unread part, against that of an even rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A stretch of the ledger; `rates` are (low, mid, high) posts per minute where it was sampled."""

    start: int
    end: int
    share: float
    rates: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The stretches of all targets that ask one query, oldest record first, and when it had a say."""

    stretches: Sequence[Seen]
    since: int
    until: float = math.inf


@dataclass(slots=True)
class Sample:
    """What a sampled minute of one query adds up to: posts in its rated time, how much of it that is, and the part
    seen completely (both as shares of the minute)."""

    low: float = 0.0
    mid: float = 0.0
    high: float = 0.0
    rated: float = 0.0
    complete: float = 0.0

    def estimate(self, mentions: int) -> Estimate:
        """What there was in the whole minute, `mentions` of which were seen. Time that nothing was read of, because
        a crowded search shows seconds only, is taken to have gone on at the rate of the rest: Poisson around it,
        UNEVENNESS times as wide."""
        unread = max(0.0, 1.0 - self.rated - self.complete)
        mid = self.mid * (1 + unread / self.rated)
        spread = UNEVENNESS * self.mid * unread * (self.rated + unread) / self.rated**2
        whole = 1 + unread / self.rated

        def margin(measured: float) -> float:
            return math.hypot(measured * whole, Z90 * math.sqrt(spread))

        seen = self.complete * mentions
        low, high = mid - margin(self.mid - self.low), mid + margin(self.high - self.mid)
        mid = max(mid + seen, mentions)
        return Estimate(low=max(low + seen, mentions), mid=mid, high=max(high + seen, mid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Minutes from `since` on: the share seen of each, and the samples that those below 1 were read from."""

    since: int
    shares: Sequence[float]
    samples: Sequence[dict[int, Sample]] = field(default_factory=tuple)  # one per query: number of the minute → sample

    def share(self, start: int) -> float:
        return self.shares[(start - self.since) // MINUTE]

    def estimate(self, start: int, mentions: int) -> Estimate | None:
        """Mentions there were in the sampled minute of which `mentions` were seen; None where no rate is known.

        The query with the highest rate tells, and never less than was seen.
        """
        number = (start - self.since) // MINUTE
        if not 0.0 < self.shares[number] < 1.0:
            return None
        found = [s.estimate(mentions) for by in self.samples if (s := by.get(number)) and s.rated]
        return max(found, key=lambda estimate: estimate.mid, default=None)


def completeness(share: float) -> Completeness:
    if share >= 1.0:
        return Completeness.COMPLETE
    return Completeness.SAMPLED if share > 0.0 else Completeness.MISSING


def cover(queries: Sequence[Query], since: int, until: int) -> Coverage:
    """The coverage of the minutes [since, until), both on minute borders."""
    count = (until - since) // MINUTE
    shares = np.full(count, math.inf)
    samples = []
    for query in queries:
        first = max(0, (query.since - since) // MINUTE)
        last = count if query.until == math.inf else min(count, math.ceil((query.until - since) / MINUTE))
        seconds_seen, sampled = _minutes(query.stretches, since, count)
        told = slice(first, max(first, last))
        shares[told] = np.minimum(shares[told], seconds_seen[told] / MINUTE)
        samples.append({number: sample for number, sample in sampled.items() if first <= number < last})
    shares[shares == math.inf] = 0.0  # nobody spoke of it
    return Coverage(since=since, shares=np.minimum(shares, 1.0).tolist(), samples=samples)


def _minutes(stretches: Sequence[Seen], since: int, count: int) -> tuple[Counts, dict[int, Sample]]:
    """Per minute: the seconds seen, each weighted by its share; and the samples of the sampled ones."""
    seen, complete = np.zeros(count), np.zeros(count)
    samples: dict[int, Sample] = {}
    until = since + count * MINUTE
    for start, end, best in best_of(stretches):
        from_s, to_s = max(start, since) - since, min(end, until) - since
        if from_s >= to_s:
            continue
        for number, after, length in _parts(from_s, to_s):
            seen[number:after] += length * best.share
            if best.share >= 1.0:
                complete[number:after] += length
            else:
                for sampled in range(number, after):
                    _add(samples.setdefault(sampled, Sample()), best, length / MINUTE)
    for number, sample in samples.items():
        sample.complete = float(complete[number]) / MINUTE
    return seen, samples


def _parts(from_s: int, to_s: int) -> Iterator[tuple[int, int, int]]:
    """Of the seconds [from_s, to_s): runs of minutes [number, after), and how many seconds of each belong to it."""
    first, last = from_s // MINUTE, (to_s - 1) // MINUTE
    if first == last:
        yield first, first + 1, to_s - from_s
        return
    yield first, first + 1, (first + 1) * MINUTE - from_s
    if last - first > 1:
        yield first + 1, last, MINUTE
    yield last, last + 1, to_s - last * MINUTE


def _add(sample: Sample, seen: Seen, minutes: float) -> None:
    if seen.rates:
        low, mid, high = seen.rates
        sample.low += low * minutes
        sample.mid += mid * minutes
        sample.high += high * minutes
        sample.rated += minutes


def best_of(stretches: Sequence[Seen]) -> Iterator[tuple[int, int, Seen]]:
    """Disjoint stretches in order of time, each with the best of those that lie over it; of equals the newest."""
    waiting = sorted((s.start, -s.share, -number, s) for number, s in enumerate(stretches) if s.end > s.start)
    borders = sorted({border for s in stretches for border in (s.start, s.end)})
    open_now: list[tuple[float, int, Seen]] = []
    next_one = 0
    for start, end in pairwise(borders):
        while next_one < len(waiting) and waiting[next_one][0] <= start:
            heapq.heappush(open_now, waiting[next_one][1:])
            next_one += 1
        while open_now and open_now[0][2].end <= start:
            heapq.heappop(open_now)
        if open_now:
            yield start, end, open_now[0][2]
