"""The tables that can be exported: their rows as a stream, in the order of their columns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from analysis.series import Bucket
from monitor.alerts.types import Alert
from monitor.exporters.columns import (
    ALERT_COLUMNS,
    COUNTS_COLUMNS,
    HOT_LIST_COLUMNS,
    MENTION_COLUMNS,
    POST_COLUMNS,
    SERIES_COLUMNS,
)
from monitor.exporters.exporter import Column
from monitor.store.store import Selection, Store, StoredMention, StoredPost

BEIJING = ZoneInfo("Asia/Shanghai")
RESOLUTIONS_S = (60, 3_600, 86_400)
CHUNK = {60: timedelta(days=1), 3_600: timedelta(days=30), 86_400: timedelta(days=365)}

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which rows: of [since, until); one topic, or all where `topic` is None; `resolution_s` is for series."""

    since: datetime
    until: datetime
    topic: str | None = None
    resolution_s: int = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: Callable[[Store, Query], Iterator[Row]]


def listed(values: Sequence[str]) -> str | None:
    """Several plain names in one cell: `slow;busy`; None where there are none."""
    return ";".join(values) or None


def tagged(keys: Sequence[str]) -> str | None:
    """Hashtags in one cell as Weibo writes them: `#a# #b c#`. A key holds no # sign, so this can be taken apart."""
    return " ".join(f"#{key}#" for key in keys) or None


# -- posts -----------------------------------------------------------------------------------------------------


def _post_row(stored: StoredPost) -> Row:
    post = stored.post
    return (
        post.key,
        post.platform,
        post.native_id,
        post.kind.value,
        post.published_at,
        post.collected_at,
        stored.source,
        post.author_id,
        post.author_name,
        post.followers,
        post.repost_of,
        post.reposts,
        post.comments,
        post.likes,
        post.views,
        listed(stored.topics),
        tagged(stored.hashtags),
        listed(stored.categories),
        stored.polarity,
        stored.duplicate_of,
        stored.gone_at,
        stored.gone_because,
        post.url,
        post.text,
        stored.version,
    )


def _posts(store: Store, query: Query) -> Iterator[Row]:
    return map(_post_row, store.posts(Selection(since=query.since, until=query.until, topic=query.topic)))


# -- counts ----------------------------------------------------------------------------------------------------


def _counts(store: Store, query: Query) -> Iterator[Row]:
    for told in store.counts(Selection(since=query.since, until=query.until, topic=query.topic)):
        yield (
            told.post,
            told.at,
            told.source,
            told.reposts,
            told.comments,
            told.likes,
            told.views,
            told.followers,
        )


# -- hot lists -------------------------------------------------------------------------------------------------


def _hot_list(store: Store, query: Query) -> Iterator[Row]:
    for entry in store.hot_entries(query.since, query.until):
        yield (
            entry.seen_at,
            entry.platform,
            entry.word,
            entry.kind.value,
            entry.rank,
            entry.heat,
            entry.label,
            entry.onboard_at,
            entry.url,
        )


# -- mentions --------------------------------------------------------------------------------------------------


def _mention_row(mention: StoredMention) -> Row:
    return (
        mention.topic,
        mention.post,
        mention.platform,
        mention.kind,
        mention.published_at,
        mention.author_id,
        mention.term,
        mention.start,
        mention.end,
        listed(mention.categories),
        mention.polarity,
        mention.original,
        mention.followers,
        mention.observed_at,
        mention.version,
    )


def _mentions(store: Store, query: Query) -> Iterator[Row]:
    for topic in _topics(store, query.topic):
        selection = Selection(since=query.since, until=query.until, topic=topic)
        yield from map(_mention_row, store.mentions(selection))


def _topics(store: Store, topic: str | None) -> tuple[str, ...]:
    return (topic,) if topic is not None else tuple(state.name for state in store.topics())


# -- series ----------------------------------------------------------------------------------------------------


