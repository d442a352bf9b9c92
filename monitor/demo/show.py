"""The demo from start to end: run the scenario, write digest and CSV, and tell what happened."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collectors.clock import EventClock
from collectors.wechat.feed import FeedSettings
from monitor.alerts.types import Alert
from monitor.config import Config, SourceConfig, default_text, load
from monitor.demo.drive import drive, event_time, platforms
from monitor.demo.scenario import BRIDGE, Scenario, scenario_named
from monitor.digest.daily import make_for
from monitor.exporters.csv import Csv
from monitor.exporters.export import export
from monitor.exporters.tables import TABLES
from monitor.service import Service, build

MARK = "made-by-the-demo"  # only a folder that holds this file is ever emptied
COOKIE = "SUB=_2A25-any-will-do-here"
LEAD = timedelta(hours=3)  # the service starts this long before the launch day and reads the quiet weeks first


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a run of the demo has to show."""

    scenario: Scenario
    alerts: tuple[Alert, ...]
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
                    "rule": alert.rule,
                    "topic": alert.labels.get("topic"),
                    "subject": alert.subject,
                    "breached_at": iso(alert.breached_at),
                    "fired_at": iso(alert.fired_at),
                    "resolved_at": iso(alert.resolved_at),
                    "because": alert.because,
                }
                for alert in self.alerts
            ],
            "posts": self.posts,
            "mentions": self.mentions,
            "paths": dict(self.paths),
        }

    def as_text(self) -> str:
        """The story for a terminal: what happened, what was noticed when, where to look further."""
        truth = [
            ("the campaign is launched", self.scenario.launched_at),
            ("the outage begins", self.scenario.outage_started_at),
            ("it is repaired", self.scenario.repaired_at),
        ]
        lines = [f"{self.posts:,} posts collected, {self.mentions:,} mentions, in {self.seconds:.0f} s", ""]
        events = [(at, f"          {what}") for what, at in truth if at]
        for alert in self.alerts:
            name = f"{alert.rule} on {alert.subject}"
            if alert.fired_at:
                events.append((alert.fired_at, f"FIRING    {name}: {alert.because}"))
            if alert.resolved_at:
                events.append((alert.resolved_at, f"resolved  {name}"))
        lines += [f"{at.astimezone(self.zone):%m-%d %H:%M}  {told}" for at, told in sorted(events)]
        lines += ["", *(f"{what:16} {path}" for what, path in self.paths.items())]
        lines += ["", f"Look further: monitor status -c {self.paths['config']}"]
        lines.append(f"              monitor export series -c {self.paths['config']} --from {self.scenario.launch_day}")
        return "\n".join(lines)


def show(folder: Path, name: str, *, seed: int, scale: float, progress: Callable[[str, float], None]) -> Told:
    """Run one scenario into `folder` (emptied first, if a demo made it) and write its digest and tables."""
    began = time.monotonic()
    scenario = scenario_named(name, seed=seed)
    make_room(folder)
    log = folder / "requests.jsonl"
    with platforms(name, seed=seed, scale=scale, log=log) as hosts:
        start = scenario.ends_at - timedelta(days=1) - LEAD
        clock = EventClock(start)
        config = demo_config(folder, hosts, past=start - scenario.starts_at)
        with build(config, clock, request_headers=lambda: event_time(clock)) as service:
            whole = (scenario.ends_at - start).total_seconds()
            for tick in drive(service, clock, start, scenario.ends_at):
                now = max(tick, clock.now()).astimezone(ZoneInfo(config.time_zone))
                progress(f"{now:%m-%d %H:%M}", (tick - start).total_seconds() / whole)
            progress("digest and tables", 1.0)
            return tell(service, scenario, folder, began)


def tell(service: Service, scenario: Scenario, folder: Path, began: float) -> Told:
    """Write digest and tables; gather what the terminal shows."""
    config, store = service.config, service.store
    zone = ZoneInfo(config.time_zone)
    topic = config.topics[0].name
    since, until = scenario.starts_at, scenario.ends_at
    digest = make_for(service, scenario.launch_day, topic, scenario.ends_at)
    paths = {"digest": str(digest.html), "digest (text)": str(digest.text)}
    for table in TABLES:
        path = folder / "export" / f"{table}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as out:
            export(store, table, since=since, until=until, topic=topic, exporter=Csv(), out=out)
        paths[f"{table} (CSV)"] = str(path)
    paths |= {"requests": str(folder / "requests.jsonl"), "config": str(folder / "config.toml")}
    days = store.series(topic, since, until, 86_400).buckets
    return Told(
        scenario=scenario,
        alerts=tuple(alert for alert in store.alerts() if alert.fired_at),
        posts=sum(visit.new_posts for visit in store.visits(scenario.starts_at, scenario.ends_at + LEAD)),
        mentions=sum(bucket.tally.mentions for bucket in days),
        seconds=time.monotonic() - began,
        paths=paths,
        zone=zone,
    )


def make_room(folder: Path) -> None:
    """An empty folder for this run. A folder that no demo made is never touched."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise FileExistsError(f"{folder} is not empty and was not made by the demo: name another --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("`monitor demo` empties this folder when it runs again.\n", encoding="utf-8")
    (folder / "config.toml").write_text(default_text(), encoding="utf-8")


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
