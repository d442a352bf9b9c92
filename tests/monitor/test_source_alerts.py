"""Alerts about sources: told once when they begin and once when they are over, however often the service restarts."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis.rules.session_expiring import Expiry
from analysis.rules.source_blind import Blindness
from analysis.rules.source_blocked import Wall
from collectors.circuit import Circuit
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, SourceError, Transient
from collectors.polite import Client
from collectors.post import Page
from collectors.session import Session
from collectors.source import Ask
from monitor.alerts.judge import WatchedSource
from monitor.channels.file import File, FileSettings
from monitor.config import RouteConfig, RuleConfig
from monitor.pipeline import Job
from tests.monitor.scripted import NOON, Scripted, at, job, pipeline

RULES = [
    RuleConfig(name="walled", kind="source-blocked", settings=Wall(), keep_firing_s=60),
    RuleConfig(name="login", kind="session-expiring", settings=Expiry(days=3), keep_firing_s=60),
    RuleConfig(name="blind", kind="source-blind", settings=Blindness(blind_after_s=600), keep_firing_s=60),
]
SOURCES = [WatchedSource(name="search", targets=("tea",), every_s=60)]
ERRORS: dict[str, SourceError] = {
    "w": Blocked("login wall", "log in again"),
    "x": Transient("timeout"),
    "p": PayloadChanged("data"),
}


@dataclass
class Lettered(Scripted):
    """Answers as the letter of the moment says: "." a page, else an error."""

    letter: str = "."
    visits: list[float] = field(default_factory=list)  # in minutes

    def fetch(self, client: Client, ask: Ask) -> Page:
        self.visits.append((self.clock.now() - NOON) / timedelta(minutes=1))
        if self.letter in ERRORS:
            raise ERRORS[self.letter]
        return super().fetch(client, ask)


class Run:
    """A service that lives through letters, one a minute: "|" restarts it."""

    def __init__(self, folder: Path, session: Session | None = None) -> None:
        self.folder = folder
        self.source = Lettered(clock=EventClock(NOON))
        plain = job(self.source, every_s=60)
        self.job = Job(**{name: getattr(plain, name) for name in plain.__slots__} | {"session": session})
        self.minute = 0
        self.told: list[tuple[str, str, int]] = []  # (rule, event, minute)

    def live(self, letters: str) -> "Run":
        for part in letters.split("|"):
            with pipeline(
                self.folder,
                self.source.clock,
                rules=RULES,
                sources=SOURCES,
                routes=[RouteConfig(channels=("log",))],
                channels={"log": File(FileSettings(path=self.folder / "alerts.jsonl"))},
            ) as (line, _):
                for letter in part:
                    self.source.letter = letter
                    now = at(self.minute)
                    self.source.clock.move_to(now)
                    line.collect(self.job, now)
                    line.conclude(now)
                    self.told += [
                        (sent["labels"]["rule"], sent["event"], self.minute) for sent in self.sent()[len(self.told) :]
                    ]
                    self.minute += 1
        return self

    def sent(self) -> list[dict[str, Any]]:
        path = self.folder / "alerts.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def of(self, rule: str) -> list[tuple[str, int]]:
        return [(event, minute) for name, event, minute in self.told if name == rule]


@pytest.mark.parametrize("letters", ["...wwww.....", "...|w|w|w|w|.|.|.|.|.", "..|.wx|xw..|..."])
def test_a_wall_is_told_once_and_so_is_its_end(letters: str, tmp_path: Path) -> None:
    assert Run(tmp_path).live(letters).of("walled") == [("firing", 3), ("resolved", 8)]


def test_a_wall_that_comes_again_is_told_again(tmp_path: Path) -> None:
    run = Run(tmp_path).live("..w....|..w...")
    assert [event for event, _ in run.of("walled")] == ["firing", "resolved", "firing", "resolved"]


@pytest.mark.parametrize("letters", ["..xxxx|xxxx...", "..pppp|...", "xx|xx"])
def test_what_is_no_wall_is_not_told_as_one(letters: str, tmp_path: Path) -> None:
    assert Run(tmp_path).live(letters).of("walled") == []


def test_a_wall_is_told_at_once_and_blindness_when_it_has_lasted(tmp_path: Path) -> None:
    run = Run(tmp_path).live(".." + "w" * 20)
    assert run.told == [("walled", "firing", 2), ("blind", "firing", 12)]


def test_the_message_says_what_stands_there_and_what_to_do(tmp_path: Path) -> None:
    (sent,) = Run(tmp_path).live("..w").sent()
    assert "search: a wall since 12:02 (0 min): login wall. log in again" in "\n".join(sent["lines"])


def in_file(folder: Path, cookie: str) -> Session:
    path = folder / "weibo.cookie"
    path.write_text(cookie, encoding="utf-8")
    return Session(cookie, path)


def ending(moment: datetime) -> str:
    return f"SUB=_2A25{moment:%d}; ALF={int(moment.timestamp())}"


def test_a_login_that_will_end_is_told_once_and_its_renewal_ends_that(tmp_path: Path) -> None:
    session = in_file(tmp_path, ending(at(3) + timedelta(days=3)))
    run = Run(tmp_path, session).live("...|..|..")
    assert run.of("login") == [("firing", 3)]
    in_file(tmp_path, ending(at(0) + timedelta(days=30)))  # pasted while the service runs
    run.live("..|...")
    assert run.of("login") == [("firing", 3), ("resolved", 8)]


def test_a_new_login_whose_end_nobody_told_ends_the_alert_too(tmp_path: Path) -> None:
    run = Run(tmp_path, in_file(tmp_path, ending(at(0) + timedelta(days=1)))).live("..")
    in_file(tmp_path, "SUB=_2A25new")
    assert run.live("|...").of("login") == [("firing", 0), ("resolved", 3)]


def test_a_login_whose_end_nobody_told_is_no_alert(tmp_path: Path) -> None:
    assert Run(tmp_path, Session("SUB=_2A25abc")).live("...|...").of("login") == []
    assert Run(tmp_path / "other").live("...|...").of("login") == []


@pytest.mark.parametrize("restart", ["", "|"], ids=["one process", "a restart at every step"])
def test_a_source_that_keeps_failing_rests_longer_and_longer(restart: str, tmp_path: Path) -> None:
    run = Run(tmp_path).live(restart.join("x" * 16 + "." * 10))
    assert run.source.visits == [0, 1, 2, 3, 4, 5, 7, 9, 12, 15, *range(19, 26)]


def test_one_visit_probes_and_its_success_ends_the_rest(tmp_path: Path) -> None:
    run = Run(tmp_path).live("w" * 8 + "." * 6)
    assert run.source.visits == [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13]


def test_a_person_who_acts_is_not_made_to_wait(tmp_path: Path) -> None:
    run = Run(tmp_path, in_file(tmp_path, "SUB=_2A25old")).live("w" * 12)
    visits = len(run.source.visits)
    in_file(tmp_path, "SUB=_2A25new")
    run.live(".")
    assert run.source.visits[visits:] == [12]


def test_asking_by_hand_does_not_wait_either(tmp_path: Path) -> None:
    run = Run(tmp_path).live("x" * 12)
    visits = len(run.source.visits)
    with pipeline(tmp_path, run.source.clock) as (line, store):
        assert store.circuit("search").is_open(run.source.clock.now(), "")
        assert line.collect(run.job, run.source.clock.now()) is None
        run.source.letter = "."
        done = line.collect(run.job, run.source.clock.now(), by_hand=True)
        assert done is not None
        assert done.error is None
        assert store.circuit("search") == Circuit()
    assert len(run.source.visits) == visits + 1
