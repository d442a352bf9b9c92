"""Series and Observations, read back: the counts joined with what the ledger says of each minute."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from analysis.series import Bucket, Completeness, Estimate, Observation, Series, Tally
from monitor.store.buckets import COLUMNS, tallies, tally
from monitor.store.coverage import Coverage
from monitor.store.epoch import BEIJING, DAY, HOUR, MINUTE, bound, maybe_moment, moment
from monitor.store.ledger import coverage, frontier, standings

NOTHING = Tally()


def series(
    connection: sqlite3.Connection,
    topic: str,
    since: datetime,
    until: datetime,
    resolution_s: int,
    platform: str | None,
) -> Series:
    """Gap-free buckets of [since, until). Raises ValueError where these are no bucket borders.

    Coverage of one platform is what its own deciding targets saw: 0 where none of them is on that platform.
    """
    first, end = _border(since, resolution_s), _border(until, resolution_s)
    row = connection.execute("SELECT id FROM topics WHERE name = ?", (topic,)).fetchone()
    topic_id = row[0] if row else -1
    deciders = [d for d in standings(connection, topic_id, removed=True) if platform in (None, d.platform)]
    seen = coverage(connection, deciders, first, max(first, end))
    counts = tallies(connection, topic_id, first, end, resolution_s, platform)
    by_minute = counts if resolution_s == MINUTE else {}
    if any(seen.samples) and resolution_s != MINUTE:
        by_minute = tallies(connection, topic_id, first, end, MINUTE, platform)
    return Series(
        topic=topic,
        platform=platform,
        resolution_s=resolution_s,
        buckets=tuple(
            _bucket(start, resolution_s, counts.get(start, NOTHING), seen, by_minute)
            for start in range(first, end, resolution_s)
        ),
        watermark=maybe_moment(frontier([d for d in deciders if d.removed_at is None])),
    )


def _border(at: datetime, resolution_s: int) -> int:
    if resolution_s not in (MINUTE, HOUR, DAY):
        raise ValueError(f"there are buckets of 60, 3600 and 86400 s, not of {resolution_s}")
    stored = bound(at)
    if (stored + (BEIJING if resolution_s == DAY else 0)) % resolution_s:
        raise ValueError(f"{at.isoformat()} is no border of buckets of {resolution_s} s")
    return stored


def _bucket(start: int, resolution_s: int, counts: Tally, seen: Coverage, by_minute: Mapping[int, Tally]) -> Bucket:
    minutes = range((start - seen.since) // MINUTE, (start + resolution_s - seen.since) // MINUTE)
    shares = seen.shares[minutes.start : minutes.stop]
    covered = len(shares) - shares.count(0.0)
    sampled = []
    if covered > shares.count(1.0):
        sampled = [number for number, share in zip(minutes, shares, strict=True) if 0.0 < share < 1.0]
    return Bucket(
        start=moment(start),
        resolution_s=resolution_s,
        tally=counts,
        coverage=covered / len(shares),
        sampled=len(sampled) / len(shares),
        estimated=_estimated(counts, sampled, seen, by_minute),
    )


def _estimated(counts: Tally, sampled: list[int], seen: Coverage, by_minute: Mapping[int, Tally]) -> Estimate | None:
    """The estimates of the sampled minutes and what was seen in the others, summed; None without any estimate."""
    low, mid, high = 0.0, 0.0, 0.0
    rest, any_estimate = counts.mentions, False
    for number in sampled:
        start = seen.since + number * MINUTE
        mentions = by_minute.get(start, NOTHING).mentions
        estimate = seen.estimate(start, mentions)
        if estimate:
            low, mid, high = low + estimate.low, mid + estimate.mid, high + estimate.high
            rest, any_estimate = rest - mentions, True
    return Estimate(low=low + rest, mid=mid + rest, high=high + rest) if any_estimate else None


def observations(
    connection: sqlite3.Connection, topic: str, since: datetime | None, until: datetime | None, limit: int
) -> list[Observation]:
    """The first `limit` Observations of [since, until)."""
    rows = connection.execute(
        f"SELECT o.start, o.completeness, o.share, o.categories, o.version, o.estimate_low, o.estimate_mid, "
        f"o.estimate_high, {COLUMNS} FROM observations o JOIN topics t ON t.id = o.topic_id "
        "WHERE t.name = ? AND o.start >= ? AND o.start < ? ORDER BY o.start LIMIT ?",
        (topic, -1 if since is None else bound(since), 1 << 62 if until is None else bound(until), limit),
    )
    return [
        Observation(
            topic=topic,
            start=moment(start),
            completeness=Completeness(completeness),
            share=share,
            tally=None if completeness == Completeness.MISSING else tally(counts),
            estimated=None if mid is None else Estimate(low=low, mid=mid, high=high),
            categories=tuple((name, count) for name, count in json.loads(categories)),
            version=version,
        )
        for start, completeness, share, categories, version, low, mid, high, *counts in rows
    ]


def hashtags(
    connection: sqlite3.Connection, topic: str, since: datetime, until: datetime, limit: int
) -> tuple[tuple[str, str, int], ...]:
    rows = connection.execute(
        "SELECT key, spelling, total FROM ("
        " SELECT h.key, h.spelling, sum(count(*)) OVER (PARTITION BY h.key) AS total,"
        " row_number() OVER (PARTITION BY h.key ORDER BY count(*) DESC, h.spelling) AS place"
        " FROM topics t JOIN mentions m ON m.topic_id = t.id JOIN post_hashtags h ON h.post_id = m.post_id"
        " WHERE t.name = ? AND m.published_at >= ? AND m.published_at < ? GROUP BY h.key, h.spelling"
        ") WHERE place = 1 ORDER BY total DESC, key LIMIT ?",
        (topic, bound(since), bound(until), limit),
    )
    return tuple((key, spelling, total) for key, spelling, total in rows)
