"""Each adapter over a real socket: from its first request to what is stored, and under every fault."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.clock import EventClock
from collectors.errors import Blocked, Gone, PayloadChanged, RateLimited, Transient
from collectors.registry import source_kind, source_names
from collectors.source import Ask, Scope, Source, Target
from monitor.demo.faults import FaultKind
from monitor.demo.hot_words import ranked_words
from monitor.pipeline import Job
from monitor.store.store import Selection
from tests.monitor.scripted import pipeline
from tests.monitor.stand_in.cases import CASES, EVER, NOW, PUSHED_TO, Case
from tests.monitor.stand_in.serving import WORLD, Serving, serving


def _name(case: Case) -> str:
    return "-".join([case.kind, *(key for key in ("visitor", "via", "search", "feeds") if key in case.settings)]) + (
        f".{case.settings['url'].rpartition('/')[2]}" if "url" in case.settings else ""
    )


each_case = pytest.mark.parametrize("case", CASES, ids=_name)


@pytest.fixture(scope="module")
def hosts() -> Iterator[Serving]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def _mended(hosts: Serving) -> Iterator[None]:
    yield
    for host in hosts.bases:
        hosts.platforms.faults.clear(host)


def test_every_source_on_the_network_is_tried_over_a_socket() -> None:
    asking = {name for name in source_names() if source_kind(name).scope is not Scope.FILE} - PUSHED_TO
    assert {case.kind for case in CASES} == asking


@each_case
def test_what_the_platform_shows_is_stored(case: Case, hosts: Serving, tmp_path: Path) -> None:
    clock, source = EventClock(NOW), case.source()
    target = source.targets([case.watched])[case.target]
    job = Job(source="tried", adapter=source, target=target, every_s=1800, max_pages=40, backfill=NOW - case.since)
    with pipeline(tmp_path, clock, client=hosts.client(clock)) as (line, store):
        seen = line.collect(job, NOW)
        assert seen is not None
        assert (seen.error, seen.reason) == (None, None)
        stored = {each.post.key: each.post for each in store.posts(Selection(since=EVER, until=NOW))}
        wanted = case.stored()
        assert {key: {name: getattr(stored[key], name) for name in want} for key, want in wanted.items()} == wanted
        extra = {key for key, post in stored.items() if key not in wanted and post.published_at >= case.since}
        assert extra == set()  # older ones come along on the last page
        covered = list(store.stretches(EVER, NOW + timedelta(hours=1), "tried"))
        begins = min((each.stretch.starts_at for each in covered), default=None)
        claimed = "nothing" if begins is None else "all" if begins <= case.since else "part"
        assert claimed == case.claims
        words = list(
            store.hot_entries(EVER, NOW + timedelta(hours=1), [word for word, _, _ in ranked_words(WORLD, NOW)])
        )
        assert len({entry.word for entry in words}) >= case.words * 0.9


WRONG = {
    FaultKind.LOGIN_REDIRECT: (Blocked,),
    FaultKind.TOO_MANY: (RateLimited,),
    FaultKind.FORBIDDEN: (Blocked,),
    FaultKind.BLOCKED: (Blocked,),
    FaultKind.BROKEN: (Transient,),
    FaultKind.HANG: (Transient,),
    FaultKind.DRIP: (Transient,),
    FaultKind.RESET: (Transient,),
    FaultKind.TRUNCATED: (PayloadChanged, Transient, Gone),
    FaultKind.TRUNCATED_GZIP: (Transient,),
    FaultKind.CLOCK_OFF: (Transient,),
}


def ask_of(case: Case, source: Source) -> Ask:
    target: Target = source.targets([case.watched])[case.target]
    return Ask(target=target, since=case.since, until=NOW, live=True)


@each_case
@pytest.mark.parametrize("kind", [FaultKind.LOGIN_WALL, *WRONG])
def test_each_fault_has_its_class(case: Case, kind: FaultKind, hosts: Serving) -> None:
    hosts.fail(case.host, kind, retry_after_s=90)
    clock, source = EventClock(NOW), case.source()
    deadline_s = 0.4 if kind in (FaultKind.HANG, FaultKind.DRIP) else 20.0
    with hosts.client(clock, deadline_s=deadline_s) as client:
        if kind in case.stale:
            page = source.fetch(client, ask_of(case, source))
            assert page.hot_entries
            assert [each.where for each in page.rejected][:2] == ["hotSearch", "hot_band"]
            return
        with pytest.raises(case.walls if kind is FaultKind.LOGIN_WALL else WRONG[kind]) as caught:
            source.fetch(client, ask_of(case, source))
        if isinstance(caught.value, RateLimited):
            assert caught.value.retry_after_s == 90
            asked = len(hosts.requests(case.host))
            with pytest.raises(RateLimited):
                source.fetch(client, ask_of(case, source))
            assert len(hosts.requests(case.host)) == asked  # a refusal is not asked again


@each_case
def test_another_encoding_than_the_one_told_is_read_all_the_same(case: Case, hosts: Serving) -> None:
    def fetched() -> Any:
        clock, source = EventClock(NOW), case.source()
        with hosts.client(clock) as client:
            return source.fetch(client, ask_of(case, source))

    right = fetched()
    hosts.fail(case.host, FaultKind.WRONG_CHARSET)
    assert fetched() == right
    assert right.posts or right.hot_entries or right.next_cursor
