"""A day against the days before it: when a change may be told, and what it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.series import Bucket
from monitor.digest.facts import Against, Change, WhyNot

ENOUGH_COVERAGE = 0.9  # a day of which less was collected is compared with nothing
BASE = 20  # of less, no percentage is told
THIN = 0.95  # a day of which a smaller share was seen than this is a sample
DAYS_OF_MEAN = 3  # fewer covered days make no mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is compared of a bucket: a count (`of` None), or a share of `of`. `whole`: samples are made up for."""

    value: Callable[[Bucket], float | None]
    of: Callable[[Bucket], int] | None = None
    whole: bool = False


def thin(bucket: Bucket) -> bool:
    """Was so little of it seen that counts of it are a lower bound?"""
    if bucket.estimated:
        return bucket.tally.mentions < THIN * bucket.estimated.mid
    return bucket.sampled > 1 - THIN


def changes(days: Mapping[date, Bucket], day: date, measure: Measure, *, over: bool) -> tuple[Change, ...]:
    """Of `day` against yesterday, the same weekday a week ago, and the mean of seven days."""
    before = [day - timedelta(days=back) for back in range(1, 8)]
    return (
        _change(days, day, measure, Against.YESTERDAY, before[:1], least=1, over=over),
        _change(days, day, measure, Against.LAST_WEEK, before[-1:], least=1, over=over),
        _change(days, day, measure, Against.MEAN_7D, before, least=DAYS_OF_MEAN, over=over),
    )


def _change(
    days: Mapping[date, Bucket],
    day: date,
    measure: Measure,
    against: Against,
    earlier: Sequence[date],
    *,
    least: int,
    over: bool,
) -> Change:
    bucket = days[day]
    value = measure.value(bucket)
    if not over:
        return Change(against=against, why_not=WhyNot.NOT_OVER)
    if bucket.coverage < ENOUGH_COVERAGE:
        return Change(against=against, why_not=WhyNot.UNCOVERED)
    if value is None:
        return Change(against=against, why_not=WhyNot.NO_VALUE)
    covered = [days[d] for d in earlier if d in days and days[d].coverage >= ENOUGH_COVERAGE]
    if measure.of:
        return _points(measure, value, bucket, covered, against, least)
    return _ratio(measure, value, bucket, covered, against, least)


def _ratio(
    measure: Measure, value: float, bucket: Bucket, covered: Sequence[Bucket], against: Against, least: int
) -> Change:
    """Of counts. A day seen as a sample has at least as many; one it is compared with might have any number more."""
    usable = [b for b in covered if measure.whole or not thin(b)]
    values = [v for b in usable if (v := measure.value(b)) is not None]
    if len(values) < least:
        why = WhyNot.SAMPLED if len(covered) >= least and len(usable) < least else WhyNot.BASE_UNCOVERED
        return Change(against=against, why_not=why)
    base = sum(values) / len(values)
    if base < BASE:
        return Change(against=against, base=base, days=len(values), why_not=WhyNot.BASE_SMALL)
    at_least = not measure.whole and thin(bucket)
    if at_least and value <= base:
        return Change(against=against, base=base, days=len(values), why_not=WhyNot.SAMPLED)
    return Change(against=against, base=base, days=len(values), ratio=value / base - 1, at_least=at_least)


def _points(
    measure: Measure, value: float, bucket: Bucket, covered: Sequence[Bucket], against: Against, least: int
) -> Change:
    """Of shares: a sample has the same share, so it compares. The mean is over all mentions of the days together."""
    assert measure.of is not None
    parts = [(v * n, n) for b in covered if (v := measure.value(b)) is not None and (n := measure.of(b))]
    if len(parts) < least:
        return Change(against=against, why_not=WhyNot.BASE_UNCOVERED)
    whole = sum(n for _, n in parts)
    base = sum(part for part, _ in parts) / whole
    if whole < BASE or measure.of(bucket) < BASE:
        return Change(against=against, base=base, days=len(parts), why_not=WhyNot.BASE_SMALL)
    return Change(against=against, base=base, days=len(parts), points=(value - base) * 100)