def _bucket_row(topic: str, bucket: Bucket) -> Row:
    tally, estimated = bucket.tally, bucket.estimated
    counts: Row = (
        tally.authors,
        tally.originals,
        tally.complaints,
        tally.complaint_authors,
        tally.negative,
        tally.neutral,
        tally.positive,
        tally.polarity_sum,
        tally.reach,
        tally.reach_known,
    )
    unseen = not bucket.coverage and not tally.mentions
    return (
        topic,
        bucket.start,
        bucket.resolution_s,
        bucket.coverage,
        bucket.sampled,
        None if unseen else tally.mentions,
        *((estimated.low, estimated.mid, estimated.high) if estimated else (None, None, None)),
        *((None,) * len(counts) if unseen else counts),
    )


def _series(store: Store, query: Query) -> Iterator[Row]:
    """All intervals that [since, until) touches, platforms together, chunk by chunk."""
    size = query.resolution_s
    if size not in RESOLUTIONS_S:
        raise ValueError(f"a series has intervals of 60, 3600 or 86400 seconds, not {size}")
    until = border(query.until - timedelta(microseconds=1), size) + timedelta(seconds=size)
    for topic in _topics(store, query.topic):
        since = border(query.since, size)
        while since < until:
            end = min(since + CHUNK[size], until)
            for bucket in store.series(topic, since, end, size).buckets:
                yield _bucket_row(topic, bucket)
            since = end


def border(moment: datetime, resolution_s: int) -> datetime:
    """The start of the interval that `moment` lies in; days are Beijing's."""
    local = moment.astimezone(BEIJING)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    inside = (local - midnight) // timedelta(seconds=resolution_s)
    return (midnight + inside * timedelta(seconds=resolution_s)).astimezone(moment.tzinfo)


# -- alerts ----------------------------------------------------------------------------------------------------


def _alert_row(alert: Alert) -> Row:
    return (
        alert.key,
        alert.rule,
        alert.kind,
        alert.subject,
        alert.severity.value,
        alert.state.value,
        alert.breached_at,
        alert.fired_at,
        alert.cleared_at,
        alert.resolved_at,
        alert.judged_at,
        alert.unknown_since,
        alert.value,
        alert.peak,
        alert.limit,
        alert.unit or None,
        listed([f"{name}={value}" for name, value in sorted(alert.labels.items())]),
        alert.because or None,
    )


def _alerts(store: Store, query: Query) -> Iterator[Row]:
    """Episodes of the time; with a topic, its own only (a blind source belongs to no topic)."""
    for alert in store.alerts(query.since, query.until):
        if query.topic is None or alert.subject == query.topic:
            yield _alert_row(alert)


TABLES = {
    table.name: table
    for table in (
        Table(
            name="posts",
            meaning="One row per stored post, ordered by time of publication.",
            columns=POST_COLUMNS,
            rows=_posts,
        ),
        Table(
            name="counts",
            meaning="One row per reading that told something new of a post's counts, its first one included, ordered "
            "by the posts' time of publication, then by time.",
            columns=COUNTS_COLUMNS,
            rows=_counts,
        ),
        Table(
            name="hot-list",
            meaning="One row per line of a hot list each time it was read, ordered by time, platform, rank; "
            "whatever the topic.",
            columns=HOT_LIST_COLUMNS,
            rows=_hot_list,
        ),
        Table(
            name="mentions",
            meaning="One row per topic and post that mentions it, ordered by topic, then time of publication.",
            columns=MENTION_COLUMNS,
            rows=_mentions,
        ),
        Table(
            name="series",
            meaning="One row per topic and interval, without gaps: what is known of the interval today.",
            columns=SERIES_COLUMNS,
            rows=_series,
        ),
        Table(
            name="alerts",
            meaning="One row per episode of an alert that was not over before the time and had begun by its end.",
            columns=ALERT_COLUMNS,
            rows=_alerts,
        ),
    )
}
