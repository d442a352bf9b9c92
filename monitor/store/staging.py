"""A second reading of stored posts, in a file of its own beside the database.

The service goes on collecting meanwhile: the database is only read, until one transaction at the end copies the whole
reading in. Readers see the old one until that is committed, and the new one after. The file holds one copy of the
annotations and mentions of the stretch of time, and is removed afterwards. Names without a schema mean the file; what
it has no table for (posts, topics) is found in the database, attached as `live`.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Self

from analysis.annotation import Annotation
from monitor.store.buckets import recount_topic
from monitor.store.copies import WINDOW, copies
from monitor.store.epoch import BEIJING, DAY, HOUR, seconds
from monitor.store.file import DatabaseFile
from monitor.store.ingest import topic_id
from monitor.store.migrations import statements
from monitor.store.posts import (
    INSERT_MENTION,
    MENTION_COLUMNS,
    MentionRow,
    NewPost,
    insert_annotations,
    mention_rows,
    texts,
)
from monitor.store.reanalysis import Batch, Changed, Comparison, Moved
from monitor.store.rows import POST_FIELDS, as_post
from monitor.store.store import StoreError
from monitor.store.terms import recount_terms

TABLES = """
CREATE TABLE meta (version TEXT, topics TEXT, since INTEGER, until INTEGER);
CREATE TABLE read_posts (post_id INTEGER PRIMARY KEY, letters INTEGER NOT NULL); -- and how long its text was
CREATE TABLE annotations AS SELECT * FROM live.annotations LIMIT 0;
CREATE UNIQUE INDEX annotation_of ON annotations (post_id);
CREATE TABLE post_hashtags AS SELECT * FROM live.post_hashtags LIMIT 0;
CREATE UNIQUE INDEX one_hashtag ON post_hashtags (post_id, key);
CREATE TABLE mentions AS SELECT * FROM live.mentions LIMIT 0; -- topic_id: the place of the topic in meta.topics
CREATE UNIQUE INDEX mention_of ON mentions (topic_id, published_at, post_id);
CREATE TABLE story_keys (week INTEGER, key INTEGER, post_id INTEGER, PRIMARY KEY (week, key)) WITHOUT ROWID;
CREATE TABLE earlier (post_id INTEGER PRIMARY KEY); -- stories from before, whose copies may be among the posts
"""
SKETCHES = """
CREATE TEMP VIEW IF NOT EXISTS sketches AS SELECT post_id, sketch FROM main.annotations
UNION ALL SELECT a.post_id, a.sketch FROM live.annotations a JOIN main.earlier e ON e.post_id = a.post_id
"""
NEVER = 1 << 40  # seconds: far ahead
CHOSEN = "p.published_at >= ? AND p.published_at < ?"
OF_THE_POST = {  # columns of a mention that are not what its text says
    "topic_id": "?1",
    "author_id": "p.author_id",
    "original": "min(s.original, p.kind <> 'repost')",
    "followers": "coalesce(b.followers, p.followers)",
    "observed_at": "b.observed_at",
}
# What may differ in an annotation: as a word for a person, and as SQL on `o`ld and `n`ew.
LABEL = "CASE WHEN {0}.polarity IS NULL THEN '?' ELSE sign(round({0}.polarity * 1000)) END"
ASPECTS = {
    "categories": "{0}.categories",
    "label": LABEL,
    "duplicates": "(SELECT d.key FROM live.posts d WHERE d.id = {0}.duplicate_of)",
    "words": "{0}.tokens",
    "hashtags": "(SELECT group_concat(key, ' ') FROM (SELECT key FROM {1}.post_hashtags h "
    "WHERE h.post_id = {0}.post_id ORDER BY key))",
    "topics": "(SELECT group_concat(name, ' ') FROM (SELECT c.name FROM chosen_topics c JOIN {1}.mentions m "
    "ON m.topic_id = c.{1}_id AND m.published_at = p.published_at AND m.post_id = p.id ORDER BY c.name))",
}


class StagedReading:
    """`monitor.store.reanalysis.Reanalysis` on SQLite."""

    def __init__(
        self, file: DatabaseFile, version: str, topics: Sequence[str], since: datetime, until: datetime | None
    ) -> None:
        self._file = file
        self._version, self._topics = version, list(topics)
        self._window = (seconds(since), NEVER if until is None else seconds(until))
        self._path = Path(f"{file.path}.reanalysis")
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = self._connected()
        meta = (self._version, json.dumps(self._topics, ensure_ascii=False), *self._window)
        try:
            known = connection.execute("SELECT version, topics, since, until FROM meta").fetchone()
        except sqlite3.DatabaseError:
            known = None
        if known != meta:
            connection.close()
            self._remove()
            connection = self._connected()
            connection.execute("BEGIN")
            for statement in statements(TABLES):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES (?, ?, ?, ?)", meta)
            self._enter_earlier_stories(connection)
            connection.execute("COMMIT")
        connection.execute(SKETCHES)
        return connection

    def _connected(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self._path, isolation_level=None, uri=True)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self._path} cannot be written ({error}): give this user the right to do so") from error
        except sqlite3.DatabaseError:
            self._remove()
            return self._connected()
        connection.execute("ATTACH ? AS live", (f"{self._file.path.absolute().as_uri()}?mode=ro",))
        return connection

    def _enter_earlier_stories(self, connection: sqlite3.Connection) -> None:
        since = self._window[0]
        connection.execute(
            "INSERT INTO story_keys SELECT k.week, k.key, k.post_id FROM live.story_keys k JOIN live.posts p "
            "ON p.id = k.post_id WHERE k.week >= ? AND p.published_at >= ? AND p.published_at < ?",
            ((since - WINDOW) // WINDOW, since - WINDOW, since),
        )
        connection.execute("INSERT INTO earlier SELECT DISTINCT post_id FROM story_keys")

    def posts(self) -> int:
        return self._count(f"SELECT count(*) FROM live.posts p WHERE {CHOSEN}", *self._window)

    def due(self) -> int:
        return self._count(
            f"SELECT count(*) FROM live.posts p JOIN live.annotations a ON a.post_id = p.id WHERE {CHOSEN} "
            "AND a.version <> ?",
            *self._window,
            self._version,
        )

    def staged(self) -> int:
        return self._count("SELECT count(*) FROM read_posts")

    def _count(self, sql: str, *values: object) -> int:
        return int(self._connection.execute(sql, values).fetchone()[0])

    def batches(self, size: int) -> Iterator[Batch]:
        (last,) = self._connection.execute("SELECT coalesce(max(post_id), 0) FROM read_posts").fetchone()
        changed = (
            f"p.id <= {last} AND p.id IN (SELECT r.post_id FROM read_posts r JOIN live.posts q ON q.id = r.post_id "
            "WHERE length(q.text) <> r.letters)"
        )
        again = self._rows(f"{changed} AND {CHOSEN} ORDER BY p.id", *self._window)
        if again.rows:
            yield again
        while True:
            batch = self._rows(f"p.id > ? AND {CHOSEN} ORDER BY p.id LIMIT ?", last, *self._window, size)
            if not batch.rows:
                return
            last, visit = batch.rows[-1]
            rest = self._rows(f"p.id > ? AND p.visit_id = ? AND {CHOSEN} ORDER BY p.id", last, visit, *self._window)
            if rest.rows:
                last = rest.rows[-1][0]
            yield Batch(rows=batch.rows + rest.rows, posts=batch.posts + rest.posts)

    def _rows(self, where: str, *values: object) -> Batch:
        rows = self._connection.execute(
            f"SELECT p.id, p.visit_id, {POST_FIELDS} FROM live.posts p WHERE {where}", values
        ).fetchall()
        return Batch(rows=tuple(row[:2] for row in rows), posts=tuple(as_post(row[2:]) for row in rows))

    def stage(self, batch: Batch, annotations: Sequence[Annotation]) -> None:
        read = [
            (visit, NewPost(number, post.key, seconds(post.published_at), post, annotation))
            for (number, visit), post, annotation in zip(batch.rows, batch.posts, annotations, strict=True)
        ]
        ids = [(new.id,) for _, new in read]
        places = {name: place for place, name in enumerate(self._topics)}
        self._connection.execute("BEGIN")
        for table in ("read_posts", "annotations", "post_hashtags"):  # what was staged with another text
            self._connection.executemany(f"DELETE FROM {table} WHERE post_id = ?", ids)
        self._connection.executemany(
            "DELETE FROM mentions WHERE topic_id = ? AND published_at = ? AND post_id = ?",
            [(place, new.published_at, new.id) for place in places.values() for _, new in read],
        )
        for _, of_visit in groupby(read, key=lambda pair: pair[0]):
            new = [each for _, each in of_visit]
            copied = copies(self._connection, texts(new), known="sketches")
            insert_annotations(self._connection, new, copied)
            self._connection.executemany(INSERT_MENTION, sorted(mention_rows(new, copied, places)))
        self._connection.executemany("INSERT INTO read_posts SELECT id, length(text) FROM live.posts WHERE id = ?", ids)
        self._connection.execute("COMMIT")

    def compare(self, examples: int) -> Comparison:
        self._name_topics(self._connection, "main", "live")
        values = ", ".join(
            f"{sql.format('o', 'live')} AS {name}_before, {sql.format('n', 'main')} AS {name}_after"
            for name, sql in ASPECTS.items()
        )
        read = (
            f"SELECT p.key, {values} FROM main.annotations n JOIN live.annotations o ON o.post_id = n.post_id "
            "JOIN live.posts p ON p.id = n.post_id ORDER BY p.published_at, p.key"
        )
        aspects = dict.fromkeys(ASPECTS, 0)
        changed, shown = 0, list[Changed]()
        for key, *pairs in self._connection.execute(read):
            differs = False
            for name, before, after in zip(ASPECTS, pairs[::2], pairs[1::2], strict=True):
                if before == after:
                    continue
                differs = True
                aspects[name] += 1
                if aspects[name] <= examples:
                    shown.append(Changed(post=key, aspect=name, before=_shown(before), after=_shown(after)))
            changed += differs
        return Comparison(
            posts=self.staged(), changed=changed, aspects=aspects, examples=tuple(shown), days=self._days()
        )

    def _name_topics(self, connection: sqlite3.Connection, staged: str, live: str) -> None:
        """The topics, with their numbers here and there."""
        connection.execute("DROP TABLE IF EXISTS temp.chosen_topics")
        connection.execute(f"CREATE TEMP TABLE chosen_topics (name TEXT, {staged}_id INTEGER, {live}_id INTEGER)")
        for place, name in enumerate(self._topics):
            connection.execute(
                f"INSERT INTO chosen_topics VALUES (?1, ?2, (SELECT id FROM {live}.topics WHERE name = ?1))",
                (name, place),
            )

    def _days(self) -> tuple[Moved, ...]:
        counts: dict[tuple[str, int], dict[str, tuple[int, ...]]] = {}
        for schema in ("live", "main"):
            rows = self._connection.execute(
                f"SELECT c.name, (m.published_at + {BEIJING}) / {DAY} AS day, count(*), sum(m.original), "
                f"sum(m.complaint), sum(m.polarity_milli < 0) FROM chosen_topics c JOIN {schema}.mentions m "
                f"ON m.topic_id = c.{schema}_id JOIN read_posts r ON r.post_id = m.post_id "
                "WHERE m.published_at >= ? AND m.published_at < ? GROUP BY c.name, day",
                self._window,
            )
            for name, day, *sums in rows:
                counts.setdefault((name, day), {})[schema] = tuple(count or 0 for count in sums)
        nothing = (0, 0, 0, 0)
        moved = []
        for (name, day), of_day in sorted(counts.items()):
            before, after = of_day.get("live", nothing), of_day.get("main", nothing)
            if before != after:
                mentions, originals, complaints, negative = zip(before, after, strict=True)
                moved.append(
                    Moved(
                        topic=name,
                        day=date(1970, 1, 1) + timedelta(days=day),
                        mentions=mentions,
                        originals=originals,
                        complaints=complaints,
                        negative=negative,
                    )
                )
        return tuple(moved)

    def swap(self) -> bool:
        with self._file.attached(self._path, "staged") as connection:
            missing = connection.execute(
                f"SELECT 1 FROM posts p LEFT JOIN staged.read_posts r ON r.post_id = p.id WHERE {CHOSEN} "
                "AND (r.post_id IS NULL OR r.letters <> length(p.text)) LIMIT 1",
                self._window,
            ).fetchone()
            if missing:
                return False
            self._swap_language(connection)
            for place, name in enumerate(self._topics):
                self._swap_mentions(connection, place, topic_id(connection, name))
        return True

    def _swap_language(self, connection: sqlite3.Connection) -> None:
        chosen = "post_id IN (SELECT post_id FROM staged.read_posts)"
        since, until = self._window
        weeks = (since // WINDOW, until // WINDOW + 1)
        for table in ("annotations", "post_hashtags"):
            connection.execute(f"DELETE FROM main.{table} WHERE {chosen}")
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM staged.{table}")
        connection.execute(f"DELETE FROM main.story_keys WHERE week BETWEEN ? AND ? AND {chosen}", weeks)
        connection.execute("INSERT OR IGNORE INTO main.story_keys SELECT week, key, post_id FROM staged.story_keys")

    def _swap_mentions(self, connection: sqlite3.Connection, place: int, number: int) -> None:
        """What belongs to the post, and what was observed of it, stays; what the text says is new."""
        since, until = self._window
        chosen = "topic_id = ? AND published_at >= ? AND published_at < ?"
        connection.execute(
            "CREATE TEMP TABLE before (post_id INTEGER PRIMARY KEY, followers INTEGER, observed_at INTEGER)"
        )
        connection.execute(
            f"INSERT INTO temp.before SELECT post_id, followers, observed_at FROM main.mentions WHERE {chosen}",
            (number, since, until),
        )
        connection.execute(f"DELETE FROM main.mentions WHERE {chosen}", (number, since, until))
        columns = ", ".join(OF_THE_POST.get(name, f"s.{name}") for name in MentionRow._fields)
        connection.execute(
            f"INSERT INTO main.mentions ({MENTION_COLUMNS}) SELECT {columns} FROM staged.mentions s "
            "JOIN main.posts p ON p.id = s.post_id "
            "LEFT JOIN temp.before b ON b.post_id = s.post_id WHERE s.topic_id = ?2",
            (number, place),
        )
        connection.execute("DROP TABLE temp.before")
        recount_topic(connection, number, since // HOUR * HOUR, -(-until // HOUR) * HOUR)
        recount_terms(connection, number, since, until)
        connection.execute("UPDATE topics SET late_from = observed_until WHERE id = ?", (number,))

    def discard(self) -> None:
        self._connection.close()
        self._remove()

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{self._path}{suffix}").unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._connection.close()


def _shown(value: object) -> str:
    """A cell for a person: complaint categories without the commas round them, nothing as a dash."""
    text = "" if value is None else str(value).strip(",")
    return text if len(text) <= 60 else f"{text[:59]}…"
