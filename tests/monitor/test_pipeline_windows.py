"""Which stretch of time a visit asks for, and what is stored of it."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError, Transient
from collectors.polite import Client
from collectors.post import Page
from collectors.secret import Secret
from collectors.source import Ask, Scope
from monitor.store.store import Selection
from tests.monitor.scripted import NOON, Scripted, at, job, pipeline, post

MARK = ("search", "tea")
ALL = Selection(since=at(-100_000), until=at(100_000))


def test_the_first_visit_asks_for_one_interval_back(tmp_path: Path) -> None:
    source = Scripted(posts=[post(1, -1), post(2, -30)])
    with pipeline(tmp_path, source.clock) as (line, store):
        seen = line.collect(job(source), NOON)
        assert source.windows == [(-3, 0, True)]  # two minutes, and one more for posts that show late
        assert seen is not None
        assert (seen.visits, seen.new_posts, seen.known_posts, seen.error) == (1, 1, 0, None)
        assert store.watermark(*MARK) == NOON


def test_a_live_visit_goes_on_from_the_watermark_with_a_minute_of_overlap(tmp_path: Path) -> None:
    source = Scripted(posts=[post(1, -1), post(2, -0.5), post(3, 1)])
    with pipeline(tmp_path, source.clock) as (line, store):
        line.collect(job(source), NOON)
        source.clock.move_to(at(2))
        seen = line.collect(job(source), at(2))
        assert source.windows[1] == (-1, 2, True)
        assert seen is not None
        assert (seen.new_posts, seen.known_posts) == (1, 2)
        assert store.watermark(*MARK) == at(2)


@dataclass
class Late(Scripted):
    """A search that shows a post up to a minute after it was published."""

    shows_within: ClassVar[timedelta] = timedelta(minutes=1)


def test_the_newest_minute_of_a_late_search_is_left_to_the_next_visit(tmp_path: Path) -> None:
    source = Late(posts=[post(1, -1.5), post(2, -0.5)])
    with pipeline(tmp_path, source.clock) as (line, store):
        line.collect(job(source), NOON)
        assert source.windows == [(-3, 0, True)]
        assert store.watermark(*MARK) == at(-1)
        assert [(s.stretch.starts_at, s.stretch.ends_at) for s in store.stretches(at(-9), at(9))] == [(at(-3), at(-1))]
        source.posts = [*source.posts, post(3, -0.2)]  # it was there at noon, and not shown
        source.clock.move_to(at(2))
        seen = line.collect(job(source), at(2))
        assert source.windows[1] == (-1, 2, True)
        assert seen is not None
        assert (seen.new_posts, seen.known_posts) == (1, 1)
        assert store.watermark(*MARK) == at(1)


def test_a_late_search_that_fails_next_leaves_its_newest_minute_open(tmp_path: Path) -> None:
    source = Late(posts=[post(1, -0.5)], failing={2: Transient("down")})
    with pipeline(tmp_path, source.clock) as (line, store):
        line.collect(job(source), NOON)
        source.clock.move_to(at(2))
        line.collect(job(source), at(2))
        assert store.watermark(*MARK) == at(-1)
        assert max(each.stretch.ends_at for each in store.stretches(at(-9), at(9))) == at(-1)


def test_an_hour_back_of_a_late_search_is_read_as_the_present(tmp_path: Path) -> None:
    source = Late()
    with pipeline(tmp_path, source.clock) as (line, _):
        line.collect(job(source, backfill_h=1), NOON)
        assert source.windows == [(-61, 0, True)]


def test_a_past_is_read_by_the_hour_oldest_first_until_the_present(tmp_path: Path) -> None:
    source = Scripted(clock=EventClock(at(30)), posts=[post(n, 30 - 25 * n) for n in range(1, 8)])
    with pipeline(tmp_path, source.clock) as (line, store):
        seen = line.collect(job(source, backfill_h=3, every_s=600), at(30))
        assert source.windows == [
            (-150, -120, False),
            (-120, -60, False),
            (-60, 0, False),
            (-1, 30, True),
        ]
        assert seen is not None
        assert (seen.visits, seen.new_posts) == (4, 7)
        assert store.watermark(*MARK) == at(30)
        assert len(list(store.stretches(at(-1000), at(1000)))) == 4


def test_once_makes_one_visit_however_far_behind(tmp_path: Path) -> None:
    source = Scripted()
    with pipeline(tmp_path, source.clock) as (line, store):
        line.collect(job(source, backfill_h=5), NOON, once=True)
        assert source.windows == [(-300, -240, False)]
        assert store.watermark(*MARK) == at(-240)


def test_catching_up_ends_with_its_slot_and_goes_on_in_the_next(tmp_path: Path) -> None:
    source = Scripted(takes_s=50)
    with pipeline(tmp_path, source.clock) as (line, _):
        line.collect(job(source, backfill_h=6), NOON)
        assert source.windows == [(-360, -300, False), (-300, -240, False), (-240, -180, False)]
        line.collect(job(source, backfill_h=6), source.clock.now())
        assert source.windows[3][:2] == (-180, -120)


def test_stopping_ends_after_the_visit_under_way_which_is_stored(tmp_path: Path) -> None:
    source = Scripted(posts=[post(1, -170)])
    with pipeline(tmp_path, source.clock, stopping=lambda: True) as (line, store):
        seen = line.collect(job(source, backfill_h=3), NOON)
        assert len(source.windows) == 1
        assert seen is not None
        assert seen.new_posts == 1
        assert store.watermark(*MARK) == at(-120)


def test_a_slot_is_done_once_also_by_another_process(tmp_path: Path) -> None:
    source = Scripted(posts=[post(1, -1)])
    with pipeline(tmp_path, source.clock) as (line, _):
        line.collect(job(source), NOON)
        assert line.collect(job(source), at(1)) is None
    with pipeline(tmp_path, source.clock) as (line, store):
        assert line.collect(job(source), at(1.9)) is None
        assert len(source.asked) == 1
        source.clock.move_to(at(2))
        assert line.collect(job(source), at(2)) is not None
        assert len(list(store.visits(at(-10), at(10)))) == 2


def test_a_restart_in_a_catching_up_goes_on_where_it_was(tmp_path: Path) -> None:
    source = Scripted()
    with pipeline(tmp_path, source.clock, stopping=lambda: True) as (line, _):
        line.collect(job(source, backfill_h=3), NOON)
    with pipeline(tmp_path, source.clock) as (line, _):
        line.collect(job(source, backfill_h=3), NOON)
    assert [window[:2] for window in source.windows] == [(-180, -120), (-120, -60), (-61, 0)]


@pytest.mark.parametrize("error", [Transient("down"), RateLimited(60), Blocked("wall", "log in"), PayloadChanged("x")])
def test_an_error_keeps_the_watermark_and_the_next_slot_asks_again(tmp_path: Path, error: SourceError) -> None:
    source = Scripted(posts=[post(1, -1), post(2, 1)], failing={2: error})
    with pipeline(tmp_path, source.clock) as (line, store):
        line.collect(job(source), NOON)
        source.clock.move_to(at(2))
        failed = line.collect(job(source), at(2))
        assert failed is not None
        advice = ". log in" if isinstance(error, Blocked) else ""
        assert (failed.error, failed.reason) == (type(error).__name__, f"{error}{advice}")
        assert store.watermark(*MARK) == NOON
        assert [s.stretch.ends_at for s in store.stretches(at(-10), at(10))] == [NOON], "no coverage is claimed"
        source.clock.move_to(at(4))
        line.collect(job(source), at(4))
        assert source.windows[2] == (-1, 4, True)
        assert store.watermark(*MARK) == at(4)
        assert [v.error for v in store.visits(at(-1), at(9))] == [None, type(error).__name__, None]


def test_an_hour_that_cannot_be_read_ends_the_catching_up(tmp_path: Path) -> None:
    source = Scripted(failing={2: Blocked("wall")})
    with pipeline(tmp_path, source.clock) as (line, store):
        seen = line.collect(job(source, backfill_h=5), NOON)
        assert seen is not None
        assert (seen.visits, seen.error) == (2, "Blocked")
        assert store.watermark(*MARK) == at(-240)
        source.clock.move_to(at(2))
        line.collect(job(source, backfill_h=5), at(2), once=True)
        assert source.windows[2][:2] == (-240, -180)


def test_what_is_no_search_has_one_live_window_from_its_watermark(tmp_path: Path) -> None:
    source = Scripted(scope=Scope.ACCOUNTS, posts=[post(1, -300)])
    with pipeline(tmp_path, source.clock) as (line, store):
        line.collect(job(source, backfill_h=24), NOON)
        assert source.windows == [(-1440, 0, True)]
        assert [stored.post.native_id for stored in store.posts(ALL)] == ["1"]


def test_a_fault_in_a_source_is_its_own_and_claims_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = Scripted(failing={1: KeyError("mblog")}), Scripted(posts=[post(1, -1)])
    with pipeline(tmp_path, sound.clock) as (line, store):
        failed = line.collect(job(broken, name="broken"), NOON)
        assert failed is not None
        assert failed.error == "SourceError"
        assert failed.reason == "the source itself failed (KeyError); the log tells where"
        worked = line.collect(job(sound), NOON)
        assert worked is not None
        assert worked.new_posts == 1
        assert store.watermark("broken", "tea") is None
        assert [s.source for s in store.stretches(at(-10), at(10))] == ["search"]
    assert "broken/tea: the source itself failed" in caplog.text
    assert "Traceback" in caplog.text


def test_a_trouble_is_logged_when_it_begins_changes_and_ends(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    wall, down = Blocked("wall", "log in"), Transient("down")
    source = Scripted(failing={1: wall, 2: wall, 3: down})
    caplog.set_level(logging.WARNING)
    with pipeline(tmp_path, source.clock) as (line, _):
        for minute in (0, 2, 4, 6, 8):
            source.clock.move_to(at(minute))
            line.collect(job(source), at(minute))
    assert [record.getMessage() for record in caplog.records] == [
        "search/tea: Blocked: wall. log in",
        "search/tea: Transient: down",
        "search/tea: works again",
    ]


class Web(Scripted):
    """Asks a server, which answers with a page that nobody knows."""

    def fetch(self, client: Client, ask: Ask) -> Page:
        del ask
        client.get(
            "https://x.test/s", params={"q": "奶茶", "token": "t0ken-of-the-user"}, cookie=Secret("SUB=_2A25secret")
        )
        raise PayloadChanged("div.card")


def test_a_page_that_cannot_be_read_is_kept_without_credentials(tmp_path: Path) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        told = f"<p>you sent {request.headers['cookie']} and {request.url.params['token']} from {request.url}</p>"
        return httpx.Response(200, text=told)

    source = Web()
    with pipeline(tmp_path, source.clock, transport=httpx.MockTransport(echo)) as (line, store):
        line.collect(job(source), NOON)
        (visit,) = store.visits(at(-1), at(1))
        assert visit.error == "PayloadChanged"
    files = {path.name: path.read_text("utf-8") for path in (tmp_path / "kept" / "search").iterdir()}
    assert len(files) == 2
    for text in files.values():
        assert "_2A25secret" not in text
        assert "t0ken" not in text
    (meta,) = (text for name, text in files.items() if name.endswith(".meta.json"))
    assert '"at": "2026-11-23T04:00:00+00:00"' in meta
    assert "token=<hidden>" in meta
    assert b"_2A25secret" not in (tmp_path / "monitor.sqlite").read_bytes()
