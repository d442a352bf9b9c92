"""A fault that holds for a day, through the whole pipeline: what is stored, what is claimed, how often is asked.

The search is healthy for two hours, under the fault for the day in which the campaign begins, and healthy again. The
clock is the events'; only requests that hang or drip wait in real time, for as long as their deadline.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError, Transient
from collectors.polite import FLOOR_S
from collectors.secret import Secret
from collectors.source import Target
from collectors.weibo.order import SHOWN_WITHIN
from collectors.weibo.search_mobile import SearchMobileSettings, WeiboSearchMobile
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from monitor.demo.faults import FaultKind
from monitor.demo.scenario import BRAND, SEARCH
from monitor.demo.weibo_hosts import MOBILE_HOST
from monitor.pipeline import Job
from monitor.store.sqlite import SqliteStore
from monitor.store.store import Selection
from tests.monitor.scripted import pipeline
from tests.monitor.stand_in.serving import LAUNCH, Serving, minute, said, serving

EVERY = timedelta(minutes=30)
BEGINS = LAUNCH - timedelta(hours=16)
FAILS, MENDED = BEGINS + timedelta(hours=2), BEGINS + timedelta(hours=26)
ENDS = MENDED + timedelta(hours=2)
LOGIN = Secret("SUB=_2A25-any-login")
SEARCHES: dict[str, Any] = {
    SEARCH: WeiboSearchWeb(SearchWebSettings(cookie=LOGIN)),
    MOBILE_HOST: WeiboSearchMobile(SearchMobileSettings(cookie=LOGIN, long_texts=0)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A fault, and what is to be seen of it. `error` None: it changes nothing."""

    kind: FaultKind | None
    error: type[SourceError] | None
    is_blind: bool = True  # nothing of the day is claimed
    retry_after_s: int | None = None
    deadline_s: float = 20.0  # of a request, in real seconds
    ahead: timedelta = timedelta(0)  # our clock before theirs
    most_requests: int = 60  # over the day


QUICK = 0.25
DAYS = {
    "429": Day(kind=FaultKind.TOO_MANY, error=RateLimited),
    "429, Retry-After": Day(kind=FaultKind.TOO_MANY, error=RateLimited, retry_after_s=5400, most_requests=17),
    "432": Day(kind=FaultKind.BLOCKED, error=Blocked),
    "403": Day(kind=FaultKind.FORBIDDEN, error=Blocked),
    "302 to login": Day(kind=FaultKind.LOGIN_REDIRECT, error=Blocked),
    "200 wall": Day(kind=FaultKind.LOGIN_WALL, error=Blocked),
    "500": Day(kind=FaultKind.BROKEN, error=Transient),
    "hang": Day(kind=FaultKind.HANG, error=Transient, deadline_s=QUICK),
    "slow drip": Day(kind=FaultKind.DRIP, error=Transient, deadline_s=QUICK),
    "reset": Day(kind=FaultKind.RESET, error=Transient),
    "truncated": Day(kind=FaultKind.TRUNCATED, error=PayloadChanged),
    "truncated gzip": Day(kind=FaultKind.TRUNCATED_GZIP, error=Transient),
    "their clock off": Day(kind=FaultKind.CLOCK_OFF, error=Transient),
    "our clock ahead": Day(kind=None, error=Transient, ahead=timedelta(hours=8)),
    "our clock behind": Day(kind=None, error=Transient, ahead=timedelta(hours=-8)),
    "wrong charset": Day(kind=FaultKind.WRONG_CHARSET, error=None, is_blind=False, most_requests=2000),
    "one page for ever": Day(kind=FaultKind.REPEATING, error=Transient, is_blind=False, most_requests=2000),
}


@pytest.fixture(scope="module")
def hosts() -> Iterator[Serving]:
    with serving() as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("host", SEARCHES)
