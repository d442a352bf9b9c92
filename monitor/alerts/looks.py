"""What rules look at that is not a minute of talk: hot lists, and hashtags over time; each look once, in order.

A look has its place in event time, and waits until what it looks at is there: a hot list is looked at as of when it was
read, hashtags every LOOK_EVERY by the clock, once coverage has reached the end of their window. So a restart looks at
the same moments as a service that was never stopped.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Protocol

from analysis.emerging import PAST
from analysis.hashtags import fold_hashtag
from analysis.rules.rule import HotLine, HotLists, TopicHashtags
from collectors.post import HotEntry
from monitor.config import TopicConfig
from monitor.store.store import Store

LOOK_EVERY = timedelta(minutes=5)  # hashtags change no faster
FRESH = timedelta(minutes=30)  # an older hot list says nothing of now
FIRST_LOOK = timedelta(days=1)  # so far back a rule that is new looks
HOUR = timedelta(hours=1)
HOUR_S = 3_600


class Windowed(Protocol):
    @property
    def window_min(self) -> int: ...

    @property
    def support(self) -> int: ...


def hot_lists(store: Store, topic: TopicConfig, looked_until: datetime | None, now: datetime) -> Iterator[HotLists]:
    """The topic's lines as of every list that was read after `looked_until`, on the newest list of each platform then.

    Where no list was read for FRESH, a look at nothing comes in between.
    """
    words = [fold_hashtag(word) for word in topic.to_topic().words()]
    after = looked_until or now - FIRST_LOOK
    newest: dict[str, tuple[HotEntry, ...]] = {}
    last = looked_until
    lines = store.hot_entries(after - FRESH, now + timedelta(seconds=1))
    for seen_at, listed in groupby(lines, key=lambda line: line.seen_at):
        read = groupby(listed, key=lambda line: line.platform)
        newest |= {platform: tuple(entries) for platform, entries in read}
        if seen_at <= after:
            continue
        yield from _nothing_read(topic, last, seen_at)
        last = seen_at
        newest = {platform: each for platform, each in newest.items() if seen_at - each[0].seen_at <= FRESH}
        yield HotLists(
            topic=topic.name,
            at=seen_at,
            read=tuple(sorted(newest)),
            lines=tuple(
                HotLine(platform=line.platform, word=line.word, rank=line.rank)
                for platform in sorted(newest)
                for line in newest[platform]
                if any(word in fold_hashtag(line.word) for word in words)
            ),
        )
    yield from _nothing_read(topic, last, now)


def _nothing_read(topic: TopicConfig, since: datetime | None, until: datetime) -> Iterator[HotLists]:
    while since and until - since > FRESH:
        since += FRESH
        yield HotLists(topic=topic.name, at=since, read=(), lines=())


def hashtags(
    store: Store, topic: TopicConfig, looked_until: datetime | None, settings: Windowed
) -> Iterator[TopicHashtags]:
    """Hashtags in every window that ends after `looked_until` and was observed since, as its Observations counted
    them, and how much of the 28 days before it was seen."""
    observed_until = next((state.observed_until for state in store.topics() if state.name == topic.name), None)
    if observed_until is None:
        return
    at = _look(looked_until or observed_until - FIRST_LOOK) + LOOK_EVERY
    while at <= observed_until:
        yield _window(store, topic, at, settings)
        at += LOOK_EVERY


def _look(moment: datetime) -> datetime:
    """The last look at `moment` or before."""
    every = int(LOOK_EVERY.total_seconds())
    return datetime.fromtimestamp(moment.timestamp() // every * every, UTC)


def _window(store: Store, topic: TopicConfig, until: datetime, settings: Windowed) -> TopicHashtags:
    window = timedelta(minutes=settings.window_min)
    since = until - window
    past_since = (since - PAST).replace(minute=0)
    counts = store.hashtag_counts(topic.name, since, until, past_since, settings.support, observed=True)
    minutes = store.series(topic.name, since, until, 60).buckets
    past = store.series(topic.name, past_since, since.replace(minute=0), HOUR_S).buckets if counts else ()
    return TopicHashtags(
        topic=topic.name,
        at=until,
        coverage=sum(bucket.coverage for bucket in minutes) / max(len(minutes), 1),
        windows=sum(bucket.coverage for bucket in past) * (HOUR / window),
        counts=counts,
    )
