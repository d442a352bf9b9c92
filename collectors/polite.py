"""The one HTTP client: one request at a time per host, a pace floor between them, and every failure in our own terms.

Pace, Retry-After and back-off run on the clock that is handed in, so that they hold in event time too. Timeouts and the
deadline of a request bound real input and output and therefore run in real time.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import Random
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpx

from collectors.addresses import next_hop, parsed
from collectors.bodies import read_body
from collectors.clock import Clock
from collectors.deadline import Deadline
from collectors.errors import Blocked, PayloadChanged, RateLimited, Transient
from collectors.hosts import FLOOR_S, Host, Hosts
from collectors.pace import HostPace
from collectors.redaction import secrets_of, shown, without
from collectors.revalidation import Revalidation
from collectors.secret import Secret
from collectors.server_clock import check_clock
from collectors.session import Session
from collectors.set_cookie import set_cookies

MAX_BYTES = 8 * 1024 * 1024
MAX_REDIRECTS = 3
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
WALL_STATUSES = frozenset({401, 403, 414, 418, 432})


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An answer. `url` is where it came from after redirects, fit to be shown; `content` is decompressed."""

    status: int
    url: str
    headers: Mapping[str, str] = field(repr=False)  # names in any case
    content: bytes = field(repr=False)


class Client:
    """Safe to share between threads; close it, or use it as a context manager.

    `floor_s` is the least time between the end of a request and the start of the next one to the same host, at least
    FLOOR_S; `host_floors` raises it for single hosts; `jitter` adds up to 30 % to each pace. `resolve` sends
    requests for a host to another base URL, as `curl --resolve` does, without anything else noticing. `request_headers`
    is asked before each request. `connect_s`, `read_s`, `deadline_s` bound connecting, each read and the whole
    request, `fetch_s` all requests of one fetch together (waits for the pace apart), in real seconds.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        floor_s: float = FLOOR_S,
        host_floors: Mapping[str, float] | None = None,
        jitter: Random | None = None,
        resolve: Mapping[str, str] | None = None,
        connect_s: float = 10.0,
        read_s: float = 20.0,
        deadline_s: float = 60.0,
        fetch_s: float = 180.0,
        max_bytes: int = MAX_BYTES,
        user_agent: str = BROWSER,
        request_headers: Callable[[], Mapping[str, str]] | None = None,
        paces: Iterable[HostPace] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._hosts = Hosts(clock, floor_s=floor_s, floors=host_floors, jitter=jitter, paces=paces)
        self._resolve = {host: httpx.URL(base) for host, base in (resolve or {}).items()}
        self._deadline_s = deadline_s
        self._fetch_s = fetch_s
        self._max_bytes = max_bytes
        self._request_headers = request_headers
        self._revalidation = Revalidation()
        self._here = threading.local()
        headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate", "Accept-Language": "zh-CN,zh;q=0.9"}
        timeout = httpx.Timeout(read_s, connect=connect_s)

        def http(*, trust_env: bool) -> httpx.Client:
            # A Set-Cookie joins later requests by way of a Session only: what the user did not give is not sent.
            jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            return httpx.Client(
                headers=headers, timeout=timeout, http2=True, cookies=jar, trust_env=trust_env, transport=transport
            )

        self._http = http(trust_env=True)
        self._local_http = http(trust_env=False) if self._resolve else self._http  # proxies are for the real network

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def now(self) -> datetime:
        """The present moment on the clock that paces this client: when a body that just came was received."""
        return self._clock.now()

    def paces(self) -> tuple[HostPace, ...]:
        """Where each host stands: what a restarted client must know to go on as politely."""
        return self._hosts.paces()

    @contextmanager
    def one_fetch(self) -> Iterator[None]:
        """What is asked for within belongs to one fetch of this thread: `fetch_s` bounds it all together."""
        self._here.left_s = self._fetch_s
        try:
            yield
        finally:
            self._here.left_s = None

    def close(self) -> None:
        self._http.close()
        self._local_http.close()

    @property
    def last_body(self) -> Body | None:
        """What the newest `get` of this thread received, fit to be kept; None when nothing came or we were refused."""
        body = getattr(self._here, "body", None)
        return body if isinstance(body, Body) else None

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        cookie: Secret | None = None,
        pace_s: float | None = None,
        also: Collection[int] = (),
        conditional: bool = False,
    ) -> Body:
        """One page. Raises SourceError and nothing else.

        `cookie` goes to the host of `url` only; a Session takes over what that host renews. `pace_s` lengthens the
        pace for this request; a shorter one than the floor is ignored. `also` names statuses beside 2xx whose body
        the caller wants to read itself. `conditional`: a page that has not changed is not sent again.
        """
        self._here.body = None
        first = target = parsed(url, params)
        held = _shown_nowhere(cookie)
        for _ in range(MAX_REDIRECTS + 1):
            at_home = (target.scheme, target.netloc) == (first.scheme, first.netloc)
            ask = partial(self._one, target, cookie=cookie if at_home else None, pace_s=pace_s or 0.0)
            if conditional:
                response, content = self._revalidation.answer(str(target), headers or {}, ask)
            else:
                response, content = ask(headers or {})
            if response.status_code in also or not response.has_redirect_location:
                break
            target = next_hop(target, response.headers["Location"])
        else:
            raise Transient(f"{shown(str(target))}: redirected more than {MAX_REDIRECTS} times")
        body = Body(status=response.status_code, url=shown(str(target)), headers=response.headers, content=content)
        self._remember(body, secrets_of(str(first), held + _shown_nowhere(cookie)))
        if response.status_code not in also:
            _judge(target, response.status_code)
        return body

    def post_json(
        self,
        url: str,
        question: Mapping[str, Any],
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        cookie: Secret | None = None,
        pace_s: float | None = None,
    ) -> Body:
        """What a question in JSON is answered with. Raises SourceError and nothing else; a redirect is not followed."""
        self._here.body = None
        target, held = parsed(url, params), _shown_nowhere(cookie)
        response, content = self._one(
            target, headers or {}, cookie=cookie, pace_s=pace_s or 0.0, posted={"json": dict(question)}
        )
        if response.has_redirect_location:
            next_hop(target, response.headers["Location"])
        body = Body(status=response.status_code, url=shown(str(target)), headers=response.headers, content=content)
        self._remember(body, secrets_of(str(target), held + _shown_nowhere(cookie)))
        _judge(target, response.status_code)
        return body

    def post_form(self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Body:
        """What a form is answered with. Raises SourceError and nothing else; a redirect is a wall, or not known.

        It is asked for sessions, hence carries no cookie, and its answer is not remembered as `last_body`.
        """
        self._here.body = None
        target = parsed(url, None)
        response, content = self._one(target, headers or {}, posted={"data": form})
        if response.has_redirect_location:
            next_hop(target, response.headers["Location"])
        _judge(target, response.status_code)
        return Body(status=response.status_code, url=shown(str(target)), headers=response.headers, content=content)

    def _remember(self, body: Body, secrets: Collection[str]) -> None:
        self._here.body = replace(body, content=without(body.content, secrets)) if secrets else body

    def _one(
        self,
        target: httpx.URL,
        headers: Mapping[str, str],
        *,
        cookie: Secret | None = None,
        pace_s: float = 0.0,
        posted: Mapping[str, Any] | None = None,
    ) -> tuple[httpx.Response, bytes]:
        with self._hosts.turn(target.host, pace_s) as host:
            sent = cookie.reveal().strip() if cookie else ""
            try:
                response, content = self._ask(target, _headers(headers, sent), host, posted or {})
                self._hosts.note(host, response)
                check_clock(response.headers, self._clock.now())
            except (httpx.HTTPError, OSError, UnicodeError) as error:  # UnicodeError: a host that no resolver takes
                raise Transient(f"{shown(str(target))}: {type(error).__name__}") from None
            except RateLimited:
                raise
            except Transient as error:
                raise Transient(f"{shown(str(target))}: {error}") from None
            except PayloadChanged as error:
                raise PayloadChanged(f"{error.path} from {shown(str(target))}") from None
        if isinstance(cookie, Session) and response.is_success:
            told = response.headers.get_list("Set-Cookie")
            cookie.renew(sent, set_cookies(told, target.host, self._clock.now()))
        return response, content

    def _ask(
        self, target: httpx.URL, headers: Mapping[str, str], host: Host, posted: Mapping[str, Any]
    ) -> tuple[httpx.Response, bytes]:
        base = self._resolve.get(target.host)
        http = self._local_http if base else self._http
        url, sent = target, {**headers, **(self._request_headers() if self._request_headers else {})}
        if base:
            url = target.copy_with(scheme=base.scheme, host=base.host, port=base.port)
            sent["Host"] = target.netloc.decode("ascii")
        with self._within_bounds(host) as deadline:
            asking = http.stream(
                "POST" if posted else "GET",
                url,
                headers=sent,
                follow_redirects=False,
                extensions={"trace": deadline.trace},
                **posted,
            )
            with asking as response:
                body = read_body(response, self._max_bytes, deadline.check)
        host.connection = deadline.connection
        return response, body

    @contextmanager
    def _within_bounds(self, host: Host) -> Iterator[Deadline]:
        """The deadline of one request: its own, or what is left to its fetch."""
        left_s: float | None = getattr(self._here, "left_s", None)
        if left_s is not None and left_s <= 0:
            raise Transient(f"all requests of this fetch together took longer than {self._fetch_s:g} s")
        began = monotonic()
        try:
            with Deadline(self._deadline_s if left_s is None else min(self._deadline_s, left_s), host.connection) as it:
                yield it
        finally:
            if left_s is not None:
                self._here.left_s = left_s - (monotonic() - began)


def _judge(target: httpx.URL, status: int) -> None:
    """Raise what a status other than success means."""
    where = shown(str(target))
    if status in WALL_STATUSES:
        raise Blocked(f"{where}: status {status}", "open the page in a browser; renew the cookie, or wait")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in (408, 425):
        raise Transient(f"{where}: status {status}")
    if not httpx.codes.is_success(status):
        raise PayloadChanged(f"page at {where} (status {status})")


def _shown_nowhere(cookie: Secret | None) -> str:
    """What a body may echo of a cookie: asked before and after a request, for that may renew it."""
    return f"{cookie.reveal()};" if cookie else ""


def _headers(headers: Mapping[str, str], cookie: str) -> Mapping[str, str]:
    if not cookie:
        return headers
    if not cookie.isascii() or not cookie.isprintable():
        raise Blocked("the cookie holds characters that no cookie has", "copy it again, as one line")
    return {**headers, "Cookie": cookie}
