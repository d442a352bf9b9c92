"""Alertmanager, API v2: grouping, silences and routes are its own; it is told what fires and what is over.

Labels are the identity of an alert there: the same for every message on it, hence without categories and figures, which
change; those are annotations. An alert that nobody repeats ends at its `endsAt`: a firing one is given a far one, so
that a message that was delivered once holds until it is resolved.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

import httpx
from annotated_types import Ge, Le

from collectors.clock import Clock, WallClock
from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.channel import Receipt
from monitor.channels.incident import began_at, need_incident, page_of
from monitor.channels.lines import lines_of, plain, title_of
from monitor.channels.parts import shortened
from monitor.channels.plain_text import inert
from monitor.channels.posting import accepted, post_json
from monitor.config.words import BaseUrl

CHANGING = frozenset({"categories"})
LONGEST_LABEL = 512
LONGEST_TEXT = 16_000
PASSES_AFTER = timedelta(hours=1)  # what is no alert has nobody to resolve it


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerSettings:
    """`url`: without the path of the API; `token`: where it wants a bearer token; `holds_s`: how long an alert is taken
    to fire when nothing more is heard of it."""

    url: BaseUrl
    token: Secret | None = None
    holds_s: Annotated[float, Ge(300), Le(30 * 86_400)] = 86_400.0


class Alertmanager:
    kind: ClassVar[str] = "alertmanager"
    alone: ClassVar[bool] = True
    Settings: ClassVar[type[AlertmanagerSettings]] = AlertmanagerSettings

    def __init__(self, settings: AlertmanagerSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._clock = clock or WallClock()

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        need_incident(message, self.kind)
        token = self.settings.token
        headers = {"Authorization": f"Bearer {token.reveal()}"} if token else {}
        alerts = [self._alert(message), *map(self._alert, _ended(message))]
        accepted(post_json(client, f"{self.settings.url}/api/v2/alerts", alerts, headers))
        return Receipt()

    def _alert(self, message: Message) -> Mapping[str, Any]:
        now = self._clock.now()
        starts_at = min(began_at(message) or now, now)
        alert = {
            "labels": _labels(message),
            "annotations": _annotations(message),
            "startsAt": starts_at.isoformat(),
            "endsAt": self._ends_at(message, starts_at, now).isoformat(),
        }
        page = page_of(message)
        return {**alert, "generatorURL": page} if page else alert

    def _ends_at(self, message: Message, starts_at: datetime, now: datetime) -> datetime:
        """Of what is over in the past, as it must be to resolve, and never before it started."""
        if message.event == "resolved":
            return max(starts_at, min(message.at or now, now - timedelta(seconds=1)))
        if "alert" not in message.facts:
            return now + PASSES_AFTER
        return now + timedelta(seconds=self.settings.holds_s)


def _ended(message: Message) -> list[Message]:
    """The same alert as urgent as it was told before, over: with another severity it is another alert there."""
    told_as = message.facts.get("told_as")
    return [
        replace(message, event="resolved", labels={**message.labels, "severity": str(severity)})
        for severity in (told_as if isinstance(told_as, list) else [])
    ]


def _labels(message: Message) -> Mapping[str, str]:
    subject = message.facts.get("subject")
    own = {"alertname": message.labels.get("rule") or f"trend-monitor-{message.event}", "subject": str(subject or "")}
    labels = {name: value for name, value in message.labels.items() if name not in CHANGING} | own
    return {_name(name): shortened(inert(value), LONGEST_LABEL) for name, value in labels.items() if inert(value)}


def _name(label: str) -> str:
    """As Alertmanager allows names everywhere; others would have the whole alert refused."""
    name = re.sub(r"[^a-zA-Z0-9_]", "_", label)
    return name if re.match(r"[a-zA-Z_]", name) else f"_{name}"


def _annotations(message: Message) -> Mapping[str, str]:
    description = "\n".join(plain(line) for line in lines_of(message))
    return {
        "summary": shortened(title_of(message), LONGEST_LABEL),
        "description": shortened(description, LONGEST_TEXT),
        "categories": shortened(inert(message.labels.get("categories", "")), LONGEST_LABEL),
    }
