"""The headline figures of a day, each with its origin and its changes."""

from collections.abc import Mapping
from datetime import date, datetime

from analysis.series import Bucket, Estimate, Tally
from monitor.digest.comparing import Measure, changes
from monitor.digest.facts import Change, Day, Figure, Headline, Interval, Origin

# A mention is negative where its polarity × 1000 rounds to less than 0, as in Tally.
NEGATIVE = "polarity < -0.0005"
JUDGED = "polarity == polarity"
COMPLAINT = "categories == categories"


def interval(estimate: Estimate | None) -> Interval | None:
    return Interval(low=estimate.low, mid=estimate.mid, high=estimate.high) if estimate else None


def judged(tally: Tally) -> int:
    """Mentions whose polarity is known."""
    return tally.negative + tally.neutral + tally.positive


def negative_share(tally: Tally) -> float | None:
    return tally.negative / judged(tally) if judged(tally) else None


def _volume(bucket: Bucket) -> float:
    return bucket.estimated.mid if bucket.estimated else bucket.tally.mentions


VOLUME = Measure(value=_volume, whole=True)
SHARE = Measure(value=lambda b: negative_share(b.tally), of=lambda b: judged(b.tally))
AUTHORS = Measure(value=lambda b: b.tally.authors)
COMPLAINTS = Measure(value=lambda b: b.tally.complaints)
REACH = Measure(value=lambda b: b.tally.reach if b.tally.reach_known else None)


def headline(
    days: Mapping[date, Bucket], day: date, since: datetime, until: datetime, *, over: bool, reposts: int, copies: int
) -> Headline:
    """`days` holds the day's bucket and those of the days before it."""
    bucket = days[day]
    tally = bucket.tally

    def origin(where: str = "", count: str = "rows") -> Origin:
        return Origin(table="mentions", since=since, until=until, where=where, count=count)

    def compared(measure: Measure) -> tuple[Change, ...]:
        return changes(days, day, measure, over=over)

    return Headline(
        mentions=Figure(
            value=tally.mentions,
            origin=origin(),
            estimated=interval(bucket.estimated),
            changes=compared(VOLUME),
        ),
        negative_share=Figure(
            value=negative_share(tally),
            of=judged(tally),
            origin=origin(NEGATIVE),
            changes=compared(SHARE),
        ),
        authors=Figure(value=tally.authors, origin=origin(count="authors"), changes=compared(AUTHORS)),
        complaints=Figure(value=tally.complaints, origin=origin(COMPLAINT), changes=compared(COMPLAINTS)),
        reach=Figure(
            value=tally.reach if tally.reach_known else None,
            of=tally.reach_known,
            origin=origin(count="followers"),
            changes=compared(REACH),
        ),
        originals=tally.originals,
        reposts=reposts,
        copies=copies,
    )


def day_row(day: date, bucket: Bucket) -> Day:
    return Day(
        day=day,
        coverage=bucket.coverage,
        mentions=bucket.tally.mentions,
        estimated=interval(bucket.estimated),
        negative_share=negative_share(bucket.tally),
        complaints=bucket.tally.complaints,
    )
