"""Watched topics: taken up, changed, and their past counted again under a new definition."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime

from analysis.annotation import Annotation
from collectors.post import Post
from monitor.store.buckets import recount_topic
from monitor.store.epoch import maybe_moment, moment, seconds
from monitor.store.file import DatabaseFile
from monitor.store.ingest import topic_id
from monitor.store.posts import MENTION_COLUMNS, MentionRow, NewPost, mention_rows
from monitor.store.rows import POST_FIELDS, as_post
from monitor.store.store import Decider, TopicState, WatchedTopic
from monitor.store.terms import recount_terms

BATCH = 2_000  # posts annotated at a time


def watch(
    connection: sqlite3.Connection, topics: Sequence[WatchedTopic], deciders: Sequence[Decider], now: datetime
) -> tuple[str, ...]:
    """Make these the watched topics and deciders. A topic stays to be recounted until its recount was stored."""
    connection.execute("UPDATE topics SET watched = 0")
    for topic in topics:
        connection.execute(
            "INSERT INTO topics (name, definition, rivals, owner, watched, watched_since) "
            "VALUES (?1, ?2, ?3, ?4, 1, ?5) ON CONFLICT (name) DO UPDATE SET watched = 1, "
            "rivals = ?3, owner = ?4, definition = ?2, recounted = recounted AND definition IS ?2, "
            "watched_since = CASE WHEN definition IS ?2 THEN watched_since ELSE ?5 END",
            (topic.name, topic.definition, json.dumps(topic.rivals, ensure_ascii=False), topic.owner, seconds(now)),
        )
    connection.execute("UPDATE deciders SET removed_at = ? WHERE removed_at IS NULL", (seconds(now),))
    connection.executemany(
        "INSERT INTO deciders (topic_id, query, source, target, added_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET removed_at = NULL",
        [(topic_id(connection, d.topic), d.query, d.source, d.target, seconds(now)) for d in deciders],
    )
    due = {name for (name,) in connection.execute("SELECT name FROM topics WHERE watched AND NOT recounted")}
    return tuple(topic.name for topic in topics if topic.name in due)


def states(connection: sqlite3.Connection) -> tuple[TopicState, ...]:
    rows = connection.execute("SELECT name, watched_since, observed_until FROM topics WHERE watched ORDER BY name")
    return tuple(
        TopicState(name=name, watched_since=moment(since), observed_until=maybe_moment(until))
        for name, since, until in rows
    )


def recount(
    file: DatabaseFile,
    topic: str,
    annotate: Callable[[Sequence[Post]], Sequence[Annotation]],
    progress: Callable[[int], None],
) -> int:
    """Read all stored posts anew for one topic; its mentions and buckets change at once, at the end.

    Posts stored meanwhile were annotated under the new definition already and stay. Mentions that Observations counted
    stay marked as counted there; what is new in minutes already observed belongs to history only.
    """
    staged = "staged_mentions"
    with file.writing() as connection:
        number = topic_id(connection, topic)
        newest = connection.execute("SELECT coalesce(max(id), 0) FROM posts").fetchone()[0]
        connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {staged} AS SELECT * FROM mentions LIMIT 0")
        connection.execute(f"DELETE FROM {staged}")
    read, after = 0, 0
    while batch := _batch(file, after, newest):
        after = batch[-1][0]
        rows = _mentions(number, topic, batch, annotate([post for _, post, _ in batch]))
        with file.writing() as connection:
            connection.executemany(f"INSERT INTO {staged} VALUES ({', '.join('?' * len(MentionRow._fields))})", rows)
        read += len(batch)
        progress(read)
    with file.writing() as connection:
        return _swap(connection, staged, number, newest)


def _batch(file: DatabaseFile, after: int, newest: int) -> list[tuple[int, Post, int | None]]:
    with file.reading() as connection:
        rows = connection.execute(
            f"SELECT p.id, a.duplicate_of, {POST_FIELDS} FROM posts p JOIN annotations a ON a.post_id = p.id "
            "WHERE p.id > ? AND p.id <= ? ORDER BY p.id LIMIT ?",
            (after, newest, BATCH),
        ).fetchall()
    return [(number, as_post(fields), duplicate_of) for number, duplicate_of, *fields in rows]


def _mentions(
    number: int, topic: str, batch: Sequence[tuple[int, Post, int | None]], annotations: Sequence[Annotation]
) -> list[MentionRow]:
    copied = {post_id: duplicate_of for post_id, _, duplicate_of in batch if duplicate_of is not None}
    read = [
        NewPost(post_id, post.key, seconds(post.published_at), post, annotation)
        for (post_id, post, _), annotation in zip(batch, annotations, strict=True)
    ]
    return list(mention_rows(read, copied, {topic: number}))


def _swap(connection: sqlite3.Connection, staged: str, number: int, newest: int) -> int:
    connection.execute(
        f"UPDATE {staged} AS s SET observed_at = m.observed_at, followers = coalesce(m.followers, s.followers) "
        "FROM mentions m WHERE m.topic_id = s.topic_id AND m.published_at = s.published_at AND m.post_id = s.post_id"
    )
    connection.execute("DELETE FROM mentions WHERE topic_id = ? AND post_id <= ?", (number, newest))
    connection.execute(f"INSERT INTO mentions ({MENTION_COLUMNS}) SELECT {MENTION_COLUMNS} FROM {staged}")
    connection.execute(f"DELETE FROM {staged}")
    recount_topic(connection, number)
    recount_terms(connection, number)
    connection.execute("UPDATE topics SET recounted = 1, late_from = observed_until WHERE id = ?", (number,))
    row = connection.execute("SELECT count(*) FROM mentions WHERE topic_id = ?", (number,)).fetchone()
    return int(row[0])
