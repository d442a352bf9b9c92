"""The one HTTP client: one request at a time per host, a pace floor between them, and every failure in our own terms.

Pace, Retry-After and back-off run on the clock that is handed in, so that they hold in event time too. Timeouts and the
deadline of a request bound real input and output and therefore run in real time.
"""

import socket
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import Random
from types import TracebackType
from typing import Any, Self

import httpx

from collectors.addresses import next_hop, parsed
from collectors.bodies import read_body
from collectors.clock import Clock
from collectors.deadline import Deadline
from collectors.errors import Blocked, PayloadChanged, RateLimited, Transient
from collectors.pace import HostPace
from collectors.redaction import secrets_of, shown, without
from collectors.secret import Secret

FLOOR_S = 3.0
MAX_BYTES = 8 * 1024 * 1024
MAX_REDIRECTS = 3
BACKOFF_S = 60.0  # after a 429 that does not say how long; doubled each time in a row
BACKOFF_CAP_S = 3600.0
LONGEST_REST_S = 86_400.0  # a Retry-After beyond a day is obeyed for a day, then asked anew
JITTER = 0.3  # at most this share is added to a pace
CLOCK_SET_BACK_S = 3600.0  # a pace that would last longer than this means that the clock was set back
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


@dataclass(slots=True)
class _Host:
    lock: threading.Lock = field(default_factory=threading.Lock)
    answered_at: datetime | None = None
    rest_until: datetime | None = None
    refusals: int = 0
    connection: socket.socket | None = None


