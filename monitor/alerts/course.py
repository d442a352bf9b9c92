"""The course of one alert through the verdicts of one judgement: what it became, and what is kept of the way."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from analysis.rules.rule import Verdict
from monitor.alerts.lifecycle import step
from monitor.alerts.types import Alert, State, Transition
from monitor.config import RuleConfig


@dataclass(slots=True)
class Course:
    """`alert` is the newest episode; `changed`, `transitions` and `verdicts` are to be stored."""

    alert: Alert | None
    changed: dict[str, Alert] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)

    def take(self, rule: RuleConfig, subject: str, labels: Mapping[str, str], verdict: Verdict) -> None:
        """Move the alert by one verdict."""
        before = self.alert
        blank = Alert(
            fingerprint=fingerprint(rule.name, subject),
            episode=1,
            rule=rule.name,
            kind=rule.kind,
            subject=subject,
            severity=rule.severity,
        )
        alert, transition = step(
            before or blank,
            verdict,
            hold_s=rule.hold_s,
            keep_firing_s=rule.keep_firing_s,
            severity=rule.severity,
        )
        alert = replace(alert, labels={**labels, **alert.labels, **dict(verdict.labels)})
        self.alert = alert
        if transition:
            self.transitions.append(transition)
        was = before.state if before else State.OK
        if alert.state is was and was in (State.OK, State.RESOLVED):  # nothing was wrong and nothing is
            return
        self.changed[alert.key] = alert
        if transition or alert.state in (State.PENDING, State.FIRING, State.RECOVERING):
            self.verdicts.append((alert.key, verdict))


def fingerprint(rule: str, subject: str) -> str:
    """16 hex digits that name one rule on one subject across all its episodes."""
    return hashlib.sha256(f"{rule}\x00{subject}".encode()).hexdigest()[:16]
