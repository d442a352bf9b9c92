"""The stand-in as a process: its ports, its faults, its log, and its end."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, RateLimited
from collectors.polite import Client
from collectors.secret import Secret
from collectors.source import Ask, Target
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from monitor.demo.platform import CONTROL, EVENT_TIME
from monitor.demo.scenario import BRIDGE, HOT_LIST, SEARCH, scenario_named
from monitor.demo.world import posts

SCALE = 0.05
NOON = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    process: subprocess.Popen[str]
    ports: dict[str, int]
    log: Path

    def get(self, host: str, path: str, at: datetime | None = NOON, **headers: str) -> httpx.Response:
        told = {} if at is None else {EVENT_TIME: at.isoformat()}
        return httpx.get(f"http://127.0.0.1:{self.ports[host]}{path}", headers={**told, **headers}, trust_env=False)

    def search(self, at: datetime = NOON) -> httpx.Response:
        return self.get(SEARCH, "/realtime?q=%E7%9F%A5%E5%A4%8F&page=1", at, Cookie="SUB=_2A25x")

    def order(self, **fault: object) -> httpx.Response:
        return httpx.post(f"http://127.0.0.1:{self.ports[CONTROL]}/faults", json=fault, trust_env=False)

    def logged(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]


def start(log: Path, *options: str) -> Running:
    command = [sys.executable, "-m", "monitor.demo.platform", "--scale", str(SCALE), "--log", str(log), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return Running(process=process, ports=json.loads(process.stdout.readline()), log=log)


def stop(running: Running) -> int:
    process = running.process
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    code = process.wait(timeout=30)
    process.stdout.close()
    return code


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = start(tmp_path_factory.mktemp("platform") / "requests.jsonl")
    yield running
    assert stop(running) == 0


def test_each_host_has_a_port_and_answers_in_its_shape(stand_in: Running) -> None:
    assert set(stand_in.ports) == {SEARCH, HOT_LIST, BRIDGE, CONTROL}
    assert "<title>微博搜索</title>" in stand_in.search().text
    hot = stand_in.get(HOT_LIST, "/ajax/side/hotSearch", Referer="https://weibo.com/").json()
    assert len(hot["data"]["realtime"]) == 51
    assert stand_in.get(BRIDGE, "/feeds/all.rss").headers["Content-Type"].startswith("application/rss+xml")


def test_a_request_must_say_what_time_it_is(stand_in: Running) -> None:
    refused = stand_in.get(SEARCH, "/realtime?q=a", at=None)
    assert refused.status_code == 400
    assert EVENT_TIME in refused.text


def test_the_log_tells_each_request_with_its_event_time(stand_in: Running) -> None:
    at = NOON + timedelta(seconds=17)
    stand_in.search(at)
    stand_in.get(HOT_LIST, "/ajax/side/hotSearch", at)
    last = stand_in.logged()[-2:]
    assert [line["host"] for line in last] == [SEARCH, HOT_LIST]
    assert [line["status"] for line in last] == [200, 403]
    assert [line["event_time"] for line in last] == [at.isoformat()] * 2
    assert last[0]["path"] == "/realtime?q=%E7%9F%A5%E5%A4%8F&page=1"
    assert datetime.fromisoformat(str(last[0]["wall_time"])).tzinfo is not None


def test_faults_are_switched_by_event_time_and_off_again(stand_in: Running) -> None:
    until = NOON + timedelta(minutes=5)
    kept = stand_in.order(host=SEARCH, kind="429", until=until.isoformat(), retry_after=120)
    assert kept.status_code == 204
    refused = stand_in.search()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "120")
    assert stand_in.search(until).status_code == 200
    stand_in.order(host=SEARCH, kind="login_wall")
    assert "Sina Visitor System" in stand_in.search(until).text
    stand_in.order(host=SEARCH, kind="432")
    assert stand_in.search().status_code == 432
    assert stand_in.order(host=SEARCH, kind="off").status_code == 204
    assert stand_in.search().status_code == 200


def test_a_truncated_body_is_whole_to_http_and_half_to_the_reader(stand_in: Running) -> None:
    whole = stand_in.search().content
    stand_in.order(host=SEARCH, kind="truncated")
    half = stand_in.search().content
    stand_in.order(host=SEARCH, kind="off")
    assert half == whole[: len(whole) // 2]


def test_a_host_that_hangs_says_nothing(stand_in: Running) -> None:
    stand_in.order(host=BRIDGE, kind="hang")
    address = f"http://127.0.0.1:{stand_in.ports[BRIDGE]}/feeds/all.rss"
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(address, headers={EVENT_TIME: NOON.isoformat()}, timeout=0.3, trust_env=False)
    stand_in.order(host=BRIDGE, kind="off")
    assert stand_in.logged()[-1]["status"] == 0


@pytest.mark.parametrize(
    "order",
    [
        {"host": SEARCH, "kind": "earthquake"},
        {"kind": "432"},
        {"host": SEARCH, "kind": "432", "from": "2026-11-20T12:00:00"},
        {"host": SEARCH, "kind": "429", "retry_after": "soon"},
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_the_reason(stand_in: Running, order: dict[str, object]) -> None:
    refused = stand_in.order(**order)
    assert refused.status_code == 400
    assert refused.text
    assert stand_in.search().status_code == 200


def test_the_real_collector_reads_it_over_http(stand_in: Running) -> None:
    clock = EventClock(NOON)
    hosts = {host: f"http://127.0.0.1:{port}" for host, port in stand_in.ports.items() if host != CONTROL}
    source = WeiboSearchWeb(SearchWebSettings(cookie=Secret("SUB=_2A25x")))
    asked = Ask(
        target=Target(name="t/知夏", query="知夏", topic="t"),
        since=NOON - timedelta(hours=1),
        until=NOON,
        authors=Authors(keep_names=True),
    )
    told = {EVENT_TIME: clock.now().isoformat()}
    with Client(clock=clock, resolve=hosts, request_headers=lambda: told) as client:
        page = source.fetch(client, asked)
        stand_in.order(host=SEARCH, kind="login_redirect")
        with pytest.raises(Blocked):
            source.fetch(client, asked)
        stand_in.order(host=SEARCH, kind="429", retry_after=60)
        with pytest.raises(RateLimited):
            source.fetch(client, asked)
        stand_in.order(host=SEARCH, kind="off")
    world = {post.mid: post for post in posts(scenario_named("tea-morning"), SCALE)}
    assert len(page.posts) == 20
    assert [read.author_name for read in page.posts] == [world[read.native_id].nick for read in page.posts]
    assert all(read.published_at <= NOON for read in page.posts)


@pytest.mark.parametrize("scenario", ["no-outage", "outage-first"])
def test_it_ends_when_it_is_told_to(tmp_path: Path, scenario: str) -> None:
    running = start(tmp_path / "log.jsonl", "--scenario", scenario, "--seed", "3")
    if scenario == "no-outage":
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(timeout=30) == 0
    assert stop(running) == 0
