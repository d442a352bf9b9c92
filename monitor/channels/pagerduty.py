"""PagerDuty Events v2: an incident for each episode of an alert, opened, acknowledged and resolved with it.

Events with the same `dedup_key` join an open incident; after it was resolved the same key would open a new one. The key
names the episode, so that a retry never opens a second incident and a new episode never joins an old one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from collectors.secret import Secret
from monitor.alerts.types import Message, Severity
from monitor.channels.channel import Receipt
from monitor.channels.incident import began_at, incident_of, links_of, need_incident, page_of
from monitor.channels.lines import line_of, plain, title_of
from monitor.channels.parts import shortened, size_of
from monitor.channels.plain_text import inert
from monitor.channels.posting import accepted, post_json
from monitor.config.words import BaseUrl

LONGEST_KEY = 255
LONGEST_SUMMARY = 1024
LONGEST_DETAIL = 4096
MOST_DETAILS = 40  # of at most so many bytes each: far below the 512 KB of an event
ACTIONS = {"resolved": "resolve", "acknowledged": "acknowledge"}
SEVERITIES = {Severity.PAGE: "critical", Severity.WARN: "warning", Severity.NOTE: "info"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDutySettings:
    """`routing_key`: of an Events API v2 integration; `url`: of another region, or of a relay of yours."""

    routing_key: Secret
    url: BaseUrl = "https://events.pagerduty.com"


class PagerDuty:
    kind: ClassVar[str] = "pagerduty"
    alone: ClassVar[bool] = True
    Settings: ClassVar[type[PagerDutySettings]] = PagerDutySettings

    def __init__(self, settings: PagerDutySettings) -> None:
        self.settings = settings

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        need_incident(message, self.kind)
        key = _dedup_key(message)
        event: dict[str, Any] = {
            "routing_key": self.settings.routing_key.reveal(),
            "event_action": ACTIONS.get(message.event, "trigger"),
            "dedup_key": key,
        }
        if event["event_action"] == "trigger":
            event |= {"payload": _payload(message), "client": "Trend Monitor", "links": _links(message)}
            if page := page_of(message):
                event["client_url"] = page
        accepted(post_json(client, f"{self.settings.url}/v2/enqueue", event))
        return Receipt(reference=key)


def _dedup_key(message: Message) -> str:
    key = incident_of(message)
    return key if size_of(key) <= LONGEST_KEY else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _payload(message: Message) -> Mapping[str, Any]:
    """`source` is what the alert is about, `component` its topic, `group` the owner, `class` the kind of rule."""
    labels = {label: shortened(inert(value), LONGEST_SUMMARY) for label, value in message.labels.items()}
    subject = message.facts.get("subject")
    began = began_at(message)
    payload: dict[str, Any] = {
        "summary": shortened(title_of(message), LONGEST_SUMMARY) or "Trend Monitor",
        "source": shortened(inert(str(subject)), LONGEST_SUMMARY) if subject else "Trend Monitor",
        "severity": "info" if message.event == "test" else SEVERITIES[message.severity],
        "custom_details": _details(message)
        | {f"label {inert(label)}": labels[label] for label in list(labels)[:MOST_DETAILS]},
    }
    named = {"component": labels.get("topic"), "group": labels.get("owner"), "class": labels.get("kind")}
    return (
        payload
        | {name: text for name, text in named.items() if text}
        | ({"timestamp": began.isoformat(timespec="milliseconds")} if began else {})
    )


def _details(message: Message) -> dict[str, str]:
    """The facts under their numbers, since PagerDuty sorts by name."""
    lines = [plain(line_of(line)) for line in message.lines[:MOST_DETAILS]]
    return {f"{number:02}": shortened(line, LONGEST_DETAIL) for number, line in enumerate(lines, start=1)}


def _links(message: Message) -> list[Mapping[str, str]]:
    return [{"href": url, "text": inert(label)} for label, url in links_of(message).items()]
