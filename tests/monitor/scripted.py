"""A pipeline over a real store, with a source that answers as a test says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import httpx

from analysis.annotate import Annotator
from analysis.matching import Topic
from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.polite import Client
from collectors.post import Page, Post
from collectors.source import Ask, Reading, Scope, Target, Watched
from monitor.alerts.dispatch import Dispatcher
from monitor.alerts.judge import Judge, WatchedSource
from monitor.alerts.messages import Audience
from monitor.alerts.teller import Teller
from monitor.channels.channel import Channel
from monitor.config import RouteConfig, RuleConfig, TopicConfig
from monitor.kept import KeptPages
from monitor.pipeline import Job, Pipeline
from monitor.store.sqlite import SqliteStore, open_store
from monitor.store.store import Decider, WatchedTopic

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TEA = TopicConfig(name="tea", title="茶", any=("奶茶",), owner="brand")


def at(minutes: float) -> datetime:
    """`minutes` after NOON."""
    return NOON + timedelta(minutes=minutes)


def post(number: int, minute: float, text: str = "奶茶好喝", **fields: Any) -> Post:
    told = {"author_id": f"a{number}", "collected_at": at(minute)} | fields
    return Post(
        platform="sim",
        native_id=str(number),
        url=f"https://x.test/{number}",
        text=text,
        published_at=at(minute),
        **told,
    )


@dataclass
class Scripted:
    """A search that shows its posts newest first, all on one page. `failing`: what the n-th request (from 1) raises."""

    posts: Sequence[Post] = ()
    failing: Mapping[int, Exception] = field(default_factory=dict)
    takes_s: float = 0.0
    asked: list[Ask] = field(default_factory=list)
    clock: EventClock = field(default_factory=lambda: EventClock(NOON))
    scope: Scope = Scope.TOPIC

    kind: ClassVar[str] = "scripted"
    platform: ClassVar[str] = "sim"
    Settings: ClassVar[type[Any]] = dict

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        return tuple(Target(name=each.topic, topic=each.topic) for each in watched)

    def fetch(self, client: Client, ask: Ask) -> Page:
        del client
        self.asked.append(ask)
        self.clock.wait(self.takes_s)
        if len(self.asked) in self.failing:
            raise self.failing[len(self.asked)]
        shown = [p for p in self.posts if ask.since <= p.published_at < min(ask.until, self.clock.now())]
        times = [p.published_at for p in shown]
        return Page(
            posts=tuple(sorted(shown, key=lambda p: p.published_at, reverse=True)),
            covered_from=min(times, default=None),
            covered_until=max(times, default=None),
        )

    def parse(self, body: bytes, reading: Reading) -> Page:
        raise NotImplementedError

    @property
    def windows(self) -> list[tuple[float, float, bool]]:
        """(since, until, live) of every request, in minutes after NOON."""
        return [
            ((a.since - NOON).total_seconds() / 60, (a.until - NOON).total_seconds() / 60, a.live) for a in self.asked
        ]


def job(
    source: Scripted, *, every_s: float = 120, backfill_h: float = 0, name: str = "search", target: str = "tea"
) -> Job:
    return Job(
        source=name,
        adapter=source,  # type: ignore[arg-type]  # its scope is a field, so that tests can choose it
        target=Target(name=target, query="奶茶", topic="tea" if source.scope is Scope.TOPIC else None),
        every_s=every_s,
        max_pages=5,
        backfill=timedelta(hours=backfill_h),
    )


def watch(store: SqliteStore, now: datetime = NOON, source: str = "search") -> None:
    topic = WatchedTopic(name=TEA.name, definition=TEA.definition, owner=TEA.owner)
    store.watch([topic], [Decider(topic="tea", query="奶茶", source=source, target="tea")], now)


@contextmanager
def pipeline(
    folder: Path,
    clock: EventClock,
    *,
    rules: Sequence[RuleConfig] = (),
    routes: Sequence[RouteConfig] = (),
    sources: Sequence[WatchedSource] = (),
    channels: Mapping[str, Channel] | None = None,
    stopping: Callable[[], bool] = lambda: False,
    transport: httpx.BaseTransport | None = None,
    client: Client | None = None,
) -> Iterator[tuple[Pipeline, SqliteStore]]:
    """All real but the source, which the jobs bring."""
    with (
        open_store(folder / "monitor.sqlite") as store,
        client or Client(clock=clock, transport=transport) as client,
        httpx.Client() as http,
    ):
        watch(store, clock.now())
        teller = Teller(store, routes, Audience(), titles={}, runbooks={})
        yield (
            Pipeline(
                store=store,
                annotator=Annotator([Topic(name=TEA.name, hashtags={}, any=TEA.any, all=(), none=(), subjects=())]),
                client=client,
                clock=clock,
                authors=Authors(),
                judge=Judge(store, rules, [TEA], sources, teller),
                dispatcher=Dispatcher(store, channels or {}, http),
                kept=KeptPages(folder / "kept", max_bytes=1_000_000, max_age=timedelta(days=1)),
                stopping=stopping,
            ),
            store,
        )
