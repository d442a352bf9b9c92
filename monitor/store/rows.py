"""Rows of posts, mentions and visits, as the types that leave the store."""

from collections.abc import Sequence
from typing import Any

from collectors.post import HotEntry, HotKind, Kind, Post, Rejected
from collectors.stretch import Rate, Stretch
from monitor.store.epoch import maybe_moment, moment
from monitor.store.posts import split_categories
from monitor.store.store import CoveredStretch, StoredCounts, StoredMention, StoredPost, VisitRecord

POST_FIELDS = (
    "p.platform, p.native_id, p.url, p.text, p.published_at, p.collected_at, p.kind, p.author_id, p.author_name, "
    "p.repost_of, p.reposts, p.comments, p.likes, p.views, p.followers"
)


def as_post(row: Sequence[Any]) -> Post:
    """A row of POST_FIELDS."""
    return Post(
        platform=row[0],
        native_id=row[1],
        url=row[2],
        text=row[3],
        published_at=moment(row[4]),
        collected_at=moment(row[5]),
        kind=Kind(row[6]),
        author_id=row[7],
        author_name=row[8],
        repost_of=row[9],
        reposts=row[10],
        comments=row[11],
        likes=row[12],
        views=row[13],
        followers=row[14],
    )


# What belongs to a post in other tables; few topics are watched, so each is asked for the mention of this post.
STORED_POST_FIELDS = f"""
  {POST_FIELDS}, p.source, a.polarity, a.categories, a.tokens, a.version,
  (SELECT d.key FROM posts d WHERE d.id = a.duplicate_of),
  (SELECT group_concat(name, char(10)) FROM (SELECT t.name FROM topics t WHERE EXISTS (SELECT 1 FROM mentions x
    WHERE x.topic_id = t.id AND x.published_at = p.published_at AND x.post_id = p.id) ORDER BY t.name)),
  (SELECT group_concat(key, char(10)) FROM (SELECT h.key FROM post_hashtags h WHERE h.post_id = p.id ORDER BY h.key)),
  p.gone_at, p.gone_because
"""


def as_stored_post(row: Sequence[Any]) -> StoredPost:
    """A row of STORED_POST_FIELDS."""
    source, polarity, categories, tokens, version, duplicate_of, topics, hashtags = row[15:23]
    gone_at, gone_because = row[23:25]
    return StoredPost(
        post=as_post(row),
        source=source,
        topics=_lines(topics),
        hashtags=_lines(hashtags),
        categories=split_categories(categories),
        polarity=polarity,
        duplicate_of=duplicate_of,
        tokens=tuple(tokens.split(" ")) if tokens else (),
        version=version,
        gone_at=maybe_moment(gone_at),
        gone_because=gone_because,
    )


def _lines(cell: str | None) -> tuple[str, ...]:
    return tuple(cell.split("\n")) if cell else ()


MENTION_FIELDS = (
    "t.name, p.key, m.platform, p.kind, m.published_at, m.author_id, m.term, m.starts, m.ends, m.categories, "
    "m.polarity, m.original, m.followers, m.observed_at, m.version"
)


def as_mention(row: Sequence[Any]) -> StoredMention:
    """A row of MENTION_FIELDS."""
    return StoredMention(
        topic=row[0],
        post=row[1],
        platform=row[2],
        kind=row[3],
        published_at=moment(row[4]),
        author_id=row[5],
        term=row[6],
        start=row[7],
        end=row[8],
        categories=split_categories(row[9]),
        polarity=row[10],
        original=bool(row[11]),
        followers=row[12],
        observed_at=maybe_moment(row[13]),
        version=row[14],
    )


COUNTS = ("reposts", "comments", "likes", "views", "followers")
COUNTS_FIELDS = "p.key, coalesce(c.at, p.collected_at), coalesce(c.source, p.source), " + ", ".join(
    f"CASE WHEN c.at IS NULL THEN p.{name} ELSE c.{name} END" for name in COUNTS
)


def as_counts(row: Sequence[Any]) -> StoredCounts:
    """A row of COUNTS_FIELDS."""
    post, at, source, reposts, comments, likes, views, followers = row
    return StoredCounts(
        post=post,
        at=moment(at),
        source=source,
        reposts=reposts,
        comments=comments,
        likes=likes,
        views=views,
        followers=followers,
    )


VISIT_FIELDS = "source, target, at, asked_from, asked_until, pages, new_posts, known_posts, rejected, error, reason"


def as_visit(row: Sequence[Any]) -> VisitRecord:
    """A row of VISIT_FIELDS."""
    return VisitRecord(
        source=row[0],
        target=row[1],
        at=moment(row[2]),
        asked_from=maybe_moment(row[3]),
        asked_until=maybe_moment(row[4]),
        pages=row[5],
        new_posts=row[6],
        known_posts=row[7],
        rejected=row[8],
        error=row[9],
        reason=row[10],
    )


def as_stretch(row: Sequence[Any]) -> CoveredStretch:
    """source, target, starts_at, ends_at, share, the three rates, recorded_at."""
    source, target, starts_at, ends_at, share, low, mid, high, recorded_at = row
    return CoveredStretch(
        source=source,
        target=target,
        stretch=Stretch(
            starts_at=moment(starts_at),
            ends_at=moment(ends_at),
            share=share,
            rate=None if mid is None else Rate(low=low, mid=mid, high=high),
        ),
        recorded_at=moment(recorded_at),
    )


HOT_FIELDS = "platform, word, seen_at, kind, rank, heat, label, onboard_at, url"


def as_hot_entry(row: Sequence[Any]) -> HotEntry:
    """A row of HOT_FIELDS."""
    platform, word, seen_at, kind, rank, heat, label, onboard_at, url = row
    return HotEntry(
        platform=platform,
        word=word,
        seen_at=moment(seen_at),
        kind=HotKind(kind),
        rank=rank,
        heat=heat,
        label=label,
        onboard_at=maybe_moment(onboard_at),
        url=url,
    )


def as_rejected(row: Sequence[Any]) -> Rejected:
    """reason, place, excerpt."""
    return Rejected(reason=row[0], where=row[1], excerpt=row[2])
