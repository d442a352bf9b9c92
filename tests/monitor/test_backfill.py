"""Windows that nothing was read of stay open, are asked for again by the day or the hour, and say why they are open."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from collectors.errors import Blocked
from collectors.polite import Client
from collectors.post import Page, Post
from collectors.source import Ask, Scope
from monitor.backfill import NO_MORE, STOPPED, Backfill, Open, missed, open_windows
from monitor.pipeline import Job, Pipeline, Window
from monitor.store.store import Ingested, Selection, Store
from tests.collectors.simulated_search import TARGET, PagedSearch, Platform
from tests.monitor.scripted import NOON, Scripted, at, job, pipeline, post

ALL = Selection(since=at(-100_000), until=at(100_000))
HOURS = 60.0


def hours(*spans: tuple[float, float]) -> list[tuple[datetime, datetime]]:
    return [(at(since * HOURS), at(until * HOURS)) for since, until in spans]


def opened(store: Store, since: float, until: float) -> list[tuple[datetime, datetime]]:
    found = open_windows(store, "search", "tea", at(since * HOURS), at(until * HOURS))
    return [(window.since, window.until) for window in found]


def backfill(line: Pipeline, store: Store, source: Scripted, since: float, until: float) -> Backfill:
    return Backfill(line, store, source.clock, at(since * HOURS), at(until * HOURS))


def posts_every(minutes: float, since: float, until: float) -> list[Post]:
    count = int((until - since) * HOURS / minutes)
    return [post(number, since * HOURS + number * minutes) for number in range(count)]


def test_a_past_that_was_never_asked_for_is_read_by_the_day_and_closed(tmp_path: Path) -> None:
    source = Scripted(posts=posts_every(60, -72, 0))
    with pipeline(tmp_path, source.clock) as (line, store):
        assert opened(store, -40, -1) == hours((-40, -1))
        done = backfill(line, store, source, -40, -1).fill(job(source))
        assert [(a.since, a.until, a.live) for a in source.asked] == [
            (at(-40 * HOURS), at(-28 * HOURS), False),  # to midnight UTC
            (at(-28 * HOURS), at(-4 * HOURS), False),
            (at(-4 * HOURS), at(-1 * HOURS), False),
        ]
        assert (done.visits, done.new_posts, done.open, done.error) == (3, 39, (), None)
        assert opened(store, -40, -1) == []
        assert store.watermark("search", "tea") is None, "the cursor of the present is not touched"
        again = backfill(line, store, source, -40, -1).fill(job(source))
        assert (again.visits, len(source.asked)) == (0, 3), "what is closed is not asked for again"


def test_only_what_is_missing_is_asked_for_in_whole_hours(tmp_path: Path) -> None:
    source = Scripted(posts=posts_every(10, -9, 0))
    with pipeline(tmp_path, source.clock) as (line, store):
        for since, until in ((-8.0, -6.5), (-5.25, -3.0)):
            line.revisit(job(source), Window(since=at(since * HOURS), until=at(until * HOURS), live=False), max_pages=5)
        assert opened(store, -9, -2) == hours((-9, -8), (-6.5, -5.25), (-3, -2))
        source.asked.clear()
        other = Window(since=at(-9 * HOURS), until=NOON, live=False)
        line.revisit(job(Scripted(), target="another"), other, max_pages=5)
        backfill(line, store, source, -9, -2).fill(job(source))
        assert [(a.since, a.until) for a in source.asked] == hours((-9, -8), (-7, -5), (-3, -2))
        assert opened(store, -9, -2) == []
        assert len(list(store.posts(ALL))) == 42


def test_a_refusal_ends_it_and_leaves_the_rest_open_with_its_reason_for_the_next_time(tmp_path: Path) -> None:
    source = Scripted(posts=posts_every(60, -72, 0), failing={2: Blocked("login wall", "log in")})
    with pipeline(tmp_path, source.clock) as (line, store):
        done = backfill(line, store, source, -40, -1).fill(job(source))
        assert (done.visits, done.error) == (2, "Blocked")
        assert done.open == (Open(since=at(-28 * HOURS), until=at(-1 * HOURS), why="Blocked: login wall. log in"),)
        mended = Scripted(posts=source.posts)
        again = backfill(line, store, mended, -40, -1).fill(job(mended))
        assert mended.asked[0].since == at(-28 * HOURS)
        assert (again.open, len(list(store.posts(ALL)))) == ((), 39)


def test_a_program_that_is_to_stop_says_what_it_leaves(tmp_path: Path) -> None:
    source = Scripted()
    with pipeline(tmp_path, source.clock) as (line, store):
        work = Backfill(line, store, source.clock, at(-40 * HOURS), NOON, stopping=lambda: True)
        done = work.fill(job(source))
        assert done.open == (Open(since=at(-28 * HOURS), until=NOON, why=STOPPED),)


def searching(served: Platform) -> Job:
    return Job(
        source="search", adapter=PagedSearch(served), target=TARGET, every_s=120, max_pages=5, backfill=timedelta(0)
    )


def test_a_day_that_holds_more_than_a_search_shows_is_asked_for_by_the_hour(tmp_path: Path) -> None:
    """A day of 2,400 posts, of which 1,000 are shown; one hour alone has more than that."""
    midnight = NOON.replace(hour=0) - timedelta(days=1)
    even = [midnight + timedelta(seconds=72 * n) for n in range(1200)]
    crowd = [midnight + timedelta(hours=3, seconds=3 * n) for n in range(1200)]
    served = Platform(sorted(even + crowd))
    told: list[Window] = []

    def note(job: Job, window: Window, ingested: Ingested) -> None:
        del job, ingested
        told.append(window)

    with pipeline(tmp_path, served.clock, transport=httpx.MockTransport(served.answer)) as (line, store):
        day = midnight + timedelta(days=1)
        done = Backfill(line, store, served.clock, midnight, day, on_visit=note).fill(searching(served))
        assert told[0] == Window(since=midnight, until=day, live=False)
        assert {window.until - window.since for window in told[1:]} == {timedelta(hours=1)}
        assert max(window.until for window in told[1:]) <= midnight + timedelta(hours=5), "the end of the day was read"
        (left,) = done.open
        assert left.why == NO_MORE
        assert midnight + timedelta(hours=3) == left.since
        assert timedelta(minutes=5) < left.until - left.since < timedelta(minutes=20), "of 1,250 posts 1,000 are shown"
        found = {stored.post.published_at for stored in store.posts(ALL)}
        wanted = {moment for moment in served.moments if not left.since <= moment < left.until}
        assert {moment.replace(second=0) for moment in wanted} <= found
        assert min(later - earlier for (earlier, _), (later, _) in pairwise(served.log)) >= timedelta(seconds=3)


def after(source: Scripted) -> datetime:
    return source.clock.now() + timedelta(seconds=1)


class TopOnly(Scripted):
    """Shows the newest ten minutes of a live window and proves no more, as a source does that cannot jump."""

    def fetch(self, client: Client, ask: Ask) -> Page:
        page = super().fetch(client, ask)
        shown = tuple(p for p in page.posts if p.published_at >= self.clock.now() - timedelta(minutes=10))
        return Page(
            posts=shown,
            covered_from=min(p.published_at for p in shown),
            covered_until=max(p.published_at for p in shown),
            next_cursor="2" if ask.live and ask.cursor is None else None,
        )


def test_what_the_service_gave_up_stays_open_and_is_shown_as_missed(tmp_path: Path) -> None:
    sound = Scripted(posts=posts_every(1, -1, 3))
    source = TopOnly(posts=sound.posts, clock=sound.clock)
    with pipeline(tmp_path, source.clock) as (line, store):
        searched = replace(job(source), max_pages=1)
        line.collect(job(sound), NOON)
        source.clock.wait(40 * 60)  # the program was off
        line.collect(searched, source.clock.now())
        assert store.watermark("search", "tea") == at(40), "the present is watched"
        ((_, window),) = missed(store, [searched], after(source))
        assert (window.since, window.until) == (at(0), at(32))
        assert {bucket.coverage for bucket in store.series("tea", at(0), at(30), 60).buckets} == {0.0}
        backfill(line, store, sound, -1, 0.7).fill(job(sound))
        assert list(missed(store, [searched], after(source))) == []
        assert {bucket.coverage for bucket in store.series("tea", at(0), at(30), 60).buckets} == {1.0}


def test_only_what_was_asked_for_counts_as_missed_and_not_what_nobody_wanted(tmp_path: Path) -> None:
    source = Scripted(failing={2: Blocked("wall")})
    with pipeline(tmp_path, source.clock) as (line, store):
        line.collect(job(source), NOON)
        assert list(missed(store, [job(source)], after(source))) == []
        backfill(line, store, source, -30, -29).fill(job(source))
        ((_, window),) = missed(store, [job(source)], after(source))
        assert (window.since, window.until) == (at(-30 * HOURS), at(-29 * HOURS)), "not the day between"


def test_accounts_are_asked_from_now_back_and_lists_not_at_all(tmp_path: Path) -> None:
    source = Scripted(scope=Scope.ACCOUNTS, posts=[post(1, -300)])
    with pipeline(tmp_path, source.clock) as (line, store):
        done = backfill(line, store, source, -10, -1).fill(job(source))
        assert source.windows == [(-600, 0, True)]
        assert (done.new_posts, done.open) == (1, ())
        listed = Scripted(scope=Scope.LIST)
        assert backfill(line, store, listed, -10, -1).fill(job(listed)).visits == 0
        assert listed.asked == []


@dataclass
class Late(Scripted):
    """A search that shows a post up to a minute after it was published."""

    shows_within: ClassVar[timedelta] = timedelta(minutes=1)


def test_what_a_search_may_not_show_yet_is_no_gap(tmp_path: Path) -> None:
    source = Late()
    with pipeline(tmp_path, source.clock) as (line, store):
        assert backfill(line, store, source, -1, 0).fill(job(source)).open == ()
        assert opened(store, -1, 0) == [(at(-1), at(0))]


@pytest.mark.parametrize("until", [0.0, 5.0])
def test_the_future_is_not_asked_for(tmp_path: Path, until: float) -> None:
    source = Scripted()
    with pipeline(tmp_path, source.clock) as (line, store):
        assert backfill(line, store, source, -1, until).fill(job(source)).open == ()
        assert opened(store, -1, 1) == hours((0, 1))
