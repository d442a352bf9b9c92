"""Observations: what was known of a minute when coverage reached it. Written once, never changed."""

import json
import sqlite3
from collections.abc import Collection, Sequence

from monitor.store.buckets import COLUMNS, FIELDS
from monitor.store.coverage import completeness
from monitor.store.epoch import DAY, MINUTE
from monitor.store.ledger import Standing, began, coverage, frontier, standings
from monitor.store.minutes import LATE_S, VOTE_S, Author, Minute, Uncounted, minutes

INSERT = (
    f"INSERT INTO observations (topic_id, start, completeness, share, {COLUMNS}, estimate_low, estimate_mid, "
    f"estimate_high, categories, version, recorded_at) VALUES ({', '.join('?' * (len(FIELDS) + 10))})"
)


def observe(connection: sqlite3.Connection, source: str, target: str, now: int) -> dict[str, int]:
    """Write the Observations that a visit of this target made due; topic → minutes newly observed."""
    topics = connection.execute(
        "SELECT DISTINCT t.id, t.name FROM deciders d JOIN topics t ON t.id = d.topic_id "
        "WHERE d.source = ? AND d.target = ? AND d.removed_at IS NULL AND t.watched ORDER BY t.name",
        (source, target),
    ).fetchall()
    written = {name: _observe_topic(connection, topic, now) for topic, name in topics}
    return {name: minutes for name, minutes in written.items() if minutes}


def _observe_topic(connection: sqlite3.Connection, topic: int, now: int) -> int:
    deciders = standings(connection, topic)
    until = frontier(deciders)
    observed_until, late_from = connection.execute(
        "SELECT observed_until, late_from FROM topics WHERE id = ?", (topic,)
    ).fetchone()
    if observed_until is None:
        first = began(deciders)
        if first is None:
            return 0
        observed_until = first - first % MINUTE
        late_from = max(observed_until, late_from or observed_until)
    if until is None or until - until % MINUTE <= observed_until:
        return 0
    until -= until % MINUTE
    for start in range(observed_until, until, DAY):  # a long backfill must not be held in memory as a whole
        _write(connection, topic, deciders, (start, min(start + DAY, until)), late_from, now)
    connection.execute("UPDATE topics SET observed_until = ?, late_from = ? WHERE id = ?", (until, late_from, topic))
    return int(until - observed_until) // MINUTE


def _write(
    connection: sqlite3.Connection,
    topic: int,
    deciders: Sequence[Standing],
    window: tuple[int, int],
    late_from: int,
    now: int,
) -> None:
    """The Observations of the minutes of a window, in order."""
    since, until = window
    coming = _uncounted(connection, topic, max(late_from, since - LATE_S), until)
    complained = _complained(connection, topic, since, {m.author_id for m in coming if m.complaint and m.author_id})
    rows, counted = [], []
    for minute in minutes(coverage(connection, deciders, since, until), coming, complained, since, until):
        rows.append(_row(topic, minute, now))
        if minute.mentions:
            counted.append((minute.start, topic, minute.mentions[0].published_at, minute.start + MINUTE))
    connection.executemany(INSERT, rows)
    connection.executemany(
        "UPDATE mentions SET observed_at = ? WHERE topic_id = ? AND published_at >= ? AND published_at < ? "
        "AND observed_at IS NULL",
        counted,
    )


def _uncounted(connection: sqlite3.Connection, topic: int, since: int, until: int) -> list[Uncounted]:
    rows = connection.execute(
        "SELECT published_at, post_id, platform, author_id, complaint, original, polarity_milli, followers, "
        "categories, version FROM mentions WHERE topic_id = ? AND published_at >= ? AND published_at < ? "
        "AND observed_at IS NULL ORDER BY published_at, post_id",
        (topic, since, until),
    )
    return [Uncounted._make(row) for row in rows]


def _complained(connection: sqlite3.Connection, topic: int, since: int, authors: Collection[str]) -> dict[Author, int]:
    """Of these authors' ids: author → newest Observation before `since` that counted a complaint of theirs, as far back
    as votes matter.

    A mention counted at most LATE_S after it was published bounds the stretch of mentions to look at.
    """
    rows = connection.execute(
        "SELECT platform, author_id, max(observed_at) FROM mentions WHERE topic_id = ?1 AND complaint = 1 "
        "AND published_at >= ?2 - ?3 AND published_at < ?4 AND observed_at >= ?2 AND observed_at < ?4 "
        "AND author_id IN (SELECT value FROM json_each(?5)) GROUP BY platform, author_id",
        (topic, since - VOTE_S, LATE_S, since, json.dumps(sorted(authors))),
    )
    return {(platform, author): observed_at for platform, author, observed_at in rows}


def _row(topic: int, minute: Minute, now: int) -> tuple[object, ...]:
    tally, estimate = minute.tally(), minute.estimate
    return (
        topic,
        minute.start,
        completeness(minute.share).value,
        minute.share,
        *(None if tally is None else getattr(tally, name) for name in FIELDS),
        *((estimate.low, estimate.mid, estimate.high) if estimate else (None, None, None)),
        json.dumps(minute.categories(), ensure_ascii=False),
        minute.version(),
        now,
    )
