"""How hosts are asked: one request at a time each, a pace between them, and left alone when they say so."""

import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random

import httpx

from collectors.clock import Clock
from collectors.errors import RateLimited
from collectors.pace import HostPace

FLOOR_S = 3.0
BACKOFF_S = 60.0  # after a 429 that does not say how long; doubled each time in a row
BACKOFF_CAP_S = 3600.0
LONGEST_REST_S = 86_400.0  # a Retry-After beyond a day is obeyed for a day, then asked anew
JITTER = 0.3  # at most this share is added to a pace
CLOCK_SET_BACK_S = 3600.0  # a pace that would last longer than this means that the clock was set back


@dataclass(slots=True)
class Host:
    lock: threading.Lock = field(default_factory=threading.Lock)
    answered_at: datetime | None = None
    rest_until: datetime | None = None
    refusals: int = 0
    connection: socket.socket | None = None  # that the newest request left open


class Hosts:
    """Safe to share between threads. `floors` raises `floor_s` for single hosts; `paces` is where they stood before."""

    def __init__(
        self,
        clock: Clock,
        *,
        floor_s: float = FLOOR_S,
        floors: Mapping[str, float] | None = None,
        jitter: Random | None = None,
        paces: Iterable[HostPace] = (),
    ) -> None:
        all_floors = {"floor_s": floor_s, **(floors or {})}
        low = [name for name, floor in all_floors.items() if not floor >= FLOOR_S]
        if low:
            raise ValueError(f"{', '.join(low)}: the pace may be raised above {FLOOR_S} s but not lowered")
        self._clock = clock
        self._floor_s = floor_s
        self._floors = dict(floors or {})
        self._jitter = jitter
        self._hosts = {
            pace.host: Host(answered_at=pace.answered_at, rest_until=pace.rest_until, refusals=pace.refusals)
            for pace in paces
        }
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, name: str, pace_s: float) -> Iterator[Host]:
        """The host, for one request, once its pace allows it. Raises RateLimited while it wants to be left alone."""
        with self._guard:
            host = self._hosts.setdefault(name, Host())
        with host.lock:
            now = self._clock.now()
            if host.rest_until is not None and now < host.rest_until:
                raise RateLimited((host.rest_until - now).total_seconds())
            self._keep_pace(name, host, pace_s)
            try:
                yield host
            finally:
                host.answered_at = self._clock.now()

    def note(self, host: Host, response: httpx.Response) -> None:
        """Remember how long the host wants to be left alone; raise RateLimited where it said so."""
        status, now = response.status_code, self._clock.now()
        told = retry_after_s(response.headers.get("Retry-After"), now)
        if status == httpx.codes.TOO_MANY_REQUESTS or (status == httpx.codes.SERVICE_UNAVAILABLE and told is not None):
            rest_s = min(BACKOFF_S * 2**host.refusals, BACKOFF_CAP_S) if told is None else min(told, LONGEST_REST_S)
            host.refusals = min(host.refusals + 1, 16)
            host.rest_until = now + timedelta(seconds=rest_s)
            raise RateLimited(told)
        if response.is_success:
            host.refusals = 0

    def paces(self) -> tuple[HostPace, ...]:
        """Where each host stands: what a restarted client must know to go on as politely."""
        with self._guard:
            return tuple(
                HostPace(host=name, answered_at=at.answered_at, rest_until=at.rest_until, refusals=at.refusals)
                for name, at in sorted(self._hosts.items())
            )

    def _keep_pace(self, name: str, host: Host, pace_s: float) -> None:
        if host.answered_at is None:
            return
        pace_s = max(self._floors.get(name, 0.0), self._floor_s, pace_s)
        if self._jitter is not None:
            pace_s *= 1 + JITTER * self._jitter.random()
        wait_s = pace_s - (self._clock.now() - host.answered_at).total_seconds()
        self._clock.wait(wait_s if wait_s <= pace_s + CLOCK_SET_BACK_S else pace_s)


def retry_after_s(told: str | None, now: datetime) -> float | None:
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