@pytest.mark.parametrize("name", DAYS)
def test_a_day_under_a_fault_is_missing_and_nothing_else_is(
    name: str, host: str, hosts: Serving, tmp_path: Path
) -> None:
    day = DAYS[name]
    hosts.platforms.faults.clear(host)
    asked_before = len(hosts.requests(host))
    if day.kind is not None:
        hosts.fail(host, day.kind, FAILS, MENDED, day.retry_after_s)
    target = Target(name="tea", query=BRAND, topic="tea")
    job = Job(source="search", adapter=SEARCHES[host], target=target, every_s=EVERY.total_seconds(), max_pages=50)
    clock = EventClock(BEGINS)
    errors: dict[str, set[str | None]] = {}
    paces: Any = ()
    for stage, since, until in (("before", BEGINS, FAILS), ("during", FAILS, MENDED), ("after", MENDED, ENDS)):
        is_failing = stage == "during"
        client = hosts.client(
            clock,
            deadline_s=day.deadline_s if is_failing else 20.0,
            ahead=day.ahead if is_failing else timedelta(0),
            paces=paces,
        )
        with pipeline(tmp_path, clock, client=client) as (line, store):
            tick = since
            while tick < until:
                clock.move_to(max(tick, clock.now()))
                collected = line.collect(job, tick)
                if collected is None:
                    assert stage != "before"
                    assert store.circuit("search").is_open(clock.now(), ""), "it rests"
                else:
                    errors.setdefault(stage, set()).add(collected.error)
                tick += EVERY
            paces = client.paces()
            check_what_is_claimed(store, clock.now())
            if stage == "before":
                last_seen = covered(store, BEGINS, FAILS)[-1][1]
                assert last_seen >= FAILS - EVERY - SHOWN_WITHIN
            if is_failing and day.is_blind:
                assert gaps(store, BEGINS, MENDED) == [(last_seen, MENDED)]
            if stage == "after":
                check_what_is_missing(store, day, host, last_seen)
    assert errors["before"] == {None}
    assert errors["during"] <= {None, day.error and day.error.__name__}
    assert (day.error is None) == (errors["during"] == {None})
    check_pace(hosts.requests(host)[asked_before:], day)


def covered(store: SqliteStore, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """What was seen completely of [since, until), joined, oldest first."""
    joined: list[tuple[datetime, datetime]] = []
    whole = [c.stretch for c in store.stretches(since, until, "search") if c.stretch.share == 1.0]
    for each in sorted(whole, key=lambda stretch: stretch.starts_at):
        starts_at, ends_at = max(since, each.starts_at), min(until, each.ends_at)
        if starts_at >= ends_at:
            continue
        if joined and starts_at <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends_at))
        else:
            joined.append((starts_at, ends_at))
    return joined


def gaps(store: SqliteStore, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """What is missing of [since, until)."""
    edges = [since, *(edge for stretch in covered(store, since, until) for edge in stretch), until]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(starts_at, ends_at) for starts_at, ends_at in pairs if starts_at < ends_at]


def check_what_is_claimed(store: SqliteStore, now: datetime) -> None:
    """In what is claimed, the posts stored are the posts served: each, once, with its own minute; no others."""
    stored = {each.post.native_id: each.post for each in store.posts(Selection(since=BEGINS, until=ENDS))}
    real = {post.mid: post for post in said(BRAND, BEGINS - timedelta(days=3), ENDS)}
    real |= {post.repost_of.mid: post.repost_of for post in real.values() if post.repost_of is not None}
    assert stored.keys() <= real.keys()
    for mid, post in stored.items():
        assert post.published_at.replace(second=0) == minute(real[mid])
    for starts_at, ends_at in covered(store, BEGINS, now):
        served = {post.mid for post in said(BRAND, starts_at, ends_at)}
        assert served <= stored.keys()


def check_what_is_missing(store: SqliteStore, day: Day, host: str, last_seen: datetime) -> None:
    """After the fault: what a search can still be asked for was read, hour by hour; the rest stays named."""
    now = covered(store, MENDED, ENDS)[-1][1]
    missing = gaps(store, BEGINS, now)
    assert now > MENDED
    if day.error is None or (day.is_blind and host == SEARCH):
        assert missing == []
    else:  # m.weibo.cn lists from now on back, and what stood in a window that was read in part is left
        assert all(last_seen <= starts_at and ends_at <= MENDED + EVERY for starts_at, ends_at in missing)
    unseen = [post.at for post in said(BRAND, BEGINS, now) if store.post(f"weibo:{post.mid}") is None]
    assert all(any(since <= at < until for since, until in missing) for at in unseen)


def check_pace(requests: list[tuple[datetime, int]], day: Day) -> None:
    """Read off the log of the platform: never two requests within the floor, and none while it said to wait."""
    moments = [moment for moment, _ in requests]
    assert all(abs((later - earlier).total_seconds()) >= FLOOR_S for earlier, later in pairwise(moments))
    if not day.ahead:
        during = moments[bisect_left(moments, FAILS) : bisect_left(moments, MENDED)]
        assert 0 < len(during) <= day.most_requests
    for (refused_at, status), (next_at, _) in pairwise(requests):
        if status == 429:
            assert next_at - refused_at >= timedelta(seconds=day.retry_after_s or 60)


def test_the_days_are_all_the_faults_there_are() -> None:
    assert {day.kind for day in DAYS.values()} == {*FaultKind, None}
