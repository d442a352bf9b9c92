"""A newest-first search over known posts that keeps growing while it is read, and adapters for it."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar

import httpx

from collectors.clock import EventClock
from collectors.errors import PayloadChanged
from collectors.polite import Client
from collectors.post import Page, Post
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.stretch import Sweep
from collectors.sweep import sweep

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TARGET = Target(name="tea/奶茶", query="奶茶", topic="tea")


def arrivals(per_min: Callable[[float], float], minutes: int, seed: int) -> list[datetime]:
    """Poisson arrivals in the `minutes` before NOON and the 10 after it; `per_min` by minutes from NOON."""
    random, moments = Random(seed), []
    for second in range(-60 * minutes, 600):
        expected = per_min(second / 60) / 60
        while (expected := expected - random.expovariate(1.0)) > 0:
            moments.append(NOON + timedelta(seconds=second + random.random()))
    return sorted(moments)


@dataclass
class Platform:
    """Shows minutes only, 20 posts a page, 50 pages. `broken` answers a request (by its number, from 1) otherwise."""

    moments: Sequence[datetime]
    clock: EventClock = field(default_factory=lambda: EventClock(NOON))
    size: int = 20
    cap: int = 50
    tells_pages: bool = False
    broken: dict[int, httpx.Response] = field(default_factory=dict)
    log: list[tuple[datetime, int]] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        now, asked = self.clock.now(), request.url.params
        number = int(asked["page"])
        self.log.append((now, number))
        if len(self.log) in self.broken:
            return self.broken[len(self.log)]
        first, last = 0, bisect_right(self.moments, now)
        if "from" in asked:
            first = bisect_left(self.moments, datetime.fromisoformat(asked["from"]))
            last = min(last, bisect_left(self.moments, datetime.fromisoformat(asked["to"])))
        pages = min(self.cap, -(-(last - first) // self.size))
        ends = last - (number - 1) * self.size
        chosen = range(ends - 1, max(first, ends - self.size) - 1, -1) if number <= self.cap else range(0)
        posts = [{"id": f"{i}", "shown": f"{self.moments[i]:%Y-%m-%dT%H:%M}+00:00"} for i in chosen]
        return httpx.Response(200, json={"posts": posts, "more": number < pages, "pages": pages})


class Search:
    """Reads page after page; knows minutes only."""

    kind: ClassVar[str] = "simulated"
    platform: ClassVar[str] = "sim"
    scope: ClassVar[Scope] = Scope.TOPIC
    Settings: ClassVar[type[Any]] = dict

    def __init__(self, served: Platform) -> None:
        self.served = served

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        return (TARGET,) if watched else ()

    def fetch(self, client: Client, ask: Ask) -> Page:
        params = {"q": ask.target.query, "page": ask.cursor or "1"}
        if not ask.live:
            params |= {"from": ask.since.isoformat(), "to": ask.until.isoformat()}
        body = client.get("https://s.sim.example/search", params=params)
        return self.parse(body.content, Reading(at=client.now(), page=int(params["page"])))

    def parse(self, body: bytes, reading: Reading) -> Page:
        try:
            told = json.loads(body)
        except ValueError:
            raise PayloadChanged("JSON body") from None
        posts = tuple(self.post(item["id"], item["shown"], reading.at) for item in told["posts"])
        return Page(
            posts=posts,
            next_cursor=str(reading.page + 1) if told["more"] else None,
            covered_from=min((post.published_at for post in posts), default=None),
            covered_until=max((post.published_at for post in posts), default=None),
            pages_shown=told["pages"] if self.served.tells_pages else None,
        )

    def post(self, native_id: str, shown: str, at: datetime) -> Post:
        published_at = datetime.fromisoformat(shown).astimezone(UTC)
        url = f"https://sim.example/{native_id}"
        return Post(platform="sim", native_id=native_id, url=url, text="茶", published_at=published_at, collected_at=at)


class PagedSearch(Search):
    """Can be asked for any page."""

    max_pages_shown: ClassVar[int] = 50

    def page_cursor(self, number: int, /) -> str:
        return str(number)


class TimedSearch(PagedSearch):
    """And its ids carry the second."""

    def moment(self, post: Post, /) -> datetime | None:
        return self.served.moments[int(post.native_id)].replace(microsecond=0)


def visit(
    source: Search,
    since: datetime,
    *,
    max_pages: int,
    live: bool = True,
    until: datetime = NOON,
) -> Sweep:
    """One sweep over the simulated platform, on its clock."""
    served = source.served
    with Client(clock=served.clock, transport=httpx.MockTransport(served.answer)) as client:
        return sweep(source, client, TARGET, since, until, live=live, max_pages=max_pages, clock=served.clock)


def keys_between(served: Platform, since: datetime, until: datetime) -> set[str]:
    """The posts that were really published in [since, until)."""
    first, last = bisect_left(served.moments, since), bisect_left(served.moments, until)
    return {f"sim:{i}" for i in range(first, last)}
