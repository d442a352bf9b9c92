"""Streams of stored posts, mentions, visits and findings. Rows come as they are read; none of these collects them."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from collectors.post import HotEntry, Rejected
from monitor.store.epoch import DAY, bound, moment
from monitor.store.posts import split_categories
from monitor.store.rows import (
    COUNTS_FIELDS,
    HOT_FIELDS,
    MENTION_FIELDS,
    STORED_POST_FIELDS,
    VISIT_FIELDS,
    as_counts,
    as_hot_entry,
    as_mention,
    as_rejected,
    as_stored_post,
    as_stretch,
    as_visit,
)
from monitor.store.store import CoveredStretch, Selection, StoredCounts, StoredMention, StoredPost, VisitRecord


def posts(connection: sqlite3.Connection, selection: Selection) -> Iterator[StoredPost]:
    tables, time = _posts_of(selection)
    where, values = _conditions(selection, time, "a.categories")
    for row in connection.execute(f"SELECT {STORED_POST_FIELDS} FROM {tables} {where}", values):
        yield as_stored_post(row)


def counts(connection: sqlite3.Connection, selection: Selection) -> Iterator[StoredCounts]:
    tables, time = _posts_of(selection)
    where, values = _conditions(selection, time, "a.categories", then=", c.at, c.source")
    tables += " LEFT JOIN counts c ON c.post_id = p.id"
    for row in connection.execute(f"SELECT {COUNTS_FIELDS} FROM {tables} {where}", values):
        yield as_counts(row)


def mentions(connection: sqlite3.Connection, selection: Selection) -> Iterator[StoredMention]:
    """Of one topic in the order in which they are kept; of all topics sorted, which SQLite does beside its file."""
    tables = "topics t JOIN mentions m ON m.topic_id = t.id JOIN posts p ON p.id = m.post_id"
    then = "" if selection.topic is not None else ", t.name"
    where, values = _conditions(selection, "m.published_at", "m.categories", then=then)
    for row in connection.execute(f"SELECT {MENTION_FIELDS} FROM {tables} {where}", values):
        yield as_mention(row)


def _conditions(selection: Selection, time: str, categories: str, *, then: str = "") -> tuple[str, list[object]]:
    where = [f"{time} >= ?", f"{time} < ?"]
    values: list[object] = [bound(selection.since), bound(selection.until)]
    for condition, value in (
        ("t.name = ?", selection.topic),
        ("p.platform = ?", selection.platform),
        (f"instr({categories}, ?)", selection.category and f",{selection.category},"),
        ("EXISTS (SELECT 1 FROM post_hashtags g WHERE g.post_id = p.id AND g.key = ?)", selection.hashtag),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    way = "DESC" if selection.newest_first else "ASC"
    order = f"{time} {way}, p.key {way}{then}"
    values.append(-1 if selection.limit is None else selection.limit)
    return f"WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?", values


def _posts_of(selection: Selection) -> tuple[str, str]:
    """The tables of the posts selected with their annotations, and the time that orders them."""
    if selection.topic is None:
        return "posts p JOIN annotations a ON a.post_id = p.id", "p.published_at"
    mentioning = "topics t JOIN mentions m ON m.topic_id = t.id JOIN posts p ON p.id = m.post_id"
    return f"{mentioning} JOIN annotations a ON a.post_id = p.id", "m.published_at"


def post(connection: sqlite3.Connection, key: str) -> StoredPost | None:
    row = connection.execute(
        f"SELECT {STORED_POST_FIELDS} FROM posts p JOIN annotations a ON a.post_id = p.id WHERE p.key = ?", (key,)
    ).fetchone()
    return as_stored_post(row) if row else None


def categories(
    connection: sqlite3.Connection, topic: str, since: datetime, until: datetime
) -> tuple[tuple[str, int, int], ...]:
    rows = connection.execute(
        "SELECT m.categories, m.platform, m.author_id FROM topics t JOIN mentions m ON m.topic_id = t.id "
        "WHERE t.name = ? AND m.complaint = 1 AND m.published_at >= ? AND m.published_at < ?",
        (topic, bound(since), bound(until)),
    )
    counts: dict[str, int] = defaultdict(int)
    authors: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for cell, platform, author in rows:
        for name in split_categories(cell):
            counts[name] += 1
            if author is not None:
                authors[name].add((platform, author))
    return tuple(
        (name, count, len(authors[name]))
        for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def visits(connection: sqlite3.Connection, since: datetime, until: datetime) -> Iterator[VisitRecord]:
    rows = connection.execute(
        f"SELECT {VISIT_FIELDS} FROM visits WHERE at >= ? AND at < ? ORDER BY at, id", (bound(since), bound(until))
    )
    for row in rows:
        yield as_visit(row)


def stretches(
    connection: sqlite3.Connection, since: datetime, until: datetime, source: str | None
) -> Iterator[CoveredStretch]:
    """Those that reach into [since, until), in order of their start."""
    reaching = "s.source = g.source AND s.target = g.target AND s.starts_at < ?2 AND s.ends_at > ?1"
    columns = "s.source, s.target, s.starts_at, s.ends_at, s.share, s.rate_low, s.rate_mid, s.rate_high, s.recorded_at"
    rows = connection.execute(
        f"SELECT {columns}, s.id FROM targets g JOIN stretches s ON {reaching} AND s.starts_at > ?1 - {DAY} "
        f"AND s.ends_at - s.starts_at <= {DAY} WHERE ?3 IS NULL OR g.source = ?3 UNION ALL "
        f"SELECT {columns}, s.id FROM targets g JOIN stretches s ON {reaching} "
        f"AND s.ends_at - s.starts_at > {DAY} WHERE ?3 IS NULL OR g.source = ?3 ORDER BY 3, 10",
        (bound(since), bound(until), source),
    )
    for *row, _ in rows:
        yield as_stretch(row)


def rejected(
    connection: sqlite3.Connection, since: datetime, until: datetime
) -> Iterator[tuple[str, datetime, Rejected]]:
    rows = connection.execute(
        "SELECT source, seen_at, reason, place, excerpt FROM rejected WHERE seen_at >= ? AND seen_at < ? "
        "ORDER BY seen_at, id",
        (bound(since), bound(until)),
    )
    for source, seen_at, *what in rows:
        yield source, moment(seen_at), as_rejected(what)


def hot_entries(
    connection: sqlite3.Connection, since: datetime, until: datetime, words: Sequence[str] | None
) -> Iterator[HotEntry]:
    holds = "1" if words is None else " OR ".join(["instr(folded, ?)"] * len(words)) or "0"
    rows = connection.execute(
        f"SELECT {HOT_FIELDS} FROM hot_entries WHERE seen_at >= ? AND seen_at < ? AND ({holds}) "
        "ORDER BY seen_at, platform, rank IS NULL, rank, word",
        (bound(since), bound(until), *(words or ())),
    )
    for row in rows:
        yield as_hot_entry(row)
