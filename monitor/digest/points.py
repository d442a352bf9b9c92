"""Buckets as the points of a chart."""

from collections.abc import Sequence

from analysis.series import Bucket, Tally
from monitor.digest.facts import Interval, Point
from monitor.digest.headline import interval

TEN_MINUTES = 10


def point(bucket: Bucket) -> Point:
    tally = bucket.tally
    return Point(
        start=bucket.start,
        coverage=bucket.coverage,
        sampled=bucket.sampled,
        mentions=tally.mentions,
        estimated=interval(bucket.estimated),
        negative=tally.negative,
        neutral=tally.neutral,
        positive=tally.positive,
        complaints=tally.complaints,
    )


def by_ten_minutes(minutes: Sequence[Bucket]) -> tuple[Point, ...]:
    """Buckets of a minute, the first on a border of ten minutes, by tens."""
    parts = [minutes[first : first + TEN_MINUTES] for first in range(0, len(minutes), TEN_MINUTES)]
    return tuple(together(part) for part in parts)


def together(part: Sequence[Bucket]) -> Point:
    """Minutes as one point: counts add up, and so do estimates with what was seen where none was needed."""
    tallies: list[Tally] = [bucket.tally for bucket in part]
    estimates = [bucket.estimated for bucket in part if bucket.estimated]
    rest = sum(bucket.tally.mentions for bucket in part if not bucket.estimated)
    return Point(
        start=part[0].start,
        coverage=sum(bucket.coverage for bucket in part) / len(part),
        sampled=sum(bucket.sampled for bucket in part) / len(part),
        mentions=sum(tally.mentions for tally in tallies),
        estimated=Interval(
            low=sum(e.low for e in estimates) + rest,
            mid=sum(e.mid for e in estimates) + rest,
            high=sum(e.high for e in estimates) + rest,
        )
        if estimates
        else None,
        negative=sum(tally.negative for tally in tallies),
        neutral=sum(tally.neutral for tally in tallies),
        positive=sum(tally.positive for tally in tallies),
        complaints=sum(tally.complaints for tally in tallies),
    )
