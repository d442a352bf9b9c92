"""The service put together: from a configuration to a pipeline with its jobs.

The one place that knows how the parts fit; whoever runs it (scheduler, demo, command line, test) brings the clock.
"""

import gc
import logging
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Self

import httpx

from analysis.annotate import Annotator
from analysis.matching import Topic
from collectors.authors import Authors
from collectors.clock import Clock
from collectors.pace import HostPace
from collectors.polite import Client
from collectors.registry import load
from collectors.secret import Secret
from collectors.session import session_in
from collectors.source import Pushed, Scope, Source
from monitor import heartbeat
from monitor.alerts.directory import Directory
from monitor.alerts.dispatch import Dispatcher
from monitor.alerts.judge import Judge, WatchedSource
from monitor.alerts.messages import Audience
from monitor.alerts.teller import Teller
from monitor.channels.addressed import GROUP
from monitor.channels.channel import Channel
from monitor.channels.configured import configured_channels
from monitor.config import Config, SourceConfig
from monitor.kept import KeptPages
from monitor.pipeline import Job, Pipeline
from monitor.store.sqlite import open_store
from monitor.store.store import Decider, Store, WatchedTopic

log = logging.getLogger(__name__)

Stage = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Service:
    """A running installation: everything that outlives a round."""

    config: Config
    store: Store
    pipeline: Pipeline
    jobs: tuple[Job, ...]
    client: Client  # to the platforms
    http: httpx.Client  # to the channels

    def beat(self, now: datetime) -> None:
        """Give a sign of life after a round that went well; keep silent after any other."""
        url = self.config.heartbeat.url
        if url is None:
            return
        health = [self.store.health(s.name, s.targets, s.every_s, now) for s in watched_sources(self.jobs)]
        if why := heartbeat.complaint(health, self.store.outbox(), now):
            log.warning("no heartbeat: %s", why)
        else:
            heartbeat.ping(self.http, url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.client.close()
        self.http.close()
        self.store.close()


def database(config: Config) -> Path:
    return config.storage.folder / "monitor.sqlite"


def build(
    config: Config,
    clock: Clock,
    *,
    on_stage: Stage = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
    jitter: Random | None = None,
    request_headers: Callable[[], Mapping[str, str]] | None = None,
    progress: Callable[[str, int], None] = lambda _topic, _posts: None,
) -> Service:
    """Open the store, make every part, and recount topics whose definition changed (told to `progress`).

    `jitter` spreads the pace of requests; without it times are those of the clock alone, as a repeatable run needs.
    """
    # A batch makes tens of thousands of objects that live as long as it does, and next to no cycles: to look for those
    # after every 700 objects costs 8 % of the CPU.
    gc.set_threshold(50_000)
    config.storage.folder.mkdir(parents=True, exist_ok=True)
    store = open_store(database(config), on_stage=on_stage)
    annotator = make_annotator(config)
    client = make_client(config, clock, paces=store.paces(), jitter=jitter, request_headers=request_headers)
    jobs = make_jobs(config)
    http = httpx.Client(timeout=httpx.Timeout(10.0))
    audience = Audience(language=config.language, time_zone=config.time_zone, external_url=config.external_url)
    outlets = channels(config)
    directory = people(config)
    teller = Teller(
        store,
        config.routes,
        audience,
        titles={topic.name: topic.title or topic.name for topic in config.topics},
        runbooks={rule.name: rule.runbook for rule in config.rules},
        inhibitions=[each.to_inhibition() for each in config.inhibit],
        directory=directory,
        alone=[name for name, channel in outlets.items() if getattr(channel, "alone", False)],
    )
    judge = Judge(
        store,
        config.rules,
        config.topics,
        watched_sources(jobs),
        teller,
        calendar=config.calendar,
        time_zone=config.time_zone,
        on_stage=on_stage,
    )
    pipeline = Pipeline(
        store=store,
        annotator=annotator,
        client=client,
        clock=clock,
        authors=authors(config),
        judge=judge,
        dispatcher=Dispatcher(
            store, outlets, http, audience=audience, directory=directory, jitter=jitter, on_stage=on_stage
        ),
        kept=KeptPages(
            config.storage.folder / "kept",
            max_bytes=config.storage.keep_pages_mb * 1_000_000,
            max_age=timedelta(days=config.storage.keep_pages_days),
        ),
        on_stage=on_stage,
        stopping=stopping,
    )
    watch(config, store, pipeline, jobs, clock, progress)
    judge.close_unwatched(clock.now())
    return Service(config, store, pipeline, jobs, client, http)


def make_annotator(config: Config) -> Annotator:
    """The language part as configured."""
    return Annotator(topics(config))


def topics(config: Config) -> list[Topic]:
    """The topics as the language part takes them."""
    return [topic.to_topic(lambda *account: authors(config).id(*account)) for topic in config.topics]


def watch(
    config: Config,
    store: Store,
    pipeline: Pipeline,
    jobs: tuple[Job, ...],
    clock: Clock,
    progress: Callable[[str, int], None],
) -> None:
    """Tell the store what is watched; recount the past of topics that are new or were edited."""
    topics = [WatchedTopic(name=t.name, definition=t.definition, rivals=t.rivals, owner=t.owner) for t in config.topics]
    for topic in store.watch(topics, deciders(jobs), clock.now()):
        mentions = store.recount(topic, pipeline.annotate, lambda posts, topic=topic: progress(topic, posts))  # type: ignore[misc]
        log.info("topic %s: recounted, %d mentions in the stored posts", topic, mentions)


def deciders(jobs: tuple[Job, ...]) -> list[Decider]:
    """The targets whose coverage decides the minutes of topics: searches."""
    return [
        Decider(topic=job.target.topic, query=job.target.query, source=job.source, target=job.target.name)
        for job in jobs
        if job.adapter.scope is Scope.TOPIC and job.target.topic
    ]


def make_client(
    config: Config,
    clock: Clock,
    *,
    paces: Iterable[HostPace] = (),
    jitter: Random | None = None,
    request_headers: Callable[[], Mapping[str, str]] | None = None,
) -> Client:
    return Client(
        clock=clock,
        paces=paces,
        host_floors=config.http.pace_s,
        jitter=jitter,
        resolve=config.http.resolve,
        connect_s=config.http.connect_s,
        read_s=config.http.read_s,
        deadline_s=config.http.deadline_s,
        fetch_s=config.http.fetch_s,
        max_bytes=config.http.max_bytes,
        request_headers=request_headers,
    )


def make_jobs(config: Config) -> tuple[Job, ...]:
    """Every target of every enabled source that is asked over and over; files are imported instead."""
    return tuple(
        Job(
            source=source.name,
            adapter=adapter,
            target=target,
            every_s=source.every_s,
            max_pages=source.max_pages,
            backfill=timedelta(seconds=source.backfill_s),
            session=session_in(source.settings),
        )
        for source in config.sources
        if source.enabled
        for adapter in [make_source(source)]
        if adapter.scope is not Scope.FILE
        for target in adapter.targets(
            [topic.watched() for topic in config.topics if not source.topics or topic.name in source.topics]
        )
    )


def pushed_sources(config: Config) -> tuple[tuple[str, Pushed], ...]:
    """The enabled sources that are pushed to, by name."""
    made = ((source.name, make_source(source)) for source in config.sources if source.enabled)
    return tuple((name, source) for name, source in made if isinstance(source, Pushed))


def channels(config: Config) -> Mapping[str, Channel]:
    return configured_channels(config.channels, config.storage.folder)


def people(config: Config) -> Directory:
    """Who can be told through which channel."""
    kinds = {channel.name: load("trend_monitor.channels", channel.kind) for channel in config.channels}
    together = (name for name, kind in kinds.items() if getattr(kind, "addressee", None) == GROUP)
    return Directory(people={person.name: person.addresses for person in config.people}, together=frozenset(together))


def make_source(source: SourceConfig) -> Source:
    kind: Callable[[object], Source] = load("trend_monitor.sources", source.kind)
    return kind(source.settings)


def watched_sources(jobs: tuple[Job, ...]) -> tuple[WatchedSource, ...]:
    """What the rules about sources look at: a source with its targets, and whether its coverage has a watermark."""
    names = list(dict.fromkeys(job.source for job in jobs))
    by_name = {name: [job for job in jobs if job.source == name] for name in names}
    return tuple(
        WatchedSource(
            name=name,
            targets=tuple(job.target.name for job in of),
            every_s=of[0].every_s,
        )
        for name, of in by_name.items()
    )


def authors(config: Config) -> Authors:
    return Authors(
        key=config.privacy.author_key or own_key(config.storage.folder), keep_names=config.privacy.author_names
    )


def own_key(folder: Path) -> Secret:
    """The installation's own key for author hashes: made once, readable by its owner only."""
    path = folder / "author.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    return Secret(path.read_text(encoding="ascii").strip())
