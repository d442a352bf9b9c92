"""Pushes over real HTTP: who may come in, how much they may bring, and that a 2xx means that it is stored."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from analysis.rules.rule import SourceHealth
from collectors.clock import EventClock
from collectors.secret import Secret
from collectors.wechat.webhook import TEST_ARTICLE, WebhookSettings, WechatWebhook
from monitor.pipeline import PUSH, Pipeline
from monitor.store.sqlite import SqliteStore
from monitor.store.store import Ingested, Selection, StoreError
from monitor.web.app import make_app
from monitor.web.push import Push
from monitor.web.server import served
from tests.monitor.scripted import NOON, at, pipeline

TOKEN = "0123456789abcdef"
ALL = Selection(since=at(-1_000_000), until=at(1_000_000))
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def push(*ids: str, text: str = "奶茶") -> bytes:
    articles = [
        {
            "id": each,
            "title": f"{text} {each}",
            "url": f"https://blog.example/{each}",
            "publish_time": int((NOON - timedelta(hours=1)).timestamp()),
        }
        for each in ids
    ]
    return json.dumps({"feed": {"name": "晚风茶"}, "articles": articles}).encode()


class Door:
    """A running service with one source that is pushed to."""

    def __init__(self, address: str, line: Pipeline, store: SqliteStore) -> None:
        self.url = f"{address}/push/bridge"
        self.line = line
        self.store = store

    def post(self, body: bytes = b"", headers: dict[str, str] = BEARER, query: str = "") -> httpx.Response:
        return httpx.post(self.url + query, content=body, headers=headers)

    def keys(self) -> list[str]:
        return sorted(stored.post.key for stored in self.store.posts(ALL))

    def health(self) -> SourceHealth:
        return self.store.health("bridge", (PUSH,), 60, NOON)


Opened = Callable[..., Door]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens the door; `take` stands in place of the pipeline's."""
    source = WechatWebhook(WebhookSettings(token=Secret(TOKEN)))
    with pipeline(tmp_path, EventClock(NOON)) as (line, store):
        stack = []

        def take(body: bytes) -> Ingested:
            return line.receive("bridge", source, body, NOON)

        def open_door(
            *,
            take: Callable[[bytes], Ingested] = take,
            token: Secret | None = source.token,
            max_bytes: int = 100_000,
            read_s: float = 10.0,
        ) -> Door:
            door = Push(source="bridge", token=token, take=take, max_bytes=max_bytes, read_s=read_s)
            server = served(make_app([door]), "127.0.0.1:0")
            stack.append(server)
            return Door(server.__enter__(), line, store)

        try:
            yield open_door
        finally:
            for server in stack:
                server.__exit__(None, None, None)


def test_what_is_pushed_is_stored_before_it_is_answered(opened: Opened) -> None:
    door = opened()
    answer = door.post(push("a", "b"))
    assert (answer.status_code, answer.json()) == (200, {"new": 2, "known": 0, "rejected": 0, "repeated": False})
    assert door.keys() == ["wechat:a", "wechat:b"]
    assert [mention.post for mention in door.store.mentions(ALL)] == ["wechat:a", "wechat:b"]
    assert door.health().last_success_at == NOON


def test_the_same_push_again_changes_nothing(opened: Opened) -> None:
    door = opened()
    door.post(push("a"))
    again = door.post(push("a"))
    assert (again.status_code, again.json()) == (200, {"new": 0, "known": 0, "rejected": 0, "repeated": True})
    more = door.post(push("a", "b"))
    assert more.json() == {"new": 1, "known": 1, "rejected": 0, "repeated": False}
    assert door.keys() == ["wechat:a", "wechat:b"]


def test_pushes_at_the_same_time_are_all_stored_once(opened: Opened) -> None:
    door = opened()
    bodies = [push(f"p{number // 2}") for number in range(16)]  # each twice
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda body=body: answers.append(door.post(body).status_code)) for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 16
    assert door.keys() == sorted(f"wechat:p{number}" for number in range(8))


def test_the_test_button_is_answered(opened: Opened) -> None:
    door = opened()
    assert door.post(push(TEST_ARTICLE)).json()["new"] == 0
    assert door.keys() == []


def test_a_store_that_took_nothing_is_told_as_an_error_to_try_again(opened: Opened) -> None:
    def full(_: bytes) -> Ingested:
        raise StoreError("the disk is full")

    answer = opened(take=full).post(push("a"))
    assert (answer.status_code, answer.json()) == (503, {"error": "cannot be stored now, try again"})


