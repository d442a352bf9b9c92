"""The one HTTP client: pace, refusals, walls, bounds, and what it never shows."""

import gzip
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from random import Random

import httpx
import pytest

from collectors.addresses import site
from collectors.bodies import unpack
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError, Transient
from collectors.hosts import BACKOFF_CAP_S, BACKOFF_S, FLOOR_S, JITTER
from collectors.polite import Body, Client
from collectors.redaction import shown, without
from collectors.secret import Secret
from tests.collectors.loopback import serving

START = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://s.example.com/search"
Answer = Callable[[httpx.Request], httpx.Response]


class Platform:
    """Answers with `answer`, and notes when and what was asked; each answer takes `takes_s` on the clock."""

    def __init__(self, answer: Answer | httpx.Response | None = None, takes_s: float = 0.0) -> None:
        self.clock = EventClock(START)
        self.answer = answer or httpx.Response(200, text="hi")
        self.takes_s = takes_s
        self.requests: list[httpx.Request] = []
        self.spans: list[tuple[float, float]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        begun = (self.clock.now() - START).total_seconds()
        self.clock.wait(self.takes_s)
        self.spans.append((begun, (self.clock.now() - START).total_seconds()))
        self.requests.append(request)
        return self.answer(request) if callable(self.answer) else self.answer

    def client(self, **options: object) -> Client:
        return Client(clock=self.clock, transport=httpx.MockTransport(self), **options)  # type: ignore[arg-type]


def get(answer: Answer | httpx.Response | Exception, url: str = URL) -> Body:
    def respond(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    with Platform(respond).client() as client:
        return client.get(url)


# -- pace ----------------------------------------------------------------------------------------------------------


def test_requests_to_one_host_keep_the_floor_from_end_to_start() -> None:
    served = Platform(takes_s=1.5)
    with served.client() as client:
        for _ in range(4):
            client.get(URL)
    assert [begun for begun, _ in served.spans] == [0.0, 4.5, 9.0, 13.5]


def test_time_that_passed_anyway_counts_towards_the_pace() -> None:
    served = Platform()
    with served.client() as client:
        client.get(URL)
        served.clock.wait(2)
        client.get(URL)
        served.clock.wait(100)
        client.get(URL)
    assert [begun for begun, _ in served.spans] == [0.0, 3.0, 103.0]


def test_hosts_have_their_own_pace() -> None:
    served = Platform()
    with served.client(host_floors={"slow.example": 10.0}) as client:
        for url in ("https://a.example/", "https://slow.example/", "https://slow.example/", "https://a.example/"):
            client.get(url)
    assert [begun for begun, _ in served.spans] == [0.0, 0.0, 10.0, 10.0]


def test_a_request_may_lengthen_the_pace_but_not_shorten_it() -> None:
    served = Platform()
    with served.client() as client:
        client.get(URL)
        client.get(URL, pace_s=8)
        client.get(URL, pace_s=0.1)
    assert [begun for begun, _ in served.spans] == [0.0, 8.0, 8.0 + FLOOR_S]


@pytest.mark.parametrize("options", [{"floor_s": 2.9}, {"host_floors": {"a.example": 0.0}}, {"floor_s": float("nan")}])
def test_the_floor_cannot_be_lowered(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"may be raised above 3.0 s but not lowered"):
        Platform().client(**options)


def test_jitter_only_lengthens_and_a_seed_repeats_it() -> None:
    def starts(seed: int) -> list[float]:
        served = Platform()
        with served.client(jitter=Random(seed)) as client:
            for _ in range(20):
                client.get(URL)
        return [begun for begun, _ in served.spans]

    steps = [later - earlier for earlier, later in pairwise(starts(1))]
    assert all(FLOOR_S <= step <= FLOOR_S * (1 + JITTER) + 1e-5 for step in steps)
    assert len({round(step, 4) for step in steps}) > 15
    assert starts(1) == starts(1) != starts(2)


def test_errors_count_as_requests_for_the_pace() -> None:
    served = Platform(httpx.Response(502))
    with served.client() as client:
        for _ in range(3):
            with pytest.raises(Transient):
                client.get(URL)
    assert [begun for begun, _ in served.spans] == [0.0, 3.0, 6.0]


def test_a_clock_that_was_set_back_does_not_stop_the_host_for_hours() -> None:
    served = Platform()
    with served.client() as client:
        client.get(URL)
        served.clock.move_to(START - timedelta(hours=8))
        client.get(URL)
    assert served.spans[-1][0] == -8 * 3600 + FLOOR_S


def test_threads_ask_one_host_one_after_the_other() -> None:
    inside, most = 0, 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        threading.Event().wait(0.002)
        inside -= 1
        return httpx.Response(200)

    served = Platform(answer)
    with served.client() as client:
        threads = [threading.Thread(target=client.get, args=(URL,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == 1
    assert sorted(begun for begun, _ in served.spans) == [FLOOR_S * n for n in range(8)]


# -- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("told", "wait_s"),
    [("120", 120), (format_datetime(START + timedelta(seconds=120), usegmt=True), 120), ("0", 0), (" 7 ", 7)],
)
def test_a_host_that_says_how_long_is_left_alone_until_then(status: int, told: str, wait_s: float) -> None:
    served = Platform(httpx.Response(status, headers={"Retry-After": told}))
    with served.client() as client:
        with pytest.raises(RateLimited) as caught:
            client.get(URL)
        assert caught.value.retry_after_s == wait_s
        served.answer = httpx.Response(200)
        if wait_s:
            served.clock.wait(wait_s - 0.5)
            with pytest.raises(RateLimited) as again:
                client.get(URL)
            assert again.value.retry_after_s == pytest.approx(0.5)
            assert len(served.requests) == 1
            served.clock.wait(0.5)
        client.get(URL)
        client.get("https://other.example/")
    assert len(served.requests) == 3


@pytest.mark.parametrize("told", [None, "", "soon", "-5", "１２", "Mon, 99 Nov 2026 99:00:00 GMT"])
def test_a_refusal_without_a_readable_time_backs_off_twice_as_long_each_time(told: str | None) -> None:
    served = Platform(httpx.Response(429, headers=[(b"Retry-After", told.encode())] if told is not None else None))
    rests = []
    with served.client() as client:
        for _ in range(9):
            with pytest.raises(RateLimited) as caught:
                client.get(URL)
            assert caught.value.retry_after_s is None
            with pytest.raises(RateLimited) as resting:
                client.get(URL)
            rests.append(resting.value.retry_after_s or 0.0)
            served.clock.wait(rests[-1])
    assert rests[:4] == [BACKOFF_S, 2 * BACKOFF_S, 4 * BACKOFF_S, 8 * BACKOFF_S]
    assert rests[-1] == BACKOFF_CAP_S


def test_a_good_answer_ends_the_doubling() -> None:
    served = Platform(httpx.Response(429))
    with served.client() as client:
        for answer in (httpx.Response(429), httpx.Response(200), httpx.Response(429)):
            served.answer = answer
            served.clock.wait(3600)
            if answer.status_code == 200:
                client.get(URL)
                continue
            with pytest.raises(RateLimited):
                client.get(URL)
        with pytest.raises(RateLimited) as resting:
            client.get(URL)
    assert resting.value.retry_after_s == BACKOFF_S


def test_an_absurd_wait_is_told_as_it_is_and_obeyed_for_a_day() -> None:
    served = Platform(httpx.Response(429, headers={"Retry-After": "99999999999999999999"}))
    with served.client() as client:
        with pytest.raises(RateLimited):
            client.get(URL)
        with pytest.raises(RateLimited) as resting:
            client.get(URL)
    assert resting.value.retry_after_s == 86_400


# -- walls, redirects, other statuses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        *((httpx.Response(status), Blocked) for status in (401, 403, 414, 418, 432)),
        *((httpx.Response(status), Transient) for status in (408, 425, 500, 502, 503, 504)),
        *((httpx.Response(status), PayloadChanged) for status in (304, 400, 404, 410)),
        *((error("x"), Transient) for error in (httpx.ConnectError, httpx.ReadTimeout, httpx.ConnectTimeout)),
        *((error("x"), Transient) for error in (httpx.RemoteProtocolError, httpx.ReadError, httpx.ProxyError)),
    ],
    ids=lambda value: getattr(value, "status_code", None) or getattr(value, "__name__", None) or type(value).__name__,
)
def test_every_failure_has_its_class_and_names_the_page(
    answer: httpx.Response | Exception, error: type[SourceError]
) -> None:
    with pytest.raises(SourceError) as caught:
        get(answer)
    assert type(caught.value) is error
    assert URL in str(caught.value)


def test_a_caller_may_read_the_body_of_a_status_it_names() -> None:
    with Platform(httpx.Response(400, json={"error_code": 10023})).client() as client:
        body = client.get(URL, also={400})
    assert (body.status, body.content) == (400, b'{"error_code":10023}')


@pytest.mark.parametrize(
    "location",
    [
        "https://passport.weibo.com/visitor/visitor?entry=miniblog&a=enter",
        "https://weibo.com/login.php?url=x",
        "/antispider/?from=x",
        "https://s.example.com/mp/wappoc_appmsgcaptcha?poc_token=1",
        "https://passport.weibo.com/sso/signin",
        "https://elsewhere.example.net/",
        "http://s.example.com/search",
        "ftp://s.example.com/search",
    ],
)
def test_a_redirect_to_a_login_or_elsewhere_is_a_wall_and_never_followed(location: str) -> None:
    served = Platform(httpx.Response(302, headers={"Location": location}))
    with served.client() as client, pytest.raises(Blocked) as caught:
        client.get(URL)
    assert len(served.requests) == 1
    assert caught.value.advice
    assert "poc_token" not in str(caught.value)


def test_a_redirect_within_the_site_is_followed_at_pace_and_the_cookie_stays_at_home() -> None:
    hops = {"s.example.com": "https://www.example.com/a", "www.example.com": "/b"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/b":
            return httpx.Response(200, text="there")
        return httpx.Response(301, headers={"Location": hops[request.url.host]})

    served = Platform(answer)
    with served.client() as client:
        body = client.get(URL, cookie=Secret("SUB=abcdefgh"))
    assert (body.content, body.url) == (b"there", "https://www.example.com/b")
    assert [request.headers.get("cookie") for request in served.requests] == ["SUB=abcdefgh", None, None]
    assert [begun for begun, _ in served.spans] == [0.0, 0.0, 3.0]


def test_a_redirect_in_a_circle_ends() -> None:
    served = Platform(httpx.Response(302, headers={"Location": URL}))
    with served.client() as client, pytest.raises(Transient, match="redirected more than 3 times"):
        client.get(URL)
    assert len(served.requests) == 4


@pytest.mark.parametrize(
    "url", ["", "no url", "file:///etc/passwd", "https://", "http://[::1", "https://a.example:99999/"]
)
def test_an_address_that_cannot_be_asked_is_said_so(url: str) -> None:
    with pytest.raises(PayloadChanged, match="address that can be asked"):
        get(httpx.Response(200), url)


def test_a_host_that_no_resolver_takes_is_transient() -> None:
    with Client(clock=EventClock(START)) as client, pytest.raises(Transient, match=r"https://a\.\.b/"):
        client.get("https://a..b/")


def test_sites() -> None:
    assert site("s.weibo.com") == site("weibo.com") == "weibo.com"
    assert site("a.example.com.cn") != site("b.other.com.cn")
    assert site("10.0.0.1") != site("10.1.0.1")


# -- bounds --------------------------------------------------------------------------------------------------------


class Stream(httpx.SyncByteStream):
    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces


def packed(body: bytes, encoding: str = "gzip") -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": encoding}, stream=Stream(body))


def test_compressed_bodies_are_unpacked() -> None:
    body = "奶茶".encode() * 1000
    assert get(packed(gzip.compress(body))).content == body
    assert get(packed(gzip.compress(body) + gzip.compress(b"more"))).content == body + b"more"
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    assert unpack(raw.compress(body) + raw.flush(), "deflate", 10_000) == body
    assert unpack(zlib.compress(body), "deflate", 10_000) == body
    assert (
        get(httpx.Response(200, headers={"Content-Encoding": "identity"}, stream=Stream(b"a", b"b"))).content == b"ab"
    )


@pytest.mark.parametrize(
    "body", [gzip.compress(b"x" * 9999)[:-9], gzip.compress(b"x")[:4], b"no gzip", gzip.compress(b"x") + b"rest"]
)
def test_a_cut_or_damaged_gzip_body_is_transient(body: bytes) -> None:
    with pytest.raises(Transient, match="compressed body is"):
        get(packed(body))


@pytest.mark.parametrize("encoding", ["zstd", "br", "compress"])
def test_an_encoding_that_was_not_asked_for_is_said_so_and_never_unpacked(encoding: str) -> None:
    with pytest.raises(PayloadChanged, match=rf"Content-Encoding that was asked for \(it is {encoding}\)"):
        get(packed(b"x", encoding))


def test_a_body_may_be_packed_twice_and_no_more() -> None:
    assert get(packed(gzip.compress(zlib.compress(b"tea")), "deflate, gzip")).content == b"tea"
    with pytest.raises(PayloadChanged, match="packed 2 times at most"):
        get(packed(gzip.compress(b"tea"), ", ".join(["gzip"] * 5000)))


@pytest.mark.parametrize(
    "answer",
    [
        lambda: packed(gzip.compress(bytes(50_000_000))),
        lambda: packed(zlib.compress(bytes(50_000_000)), "deflate"),
        lambda: packed(gzip.compress(gzip.compress(bytes(50_000_000))), "gzip, gzip"),
        lambda: httpx.Response(200, stream=Stream(*[b"x" * 500] * 3)),
        lambda: httpx.Response(200, content=b"x" * 1001),
    ],
    ids=["bomb", "bomb of deflate", "bomb in a parcel", "stream", "whole"],
)
def test_a_body_beyond_the_limit_is_dropped(answer: Callable[[], httpx.Response]) -> None:
    with Platform(lambda _: answer()).client(max_bytes=1000) as client:
        with pytest.raises(PayloadChanged, match="body of at most 1000 bytes"):
            client.get(URL)
        assert client.last_body is None


def test_a_body_shorter_than_it_was_announced_is_transient() -> None:
    with pytest.raises(Transient, match="body cut off: 2 of 10 bytes"):
        get(httpx.Response(200, headers={"Content-Length": "10"}, stream=Stream(b"ab")))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"


def over_a_socket(*pieces: bytes, endless: bytes = b"", **options: float) -> Body:
    """One answer over a real connection; `endless` is sent again and again after it."""

    def drip() -> Iterator[bytes]:
        yield from pieces
        while endless:
            yield endless
            threading.Event().wait(0.005)

    with (
        serving(drip()) as base,
        Client(clock=EventClock(START), resolve={"s.example.com": base}, **options) as client,  # type: ignore[arg-type]
    ):
        return client.get(URL)


def test_an_answer_over_a_socket_is_a_body() -> None:
    body = over_a_socket(HEAD, b"01234", b"56789")
    assert (body.content, body.url, body.status) == (b"0123456789", URL, 200)
    assert body.headers["content-LENGTH"] == "10"


@pytest.mark.parametrize("pieces", [(), (b"HTTP/1.1 20",), (HEAD,), (HEAD, b"01234"), (b"\x00\x01\x02\r\n\r\n",)])
def test_a_connection_that_breaks_is_transient(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(Transient, match=URL):
        over_a_socket(*pieces)


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n", HEAD.replace(b"10", b"9999999")]
)
def test_a_slow_drip_ends_at_the_deadline_in_whatever_phase(head: bytes) -> None:
    with pytest.raises(Transient, match=r"no whole answer within 0\.05 s"):
        over_a_socket(head, endless=b"X-Drip: 1\r\n", deadline_s=0.05)


def test_the_deadline_cuts_the_connection() -> None:
    dripped = threading.Event()

    def drip() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        for _ in range(400):
            yield b"X-Drip: 1\r\n"
            threading.Event().wait(0.005)
        dripped.set()

    with (
        serving(drip()) as base,
        Client(clock=EventClock(START), resolve={"s.example.com": base}, deadline_s=0.05) as client,
        pytest.raises(Transient, match="no whole answer"),
    ):
        client.get(URL)
    assert not dripped.is_set()


def test_a_bomb_is_not_unpacked_before_it_is_refused() -> None:
    bomb = gzip.compress(bytes(30_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(PayloadChanged):
            unpack(bomb, "gzip", 100_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


def test_a_silent_server_ends_at_the_read_timeout() -> None:
    hang = threading.Event()

    def silent() -> Iterator[bytes]:
        hang.wait(20)
        yield b""

    with (
        serving(silent()) as base,
        Client(clock=EventClock(START), resolve={"s.example.com": base}, read_s=0.05) as client,
    ):
        with pytest.raises(Transient, match="ReadTimeout"):
            client.get(URL)
        hang.set()


# -- what is sent, and what is never shown -------------------------------------------------------------------------


def test_what_is_sent_looks_like_a_browser_and_knows_the_real_host() -> None:
    served = Platform()
    with served.client(
        resolve={"s.example.com": "http://127.0.0.1:8123"}, request_headers=lambda: {"X-Event-Time": "7"}
    ) as client:
        body = client.get(URL, params={"q": "#奶茶#", "page": 2}, headers={"Referer": "https://s.example.com/"})
        client.get("https://other.example/")
    first, second = served.requests
    assert str(first.url) == "http://127.0.0.1:8123/search?q=%23%E5%A5%B6%E8%8C%B6%23&page=2"
    assert first.headers["Host"] == "s.example.com"
    assert first.headers["Referer"] == "https://s.example.com/"
    assert first.headers["X-Event-Time"] == "7"
    assert first.headers["User-Agent"].startswith("Mozilla/5.0")
    assert first.headers["Accept-Encoding"] == "gzip, deflate"
    assert str(second.url) == "https://other.example/"
    assert body.url == f"{URL}?q=%23%E5%A5%B6%E8%8C%B6%23&page=2"


def test_cookies_that_a_platform_sets_are_not_sent_back() -> None:
    served = Platform(httpx.Response(200, headers={"Set-Cookie": "SUB=visitor; Path=/"}))
    with served.client() as client:
        client.get(URL)
        client.get(URL)
    assert [request.headers.get("cookie") for request in served.requests] == [None, None]


@pytest.mark.parametrize("cookie", ["SUB=абв", "SUB=a\nX-Evil: 1", "SUB=\x00"])
def test_a_cookie_that_no_header_can_hold_is_said_so_without_showing_it(cookie: str) -> None:
    served = Platform()
    with served.client() as client, pytest.raises(Blocked) as caught:
        client.get(URL, cookie=Secret(cookie))
    assert served.requests == []
    assert "SUB" not in f"{caught.value!r}{caught.value.advice}"


@pytest.mark.parametrize(
    "answer", [httpx.Response(502), httpx.Response(403), httpx.Response(404), httpx.ReadError("x")]
)
def test_no_credential_in_errors_bodies_or_reprs(answer: httpx.Response | Exception) -> None:
    url = "https://me:hunter22@feeds.example/all.xml?token=tok-123456&k=kkkkkkkk&page=2"
    cookie = Secret("SUB=_2A25sessionvalue; XSRF-TOKEN=xsrfvalue1")

    def respond(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with Platform(respond).client() as client:
        with pytest.raises(SourceError) as caught:
            client.get(url, cookie=cookie)
        said = f"{caught.value!r} {client!r} {client.last_body!r} {cookie!r}"
    assert "https://feeds.example/all.xml?token=<hidden>&k=<hidden>&page=2" in said
    for secret in ("hunter22", "tok-123456", "kkkkkkkk", "_2A25sessionvalue", "xsrfvalue1"):
        assert secret not in said


def test_a_body_that_echoes_a_credential_is_kept_without_it() -> None:
    served = Platform(lambda request: httpx.Response(200, text=f"{request.headers['cookie']} {request.url} ok"))
    with served.client() as client:
        body = client.get(f"{URL}?token=tok%2F123456", cookie=Secret("SUB=_2A25sessionvalue"))
        kept = client.last_body
    assert b"_2A25sessionvalue" in body.content
    assert kept is not None
    assert kept.content == f"SUB=<hidden> {URL}?token=<hidden> ok".encode()


def test_what_came_last_is_remembered_by_thread() -> None:
    with Platform(httpx.Response(403, text="wall")).client() as client:
        with pytest.raises(Blocked):
            client.get(URL)
        assert client.last_body
        assert client.last_body.content == b"wall"
        seen: list[Body | None] = []
        thread = threading.Thread(target=lambda: seen.append(client.last_body))
        thread.start()
        thread.join()
    assert seen == [None]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://a.example/x?q=奶茶&access_token=1", "https://a.example/x?q=%E5%A5%B6%E8%8C%B6&access_token=<hidden>"),
        ("https://u:p@[::1]:80/x#frag", "https://[::1]:80/x"),
        (
            "https://a.example/?api_key=1&apikey=2&sign=3&q=k",
            "https://a.example/?api_key=<hidden>&apikey=<hidden>&sign=<hidden>&q=k",
        ),
        ("https://a.example:x/", "an address that is no URL"),
    ],
)
def test_urls_are_shown_without_what_they_hide(url: str, told: str) -> None:
    assert shown(url) == told


def test_a_secret_is_hidden_in_each_of_its_forms() -> None:
    assert without(b"a/b+c== a%2Fb%2Bc%3D%3D x", ["a/b+c=="]) == b"<hidden> <hidden> x"


# -- forms ---------------------------------------------------------------------------------------------------------


def test_a_form_is_posted_at_pace_and_its_answer_is_not_kept() -> None:
    served = Platform(lambda request: httpx.Response(200, text=f"{request.method} {request.content.decode()}"))
    with served.client() as client:
        client.get(URL)
        body = client.post_form(URL, {"cb": "a b", "tid": "茶"}, headers={"Referer": URL})
        assert client.last_body is None
    assert (body.content, body.url) == (b"POST cb=a+b&tid=%E8%8C%B6", URL)
    sent = served.requests[-1].headers
    assert sent["Content-Type"] == "application/x-www-form-urlencoded"
    assert (sent["Referer"], sent.get("Cookie")) == (URL, None)
    assert [begun for begun, _ in served.spans] == [0.0, 3.0]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(429, headers={"Retry-After": "90"}), RateLimited),
        (httpx.Response(403), Blocked),
        (httpx.Response(302, headers={"Location": "https://passport.weibo.com/sso/signin"}), Blocked),
        (httpx.Response(302, headers={"Location": "/elsewhere"}), PayloadChanged),
        (httpx.Response(502), Transient),
        (httpx.Response(404), PayloadChanged),
    ],
    ids=["429", "403", "login", "moved", "502", "404"],
)
def test_a_form_that_is_refused_says_why(answer: httpx.Response, error: type[SourceError]) -> None:
    served = Platform(answer)
    with served.client() as client, pytest.raises(error):
        client.post_form(URL, {})
    assert len(served.requests) == 1


def test_a_question_in_json_is_posted_at_pace_and_its_token_is_in_no_url_shown_and_no_body_kept() -> None:
    served = Platform(
        lambda request: httpx.Response(200, text=f"{request.method} {request.content.decode()} t0ken-value")
    )
    with served.client() as client:
        client.get(URL)
        body = client.post_json(URL, {"offset": 0}, params={"access_token": "t0ken-value"})
        assert client.last_body is not None
        assert client.last_body.content == b'POST {"offset":0} <hidden>'
    assert body.url == f"{URL}?access_token=<hidden>"
    assert served.requests[-1].headers["Content-Type"] == "application/json"
    assert served.requests[-1].url.params["access_token"] == "t0ken-value"
    assert [begun for begun, _ in served.spans] == [0.0, 3.0]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(429), RateLimited),
        (httpx.Response(403), Blocked),
        (httpx.Response(302, headers={"Location": "https://passport.weibo.com/sso/signin"}), Blocked),
        (httpx.Response(302, headers={"Location": "/elsewhere"}), PayloadChanged),
        (httpx.Response(502), Transient),
    ],
    ids=["429", "403", "login", "moved", "502"],
)
def test_a_question_in_json_that_is_refused_says_why(answer: httpx.Response, error: type[SourceError]) -> None:
    served = Platform(answer)
    with served.client() as client, pytest.raises(error):
        client.post_json(URL, {})
    assert len(served.requests) == 1
