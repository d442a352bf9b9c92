"""The coverage ledger: which stretches of time each target proved, and which targets decide a topic's minutes."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.store.coverage import Coverage, Query, Seen, cover
from monitor.store.epoch import DAY

NEWEST = 1 << 62  # more than any visit's number

# A stretch that reaches into a window began at most a day before it, or is one of the few long ones (backfills).
OVERLAPPING = f"""
SELECT id, starts_at, ends_at, share, rate_low, rate_mid, rate_high FROM stretches
WHERE source = ?1 AND target = ?2 AND visit_id <= ?5 AND starts_at > ?3 - {DAY} AND starts_at < ?4 AND ends_at > ?3
  AND ends_at - starts_at <= {DAY}
UNION ALL
SELECT id, starts_at, ends_at, share, rate_low, rate_mid, rate_high FROM stretches
WHERE source = ?1 AND target = ?2 AND visit_id <= ?5 AND starts_at < ?4 AND ends_at > ?3 AND ends_at - starts_at > {DAY}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A decider of a topic and where it stands."""

    query: str
    source: str
    target: str
    platform: str | None  # None: never visited
    watermark: int | None
    asked_from: int | None
    removed_at: int | None


def standings(connection: sqlite3.Connection, topic: int, *, removed: bool = False) -> list[Standing]:
    """The deciders of a topic; with `removed` also those that decided once."""
    rows = connection.execute(
        "SELECT d.query, d.source, d.target, t.platform, t.watermark, t.asked_from, d.removed_at FROM deciders d "
        "LEFT JOIN targets t ON t.source = d.source AND t.target = d.target "
        "WHERE d.topic_id = ? AND (? OR d.removed_at IS NULL) ORDER BY d.query, d.source, d.target",
        (topic, removed),
    )
    return [
        Standing(
            query=query,
            source=source,
            target=target,
            platform=platform,
            watermark=watermark,
            asked_from=asked_from,
            removed_at=removed_at,
        )
        for query, source, target, platform, watermark, asked_from, removed_at in rows
    ]


def frontier(deciders: Sequence[Standing]) -> int | None:
    """Up to when every query was covered: the best watermark of each, the least of these. None: not all were yet."""
    best: dict[str, int | None] = {}
    for decider in deciders:
        marks = [mark for mark in (best.get(decider.query), decider.watermark) if mark is not None]
        best[decider.query] = max(marks, default=None)
    known = [mark for mark in best.values() if mark is not None]
    return min(known) if known and len(known) == len(best) else None


def began(deciders: Sequence[Standing]) -> int | None:
    """From when every query was asked for; None: not every query was visited yet."""
    first = _first_asked(deciders)
    asked = [since for since in first.values() if since is not None]
    return max(asked) if asked and len(asked) == len(first) else None


def _first_asked(deciders: Sequence[Standing]) -> dict[str, int | None]:
    first: dict[str, int | None] = {}
    for decider in deciders:
        asked = [since for since in (first.get(decider.query), decider.asked_from) if since is not None]
        first[decider.query] = min(asked, default=None)
    return first


def coverage(
    connection: sqlite3.Connection, deciders: Sequence[Standing], since: int, until: int, *, known_by: int = NEWEST
) -> Coverage:
    """How completely the minutes [since, until) were seen, as far as these deciders tell; `known_by`: the last visit
    whose stretches count."""
    first = _first_asked(deciders)
    stretches: dict[str, list[tuple[int, Seen]]] = defaultdict(list)
    removed: dict[str, list[int | None]] = defaultdict(list)
    for decider in deciders:
        stretches[decider.query] += _stretches(connection, decider, since, until, known_by)
        removed[decider.query].append(decider.removed_at)
    queries = []
    for query, found in stretches.items():
        asked_from = first[query]
        if asked_from is None:
            continue
        seen = [each for _, each in sorted(found, key=lambda pair: pair[0])]
        ends = [at for at in removed[query] if at is not None]
        if len(ends) < len(removed[query]):  # one that is still asked speaks for its query
            queries.append(Query(stretches=seen, since=asked_from))
        else:
            queries.append(Query(stretches=seen, since=asked_from, until=max(ends)))
    return cover(queries, since, until)


def _stretches(
    connection: sqlite3.Connection, decider: Standing, since: int, until: int, known_by: int
) -> list[tuple[int, Seen]]:
    rows = connection.execute(OVERLAPPING, (decider.source, decider.target, since, until, known_by))
    return [
        (number, Seen(start=start, end=end, share=share, rates=None if mid is None else (low, mid, high)))
        for number, start, end, share, low, mid, high in rows
    ]