def test_a_fault_of_our_own_is_no_success(opened: Opened) -> None:
    def broken(_: bytes) -> Ingested:
        raise ZeroDivisionError

    assert opened(take=broken).post(push("a")).status_code == 500


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"[" * 50_000])
def test_a_push_that_cannot_be_read_is_kept_and_told(body: bytes, opened: Opened, tmp_path: Path) -> None:
    door = opened()
    for _ in range(2):
        answer = door.post(body)
        assert answer.status_code == 422
        assert answer.json()["error"].startswith("cannot be read: no ")
    (kept,) = (tmp_path / "kept" / "bridge").glob("*.page")
    assert kept.read_bytes() == body
    assert door.health().last_error == "PayloadChanged"
    door.post(push("a"))
    assert door.health().last_error is None


def test_what_is_readable_of_a_push_is_stored_and_the_rest_is_kept(opened: Opened) -> None:
    door = opened()
    body = json.loads(push("a", "b"))
    del body["articles"][1]["publish_time"]
    answer = door.post(json.dumps(body).encode())
    assert answer.json() == {"new": 1, "known": 0, "rejected": 1, "repeated": False}
    ((source, _, rejected),) = door.store.rejected(at(-10), at(10))
    assert (source, rejected.reason, rejected.where) == ("bridge", "no date", "article 2")


def signed(body: bytes, key: str = TOKEN) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}


BODY = push("a")


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        (BEARER, "", 200),
        ({"Authorization": f"bearer {TOKEN}"}, "", 200),
        ({}, f"?token={TOKEN}", 200),
        (signed(BODY), "", 200),
        ({}, "", 401),
        ({"Authorization": "Bearer wrong"}, "", 401),
        ({"Authorization": "Bearer"}, "", 401),
        ({"Authorization": f"Basic {TOKEN}"}, "", 401),
        ({"Authorization": f"Bearer {TOKEN}x"}, "", 401),
        ({}, f"?token={TOKEN[:-1]}", 401),
        ({}, "?token=%FF", 401),
        (signed(BODY, "another key"), "", 401),
        (signed(b"another body"), "", 401),
        ({"X-Hub-Signature-256": "sha256="}, f"?token={TOKEN}", 401),
    ],
)
def test_only_who_knows_the_token_comes_in(
    headers: dict[str, str], query: str, status: int, opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    door = opened()
    answer = door.post(BODY, headers, query)
    assert answer.status_code == status
    assert door.keys() == (["wechat:a"] if status == 200 else [])
    assert TOKEN not in answer.text + caplog.text


def test_without_a_token_nobody_comes_in(opened: Opened) -> None:
    door = opened(token=None)
    for headers in ({}, BEARER, {"Authorization": "Bearer"}, signed(BODY, "")):
        assert door.post(BODY, headers).status_code == 401
    assert door.keys() == []


def test_a_body_over_the_limit_is_not_read_to_its_end(opened: Opened) -> None:
    door = opened(max_bytes=1000)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100_000):
            sent += 1000
            yield bytes(1000)

    with suppress(httpx.TransportError):  # the connection was closed while we were still sending
        assert httpx.post(door.url, content=endless(), headers=BEARER).status_code == 413
    assert sent < 50_000_000
    assert door.post(bytes(1001)).status_code == 413
    assert door.post(BODY).status_code == 200


def test_a_body_that_drips_is_given_up(opened: Opened) -> None:
    door = opened(read_s=0.05)
    host, port = door.url.split("/")[2].split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST /push/bridge?token={TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head.encode() + b"{")
        assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")
    assert door.keys() == []


def test_a_push_that_is_cut_off_stores_nothing(opened: Opened) -> None:
    door = opened()
    host, port = door.url.split("/")[2].split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST /push/bridge?token={TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n"
        connection.sendall(head.encode() + BODY[:-1])
    assert door.post(push("b")).status_code == 200
    assert door.keys() == ["wechat:b"]


def test_there_is_nothing_else(opened: Opened) -> None:
    base = opened().url.removesuffix("/push/bridge")
    assert httpx.get(f"{base}/healthz").json() == {"ok": True}
    assert httpx.get(f"{base}/push/bridge", headers=BEARER).status_code == 405
    assert httpx.post(f"{base}/push/another", headers=BEARER).status_code == 404
    assert "server" not in httpx.get(f"{base}/").headers


def test_requests_under_way_are_ended_before_the_server_is() -> None:
    asked, go = threading.Event(), threading.Event()

    def slowly(_: bytes) -> Ingested:
        asked.set()
        go.wait(20)
        return Ingested(new_posts=1)

    answers: list[int] = []
    with served(make_app([Push(source="s", token=Secret(TOKEN), take=slowly)]), "127.0.0.1:0") as address:
        client = threading.Thread(
            target=lambda: answers.append(httpx.post(f"{address}/push/s", content=b"{}", headers=BEARER).status_code)
        )
        client.start()
        assert asked.wait(20)
        threading.Timer(0.05, go.set).start()
    client.join()
    assert answers == [200]


def test_an_address_that_is_taken_is_said_with_the_key_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(OSError, match=r"set another web\.listen"), served(make_app([]), taken):
            pass
