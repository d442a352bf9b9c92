"""Where alerts stand for people: their state, who has them, and by what they are held back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.alerts.escalation import is_taken
from monitor.alerts.inhibition import BUILT_IN, Inhibition, inhibited_by
from monitor.alerts.silences import Silence, silenced_by
from monitor.alerts.types import Acknowledgement, Alert
from monitor.config import Config
from monitor.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An alert with what people said of it; `held_back`: by what it is told to nobody, empty where by nothing."""

    alert: Alert
    said: Acknowledgement | None = None
    held_back: str = ""

    @property
    def taken_by(self) -> str:
        return self.said.author if self.said and is_taken(self.alert, self.said) else ""

    def as_json(self) -> dict[str, Any]:
        alert = self.alert
        return {
            "id": alert.key,
            "rule": alert.rule,
            "kind": alert.kind,
            "subject": alert.subject,
            "state": alert.state.value,
            "severity": alert.severity.value,
            "labels": dict(alert.labels),
            "since": _iso(alert.breached_at),
            "fired_at": _iso(alert.fired_at),
            "resolved_at": _iso(alert.resolved_at),
            "unknown_since": _iso(alert.unknown_since),
            "because": alert.because,
            "acknowledged_by": self.taken_by or None,
            "held_back_by": self.held_back or None,
        }

    def as_text(self, zone: ZoneInfo) -> str:
        """Two lines: what and since when, and why."""
        alert = self.alert
        notes = [
            f"since {_local(alert.breached_at, zone)}",
            f"until {_local(alert.resolved_at, zone)}" if alert.resolved_at else "",
            f"cannot see since {_local(alert.unknown_since, zone)}" if alert.unknown_since else "",
            f"acknowledged by {self.taken_by}" if self.taken_by else "",
            f"held back by {self.held_back}" if self.held_back else "",
        ]
        told = ", ".join(filter(None, notes))
        head = f"{alert.state.upper():10} {alert.severity:5} {alert.key:20} {alert.rule} on {alert.subject}, {told}"
        return f"{head}\n{'':17}{alert.because}" if alert.because else head


def standings(store: Store, config: Config, alerts: Sequence[Alert], now: datetime) -> list[Seen]:
    """In the order of `alerts`."""
    said = {each.alert: each for each in store.acknowledgements([alert.key for alert in alerts])}
    firing = [alert for alert in store.alerts(open_only=True) if alert.fires]
    silences = store.silences(since=now)
    inhibitions = (*BUILT_IN, *(each.to_inhibition() for each in config.inhibit))
    return [
        Seen(
            alert=alert,
            said=said.get(alert.key),
            held_back=held_back_by(alert, silences, firing, inhibitions, now) if alert.fires else "",
        )
        for alert in alerts
    ]


def held_back_by(
    alert: Alert, silences: Sequence[Silence], firing: Sequence[Alert], inhibitions: Sequence[Inhibition], now: datetime
) -> str:
    """By what an alert is told to nobody now: a silence, or one of the alerts that are `firing`; empty: by nothing."""
    if silence := silenced_by(silences, alert.all_labels, now):
        return f"silence {silence.id} of {silence.author}"
    other = inhibited_by(alert, firing, inhibitions)
    return f"{other.rule} on {other.subject}" if other else ""


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "never"
