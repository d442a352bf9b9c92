"""A sign of life after good rounds, none after others, and never a word about its address."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from analysis.rules.rule import SourceHealth
from collectors.clock import EventClock
from collectors.secret import Secret
from monitor.config import load
from monitor.heartbeat import STUCK, complaint, ping
from monitor.service import build
from monitor.store.store import OutboxCounts
from tests.contracts.store_samples import visit
from tests.monitor.command_line import HOOKLESS, configured

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EMPTY = OutboxCounts(pending=0, dead=0, delivered=0, failing_since=None)
URL = Secret("https://beat.example/ping/s3cret")


def source(minutes_ago: float | None, every_s: float = 120) -> SourceHealth:
    return SourceHealth(
        source="s",
        platform="weibo",
        at=NOW,
        every_s=every_s,
        last_success_at=None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago),
        covered_until=None,
        last_error=None,
        last_reason=None,
    )


@pytest.mark.parametrize(
    ("sources", "good"),
    [
        ([], True),
        ([source(1)], True),
        ([source(None)], False),
        ([source(16)], False),
        ([source(16), source(2)], True),
        ([source(80, every_s=1800)], True),  # it is asked every half an hour
        ([source(91, every_s=1800)], False),
    ],
)
def test_a_round_in_which_nothing_can_be_seen_is_no_good_one(sources: list[SourceHealth], *, good: bool) -> None:
    assert (complaint(sources, EMPTY, NOW) == "") is good


def test_a_round_whose_messages_do_not_get_through_is_no_good_one() -> None:
    stuck = OutboxCounts(pending=1, dead=0, delivered=0, failing_since=NOW - STUCK)
    assert complaint([source(1)], stuck, NOW) == ""
    assert complaint([source(1)], stuck, NOW + timedelta(seconds=1)) == "messages do not get through"


@pytest.mark.parametrize("answer", [200, 204, 404, 500, None])
def test_the_address_is_asked_once_and_never_told(answer: int | None, caplog: pytest.LogCaptureFixture) -> None:
    asked: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if answer is None:
            raise httpx.ConnectError("no way to s3cret")
        return httpx.Response(answer)

    caplog.set_level(logging.DEBUG)
    with httpx.Client(transport=httpx.MockTransport(server)) as client:
        assert ping(client, URL) is (answer in (200, 204))
    assert asked == [URL.reveal()]
    assert "s3cret" not in caplog.text
    assert bool(caplog.records) is (answer not in (200, 204))


def test_the_service_gives_a_sign_only_after_good_rounds(tmp_path: Path) -> None:
    text = HOOKLESS + '\n[sources.hot]\nkind = "weibo-hot-list"\n[heartbeat]\nurl = { env = "BEAT" }\n'
    config = load(configured(tmp_path, text), {"BEAT": URL.reveal()})
    asked: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(200)

    with (
        build(config, EventClock(NOW)) as service,
        httpx.Client(transport=httpx.MockTransport(server)) as client,
    ):
        watched = replace(service, http=client)
        watched.beat(NOW)  # the source was never seen
        assert asked == []
        (job,) = service.jobs
        service.store.ingest(visit("v", source="hot", target=job.target.name, at=NOW))
        watched.beat(NOW)
        assert asked == ["GET"]
        watched.beat(NOW + timedelta(hours=1))
        assert asked == ["GET"]
