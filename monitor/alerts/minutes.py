"""One rule on one topic, minute by minute: the same for a live minute, a replayed one, and one that a test wrote."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from analysis.rules.rule import TopicRule, Verdict
from analysis.series import Observation
from monitor.alerts.calendar import foreseen
from monitor.alerts.course import Course
from monitor.alerts.guard import Guard
from monitor.alerts.own_rules import CONTROL
from monitor.alerts.types import Alert
from monitor.config import CalendarConfig, RuleConfig, TopicConfig

MINUTE = timedelta(seconds=60)


class TopicJudging:
    """`course` is what becomes of the alert; `until` the end of the newest minute taken in; `failure` why the rule
    failed last, or is empty."""

    def __init__(
        self,
        rule: RuleConfig,
        kind: type[TopicRule],
        topic: TopicConfig,
        alert: Alert | None,
        *,
        calendar: Sequence[CalendarConfig],
        time_zone: str,
    ) -> None:
        self._rule = rule
        self._kind = kind
        self._topic = topic
        self._calendar = calendar
        self._time_zone = time_zone
        self._labels = topic_labels(rule, topic)
        self._judging: TopicRule | None = None
        self._guard = Guard(rule.name, topic.name)
        self.course = Course(alert)
        self.until: datetime | None = None

    @property
    def failure(self) -> str:
        return self._guard.failure

    def begin(self, state: bytes | None) -> bool:
        """Go on from a state; None starts anew. False where the rule cannot: its minutes wait until it is mended."""
        self._judging = self._guard.working(lambda: self._kind.load(self._rule.settings, state))
        return self._judging is not None

    def take(self, seen: Observation) -> Verdict:
        """Judge the next minute and move the alert."""
        assert self._judging is not None, "begin comes first"
        announced = foreseen(self._calendar, self._topic.name, seen.start, self._time_zone)
        minute = replace(seen, foreseen=announced) if announced > 1.0 else seen
        verdict = self._guard.verdict(partial(self._judging.update, minute), seen.start)
        self.course.take(self._rule, self._topic.name, self._labels, verdict)
        self.until = seen.start + MINUTE
        return verdict

    def dump(self) -> bytes | None:
        """The state to go on from; None where the rule fails."""
        assert self._judging is not None, "begin comes first"
        return self._guard.working(self._judging.dump)


def watches(rule: RuleConfig, topic: TopicConfig) -> bool:
    return not rule.topics or topic.name in rule.topics


def topic_labels(rule: RuleConfig, topic: TopicConfig) -> dict[str, str]:
    control = {CONTROL: "true"} if topic.control else {}
    return {**rule.labels, "topic": topic.name, "owner": topic.owner, **control}
