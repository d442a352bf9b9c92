"""A demo that was run once, and what it left: the JSON it told, its folder, its database, its request log."""

import json
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from monitor.demo.faults import Fault
from monitor.demo.scenario import Scenario, scenario_named
from monitor.digest.facts import Facts, load
from monitor.store.sqlite import SqliteStore, open_store

MONITOR = Path(sysconfig.get_path("scripts")) / "monitor"
TOPIC = "first-ai-tea"
COMPLAINTS, SURGE, BLIND, WALL = "complaints", "surge", "blind", "wall"  # rules of the shipped configuration
NEWS = ("hot", "hashtags")  # rules that tell what is talked of, not what broke
IDS = {"native_id": str, "post": str, "author_id": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One alert as `monitor demo --json` tells it."""

    rule: str
    topic: str | None
    subject: str
    breached_at: datetime
    fired_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Walked:
    folder: Path
    told: Mapping[str, Any]
    noise: str  # what it wrote to standard error
    scenario: Scenario = field(repr=False)

    def alerts(self, rule: str) -> list[Raised]:
        return [_raised(alert) for alert in self.told["alerts"] if alert["rule"] == rule]

    @contextmanager
    def store(self) -> Iterator[SqliteStore]:
        with open_store(self.folder / "data" / "monitor.sqlite", read_only=True) as store:
            yield store

    @cached_property
    def requests(self) -> list[dict[str, Any]]:
        """The stand-in's log, in the order in which it was asked."""
        return [json.loads(line) for line in (self.folder / "requests.jsonl").read_text("utf-8").splitlines()]

    @cached_property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in Path(self.told["paths"]["messages"]).read_text("utf-8").splitlines()]

    @cached_property
    def facts(self) -> Facts:
        """What the digest of the launch day was written from."""
        with self.store() as store:
            stored = store.digest(self.scenario.launch_day.isoformat(), TOPIC)
        assert stored is not None
        facts = load(stored[1])
        assert facts is not None
        return facts

    @property
    def digest(self) -> str:
        """Its plain-text twin."""
        return Path(self.told["paths"]["digest (text)"]).read_text("utf-8")

    def table(self, name: str) -> pd.DataFrame:
        """An exported table as a user reads it, its times as times."""
        frame = pd.read_csv(self.told["paths"][f"{name} (CSV)"], dtype=IDS)
        times = [column for column in frame if column.endswith("_at")] + (["start"] if name == "series" else [])
        return frame.assign(**{column: pd.to_datetime(frame[column]) for column in times})

    def of_the_day(self, name: str, column: str) -> pd.DataFrame:
        """The rows of the launch day."""
        frame = self.table(name)
        return frame[frame[column] >= self.scenario.ends_at - timedelta(days=1)]


def walk(folder: Path, scenario: str, scale: float) -> Walked:
    """Run the demo as `make demo` does, with --json."""
    command = [str(MONITOR), "demo", "--json", "--scenario", scenario, "--scale", str(scale), "--folder", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder.parent)
    assert ran.returncode == 0, ran.stderr
    return Walked(folder=folder, told=json.loads(ran.stdout), noise=ran.stderr, scenario=scenario_named(scenario))


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([str(MONITOR), *command], capture_output=True, check=False, cwd=folder)


def falls_in(moment: datetime, gap: Fault) -> bool:
    assert gap.starts_at is not None
    assert gap.ends_at is not None
    return gap.starts_at <= moment < gap.ends_at


def _raised(alert: Mapping[str, Any]) -> Raised:
    times = {key: datetime.fromisoformat(alert[key]) if alert[key] else None for key in ("fired_at", "resolved_at")}
    assert times["fired_at"] is not None
    return Raised(
        rule=alert["rule"],
        topic=alert["topic"],
        subject=alert["subject"],
        breached_at=datetime.fromisoformat(alert["breached_at"]),
        fired_at=times["fired_at"],
        resolved_at=times["resolved_at"],
    )
