"""From what is new in the store to transitions and their deliveries: one transaction per rule and subject.

Minutes are judged in order, each exactly once. A verdict on a minute that lies long back (a backfill, a restart after
hours) still moves the alert, but tells nobody: who is told is decided when the alert stands at a recent minute.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, TypeVar

from analysis.rules.rule import Answer, SourceRule, Subject, TopicRule, Verdict
from collectors.registry import load
from monitor.alerts.lifecycle import step
from monitor.alerts.teller import Teller
from monitor.alerts.types import Alert, State, Transition
from monitor.config import RuleConfig, TopicConfig
from monitor.store.store import Judgement, NewDelivery, Store

log = logging.getLogger(__name__)

RECENT = timedelta(hours=1)  # what lies further back is history: it is judged, and nobody is woken for it
MINUTE = timedelta(seconds=60)

Seen = TypeVar("Seen")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSource:
    """A source as the rules about sources see it."""

    name: str
    targets: tuple[str, ...]
    every_s: float


@dataclass(slots=True)
class Course:
    """The course of one alert through the verdicts of one judgement."""

    alert: Alert | None
    changed: dict[str, Alert] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)


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
        on_stage: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._rules = [(rule, load("trend_monitor.rules", rule.kind)) for rule in rules]
        self._topics = topics
        self._sources = sources
        self._teller = teller
        self._on_stage = on_stage

    def judge(self, now: datetime) -> None:
        """Judge every rule on every subject it watches, as far as the store knows."""
        for rule, kind in self._rules:
            if kind.subject is Subject.TOPIC:
                for topic in self._topics:
                    if not rule.topics or topic.name in rule.topics:
                        self._judge_topic(rule, kind, topic, now)
            else:
                for source in self._sources:
                    if not rule.sources or source.name in rule.sources:
                        self._judge_source(rule, kind, source, now)

    def close_unwatched(self, now: datetime) -> None:
        """End the alerts of rules and subjects that the configuration no longer has: nothing would ever clear them."""
        watched = {(rule.name, subject) for rule, kind in self._rules for subject in self._subjects(rule, kind.subject)}
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
        if subject is Subject.TOPIC:
            return [topic.name for topic in self._topics if not rule.topics or topic.name in rule.topics]
        return [source.name for source in self._sources if not rule.sources or source.name in rule.sources]

    def _judge_topic(self, rule: RuleConfig, kind: type[TopicRule], topic: TopicConfig, now: datetime) -> None:
        known = self._store.rule_state(rule.name, topic.name)
        minutes = self._store.observations(topic.name, since=known.judged_until)
        first = next(minutes, None)
        if first is None:
            return
        judging = working(lambda: kind.load(rule.settings, known.state), f"{rule.name} on {topic.name}: going on")
        if judging is None:
            return
        course, until = Course(known.alert), first.start
        labels = {**rule.labels, "topic": topic.name, "owner": topic.owner}
        for seen in chain([first], minutes):
            self._take(course, rule, topic.name, labels, verdict_on(judging.update, seen, seen.start))
            until = seen.start + MINUTE
        state = working(judging.dump, f"{rule.name} on {topic.name}: remembering")
        if state is not None:
            self._record(rule, topic.name, course, until, state, now)

    def _judge_source(
        self, rule: RuleConfig, kind: Callable[[Any], SourceRule], source: WatchedSource, now: datetime
    ) -> None:
        known = self._store.rule_state(rule.name, source.name)
        if known.judged_until is not None and known.judged_until >= now:
            return
        health = self._store.health(source.name, source.targets, source.every_s, now)
        course = Course(known.alert)
        labels = {**rule.labels, "source": source.name, "platform": health.platform}
        verdict = verdict_on(lambda seen: kind(rule.settings).judge(seen), health, now)
        self._take(course, rule, source.name, labels, verdict)
        if course.changed:  # a round that finds all well leaves nothing to remember
            self._record(rule, source.name, course, now, b"", now)

    def _take(
        self, course: Course, rule: RuleConfig, subject: str, labels: Mapping[str, str], verdict: Verdict
    ) -> None:
        """Move the alert by one verdict."""
        before = course.alert
        blank = Alert(
            fingerprint=fingerprint(rule.name, subject),
            episode=1,
            rule=rule.name,
            kind=rule.kind,
            subject=subject,
            severity=rule.severity,
        )
        alert, transition = step(before or blank, verdict, hold_s=rule.hold_s, keep_firing_s=rule.keep_firing_s)
        alert = replace(alert, labels={**labels, **alert.labels, **dict(verdict.labels)})
        course.alert = alert
        if transition:
            course.transitions.append(transition)
        was = before.state if before else State.OK
        if alert.state is was and was in (State.OK, State.RESOLVED):  # nothing was wrong and nothing is
            return
        course.changed[alert.key] = alert
        if transition or alert.state in (State.PENDING, State.FIRING, State.RECOVERING):
            course.verdicts.append((alert.key, verdict))

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

    def _waits_for_the_end(self, alert: Alert) -> bool:
        """Was anybody told that it fires who was not told that it is over, because that was history?"""
        ended = self._store.told(alert.key, "resolved")
        return any(who not in ended for who in self._store.told(alert.key) if self._teller.tells_the_end(alert, who))

    def _deliveries(self, course: Course, until: datetime, now: datetime) -> list[NewDelivery]:
        """What is to be told: recent transitions, and what an alert became while that was history."""
        if now - until > RECENT:
            return []
        deliveries: list[NewDelivery] = []
        steps = [(course.changed[t.alert], t.after, t.at) for t in course.transitions if now - t.at <= RECENT]
        alert = course.alert
        if alert and alert.state in (State.FIRING, State.RECOVERING) and not self._store.told(alert.key):
            steps.append((alert, State.FIRING, until))
        if alert and alert.state is State.RESOLVED and not steps and self._waits_for_the_end(alert):
            steps.append((alert, State.RESOLVED, until))
        if not steps:
            return []
        health = [self._store.health(s.name, s.targets, s.every_s, now) for s in self._sources]
        for alert, state, at in steps:
            deliveries += self._teller.tell(alert, state, at, health, deliveries)
        return deliveries


def verdict_on(rule: Callable[[Seen], Verdict], seen: Seen, at: datetime) -> Verdict:
    """The rule's verdict; a rule that fails could not see, and says why."""
    try:
        return rule(seen)
    except Exception as error:  # a plug-in's fault must not stop the other rules
        log.exception("a rule failed at %s", at)
        return Verdict(at=at, answer=Answer.UNKNOWN, because=f"the rule failed: {type(error).__name__}: {error}")


def working(step: Callable[[], Made], what: str) -> Made | None:
    """What the rule makes; None, told in the log, where it fails: then its minutes wait until it is mended."""
    try:
        return step()
    except Exception:
        log.exception("%s failed; nothing is judged until that is mended", what)
        return None


def fingerprint(rule: str, subject: str) -> str:
    """16 hex digits that name one rule on one subject across all its episodes."""
    return hashlib.sha256(f"{rule}\x00{subject}".encode()).hexdigest()[:16]
