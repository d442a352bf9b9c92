"""A client that is made anew goes on as politely as the one before it, from what the store kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from collectors.clock import EventClock
from collectors.errors import RateLimited
from collectors.hosts import FLOOR_S
from collectors.pace import HostPace
from collectors.polite import Client
from monitor.store.sqlite import open_store
from monitor.store.store import Visit

START = datetime(2026, 11, 20, 1, 0, 0, 123_456, tzinfo=UTC)
URL = "https://s.weibo.com/weibo?q=x"


def client(clock: EventClock, answer: httpx.Response, paces: tuple[HostPace, ...] = ()) -> Client:
    return Client(clock=clock, transport=httpx.MockTransport(lambda _: answer), paces=paces)


def test_the_first_request_after_a_restart_keeps_the_floor() -> None:
    clock = EventClock(START)
    with client(clock, httpx.Response(200, text="a")) as before:
        before.get(URL)
    clock.wait(1)
    with client(clock, httpx.Response(200, text="b"), before.paces()) as after:
        after.get(URL)
    assert clock.now() == START + timedelta(seconds=FLOOR_S)


def test_a_retry_after_is_obeyed_across_a_restart() -> None:
    clock = EventClock(START)
    with client(clock, httpx.Response(429, headers={"Retry-After": "90"})) as before, pytest.raises(RateLimited):
        before.get(URL)
    clock.wait(60)
    with client(clock, httpx.Response(200, text="b"), before.paces()) as after:
        with pytest.raises(RateLimited) as caught:
            after.get(URL)
        assert caught.value.retry_after_s == 30
        clock.wait(30)
        assert after.get(URL).content == b"b"


def test_the_store_keeps_paces_to_the_microsecond_and_the_newest_of_a_host(tmp_path: Path) -> None:
    first = HostPace(host="s.weibo.com", answered_at=START, rest_until=None)
    other = HostPace(host="weibo.com", answered_at=START, rest_until=START + timedelta(hours=1), refusals=2)
    newest = HostPace(host="s.weibo.com", answered_at=START + timedelta(microseconds=7), rest_until=None)
    with open_store(tmp_path / "a.sqlite") as store:
        for number, paces in enumerate(((first, other), (newest,))):
            store.ingest(Visit(slot=str(number), source="s", target="t", platform="weibo", at=START, paces=paces))
    with open_store(tmp_path / "a.sqlite", read_only=True) as store:
        assert store.paces() == (newest, other)
