"""Conditional requests: a feed that has not changed is not sent again, and still proves what it shows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from collectors.clock import EventClock
from collectors.errors import PayloadChanged, RateLimited, Transient
from collectors.hosts import FLOOR_S
from collectors.polite import Client
from collectors.source import Ask, Target
from collectors.wechat.feed import FeedSettings, WechatFeed

URL = "https://bridge.example/feeds/all.rss"
AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)
FEED = (Path(__file__).parents[1] / "payloads" / "wechat_feed" / "rss.xml").read_bytes()
TAG = {"ETag": '"v1"'}
DATE = {"Last-Modified": "Mon, 23 Nov 2026 01:00:00 GMT"}


class Server:
    """Gives its answers one after the other, the last one for ever; `asked` is what each request was made with."""

    def __init__(self, *answers: httpx.Response | Callable[[httpx.Request], httpx.Response]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Headers] = []
        self.clock = EventClock(AT)
        self.client = Client(clock=self.clock, transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.headers)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request) if callable(answer) else answer

    def get(self, url: str = URL) -> bytes:
        return self.client.get(url, conditional=True).content


@pytest.mark.parametrize(
    ("validator", "asked_with", "value"),
    [
        (TAG, "If-None-Match", '"v1"'),
        ({"ETag": 'W/"v1"'}, "If-None-Match", 'W/"v1"'),
        (DATE, "If-Modified-Since", DATE["Last-Modified"]),
    ],
)
def test_what_has_not_changed_is_what_came_before(validator: dict[str, str], asked_with: str, value: str) -> None:
    server = Server(httpx.Response(200, headers=validator, content=b"one"), httpx.Response(304, headers=validator))
    assert [server.get() for _ in range(3)] == [b"one"] * 3
    assert [headers.get(asked_with) for headers in server.asked] == [None, value, value]
    assert server.clock.now() - AT == timedelta(seconds=2 * FLOOR_S)  # a question with a condition is a question


def test_what_has_changed_takes_the_place_of_what_came_before() -> None:
    server = Server(
        httpx.Response(200, headers=TAG, content=b"one"),
        httpx.Response(200, headers={"ETag": '"v2"'}, content=b"two"),
        httpx.Response(304),
    )
    assert [server.get() for _ in range(3)] == [b"one", b"two", b"two"]
    assert [headers.get("If-None-Match") for headers in server.asked] == [None, '"v1"', '"v2"']


def test_what_calls_itself_fresh_is_asked_for_all_the_same() -> None:
    fresh = {**TAG, "Cache-Control": "max-age=86400", "Date": "Mon, 23 Nov 2026 02:00:00 GMT"}
    server = Server(httpx.Response(200, headers=fresh, content=b"one"), httpx.Response(200, content=b"two"))
    assert [server.get(), server.get()] == [b"one", b"two"]


@pytest.mark.parametrize("told", [{}, {**TAG, "Cache-Control": "no-store"}], ids=["no-validator", "no-store"])
def test_what_cannot_or_may_not_be_kept_is_asked_for_without_a_condition(told: dict[str, str]) -> None:
    server = Server(httpx.Response(200, headers=told, content=b"one"))
    assert [server.get(), server.get()] == [b"one", b"one"]
    assert not any("if-none-match" in headers or "if-modified-since" in headers for headers in server.asked)


def test_a_failure_in_between_is_told_and_forgets_nothing() -> None:
    server = Server(
        httpx.Response(200, headers=TAG, content=b"one"),
        httpx.Response(500),
        httpx.Response(404),
        httpx.Response(429, headers={"Retry-After": "1"}),
        httpx.Response(304),
    )
    assert server.get() == b"one"
    for error in (Transient, PayloadChanged, RateLimited):
        with pytest.raises(error):
            server.get()
    server.clock.wait(60)
    assert server.get() == b"one"


def test_nothing_changed_before_anything_came_is_no_page() -> None:
    with pytest.raises(PayloadChanged, match="status 304"):
        Server(httpx.Response(304)).get()


def test_nothing_changed_about_another_version_is_asked_for_anew() -> None:
    server = Server(
        httpx.Response(200, headers=TAG, content=b"one"),
        httpx.Response(304, headers={"ETag": '"v7"'}),
        httpx.Response(200, headers={"ETag": '"v7"'}, content=b"seven"),
    )
    assert [server.get(), server.get()] == [b"one", b"seven"]
    assert len(server.asked) == 3


def test_pages_are_told_apart_by_their_whole_address() -> None:
    server = Server(lambda request: httpx.Response(200, headers=TAG, content=str(request.url).encode()))
    assert [server.get(f"{URL}?page={page}") for page in (1, 2)] == [f"{URL}?page={page}".encode() for page in (1, 2)]
    assert "if-none-match" not in server.asked[1]


def test_a_feed_that_has_not_changed_proves_the_time_until_it_was_asked() -> None:
    server = Server(httpx.Response(200, headers=TAG, content=FEED), httpx.Response(304))
    source = WechatFeed(FeedSettings(url=URL))
    ask = Ask(target=Target(name="feed", query=URL), since=AT - timedelta(hours=1), until=AT)
    first = source.fetch(server.client, ask)
    server.clock.wait(600)
    again = source.fetch(server.client, ask)
    assert server.asked[-1]["If-None-Match"] == '"v1"'
    assert [post.key for post in again.posts] == [post.key for post in first.posts] != []
    assert (first.covered_until, again.covered_until) == (AT, AT + timedelta(seconds=600))
    assert again.covered_from == first.covered_from
