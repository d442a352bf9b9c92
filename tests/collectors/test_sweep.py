"""What a visit asks for and what it claims, on a platform that grows while it is read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import ClassVar

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, Transient
from collectors.hosts import FLOOR_S
from collectors.polite import Client
from collectors.post import Page
from collectors.source import Ask, Paged, Reading, Scope, Timed
from collectors.stretch import Stretch, Sweep
from collectors.sweep import split, sweep
from tests.collectors.simulated_search import (
    NOON,
    TARGET,
    PagedSearch,
    Platform,
    Search,
    TimedSearch,
    arrivals,
    keys_between,
    visit,
)

MINUTE = timedelta(minutes=1)
TEN_AGO = NOON - 10 * MINUTE
ALL = [Search, PagedSearch, TimedSearch]


def keys(swept: Sweep) -> set[str]:
    return {post.key for post in swept.posts}


def claims_hold(served: Platform, swept: Sweep) -> None:
    """Every post published in a complete stretch was read, and no key twice."""
    for stretch in swept.stretches:
        assert stretch.starts_at < stretch.ends_at
        if stretch.share == 1.0:
            assert keys_between(served, stretch.starts_at, stretch.ends_at) <= keys(swept)
    assert len(keys(swept)) == len(swept.posts)
    assert all(earlier.ends_at == later.starts_at for earlier, later in pairwise(swept.stretches))


def test_the_adapters_say_what_they_can() -> None:
    source = TimedSearch(Platform([]))
    assert [isinstance(source, kind) for kind in (Paged, Timed)] == [True, True]
    assert not isinstance(Search(Platform([])), Paged)


@pytest.mark.parametrize("kind", ALL)
def test_a_quiet_window_is_complete_and_holds_every_post(kind: type[Search]) -> None:
    served = Platform(arrivals(lambda _: 6, 60, seed=1))
    swept = visit(kind(served), TEN_AGO, max_pages=12)
    assert swept.stretches == (Stretch(starts_at=TEN_AGO, ends_at=NOON),)
    assert swept.reached
    assert swept.error is None
    assert keys_between(served, TEN_AGO, NOON) <= keys(swept)
    assert [page for _, page in served.log] == [1, 2, 3, 4][: swept.pages]
    assert swept.pages <= 5


@pytest.mark.parametrize("kind", ALL)
def test_nothing_found_is_a_complete_window_without_posts(kind: type[Search]) -> None:
    swept = visit(kind(Platform([])), TEN_AGO, max_pages=12)
    assert swept.stretches == (Stretch(starts_at=TEN_AGO, ends_at=NOON),)
    assert (swept.posts, swept.pages, swept.reached) == ((), 1, True)


def test_a_topic_younger_than_the_window_is_complete() -> None:
    served = Platform([NOON - timedelta(seconds=s) for s in range(90, 30, -1)])
    swept = visit(PagedSearch(served), TEN_AGO, max_pages=12)
    assert len(keys(swept)) == 60
    assert swept.stretches == (Stretch(starts_at=TEN_AGO, ends_at=NOON),)


def test_an_old_post_put_on_top_does_not_end_the_window() -> None:
    class Pinned(Search):
        def parse(self, body: bytes, reading: Reading) -> Page:
            page = super().parse(body, reading)
            old = self.post("pinned", "2026-11-01T00:00+00:00", reading.at)
            return replace(page, posts=(old, *page.posts)) if reading.page == 1 else page

    served = Platform(arrivals(lambda _: 6, 60, seed=1))
    swept = visit(Pinned(served), TEN_AGO, max_pages=12)
    assert keys_between(served, TEN_AGO, NOON) <= keys(swept)
    assert swept.pages > 2


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(ALL),
    per_min=st.floats(0, 60),
    ramp=st.floats(-5, 5),
    back=st.integers(1, 40),
    max_pages=st.integers(1, 15),
    live=st.booleans(),
    tells_pages=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_whatever_is_claimed_complete_was_read_whole(
    kind: type[Search],
    per_min: float,
    ramp: float,
    back: int,
    max_pages: int,
    live: bool,
    tells_pages: bool,
    seed: int,
) -> None:
    moments = arrivals(lambda minute: max(0.0, per_min + ramp * minute), 45, seed)
    served = Platform(moments, tells_pages=tells_pages)
    swept = visit(kind(served), NOON - back * MINUTE, max_pages=max_pages, live=live)
    claims_hold(served, swept)
    assert swept.pages == len(served.log) <= max_pages
    assert all(later - earlier >= timedelta(seconds=FLOOR_S) for (earlier, _), (later, _) in pairwise(served.log))
    if swept.reached:
        assert swept.stretches
    assert all(stretch.share == 1.0 or stretch.rate for stretch in swept.stretches)


def estimated(swept: Sweep) -> float:
    """Posts in all stretches together, as estimated."""
    return sum(s.rate.mid * ((s.ends_at - s.starts_at) / MINUTE) for s in swept.stretches if s.rate)


@pytest.mark.parametrize("kind", [PagedSearch, TimedSearch])
@pytest.mark.parametrize(
    "per_min",
    [lambda _: 100.0, lambda m: max(10.0, 100 + 8 * m), lambda m: 20.0 if m < -5 else 200.0, lambda _: 500.0],
    ids=["even", "rising", "step", "surge"],
)
def test_a_sampled_window_gives_the_mean_rate_within_15_percent(
    kind: type[Search], per_min: Callable[[float], float]
) -> None:
    for seed in range(8):
        served = Platform(arrivals(per_min, 40, seed))
        swept = visit(kind(served), TEN_AGO, max_pages=12)
        assert swept.pages == 12
        assert swept.reached
        assert all(0 < stretch.share < 1 for stretch in swept.stretches)
        true = len(keys_between(served, swept.stretches[0].starts_at, NOON))
        assert estimated(swept) == pytest.approx(true, rel=0.15)


@pytest.mark.parametrize("kind", [PagedSearch, TimedSearch])
def test_the_90_percent_interval_holds_the_truth(kind: type[Search]) -> None:
    held = total = 0
    for seed in range(25):
        served = Platform(arrivals(lambda _: 100.0, 40, seed))
        for stretch in visit(kind(served), TEN_AGO, max_pages=12).stretches:
            assert stretch.rate
            minutes = (stretch.ends_at - stretch.starts_at) / MINUTE
            true = len(keys_between(served, stretch.starts_at, stretch.ends_at)) / minutes
            held += stretch.rate.low - 1e-9 <= true <= stretch.rate.high + 1e-9
            total += 1
    assert total > 150
    assert held / total >= 0.85


def test_an_interval_of_known_seconds_is_narrow_enough_to_be_of_use() -> None:
    served = Platform(arrivals(lambda _: 100.0, 40, seed=3))
    rates = [stretch.rate for stretch in visit(TimedSearch(served), TEN_AGO, max_pages=12).stretches]
    assert all(rate and (rate.high - rate.low) / rate.mid < 0.6 for rate in rates)


def test_samples_follow_a_rate_that_jumps() -> None:
    served = Platform(arrivals(lambda m: 20.0 if m < -5 else 120.0, 40, seed=5))
    swept = visit(TimedSearch(served), TEN_AGO, max_pages=12)
    rates = {stretch.starts_at: stretch.rate.mid for stretch in swept.stretches if stretch.rate}
    assert max(rate for at, rate in rates.items() if at < NOON - 6 * MINUTE) < 40
    assert min(rate for at, rate in rates.items() if at >= NOON - 4 * MINUTE) > 80


def test_every_sampled_stretch_holds_a_post_that_was_read() -> None:
    served = Platform(arrivals(lambda _: 90.0, 40, seed=9))
    swept = visit(TimedSearch(served), TEN_AGO, max_pages=12)
    read = [served.moments[int(post.native_id)] for post in swept.posts]
    assert all(any(s.starts_at <= moment < s.ends_at for moment in read) for s in swept.stretches)


def test_what_the_platform_no_longer_shows_stays_missing_and_is_not_asked_for_again() -> None:
    served = Platform(arrivals(lambda _: 200.0, 40, seed=2))
    swept = visit(TimedSearch(served), TEN_AGO, max_pages=12)
    oldest_shown = served.moments[-1 - len(keys_between(served, NOON, NOON + 20 * MINUTE)) - 1000]
    assert max(page for _, page in served.log) == 50
    assert abs(swept.stretches[0].starts_at - oldest_shown) < timedelta(seconds=20)
    assert swept.stretches[0].starts_at > TEN_AGO
    assert swept.reached


def test_a_source_that_cannot_jump_claims_what_it_read_and_leaves_the_rest() -> None:
    served = Platform(arrivals(lambda _: 60.0, 40, seed=2))
    swept = visit(Search(served), TEN_AGO, max_pages=12)
    assert not swept.reached
    (stretch,) = swept.stretches
    assert stretch.share == 1.0
    assert TEN_AGO < stretch.starts_at < NOON - 2 * MINUTE
    assert stretch.ends_at == NOON
    claims_hold(served, swept)


def test_a_window_that_just_fits_is_read_whole_after_one_look_ahead() -> None:
    served = Platform(arrivals(lambda _: 17.0, 60, seed=4))
    swept = visit(TimedSearch(served), TEN_AGO, max_pages=12)
    assert [stretch.share for stretch in swept.stretches] == [1.0]
    assert served.log[1][1] == 12
    assert keys_between(served, TEN_AGO, NOON) <= keys(swept)


BROKEN = {
    "wall": (httpx.Response(403), Blocked),
    "server": (httpx.Response(502), Transient),
    "shape": (httpx.Response(200, text="<html>?</html>"), PayloadChanged),
}


@pytest.mark.parametrize("failure", BROKEN)
@pytest.mark.parametrize("kind", ALL)
def test_an_error_midway_keeps_what_was_read_and_claims_only_that(kind: type[Search], failure: str) -> None:
    answer, error = BROKEN[failure]
    served = Platform(arrivals(lambda _: 8, 60, seed=6), broken={3: answer})
    swept = visit(kind(served), TEN_AGO, max_pages=12)
    assert isinstance(swept.error, error)
    assert not swept.reached
    assert 38 <= len(swept.posts) <= 40
    (stretch,) = swept.stretches
    assert stretch.share == 1.0
    assert stretch.ends_at == NOON
    assert TEN_AGO < stretch.starts_at < NOON - 2 * MINUTE
    claims_hold(served, swept)
    assert [kept.body for kept in swept.kept] == ([] if error is Transient else [answer.content])
    if swept.kept:
        assert swept.kept[0].url.startswith("https://s.sim.example/search?q=")
        assert error.__name__ in swept.kept[0].reason


def test_an_error_while_sampling_claims_the_newest_pages_only() -> None:
    served = Platform(arrivals(lambda _: 100.0, 40, seed=6), broken={5: httpx.Response(502)})
    swept = visit(TimedSearch(served), TEN_AGO, max_pages=12)
    assert len(swept.posts) > 60
    (stretch,) = swept.stretches
    assert stretch.starts_at > NOON - MINUTE
    claims_hold(served, swept)


def test_an_error_on_the_first_page_claims_nothing() -> None:
    swept = visit(PagedSearch(Platform([], broken={1: httpx.Response(432)})), TEN_AGO, max_pages=12)
    assert (swept.stretches, swept.posts, swept.reached) == ((), (), False)
    assert isinstance(swept.error, Blocked)


def test_a_page_that_proves_nothing_ends_what_is_claimed() -> None:
    class Unordered(Search):
        def parse(self, body: bytes, reading: Reading) -> Page:
            page = super().parse(body, reading)
            return replace(page, covered_from=None, covered_until=None) if reading.page == 2 else page

    served = Platform(arrivals(lambda _: 8, 60, seed=6))
    swept = visit(Unordered(served), TEN_AGO, max_pages=4)
    assert len(swept.posts) > 70
    assert swept.stretches[0].starts_at > NOON - 4 * MINUTE
    assert not swept.reached
    claims_hold(served, swept)


def test_a_page_of_an_earlier_visit_is_not_kept_for_a_later_error() -> None:
    clock, source = EventClock(NOON), Scripted(Scope.LIST, PayloadChanged("data"))
    with Client(clock=clock, transport=httpx.MockTransport(lambda _: httpx.Response(200, text="other"))) as client:
        client.get("https://other.example/")
        swept = sweep(source, client, TARGET, TEN_AGO, NOON, live=True, max_pages=1, clock=clock)  # type: ignore[arg-type]
    assert isinstance(swept.error, PayloadChanged)
    assert swept.kept == ()


def test_a_search_that_repeats_its_first_page_for_ever_is_given_up() -> None:
    class Stuck(TimedSearch):
        def fetch(self, client: Client, ask: Ask) -> Page:
            return replace(super().fetch(client, replace(ask, cursor=None)), next_cursor="2")

    served = Platform([NOON - timedelta(seconds=s) for s in range(600, 0, -1)])
    swept = visit(Stuck(served), TEN_AGO, max_pages=12)
    assert isinstance(swept.error, Transient)
    assert swept.pages == 3
    assert swept.stretches[0].starts_at >= NOON - timedelta(seconds=20)
    claims_hold(served, swept)


# -- windows of the past -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tells_pages", [True, False])
def test_an_hour_of_the_past_is_read_whole(tells_pages: bool) -> None:
    since, until = NOON - timedelta(hours=2), NOON - timedelta(hours=1)
    served = Platform(arrivals(lambda _: 3, 200, seed=1), tells_pages=tells_pages)
    swept = visit(PagedSearch(served), since, until=until, live=False, max_pages=12)
    assert keys(swept) == keys_between(served, since, until)
    assert swept.stretches == (Stretch(starts_at=since, ends_at=until),)


@pytest.mark.parametrize("tells_pages", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_a_crowded_hour_of_the_past_is_sampled(tells_pages: bool, seed: int) -> None:
    since, until = NOON - timedelta(hours=2), NOON - timedelta(hours=1)
    served = Platform(arrivals(lambda _: 11, 200, seed), tells_pages=tells_pages)
    swept = visit(TimedSearch(served), since, until=until, live=False, max_pages=12)
    assert swept.pages == 12
    assert swept.reached
    assert swept.stretches[0].starts_at == since
    assert swept.stretches[-1].ends_at == until
    assert estimated(swept) == pytest.approx(len(keys_between(served, since, until)), rel=0.1)


def test_an_hour_that_the_platform_cuts_off_is_not_claimed_whole() -> None:
    since, until = NOON - timedelta(hours=2), NOON - timedelta(hours=1)
    served = Platform(arrivals(lambda _: 30, 200, seed=1), tells_pages=True)
    swept = visit(TimedSearch(served), since, until=until, live=False, max_pages=60)
    assert swept.pages == 50
    assert swept.reached
    (stretch,) = swept.stretches
    assert stretch.share == 1.0
    assert since + 20 * MINUTE < stretch.starts_at < since + 35 * MINUTE
    claims_hold(served, swept)


def test_no_window_is_claimed_beyond_the_present() -> None:
    served = Platform(arrivals(lambda _: 3, 100, seed=1))
    swept = visit(PagedSearch(served), NOON - timedelta(minutes=30), until=NOON + MINUTE, live=False, max_pages=12)
    assert swept.stretches[-1].ends_at == NOON
    claims_hold(served, swept)


class LateSearch(PagedSearch):
    """Shows a post up to a minute after it was published."""

    shows_within: ClassVar[timedelta] = MINUTE


@pytest.mark.parametrize("live", [True, False])
def test_what_may_not_be_shown_yet_is_not_claimed(live: bool) -> None:
    served = Platform(arrivals(lambda _: 3, 100, seed=1))
    swept = visit(LateSearch(served), NOON - timedelta(minutes=30), live=live, max_pages=12)
    assert [(each.starts_at, each.ends_at) for each in swept.stretches] == [
        (NOON - timedelta(minutes=30), NOON - MINUTE)
    ]
    assert swept.reached


def test_what_may_not_be_shown_yet_is_not_claimed_where_an_error_ends_the_visit() -> None:
    served = Platform(arrivals(lambda _: 30, 100, seed=1), broken={2: httpx.Response(500), 3: httpx.Response(500)})
    swept = visit(LateSearch(served), NOON - timedelta(minutes=30), max_pages=12)
    assert isinstance(swept.error, Transient)
    assert len(swept.posts) == served.size
    assert swept.stretches == (), "all that was read is newer than a minute"


def test_a_past_window_of_a_late_search_is_claimed_to_its_end() -> None:
    served = Platform(arrivals(lambda _: 3, 100, seed=1))
    since, until = NOON - timedelta(minutes=60), NOON - timedelta(minutes=30)
    swept = visit(LateSearch(served), since, until=until, live=False, max_pages=12)
    assert [(each.starts_at, each.ends_at) for each in swept.stretches] == [(since, until)]


def test_a_sample_of_a_late_search_reaches_to_the_moment_of_asking() -> None:
    served = Platform(arrivals(lambda _: 100, 100, seed=1))
    swept = visit(LateSearch(served), NOON - timedelta(minutes=30), max_pages=12)
    assert all(each.share < 1 for each in swept.stretches)
    assert swept.stretches[-1].ends_at == NOON


def test_a_backfill_is_split_into_hours_oldest_first() -> None:
    since = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    until = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
    hour = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    midnight = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert list(split(since, until)) == [(since, hour), (hour, midnight), (midnight, until)]
    assert list(split(until, since)) == []


# -- other scopes --------------------------------------------------------------------------------------------------


class Scripted:
    """Answers with these pages or errors, one per cursor."""

    kind: ClassVar[str] = "scripted"
    platform: ClassVar[str] = "sim"
    Settings: ClassVar[type[dict[str, str]]] = dict

    def __init__(self, scope: Scope, *answers: Page | Exception) -> None:
        self.scope = scope
        self.answers = answers

    def fetch(self, client: Client, ask: Ask) -> Page:
        del client
        answer = self.answers[int(ask.cursor or 0)]
        if isinstance(answer, Exception):
            raise answer
        return answer


def scripted(source: Scripted, max_pages: int = 5) -> Sweep:
    clock = EventClock(NOON)
    with Client(clock=clock) as client:
        return sweep(source, client, TARGET, TEN_AGO, NOON, live=True, max_pages=max_pages, clock=clock)  # type: ignore[arg-type]


def page(number: int, *, covered: tuple[datetime, datetime] | None = None, more: bool = False) -> Page:
    post = Search(Platform([])).post(str(number), "2026-11-23T03:55+00:00", NOON)
    return Page(
        posts=(post,),
        next_cursor=str(number + 1) if more else None,
        covered_from=covered[0] if covered else None,
        covered_until=covered[1] if covered else None,
    )


def test_accounts_cover_what_their_pages_claim_within_the_window() -> None:
    five_ago = NOON - 5 * MINUTE
    source = Scripted(
        Scope.ACCOUNTS,
        page(0, covered=(five_ago, NOON + MINUTE), more=True),
        page(1, covered=(TEN_AGO - MINUTE, five_ago), more=True),
        Transient("never asked for"),
    )
    swept = scripted(source)
    assert swept.stretches == (
        Stretch(starts_at=five_ago, ends_at=NOON),
        Stretch(starts_at=TEN_AGO, ends_at=five_ago),
    )
    assert (len(swept.posts), swept.reached, swept.pages) == (2, True, 2)


def test_accounts_that_claim_nothing_cover_nothing() -> None:
    swept = scripted(Scripted(Scope.ACCOUNTS, page(0)))
    assert (swept.stretches, len(swept.posts), swept.reached) == ((), 1, True)


def test_a_list_covers_no_time() -> None:
    swept = scripted(Scripted(Scope.LIST, page(0)))
    assert (swept.stretches, swept.reached) == ((), True)


def test_a_list_behind_a_wall_is_blocked() -> None:
    swept = scripted(Scripted(Scope.LIST, Blocked("login wall")))
    assert isinstance(swept.error, Blocked)
    assert not swept.reached


def test_a_file_is_read_to_its_end_whatever_the_budget_and_covers_nothing() -> None:
    swept = scripted(Scripted(Scope.FILE, *(page(n, more=n < 7) for n in range(8))), max_pages=2)
    assert (len(swept.posts), swept.pages, swept.stretches, swept.reached) == (8, 8, (), True)


def test_a_file_that_breaks_off_keeps_what_came_before() -> None:
    swept = scripted(Scripted(Scope.FILE, page(0, more=True), PayloadChanged("id")))
    assert len(swept.posts) == 1
    assert isinstance(swept.error, PayloadChanged)
