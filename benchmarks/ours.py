"""The production path over ready pages: the parts, settings and topics of the shipped configuration.

A visit goes through `Pipeline.collect`: the walk over its pages, the adapter's `parse`, annotation, and one durable
transaction with posts, mentions, buckets, coverage and Observations. Only `fetch` hands out pages instead of asking
for them.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.answers import Answers, sign
from benchmarks.pages import QUERY, Visited
from benchmarks.topics import shipped
from collectors.clock import EventClock
from collectors.polite import Client
from collectors.post import Page
from collectors.source import Ask, Reading, Scope, Source, Target
from collectors.wechat.feed import FeedSettings, WechatFeed
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from monitor.pipeline import Job
from monitor.service import Service, build
from monitor.store.store import Decider, Selection, WatchedTopic


class Bodies:
    """Pages waiting to be fetched, the newest first."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def next_page(self, source: Source, client: Client, ask: Ask) -> Page:
        number = int(ask.cursor or "1")
        page = source.parse(self.waiting.pop(0), Reading(at=client.now(), authors=ask.authors, page=number))
        return replace(page, next_cursor=str(number + 1) if self.waiting else None)


class Feed(WechatFeed):
    """Pages of JSON Feed, read as a search is: what a visit shows covers the topic's minutes."""

    scope: ClassVar[Scope] = Scope.TOPIC

    def __init__(self) -> None:
        super().__init__(FeedSettings())
        self.bodies = Bodies()

    def fetch(self, client: Client, ask: Ask) -> Page:
        return self.bodies.next_page(self, client, ask)


class Search(WeiboSearchWeb):
    """Pages of s.weibo.com."""

    def __init__(self) -> None:
        super().__init__(SearchWebSettings())
        self.bodies = Bodies()

    def fetch(self, client: Client, ask: Ask) -> Page:
        return self.bodies.next_page(self, client, ask)


class Stopwatch:
    """CPU seconds spent in methods that it was put round."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def around(self, owner: Any, method: str, name: str) -> None:
        inner: Callable[..., Any] = getattr(owner, method)
        self.spent[name] = 0.0

        def timed(*args: Any, **named: Any) -> Any:
            began = time.process_time()
            try:
                return inner(*args, **named)
            finally:
                self.spent[name] += time.process_time() - began

        setattr(owner, method, timed)


class Ours:
    """The service in an empty folder, one job that decides the minutes of the first topic."""

    def __init__(self, folder: Path, visits: Sequence[Visited], source: Feed | Search) -> None:
        config = shipped(folder)
        self._topics = [topic.name for topic in config.topics]
        self._visits = visits
        self._source = source
        self._clock = EventClock(visits[0].since)
        self._service: Service = build(replace(config, sources=()), self._clock)
        topic = self._topics[0]
        self._job = Job(
            source="pages",
            adapter=source,
            target=Target(name=QUERY, query=QUERY, topic=topic),
            every_s=1.0,
            max_pages=12,
            backfill=visits[0].until - visits[0].since,
        )
        watched = [WatchedTopic(name=t.name, definition=t.definition) for t in config.topics]
        decider = Decider(topic=topic, query=QUERY, source="pages", target=QUERY)
        self._service.store.watch(watched, [decider], self._clock.now())
        self._service.pipeline.annotate([])
        self.stopwatch = Stopwatch()
        self.stopwatch.around(source, "parse", "read")
        self.stopwatch.around(self._service.pipeline, "annotate", "annotate")
        self.stopwatch.around(self._service.store, "ingest", "store")

    def run(self) -> None:
        for visit in self._visits:
            self._source.bodies.waiting = list(visit.bodies)
            self._clock.move_to(visit.until)
            collected = self._service.pipeline.collect(self._job, visit.until)
            assert collected is not None
            assert collected.error is None, collected.reason
            assert not self._source.bodies.waiting

    def observed(self) -> int:
        """Minutes of the first topic that have an Observation."""
        return sum(1 for _ in self._service.store.observations(self._topics[0]))

    def answers(self) -> Answers:
        since, until = self._visits[0].since, self._visits[-1].until
        posts = list(self._service.store.posts(Selection(since=since, until=until)))
        counts = {topic: self._per_minute(topic, since, until) for topic in self._topics}
        return Answers(
            posts={stored.post.native_id: stored.post.text for stored in posts},
            mentions=frozenset((topic, stored.post.native_id) for stored in posts for topic in stored.topics),
            per_minute={topic: minutes for topic, minutes in counts.items() if minutes},
            signs={stored.post.native_id: sign(stored.polarity) for stored in posts},
        )

    def _per_minute(self, topic: str, since: datetime, until: datetime) -> dict[int, int]:
        whole = since.replace(second=0), until.replace(second=0) + timedelta(minutes=1)
        buckets = self._service.store.series(topic, *whole, 60).buckets
        return {int(b.start.timestamp()): b.tally.mentions for b in buckets if b.tally.mentions}

    def close(self) -> None:
        self._service.__exit__()
