"""Posts, annotations and mentions: the rows that a visit adds."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from analysis.annotation import Annotation
from collectors.post import Kind, Post
from monitor.store.copies import Text, text
from monitor.store.epoch import seconds

ROWS = 200  # asked for at once; well below SQLite's limit of 32,766 parameters

POST_COLUMNS = (
    "key, platform, native_id, url, text, published_at, collected_at, kind, author_id, author_name, repost_of, "
    "reposts, comments, likes, views, followers, counted_at, source, visit_id"
)
INSERT_POST = (
    f"INSERT INTO posts ({POST_COLUMNS}) VALUES ({', '.join('?' * len(POST_COLUMNS.split(',')))}) "
    "ON CONFLICT (key) DO NOTHING"
)


class NewPost(NamedTuple):
    """A post that was not stored before, with the id of its row."""

    id: int
    key: str
    published_at: int
    post: Post
    annotation: Annotation


class MentionRow(NamedTuple):
    """A row of `mentions`, its fields in the order of the columns."""

    topic_id: int
    published_at: int
    post_id: int
    platform: str
    author_id: str | None
    complaint: int
    original: int
    polarity_milli: int | None
    followers: int | None
    observed_at: int | None
    term: str
    starts: int
    ends: int
    categories: str
    polarity: float | None
    version: str


MENTION_COLUMNS = ", ".join(MentionRow._fields)
INSERT_MENTION = f"INSERT INTO mentions ({MENTION_COLUMNS}) VALUES ({', '.join('?' * len(MentionRow._fields))})"


def insert_posts(
    connection: sqlite3.Connection, posts: Sequence[Post], annotations: Sequence[Annotation], source: str, visit: int
) -> tuple[list[NewPost], list[tuple[Post, Annotation]]]:
    """Store the posts not stored before; these, in order of key, and the others, which were known."""
    batch: dict[str, tuple[Post, Annotation, int]] = {}
    again: list[tuple[Post, Annotation]] = []
    for post, annotation in zip(posts, annotations, strict=True):
        key = post.key
        if key in batch:
            again.append((post, annotation))
        else:
            batch[key] = (post, annotation, seconds(post.published_at))
    keys = sorted(batch)
    ids = _insert(connection, [_row(key, batch[key][0], batch[key][2], source, visit) for key in keys])
    new = [
        NewPost(ids[key], key, published_at, post, annotation)
        for key in keys
        if key in ids
        for post, annotation, published_at in (batch[key],)
    ]
    return new, [batch[key][:2] for key in keys if key not in ids] + again


def _row(key: str, post: Post, published_at: int, source: str, visit: int) -> tuple[object, ...]:
    collected_at = seconds(post.collected_at)
    return (
        key,
        post.platform,
        post.native_id,
        post.url,
        post.text,
        published_at,
        collected_at,
        post.kind.value,
        post.author_id,
        post.author_name,
        post.repost_of,
        post.reposts,
        post.comments,
        post.likes,
        post.views,
        post.followers,
        collected_at,
        source,
        visit,
    )


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> dict[str, int]:
    """Key → id of the rows that were new, as the database itself tells: ids only grow."""
    (newest,) = connection.execute("SELECT coalesce(max(id), 0) FROM posts").fetchone()
    connection.executemany(INSERT_POST, rows)
    return dict(connection.execute("SELECT key, id FROM posts WHERE id > ?", (newest,)).fetchall())


def texts(new: Iterable[NewPost]) -> list[Text]:
    """What copies are told by."""
    return [text(n.id, n.key, n.published_at, n.annotation.fingerprint, n.annotation.sketch) for n in new]


def insert_annotations(connection: sqlite3.Connection, new: Sequence[NewPost], copied: Mapping[int, int]) -> None:
    connection.executemany(
        "INSERT INTO annotations (post_id, tokens, complaints, categories, polarity, fingerprint, sketch, "
        "duplicate_of, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                n.id,
                " ".join(n.annotation.tokens),
                _spans(n.annotation),
                categories(n.annotation),
                n.annotation.polarity,
                n.annotation.fingerprint,
                n.annotation.sketch,
                copied.get(n.id),
                n.annotation.version,
            )
            for n in new
        ],
    )
    connection.executemany(
        "INSERT INTO post_hashtags (post_id, key, spelling) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(n.id, tag.key, tag.spelling) for n in new for tag in n.annotation.hashtags],
    )


def _spans(annotation: Annotation) -> str:
    if not annotation.complaints:
        return "[]"
    return json.dumps([[c.category, c.term, c.start, c.end] for c in annotation.complaints], ensure_ascii=False)


def categories(annotation: Annotation) -> str:
    """Complaint categories as one cell: `,slow,busy,`, so that `,slow,` finds one; empty without complaints."""
    return f",{','.join(c.category for c in annotation.complaints)}," if annotation.complaints else ""


def split_categories(cell: str) -> tuple[str, ...]:
    return tuple(cell[1:-1].split(",")) if cell else ()


def mention_rows(
    new: Iterable[NewPost], copied: Mapping[int, int], topic_ids: Mapping[str, int]
) -> Iterator[MentionRow]:
    """The mentions of these topics, not yet observed."""
    for number, _, published_at, post, annotation in new:
        polarity = annotation.polarity
        for match in annotation.matches:
            topic_id = topic_ids.get(match.topic)
            if topic_id is not None:
                yield MentionRow(
                    topic_id,
                    published_at,
                    number,
                    post.platform,
                    post.author_id,
                    1 if annotation.complaints else 0,
                    0 if post.kind is Kind.REPOST or number in copied else 1,
                    None if polarity is None else round(polarity * 1000),
                    post.followers,
                    None,
                    match.term,
                    match.start,
                    match.end,
                    categories(annotation),
                    polarity,
                    annotation.version,
                )
