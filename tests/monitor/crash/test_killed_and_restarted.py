"""Killed at any point, a restart gives the same posts, buckets, Observations and alerts, and loses no delivery."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.demo.drive import platforms
from monitor.store.sqlite import open_store
from monitor.store.store import Selection, Store
from tests.monitor.crash.day import PAST, STARTS_AT, UNTIL

ROOT = Path(__file__).parents[3]
TOPIC = "first-ai-tea"
SCALE = 0.15
STAGES = ("fetch", "transaction", "judge", "outbox", "send", "mark")
RARE = ("send", "mark")  # a delivery is there only now and then: the first one ends that life
KILLS = int(os.environ.get("TREND_MONITOR_KILLS", "8"))
REACH = max(8, 400 // KILLS)  # events of its stage that a life may see: few kills are spread over the day


@dataclass
class Receiver:
    """Outlives the kills: what arrived, by event id, with every body that came under it."""

    url: str = ""
    bodies: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))


@contextmanager
def receiver() -> Iterator[Receiver]:
    got = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the kill cut the request: it was not accepted
                return
            got.bodies[self.headers["X-Event-Id"]].append(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    got.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def live(folder: Path, hosts: Mapping[str, str], url: str, *kill: str) -> int:
    command = [sys.executable, "-m", "tests.monitor.crash.incarnation", str(folder), json.dumps(dict(hosts)), url]
    ended = subprocess.run(
        [*command, UNTIL.isoformat(), *kill], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode


def everything(store: Store) -> dict[str, list[object]]:
    since, until = STARTS_AT - PAST - timedelta(days=2), UNTIL + timedelta(days=1)
    since = since.replace(minute=0, second=0, microsecond=0)
    alerts = store.alerts()
    return {
        "posts": list(store.posts(Selection(since=since, until=until))),
        "mentions": list(store.mentions(Selection(since=since, until=until))),
        "minutes": list(store.series(TOPIC, since, until, 60).buckets),
        "hours": list(store.series(TOPIC, since, until, 3_600).buckets),
        "observations": list(store.observations(TOPIC)),
        "alerts": list(alerts),
        "transitions": [step for alert in alerts for step in store.transitions(alert.key)],
        "evidence": [verdict for alert in alerts for verdict in store.evidence(alert.key)],
        "coverage": [(c.source, c.target, c.stretch) for c in store.stretches(since, until)],
        "told": sorted(delivery.message.event_id for delivery in store.deliveries()),
    }


@pytest.mark.slow
@pytest.mark.timeout(3_000)
def test_a_day_with_kills_is_the_day_without(tmp_path: Path) -> None:
    chance = random.Random(20261120)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    with platforms("tea-morning", seed=7, scale=SCALE) as hosts, receiver() as calm, receiver() as harried:
        assert live(whole, hosts, calm.url) == 0
        kills: Counter[str] = Counter()
        for number in range(KILLS):
            stage = STAGES[number % len(STAGES)]
            at = 1 if stage in RARE else chance.randint(1, REACH)
            kills[stage] += live(killed, hosts, harried.url, stage, str(at)) == -signal.SIGKILL
        assert live(killed, hosts, harried.url) == 0
    assert kills.total() == KILLS
    assert min(kills.values()) >= KILLS // 10
    with (
        open_store(whole / "data" / "monitor.sqlite", read_only=True) as expected,
        open_store(killed / "data" / "monitor.sqlite", read_only=True) as found,
    ):
        a, b = everything(expected), everything(found)
        for what, rows in a.items():
            assert b[what] == rows, what
        assert a["alerts"]
        assert set(harried.bodies) == set(calm.bodies)
        assert set(harried.bodies) == {event for event in map(str, a["told"]) if event.endswith(":receiver:")}
        assert all(len(set(bodies)) == 1 for bodies in harried.bodies.values())
