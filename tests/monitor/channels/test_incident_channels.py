"""PagerDuty and Alertmanager: an episode is one incident, whatever is sent of it, and the next one another."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest

from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.alertmanager import Alertmanager, AlertmanagerSettings
from monitor.channels.channel import DeliveryError
from monitor.channels.pagerduty import PagerDuty, PagerDutySettings
from tests.contracts.channel_contract import AT, MESSAGE, SECRET
from tests.contracts.incidents import fires, is_over
from tests.contracts.provider_contract import ProviderContract, clock


class TestPagerDuty(ProviderContract):
    acceptance = (202, b'{"status":"success","message":"Event processed","dedup_key":"x"}')
    obeyed: ClassVar[tuple[str, ...]] = ()  # fields of plain text
    most_bytes = 512_000

    def make_at(self, base: str) -> PagerDuty:
        return PagerDuty(PagerDutySettings(routing_key=Secret(SECRET), url=base))

    def shown_in(self, fields: Any) -> str:
        payload = fields["payload"]
        links = [f"{link['text']}: {link['href']}" for link in fields["links"]]
        return "\n".join([payload["summary"], *payload["custom_details"].values(), *links])

    def test_what_is_over_is_told_as_well(self) -> None:
        _, request = self.answered(self.accept, is_over())
        assert json.loads(request.content) == {
            "routing_key": SECRET,
            "event_action": "resolve",
            "dedup_key": "89abcdef01234567:1",
        }

    def check_markup(self, arrived: bytes) -> None:
        fields = json.loads(arrived)
        assert len(fields["payload"]["summary"].encode()) <= 1024
        assert len(fields["dedup_key"]) <= 255

    def sent(self, message: Message) -> Any:
        return json.loads(self.answered(self.accept, message)[1].content)

    def test_a_trigger_tells_all(self) -> None:
        _, request = self.answered(self.accept, fires())
        fields = json.loads(request.content)
        assert request.url.path == "/v2/enqueue"
        assert {key: fields[key] for key in ("event_action", "dedup_key", "client_url")} == {
            "event_action": "trigger",
            "dedup_key": "89abcdef01234567:1",
            "client_url": "https://m.example/alerts/89abcdef01234567%3A1",
        }
        payload = fields["payload"]
        assert payload["severity"] == "critical"
        assert (payload["source"], payload["component"], payload["group"]) == ("tea", "tea", "brand")
        assert payload["class"] == "complaint-share"
        assert payload["timestamp"] == "2026-11-20T02:36:00.000+00:00"
        assert payload["custom_details"]["02"] == "How bad: 41 complaints by 38 authors in 7 min"
        assert fields["links"][0]["href"] == "https://wiki.example/r"

    def test_one_episode_is_one_incident_and_the_next_another(self) -> None:
        assert self.sent(fires(1))["dedup_key"] == self.sent(is_over(1))["dedup_key"]
        assert self.sent(fires(1))["dedup_key"] != self.sent(fires(2))["dedup_key"]

    def test_an_acknowledgement_acknowledges(self) -> None:
        fields = self.sent(replace(fires(), event="acknowledged"))
        assert (fields["event_action"], fields["dedup_key"]) == ("acknowledge", "89abcdef01234567:1")

    def test_a_key_that_is_too_long_is_hashed(self) -> None:
        long = replace(MESSAGE, event_id="名" * 100)
        assert len(self.sent(long)["dedup_key"]) == 64
        assert self.sent(long) == self.sent(long)
        assert self.sent(long)["dedup_key"] != self.sent(replace(MESSAGE, event_id="名" * 101))["dedup_key"]

    def test_a_digest_wakes_nobody_and_a_test_is_marked_as_information(self) -> None:
        with pytest.raises(DeliveryError, match="takes alerts") as caught:
            self.sent(replace(MESSAGE, event="digest"))
        assert not caught.value.retry
        assert self.sent(replace(MESSAGE, event="test"))["payload"]["severity"] == "info"


class TestAlertmanager(ProviderContract):
    acceptance = (200, b"")
    obeyed: ClassVar[tuple[str, ...]] = ()  # its own templates escape
    most_bytes = 64_000

    def make_at(self, base: str) -> Alertmanager:
        return Alertmanager(AlertmanagerSettings(url=base, token=Secret(SECRET)), clock())

    def shown_in(self, fields: Any) -> str:
        return f"{fields[0]['annotations']['summary']}\n{fields[0]['annotations']['description']}"

    def sent(self, message: Message) -> Any:
        [alert] = json.loads(self.answered(self.accept, message)[1].content)
        return alert

    def test_a_firing_alert_holds_until_it_is_resolved(self) -> None:
        _, request = self.answered(self.accept, fires())
        assert request.url.path == "/api/v2/alerts"
        assert request.headers["Authorization"] == f"Bearer {SECRET}"
        [alert] = json.loads(request.content)
        assert alert["labels"] == {
            "alertname": "complaints",
            "subject": "tea",
            "topic": "tea",
            "owner": "brand",
            "kind": "complaint-share",
            "rule": "complaints",
            "severity": "page",
            "team__": "a",
        }
        assert alert["startsAt"] == "2026-11-20T02:36:00+00:00"
        assert alert["endsAt"] == "2026-11-21T02:41:00+00:00"
        assert alert["generatorURL"] == "https://m.example/alerts/89abcdef01234567%3A1"
        assert alert["annotations"]["categories"] == "payment"
        assert "How bad: 41 complaints by 38 authors in 7 min" in alert["annotations"]["description"]

    def test_resolved_has_the_same_labels_and_an_end_in_the_past(self) -> None:
        over, fired = self.sent(is_over()), self.sent(fires())
        assert over["labels"] == fired["labels"]
        assert over["startsAt"] == fired["startsAt"]
        assert over["endsAt"] == "2026-11-20T02:40:00+00:00"
        assert datetime.fromisoformat(over["endsAt"]) < clock().now()

    def test_a_clock_behind_the_event_still_ends_in_the_past_and_after_the_start(self) -> None:
        early = clock()
        early.move_to(AT - timedelta(minutes=30))
        bodies = []

        def take(request: httpx.Request) -> httpx.Response:
            bodies.extend(json.loads(request.content))
            return self.accept(request)

        with httpx.Client(transport=httpx.MockTransport(take)) as client:
            Alertmanager(AlertmanagerSettings(url="http://x.example"), early).send(client, is_over())
        assert bodies[0]["startsAt"] <= bodies[0]["endsAt"] <= early.now().isoformat()

    def test_what_is_no_alert_passes_by_itself(self) -> None:
        test = self.sent(replace(MESSAGE, event="test", labels={"channel": "am"}))
        assert test["labels"] == {"alertname": "trend-monitor-test", "channel": "am"}
        assert test["endsAt"] == "2026-11-20T03:41:00+00:00"
        with pytest.raises(DeliveryError, match="takes alerts"):
            self.sent(replace(MESSAGE, event="digest"))

    def test_what_became_more_urgent_ends_as_what_it_was_before(self) -> None:
        bodies: list[dict[str, Any]] = []

        def take(request: httpx.Request) -> httpx.Response:
            bodies.extend(json.loads(request.content))
            return self.accept(request)

        urgent = replace(fires(), facts={**fires().facts, "told_as": ["warn"]})
        with httpx.Client(transport=httpx.MockTransport(take)) as client:
            Alertmanager(AlertmanagerSettings(url="http://x.example"), clock()).send(client, urgent)
        now = clock().now().isoformat()
        assert [(each["labels"]["severity"], each["endsAt"] < now) for each in bodies] == [
            ("page", False),
            ("warn", True),
        ]
        assert {**bodies[0]["labels"], "severity": "warn"} == bodies[1]["labels"]

    def test_categories_that_change_do_not_make_another_alert(self) -> None:
        assert self.sent(fires(categories="slow"))["labels"] == self.sent(fires())["labels"]
