"""The demo from start to end: run the scenario, write digest and CSV, and gather what there is to tell."""

import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collectors.clock import EventClock
from collectors.wechat.feed import FeedSettings
from monitor.config import Config, SourceConfig, default_text, load
from monitor.demo.drive import drive, event_time, platforms
from monitor.demo.scenario import BRIDGE, Scenario, scenario_named
from monitor.demo.story import Noticed, further, timeline, verdict_line
from monitor.digest.daily import make_for
from monitor.digest.incidents import when_fired
from monitor.exporters.csv import Csv
from monitor.exporters.export import export
from monitor.exporters.tables import TABLES
from monitor.service import Service, build
from monitor.store.store import Store

MARK = "made-by-the-demo"  # only a folder that holds this file is ever emptied
COOKIE = "SUB=_2A25-any-will-do-here"
LEAD = timedelta(hours=3)  # the service starts this long before the launch day and reads the quiet weeks first
AFTER = timedelta(minutes=6)  # … and goes on this long after it, until the last minute of the day was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a run of the demo has to show."""

    scenario: Scenario
    topic: str
    noticed: tuple[Noticed, ...]
    posts: int
    mentions: int
    seconds: float
    paths: Mapping[str, str]
    zone: ZoneInfo

    def as_json(self) -> dict[str, Any]:
        return {
            "scenario": {
                "name": self.scenario.name,
                "launched_at": iso(self.scenario.launched_at),
                "outage_started_at": iso(self.scenario.outage_started_at),
                "repaired_at": iso(self.scenario.repaired_at),
            },
            "alerts": [
                {
                    "rule": each.alert.rule,
                    "topic": each.alert.labels.get("topic"),
                    "subject": each.alert.subject,
                    "breached_at": iso(each.alert.breached_at),
                    "fired_at": iso(each.alert.fired_at),
                    "resolved_at": iso(each.alert.resolved_at),
                    "because": each.because,
                }
                for each in self.noticed
            ],
            "posts": self.posts,
            "mentions": self.mentions,
            "paths": dict(self.paths),
        }

    def as_text(self) -> str:
        """The story for a terminal: what happened, what was noticed when, where to look further."""
        quiet, day = self.scenario.quiet_days, self.scenario.launch_day
        lines = [
            f"{self.posts:,} posts collected over {quiet} quiet days and the launch day, in {self.seconds:.0f} s.",
            verdict_line(self.scenario, self.noticed),
            "",
            f"{day:%A}, {day.day} {day:%B %Y}, {self.zone.key} time",
            "",
            *timeline(self.scenario, self.noticed, self.zone),
            "",
            *further(self.paths, self.scenario, self.topic),
        ]
        return "\n".join(lines)


def show(folder: Path, name: str, *, seed: int, scale: float, progress: Callable[[str, float], None]) -> Told:
    """Run one scenario into `folder` (emptied first, if a demo made it) and write its digest and tables."""
    began = time.monotonic()
    scenario = scenario_named(name, seed=seed)
    make_room(folder, seed)
    log = folder / "requests.jsonl"
    with platforms(name, seed=seed, scale=scale, log=log) as hosts, walls_expected():
        start, end = scenario.ends_at - timedelta(days=1) - LEAD, scenario.ends_at + AFTER
        clock = EventClock(start)
        config = demo_config(folder, hosts, past=start - scenario.starts_at)
        with build(config, clock, request_headers=lambda: event_time(clock)) as service:
            for tick in drive(service, clock, start, end):
                now = max(tick, clock.now()).astimezone(ZoneInfo(config.time_zone))
                progress(f"{now:%m-%d %H:%M}", (tick - start) / (end - start))
            progress("digest and tables", 1.0)
            return tell(service, scenario, folder, now=end, began=began)


@contextmanager
def walls_expected() -> Iterator[None]:
    """The pipeline's warnings about walls would break into the progress bar: they are told in the story instead."""
    pipeline = logging.getLogger("monitor.pipeline")
    level = pipeline.level
    pipeline.setLevel(logging.ERROR)
    try:
        yield
    finally:
        pipeline.setLevel(level)


def tell(service: Service, scenario: Scenario, folder: Path, *, now: datetime, began: float) -> Told:
    """Write digest and tables; gather what the terminal shows."""
    config, store = service.config, service.store
    topic = config.topics[0].name
    since, until = scenario.starts_at, scenario.ends_at
    digest = make_for(service, scenario.launch_day, topic, now)
    paths = {"digest": str(digest.html), "digest (text)": str(digest.text)}
    for table in TABLES:
        path = folder / "export" / f"{table}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as out:
            export(store, table, since=since, until=until, topic=topic, exporter=Csv(), out=out)
        paths[f"{table} (CSV)"] = str(path)
    paths |= {
        "messages": str(config.storage.folder / "alerts.jsonl"),
        "requests": str(folder / "requests.jsonl"),
        "config": str(folder / "config.toml"),
    }
    return Told(
        scenario=scenario,
        topic=topic,
        noticed=tuple(noticed(store)),
        posts=sum(visit.new_posts for visit in store.visits(since, now + LEAD)),
        mentions=sum(bucket.tally.mentions for bucket in store.series(topic, since, until, 86_400).buckets),
        seconds=time.monotonic() - began,
        paths=paths,
        zone=ZoneInfo(config.time_zone),
    )


def noticed(store: Store) -> Iterator[Noticed]:
    """Every alert that fired, oldest first, with what the rule said then."""
    for alert in store.alerts():
        if alert.fired_at is None:
            continue
        said = when_fired(store, alert)
        labels = dict(said.labels) if said else {}
        yield Noticed(
            alert=alert,
            because=said.because if said else alert.because,
            categories=tuple(filter(None, labels.get("categories", "").split(","))),
        )


def make_room(folder: Path, seed: int) -> None:
    """An empty folder for this run. A folder that no demo made is never touched.

    The key of the author hashes is the seed's own: the invented authors need no secret, and two runs give one table.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise FileExistsError(f"{folder} is not empty and was not made by the demo: name another --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("`monitor demo` empties this folder when it runs again.\n", encoding="utf-8")
    (folder / "config.toml").write_text(default_text(), encoding="utf-8")
    key = folder / "data" / "author.key"
    key.parent.mkdir()
    key.write_text(sha256(f"authors of the demo, seed {seed}".encode()).hexdigest(), encoding="ascii")
    key.chmod(0o600)


def demo_config(folder: Path, hosts: Mapping[str, str], *, past: timedelta) -> Config:
    """The shipped configuration in `folder`, asking the stand-in and reading `past` back; messages go to files only."""
    config = load(folder / "config.toml", {"WEIBO_COOKIE": COOKIE})
    sources = [
        replace(source, backfill_s=past.total_seconds()) if source.backfill_s else source for source in config.sources
    ]
    feed = FeedSettings(urls=(f"http://{BRIDGE}/feeds/all.json",))
    sources.append(SourceConfig(name="wechat", kind="wechat-feed", every_s=1800, settings=feed))
    return replace(
        config,
        sources=tuple(sources),
        routes=tuple(replace(route, channels=("log",)) for route in config.routes),
        http=replace(config.http, resolve=dict(hosts)),
    )


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
