"""A post that is seen again: newer counts, the end of a text that had been cut off, an author, or its deletion.

Its key, its time and its first source stay. A count that is told replaces the one before (None never does), and each
reading that tells something new is kept. What was not known of it is filled in, and its mentions are counted again.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from analysis.annotation import Annotation
from collectors.post import Kind, Post, Withdrawn
from monitor.store.buckets import recount
from monitor.store.copies import copies
from monitor.store.epoch import DAY, seconds
from monitor.store.posts import (
    INSERT_MENTION,
    ROWS,
    NewPost,
    insert_annotations,
    mention_rows,
    texts,
)
from monitor.store.rows import COUNTS, POST_FIELDS, as_post
from monitor.store.terms import day_of, recount_terms

_SPACE = re.compile(r"\s+")
_CUT_OFF = re.compile(r"(?:\.{3}|…+)?\s*(?:全文|展开)?$")  # what a list puts where it cuts a text off
_FOLLOWERS = COUNTS.index("followers")


@dataclass(slots=True)
class _Known:
    """A stored post, changed as readings of it are taken in."""

    id: int
    post: Post
    source: str
    counted_at: int
    is_gone: bool
    annotation: Annotation | None = None  # of a text that is now whole
    is_enriched: bool = False

    @property
    def counts(self) -> tuple[int | None, ...]:
        return tuple(getattr(self.post, name) for name in COUNTS)


def see_again(
    connection: sqlite3.Connection,
    seen: Sequence[tuple[Post, Annotation]],
    source: str,
    topic_id: Callable[[sqlite3.Connection, str], int],
) -> int:
    """Take in readings of posts that are stored; how many of them are better known now."""
    known = _load(connection, sorted({post.key for post, _ in seen}))
    for post, annotation in seen:
        _take_counts(connection, known[post.key], post, source)
        _enrich(known[post.key], post, annotation)
    enriched = [each for each in known.values() if each.is_enriched]
    connection.executemany(
        "UPDATE posts SET reposts = ?, comments = ?, likes = ?, views = ?, followers = ?, counted_at = ? WHERE id = ?",
        [(*each.counts, each.counted_at, each.id) for each in known.values()],
    )
    if enriched:
        _store(connection, enriched, topic_id)
    return len(enriched)


def note_withdrawn(connection: sqlite3.Connection, withdrawn: Iterable[Withdrawn], source: str, at: int) -> None:
    """When and how it was first noticed that a stored post is gone."""
    connection.executemany(
        "UPDATE posts SET gone_at = ?1, gone_because = ?2 WHERE key = ?3 AND gone_at IS NULL",
        [(at, f"{source}: {each.reason}", each.key) for each in withdrawn],
    )


def _load(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, _Known]:
    known = {}
    for first in range(0, len(keys), ROWS):
        part = keys[first : first + ROWS]
        rows = connection.execute(
            f"SELECT p.id, p.source, p.counted_at, p.gone_at, {POST_FIELDS} FROM posts p "
            f"WHERE p.key IN ({', '.join('?' * len(part))})",
            part,
        )
        for number, source, counted_at, gone_at, *fields in rows:
            post = as_post(fields)
            known[post.key] = _Known(number, post, source, counted_at, gone_at is not None)
    return known


def _take_counts(connection: sqlite3.Connection, known: _Known, post: Post, source: str) -> None:
    at, told = seconds(post.collected_at), tuple(getattr(post, name) for name in COUNTS)
    if known.is_gone:
        connection.execute(
            "UPDATE posts SET gone_at = NULL, gone_because = NULL WHERE id = ? AND gone_at < ?", (known.id, at)
        )
    have = known.counts
    if any(count is not None and count != before for count, before in zip(told, have, strict=True)):
        first = (known.id, seconds(known.post.collected_at), known.source, *have)
        marks = ", ".join("?" * len(first))
        connection.execute(
            f"INSERT INTO counts SELECT {marks} WHERE NOT EXISTS (SELECT 1 FROM counts WHERE post_id = ?)",
            (*first, known.id),
        )
        connection.execute(
            f"INSERT INTO counts VALUES ({marks}) ON CONFLICT DO UPDATE SET "
            + ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in COUNTS),
            (known.id, at, source, *told),
        )
    older, newer = (told, have) if at < known.counted_at else (have, told)
    newest = {
        name: before if count is None else count for name, before, count in zip(COUNTS, older, newer, strict=True)
    }
    known.is_enriched |= have[_FOLLOWERS] is None and told[_FOLLOWERS] is not None
    known.post = replace(known.post, **newest)
    known.counted_at = max(known.counted_at, at)


def _enrich(known: _Known, post: Post, annotation: Annotation) -> None:
    have = known.post
    better = replace(
        have,
        author_id=have.author_id or post.author_id,
        author_name=have.author_name or post.author_name,
        repost_of=have.repost_of or post.repost_of,
        kind=post.kind if have.kind is Kind.ORIGINAL and have.repost_of is None and post.repost_of else have.kind,
    )
    if completes(have.text, post.text):
        better = replace(better, text=post.text)
        known.annotation = annotation
    if better != have:
        known.post, known.is_enriched = better, True


def completes(cut: str, whole: str) -> bool:
    """Whether a text goes on where the other was cut off. (One that was edited is another text.)

    >>> completes("今天的奶茶真的 ...展开", "今天的奶茶真的很好喝"), completes("好喝", "不好喝")
    (True, False)
    """
    begun, all_of_it = (_SPACE.sub("", _CUT_OFF.sub("", text)) for text in (cut, whole))
    return 0 < len(begun) < len(all_of_it) and all_of_it.startswith(begun)


def _store(
    connection: sqlite3.Connection,
    enriched: Sequence[_Known],
    topic_id: Callable[[sqlite3.Connection, str], int],
) -> None:
    connection.executemany(
        "UPDATE posts SET text = ?, kind = ?, author_id = ?, author_name = ?, repost_of = ? WHERE id = ?",
        [
            (
                each.post.text,
                each.post.kind.value,
                each.post.author_id,
                each.post.author_name,
                each.post.repost_of,
                each.id,
            )
            for each in enriched
        ],
    )
    touched: dict[int, set[int]] = defaultdict(set)
    _annotate_again(connection, [each for each in enriched if each.annotation is not None], topic_id, touched)
    for each in enriched:
        post, at = each.post, seconds(each.post.published_at)
        rows = connection.execute(
            "UPDATE mentions SET author_id = ?1, followers = coalesce(followers, ?2), original = min(original, ?3) "
            "WHERE topic_id IN (SELECT id FROM topics) AND published_at = ?4 AND post_id = ?5 RETURNING topic_id",
            (post.author_id, post.followers, 0 if post.kind is Kind.REPOST else 1, at, each.id),
        ).fetchall()
        for (topic,) in rows:
            touched[topic].add(at)
    for topic, moments in sorted(touched.items()):
        recount(connection, topic, moments)
        for day in sorted({day_of(at) for at in moments}):
            recount_terms(connection, topic, day, day + DAY)


def _annotate_again(
    connection: sqlite3.Connection,
    whole: Sequence[_Known],
    topic_id: Callable[[sqlite3.Connection, str], int],
    touched: dict[int, set[int]],
) -> None:
    """Annotations, hashtags and mentions of posts whose text is now whole; which moments of which topics changed."""
    read = [
        NewPost(each.id, each.post.key, seconds(each.post.published_at), each.post, each.annotation)
        for each in whole
        if each.annotation is not None
    ]
    if not read:
        return
    before = {}
    for new in read:
        connection.execute("DELETE FROM annotations WHERE post_id = ?", (new.id,))
        connection.execute("DELETE FROM post_hashtags WHERE post_id = ?", (new.id,))
        rows = connection.execute(
            "DELETE FROM mentions WHERE topic_id IN (SELECT id FROM topics) AND published_at = ? AND post_id = ? "
            "RETURNING topic_id, observed_at, followers",
            (new.published_at, new.id),
        ).fetchall()
        for topic, observed_at, followers in rows:
            touched[topic].add(new.published_at)
            before[topic, new.id] = (observed_at, followers)
    copied = copies(connection, texts(read))
    insert_annotations(connection, read, copied)
    names = sorted({match.topic for new in read for match in new.annotation.matches})
    for row in sorted(mention_rows(read, copied, {name: topic_id(connection, name) for name in names})):
        observed_at, followers = before.get((row.topic_id, row.post_id), (None, None))
        kept = row._replace(observed_at=observed_at, followers=row.followers if followers is None else followers)
        connection.execute(INSERT_MENTION, kept)
        touched[row.topic_id].add(row.published_at)
