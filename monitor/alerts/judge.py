"""From what is new in the store to transitions and their deliveries: one transaction per rule and subject.

Minutes are judged in order, each exactly once. A verdict on a minute that lies long back (a backfill, a restart after
hours) still moves the alert, but tells nobody: who is told is decided when the alert stands at a recent minute.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any

from analysis.rules.rule import (
    HotLists,
    SourceHealth,
    SourceRule,
    Subject,
    TopicHashtags,
    TopicRule,
    Verdict,
)
from collectors.registry import load
from monitor.alerts.course import Course
from monitor.alerts.guard import Guard
from monitor.alerts.looks import hashtags, hot_lists
from monitor.alerts.minutes import TopicJudging, topic_labels, watches
from monitor.alerts.own_rules import (
    ELEVATED,
    FAILING,
    PLATFORM,
    failing_subject,
    platform_elevated,
    rule_failing,
)
from monitor.alerts.teller import COMPLAINTS, RECENT, Teller
from monitor.alerts.types import PLATFORM_ELEVATED, RULE_FAILING, Alert, State, Transition
from monitor.config import CalendarConfig, RuleConfig, TopicConfig
from monitor.store.store import Judgement, NewDelivery, Store

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSource:
    """A source as the rules about sources see it."""

    name: str
    targets: tuple[str, ...]
    every_s: float


class Judge:
    """All configured rules over one store."""

    def __init__(
        self,
        store: Store,
        rules: Sequence[RuleConfig],
        topics: Sequence[TopicConfig],
        sources: Sequence[WatchedSource],
        teller: Teller,
        *,
        calendar: Sequence[CalendarConfig] = (),
        time_zone: str = "Asia/Shanghai",
        on_stage: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._calendar = calendar
        self._time_zone = time_zone
        self._store = store
        self._rules = [(rule, load("trend_monitor.rules", rule.kind)) for rule in rules]
        self._topics = topics
        self._sources = sources
        self._teller = teller
        self._on_stage = on_stage
        self._failures: dict[tuple[str, str], str] = {}  # (rule, subject) judged in this round → why it failed, or ""

    def judge(self, now: datetime) -> None:
        """Judge every rule on every subject it watches, as far as the store knows; then tell what time makes due.

        First what can hold back others: blind sources, control topics, the platform.
        """
        self._failures = {}
        for rule, kind in self._rules:
            for source in self._sources:
                if kind.subject is Subject.SOURCE and (not rule.sources or source.name in rule.sources):
                    self._judge_source(rule, kind, source, now)
        self._judge_topics([topic for topic in self._topics if topic.control], now)
        self._judge_platform(now)
        self._judge_topics([topic for topic in self._topics if not topic.control], now)
        self._judge_rules(now)
        self._teller.remind(now, lambda: self._health(now))

    def _judge_topics(self, topics: Sequence[TopicConfig], now: datetime) -> None:
        for rule, kind in self._rules:
            for topic in topics:
                if kind.subject is Subject.TOPIC and watches(rule, topic):
                    self._judge_topic(rule, kind, topic, now)
                elif kind.subject in (Subject.HOT_LIST, Subject.HASHTAGS) and watches(rule, topic):
                    self._judge_look(rule, kind, topic, now)

    def close_unwatched(self, now: datetime) -> None:
        """End the alerts of rules and subjects that the configuration no longer has: nothing would ever clear them."""
        watched = {(rule.name, subject) for rule, kind in self._rules for subject in self._subjects(rule, kind.subject)}
        watched |= {(RULE_FAILING, failing_subject(*each)) for each in watched}
        watched |= {(PLATFORM_ELEVATED, PLATFORM) for topic in self._topics if topic.control}
        for alert in self._store.alerts(open_only=True):
            if (alert.rule, alert.subject) in watched:
                continue
            because = f"{alert.rule} on {alert.subject} is no longer watched"
            state = State.RESOLVED if alert.fired_at else State.OK
            ended = replace(alert, state=state, resolved_at=now if alert.fired_at else None, judged_at=now)
            course = Course(ended, changed={ended.key: ended})
            course.transitions.append(
                Transition(alert=alert.key, at=now, before=alert.state, after=state, because=because)
            )
            self._store.record(
                Judgement(
                    rule=alert.rule,
                    subject=alert.subject,
                    judged_until=now,
                    state=b"",
                    alerts=(ended,),
                    transitions=tuple(course.transitions),
                    deliveries=tuple(self._deliveries(course, now, now)),
                )
            )

    def _subjects(self, rule: RuleConfig, subject: Subject) -> list[str]:
        if subject is not Subject.SOURCE:
            return [topic.name for topic in self._topics if watches(rule, topic)]
        return [source.name for source in self._sources if not rule.sources or source.name in rule.sources]

    def _judge_topic(self, rule: RuleConfig, kind: type[TopicRule], topic: TopicConfig, now: datetime) -> None:
        known = self._store.rule_state(rule.name, topic.name)
        minutes = self._store.observations(topic.name, since=known.judged_until)
        first = next(minutes, None)
        if first is None:
            return
        judging = TopicJudging(rule, kind, topic, known.alert, calendar=self._calendar, time_zone=self._time_zone)
        if judging.begin(unmarked(rule.kind, known.state)):
            for seen in chain([first], minutes):
                judging.take(seen)
            state = judging.dump()
            if state is not None and judging.until:
                self._record(rule, topic.name, judging.course, judging.until, marked(rule.kind, state), now)
        self._failures[rule.name, topic.name] = judging.failure

    def _judge_look(
        self,
        rule: RuleConfig,
        kind: Any,  # a HotListRule or a HashtagRule
        topic: TopicConfig,
        now: datetime,
    ) -> None:
        """Judge what stands beside the talk of a topic, at every moment that it can be looked at since."""
        known = self._store.rule_state(rule.name, topic.name)
        guard, course = Guard(rule.name, topic.name), Course(known.alert)
        until: datetime | None = None
        for seen in self._looks(rule, kind.subject, topic, known.judged_until, now):
            verdict = guard.verdict(partial(look, kind, rule.settings, seen), seen.at)
            course.take(rule, topic.name, topic_labels(rule, topic), verdict)
            until = seen.at
        if until is not None:
            self._failures[rule.name, topic.name] = guard.failure
            self._record(rule, topic.name, course, until, b"", now)

    def _looks(
        self, rule: RuleConfig, subject: Subject, topic: TopicConfig, looked_until: datetime | None, now: datetime
    ) -> Iterator[HotLists] | Iterator[TopicHashtags]:
        if subject is Subject.HOT_LIST:
            return hot_lists(self._store, topic, looked_until, now)
        settings: Any = rule.settings
        return hashtags(self._store, topic, looked_until, settings)

    def _judge_source(
        self, rule: RuleConfig, kind: Callable[[Any], SourceRule], source: WatchedSource, now: datetime
    ) -> None:
        known = self._store.rule_state(rule.name, source.name)
        if known.judged_until is not None and known.judged_until >= now:
            return
        health = self._store.health(source.name, source.targets, source.every_s, now)
        course = Course(known.alert)
        labels = {**rule.labels, "source": source.name, "platform": health.platform}
        guard = Guard(rule.name, source.name)
        verdict = guard.verdict(lambda: kind(rule.settings).judge(health), now)
        self._failures[rule.name, source.name] = guard.failure
        course.take(rule, source.name, labels, verdict)
        if course.changed:  # a round that finds all well leaves nothing to remember
            self._record(rule, source.name, course, now, b"", now)

    def _record(
        self,
        rule: RuleConfig,
        subject: str,
        course: Course,
        until: datetime,
        state: bytes,
        now: datetime,
    ) -> None:
        self._on_stage("judge")
        self._store.record(
            Judgement(
                rule=rule.name,
                subject=subject,
                judged_until=until,
                state=state,
                alerts=tuple(course.changed.values()),
                transitions=tuple(course.transitions),
                verdicts=tuple(course.verdicts),
                deliveries=tuple(self._deliveries(course, until, now)),
            )
        )

    def _deliveries(self, course: Course, until: datetime, now: datetime) -> list[NewDelivery]:
        """What is to be told: recent transitions, and what an alert became while that was history."""
        if now - until > RECENT:
            return []
        moments = {
            (t.alert, t.after): t.at
            for t in course.transitions
            if now - t.at <= RECENT and (t.before, t.after) != (State.RECOVERING, State.FIRING)
        }
        alerts = {key: course.changed[key] for key, _ in moments}
        if (alert := course.alert) and (alert.fires or ended_lately(alert, now)):
            alerts.setdefault(alert.key, alert)
        return self._teller.tell(list(alerts.values()), moments, until, now, lambda: self._health(now))

    def _health(self, now: datetime) -> list[SourceHealth]:
        return [self._store.health(source.name, source.targets, source.every_s, now) for source in self._sources]

    def _judge_platform(self, now: datetime) -> None:
        """Is it the whole platform that complains, by its control topics?"""
        controls = {
            topic.title or topic.name: [
                self._store.rule_state(rule.name, topic.name)
                for rule, _ in self._rules
                if rule.kind == COMPLAINTS and watches(rule, topic)
            ]
            for topic in self._topics
            if topic.control
        }
        if controls:
            self._judge_own(ELEVATED, PLATFORM, platform_elevated(controls, now), {}, now)

    def _judge_rules(self, now: datetime) -> None:
        """Which of the rules judged in this round failed, and which that had failed works again."""
        ill = {alert.subject for alert in self._store.alerts(open_only=True) if alert.rule == RULE_FAILING}
        for (rule, subject), reason in self._failures.items():
            where = failing_subject(rule, subject)
            if reason or where in ill:
                verdict = rule_failing(rule, subject, reason, now)
                self._judge_own(FAILING, where, verdict, {"failing": rule}, now)

    def _judge_own(
        self, rule: RuleConfig, subject: str, verdict: Verdict, labels: Mapping[str, str], now: datetime
    ) -> None:
        known = self._store.rule_state(rule.name, subject)
        if known.judged_until is not None and known.judged_until >= now:
            return
        course = Course(known.alert)
        course.take(rule, subject, labels, verdict)
        if course.changed:
            self._record(rule, subject, course, now, b"", now)


def look(kind: Callable[[Any], Any], settings: object, seen: HotLists | TopicHashtags) -> Verdict:
    verdict: Verdict = kind(settings).judge(seen)
    return verdict


def ended_lately(alert: Alert, now: datetime) -> bool:
    """Lately enough to be told, where that was history when it was judged."""
    return alert.state is State.RESOLVED and alert.resolved_at is not None and now - alert.resolved_at <= A_DAY


def marked(kind: str, state: bytes) -> bytes:
    """A rule's state with the kind of rule it is one of."""
    return kind.encode() + b"\0" + state


def unmarked(kind: str, state: bytes | None) -> bytes | None:
    """The state; None, a new beginning, where it is that of another kind: the rule was edited."""
    mark = marked(kind, b"")
    return state.removeprefix(mark) if state and state.startswith(mark) else None
