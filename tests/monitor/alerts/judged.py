"""A judge over a real store whose rule says what a test writes: one sign a minute, `!` breach, `.` clear, `?` unknown,
`w` a breach that warrants a warning only, `x` a rule that fails.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from analysis.rules.rule import Answer, Subject, Urgency, Verdict
from analysis.series import Observation
from monitor.alerts.inhibition import Inhibition
from monitor.alerts.judge import Judge
from monitor.alerts.messages import Audience
from monitor.alerts.teller import Teller
from monitor.alerts.types import Alert, Severity
from monitor.config import RouteConfig, RuleConfig, TopicConfig
from monitor.store.sqlite import SqliteStore, open_store
from monitor.store.store import Decider, WatchedTopic
from tests.contracts.store_samples import START, at, visit

ANSWERS = {"!": Answer.BREACH, "w": Answer.BREACH, ".": Answer.CLEAR, "?": Answer.UNKNOWN}
RULE = RuleConfig(name="complaints", kind="complaint-share", severity=Severity.PAGE, hold_s=120, keep_firing_s=120)
ROUTES = (RouteConfig(channels=("chat",), repeat_interval_s=0),)
SCRIPTS: dict[str, str] = {}  # topic or source → its signs


class Scripted:
    """Its state is how many verdicts it has given."""

    kind: ClassVar[str] = "complaint-share"
    subject: ClassVar[Subject] = Subject.TOPIC
    Settings: ClassVar[type[Any]] = str

    def __init__(self, state: bytes | None) -> None:
        self.given = int(state or b"0")

    def update(self, seen: Observation) -> Verdict:
        minute = int((seen.start - START).total_seconds() // 60)
        sign = SCRIPTS[seen.topic][minute]
        self.given += 1
        if sign == "x":
            raise ZeroDivisionError(f"at minute {minute}")
        return Verdict(
            at=seen.start,
            answer=ANSWERS[sign],
            because=f"{sign} at {minute}",
            value=None if sign == "?" else 1.0,
            limit=0.5,
            urgency=Urgency.WARN if sign == "w" else None,
        )

    def dump(self) -> bytes:
        return str(self.given).encode()

    @classmethod
    def load(cls, settings: object, state: bytes | None) -> Self:
        del settings
        return cls(state)


@dataclass
class World:
    """Minute for minute: a visit that covers it, and a judge that is made anew, as after a restart."""

    folder: Path
    rules: tuple[RuleConfig, ...] = (RULE,)
    routes: Sequence[RouteConfig] = ROUTES
    topics: tuple[TopicConfig, ...] = (TopicConfig(name="tea", any=("茶",), owner="brand"),)
    inhibitions: Sequence[Inhibition] = ()
    minute: int = 0
    seen: set[str] = field(default_factory=set)
    store: SqliteStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = open_store(self.folder / "monitor.sqlite")
        watched = [WatchedTopic(name=topic.name, definition="d") for topic in self.topics]
        deciders = [Decider(topic=t.name, query=t.name, source="web", target=t.name) for t in self.topics]
        self.store.watch(watched, deciders, START)

    def judge(self) -> Judge:
        teller = Teller(
            self.store,
            self.routes,
            Audience(),
            titles={},
            runbooks={},
            inhibitions=self.inhibitions,
            alone=("hook",),
        )
        return Judge(self.store, self.rules, self.topics, (), teller)

    def tick(self) -> list[str]:
        start, end = self.minute, self.minute + 1
        for topic in self.topics:
            slot = f"{topic.name}@{start}"
            self.store.ingest(visit(slot, seen=[(start, end)], mark=end, now=end, target=topic.name))
        self.minute = end
        self.judge().judge(at(end))
        owed = self.new()
        for each in self.store.lease(at(end), at(end + 5), 100):
            self.store.delivered(each.id, at(end), "")
        return owed

    def new(self) -> list[str]:
        """`rule subject event → channel` of what came into the outbox since the last time."""
        fresh = [each for each in self.store.deliveries() if each.message.event_id not in self.seen]
        self.seen |= {each.message.event_id for each in fresh}
        return [
            f"{each.message.labels['rule']} {each.message.facts.get('subject')} {each.message.event} → {each.channel}"
            for each in fresh
        ]

    def alert(self, subject: str = "tea", rule: str = "complaints") -> Alert:
        alert = self.store.rule_state(rule, subject).alert
        assert alert is not None
        return alert

    def edit(self, **changes: Any) -> None:
        self.rules = tuple(replace(rule, **changes) for rule in self.rules)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    SCRIPTS.clear()
    monkeypatch.setattr("monitor.alerts.judge.load", lambda _group, _kind: Scripted)
