"""What rules look at every few minutes that is not a minute of talk: the newest hot lists, and hashtags over time."""

from datetime import datetime, timedelta
from typing import Protocol

from analysis.emerging import PAST
from analysis.hashtags import fold_hashtag
from analysis.rules.rule import HotLine, HotLists, TopicHashtags
from monitor.config import TopicConfig
from monitor.store.store import Store

FRESH = timedelta(minutes=30)  # an older hot list says nothing of now
HOUR = timedelta(hours=1)
HOUR_S = 3_600


class Windowed(Protocol):
    @property
    def window_min(self) -> int: ...

    @property
    def support(self) -> int: ...


def hot_lists(store: Store, topic: TopicConfig, now: datetime) -> HotLists:
    """The topic's lines on the newest list of each platform that was read within FRESH."""
    lines = list(store.hot_entries(now - FRESH, now + timedelta(seconds=1)))
    newest = {line.platform: line.seen_at for line in lines}  # they come in order of time
    words = [fold_hashtag(word) for word in topic.to_topic().words()]
    return HotLists(
        topic=topic.name,
        at=now,
        read=tuple(sorted(newest)),
        lines=tuple(
            HotLine(platform=line.platform, word=line.word, rank=line.rank)
            for line in lines
            if line.seen_at == newest[line.platform] and any(word in fold_hashtag(line.word) for word in words)
        ),
    )


def hashtags(store: Store, topic: TopicConfig, now: datetime, settings: Windowed) -> TopicHashtags:
    """Hashtags in the window before `now` with the support, and how much of the 28 days before it was seen."""
    window = timedelta(minutes=settings.window_min)
    until = now.replace(second=0, microsecond=0)
    since = until - window
    past_since = (since - PAST).replace(minute=0)
    minutes = store.series(topic.name, since, until, 60).buckets
    past = store.series(topic.name, past_since, since.replace(minute=0), HOUR_S).buckets
    return TopicHashtags(
        topic=topic.name,
        at=now,
        coverage=sum(bucket.coverage for bucket in minutes) / max(len(minutes), 1),
        windows=sum(bucket.coverage for bucket in past) * (HOUR / window),
        counts=store.hashtag_counts(topic.name, since, until, past_since, settings.support),
    )