class Client:
    """Safe to share between threads; close it, or use it as a context manager.

    `floor_s` is the least time between the end of a request and the start of the next one to the same host, at least
    FLOOR_S; `host_floors` raises it for single hosts; `jitter` adds up to 30 % to each pace. `resolve` sends
    requests for a host to another base URL, as `curl --resolve` does, without anything else noticing. `request_headers`
    is asked before each request. `connect_s`, `read_s`, `deadline_s` bound connecting, each read and the whole
    request, in real seconds.
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
        max_bytes: int = MAX_BYTES,
        user_agent: str = BROWSER,
        request_headers: Callable[[], Mapping[str, str]] | None = None,
        paces: Iterable[HostPace] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        floors = {"floor_s": floor_s, **(host_floors or {})}
        low = [name for name, floor in floors.items() if not floor >= FLOOR_S]
        if low:
            raise ValueError(f"{', '.join(low)}: the pace may be raised above {FLOOR_S} s but not lowered")
        self._clock = clock
        self._floor_s = floor_s
        self._host_floors = dict(host_floors or {})
        self._jitter = jitter
        self._resolve = {host: httpx.URL(base) for host, base in (resolve or {}).items()}
        self._deadline_s = deadline_s
        self._max_bytes = max_bytes
        self._request_headers = request_headers
        self._hosts = {
            pace.host: _Host(answered_at=pace.answered_at, rest_until=pace.rest_until, refusals=pace.refusals)
            for pace in paces
        }
        self._hosts_lock = threading.Lock()
        self._here = threading.local()
        headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate", "Accept-Language": "zh-CN,zh;q=0.9"}
        timeout = httpx.Timeout(read_s, connect=connect_s)

        def http(*, trust_env: bool) -> httpx.Client:
            # A platform's Set-Cookie never joins a later request: sessions are what the user configured.
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
        with self._hosts_lock:
            return tuple(
                HostPace(host=name, answered_at=at.answered_at, rest_until=at.rest_until, refusals=at.refusals)
                for name, at in sorted(self._hosts.items())
            )

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
    ) -> Body:
        """One page. Raises SourceError and nothing else.

        `cookie` goes to the host of `url` only. `pace_s` lengthens the pace for this request; a shorter one than the
        floor is ignored. `also` names statuses beside 2xx whose body the caller wants to read itself.
        """
        self._here.body = None
        first = target = parsed(url, params)
        for _ in range(MAX_REDIRECTS + 1):
            at_home = (target.scheme, target.netloc) == (first.scheme, first.netloc)
            response, content = self._one(target, _headers(headers, cookie if at_home else None), pace_s or 0.0)
            if response.status_code in also or not response.has_redirect_location:
                break
            target = next_hop(target, response.headers["Location"])
        else:
            raise Transient(f"{shown(str(target))}: redirected more than {MAX_REDIRECTS} times")
        body = Body(status=response.status_code, url=shown(str(target)), headers=response.headers, content=content)
        self._remember(body, secrets_of(str(first), cookie.reveal() if cookie else None))
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
        target = parsed(url, params)
        response, content = self._one(target, _headers(headers, cookie), pace_s or 0.0, {"json": dict(question)})
        if response.has_redirect_location:
            next_hop(target, response.headers["Location"])
        body = Body(status=response.status_code, url=shown(str(target)), headers=response.headers, content=content)
        self._remember(body, secrets_of(str(target), cookie.reveal() if cookie else None))
        _judge(target, response.status_code)
        return body

    def post_form(self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Body:
        """What a form is answered with. Raises SourceError and nothing else; a redirect is a wall, or not known.

        It is asked for sessions, hence carries no cookie, and its answer is not remembered as `last_body`.
        """
        self._here.body = None
        target = parsed(url, None)
        response, content = self._one(target, dict(headers or {}), 0.0, {"data": form})
        if response.has_redirect_location:
            next_hop(target, response.headers["Location"])
        _judge(target, response.status_code)
        return Body(status=response.status_code, url=shown(str(target)), headers=response.headers, content=content)

    def _remember(self, body: Body, secrets: Collection[str]) -> None:
        self._here.body = replace(body, content=without(body.content, secrets)) if secrets else body

    def _one(
        self, target: httpx.URL, headers: Mapping[str, str], pace_s: float, posted: Mapping[str, Any] | None = None
    ) -> tuple[httpx.Response, bytes]:
        host = self._host(target.host)
        with host.lock:
            now = self._clock.now()
            if host.rest_until is not None and now < host.rest_until:
                raise RateLimited((host.rest_until - now).total_seconds())
            self._keep_pace(target.host, host, pace_s)
            try:
                response, content = self._ask(target, headers, host, posted or {})
                self._note_refusal(host, response)
            except (httpx.HTTPError, OSError, UnicodeError) as error:  # UnicodeError: a host that no resolver takes
                raise Transient(f"{shown(str(target))}: {type(error).__name__}") from None
            except RateLimited:
                raise
            except Transient as error:
                raise Transient(f"{shown(str(target))}: {error}") from None
            except PayloadChanged as error:
                raise PayloadChanged(f"{error.path} from {shown(str(target))}") from None
            finally:
                host.answered_at = self._clock.now()
            return response, content

    def _keep_pace(self, name: str, host: _Host, pace_s: float) -> None:
        if host.answered_at is None:
            return
        pace_s = max(self._host_floors.get(name, 0.0), self._floor_s, pace_s)
        if self._jitter is not None:
            pace_s *= 1 + JITTER * self._jitter.random()
        wait_s = pace_s - (self._clock.now() - host.answered_at).total_seconds()
        self._clock.wait(wait_s if wait_s <= pace_s + CLOCK_SET_BACK_S else pace_s)

    def _ask(
        self, target: httpx.URL, headers: Mapping[str, str], host: _Host, posted: Mapping[str, Any]
    ) -> tuple[httpx.Response, bytes]:
        base = self._resolve.get(target.host)
        http = self._local_http if base else self._http
        url, sent = target, {**headers, **(self._request_headers() if self._request_headers else {})}
        if base:
            url = target.copy_with(scheme=base.scheme, host=base.host, port=base.port)
            sent["Host"] = target.netloc.decode("ascii")
        with Deadline(self._deadline_s, host.connection) as deadline:
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

    def _note_refusal(self, host: _Host, response: httpx.Response) -> None:
        """Remember how long the host wants to be left alone; raise RateLimited where it said so."""
        status, now = response.status_code, self._clock.now()
        told = _retry_after_s(response.headers.get("Retry-After"), now)
        if status == httpx.codes.TOO_MANY_REQUESTS or (status == httpx.codes.SERVICE_UNAVAILABLE and told is not None):
            rest_s = min(BACKOFF_S * 2**host.refusals, BACKOFF_CAP_S) if told is None else min(told, LONGEST_REST_S)
            host.refusals = min(host.refusals + 1, 16)
            host.rest_until = now + timedelta(seconds=rest_s)
            raise RateLimited(told)
        if response.is_success:
            host.refusals = 0

    def _host(self, name: str) -> _Host:
        with self._hosts_lock:
            return self._hosts.setdefault(name, _Host())


def _judge(target: httpx.URL, status: int) -> None:
    """Raise what a status other than success means."""
    where = shown(str(target))
    if status in WALL_STATUSES:
        raise Blocked(f"{where}: status {status}", "open the page in a browser; renew the cookie, or wait")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in (408, 425):
        raise Transient(f"{where}: status {status}")
    if not httpx.codes.is_success(status):
        raise PayloadChanged(f"page at {where} (status {status})")


def _headers(headers: Mapping[str, str] | None, cookie: Secret | None) -> dict[str, str]:
    sent = dict(headers or {})
    if cookie is not None and (value := cookie.reveal().strip()):
        if not value.isascii() or not value.isprintable():
            raise Blocked("the cookie holds characters that no cookie has", "copy it again, as one line")
        sent["Cookie"] = value
    return sent


def _retry_after_s(told: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a number or an HTTP date; None where it is absent or unreadable."""
    told = (told or "").strip()
    if told.isascii() and told.isdigit():
        return float(told[:12])
    try:
        moment = parsedate_to_datetime(told)
    except (TypeError, ValueError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
