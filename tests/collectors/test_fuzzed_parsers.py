"""Every parser under mutated and hostile input; what broke one once is tried again. More: `python -m tests.fuzz`."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from collectors.errors import PayloadChanged
from collectors.post import Page, Post
from collectors.registry import source_names
from collectors.source import Reading
from tests.fuzz.hostile import LARGE, bodies, hostile_run
from tests.fuzz.invariants import Told
from tests.fuzz.parsers import AT, PARSERS, Parser
from tests.fuzz.run import Tally, fuzz, tried

BY_NAME = {parser.name: parser for parser in PARSERS}
HANDS_ON = {"replay"}  # what it reads is another parser's

each_parser = pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)


def test_every_source_that_reads_something_is_fuzzed() -> None:
    assert {parser.kind for parser in PARSERS} | HANDS_ON == set(source_names())
    assert len(BY_NAME) == len(PARSERS)


@each_parser
def test_mutated_pages_stay_inside_the_error_tree_and_invent_no_date(parser: Parser) -> None:
    (tally,) = fuzz([parser], inputs=200, seconds=None, seed=2026, keep=False)
    assert tally.faults == {}
    assert tally.inputs == 200


@each_parser
def test_what_broke_it_once_breaks_it_no_more(parser: Parser) -> None:
    for seed in parser.seeds():
        assert tried(parser, seed.read_bytes(), Tally(name=parser.name)) is None, seed


@pytest.mark.slow
@each_parser
def test_no_body_as_large_as_a_parser_takes_exhausts_it(parser: Parser) -> None:
    """Larger ones: `python -m tests.fuzz --hostile`, which takes half an hour."""
    outcomes = list(hostile_run([parser], sizes=[LARGE]))
    assert [outcome.line() for outcome in outcomes if outcome.fault] == []
    assert len(outcomes) > 10


def test_the_hostile_bodies_are_as_large_as_they_say() -> None:
    sizes = [len(body) for name, body in bodies(BY_NAME["wechat-feed"]) if name.startswith("8 MB of text")]
    assert sizes == [LARGE // 18 * 18]


# -- the search itself finds what it looks for -------------------------------------------------------------------------

SOUND = BY_NAME["weibo-search-web"]


def _dated_now(body: bytes, reading: Reading) -> Page | None:
    page = SOUND.read(body, reading)
    return page and replace(page, posts=tuple(replace(post, published_at=reading.at) for post in page.posts))


def _dated_at_noon(body: bytes, reading: Reading) -> Page | None:
    page = SOUND.read(body, reading)
    noon = reading.at.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return page and replace(page, posts=tuple(replace(post, published_at=noon) for post in page.posts))


def _naive(body: bytes, reading: Reading) -> Page | None:
    def unzoned(post: Post) -> Post:
        return replace(post, published_at=post.published_at.replace(tzinfo=None))

    page = SOUND.read(body, reading)
    return page and replace(page, posts=tuple(map(unzoned, page.posts)))


def _twice(body: bytes, reading: Reading) -> Page | None:
    page = SOUND.read(body, reading)
    return page and replace(page, posts=page.posts * 2)


def _of_another_tree(body: bytes, reading: Reading) -> Page | None:
    try:
        return SOUND.read(body, reading)
    except PayloadChanged as error:
        raise KeyError(error.path) from error


def _unstorable(body: bytes, reading: Reading) -> Page | None:
    page = SOUND.read(body, reading)
    return page and replace(page, posts=tuple(replace(post, text=post.text + "\x00") for post in page.posts))


@pytest.mark.parametrize(
    ("read", "fault"),
    [
        (_dated_now, "an invented date"),
        (_dated_at_noon, "an invented date"),
        (_naive, "a time is not UTC"),
        (_twice, "a post appears twice"),
        (_of_another_tree, "KeyError escapes"),
        (_unstorable, "a text that no store takes"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_broken_parser_is_found(read: Callable[[bytes, Reading], Page | None], fault: str) -> None:
    (tally,) = fuzz([replace(SOUND, read=read)], inputs=100, seconds=None, seed=1, keep=False)
    assert any(found.startswith(fault) for found in tally.faults), tally.faults


def test_a_run_ends_with_its_time() -> None:
    ticks = iter(range(1000))

    def clock() -> float:
        return float(next(ticks))

    (tally,) = fuzz([SOUND], inputs=None, seconds=10.0, seed=1, keep=False, clock=clock)
    assert tally.inputs == 9


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        ("今天13:45", True),
        ("2分钟前", True),
        ("3分钟前", False),
        ("1795412700", True),
        ("1795412700000", True),
        ("1795412701", False),
        ("2026-11-23 13:45:00", True),
        ("Mon Nov 23 13:45:00 +0800 2026", True),
        ("Mon, 23 Nov 2026 05:45:00 GMT", True),
        ("2026-11-22 13:45:00", False),
        ("2026-11-23 13:44:00", False),
        ("", False),
    ],
)
def test_a_date_is_told_or_it_is_not(body: str, is_told: bool) -> None:
    assert Told(body.encode(), AT).has(AT.replace(minute=45, second=0, microsecond=0)) is is_told


def test_the_inputs_of_a_seed_are_always_the_same() -> None:
    def inputs() -> Iterator[bytes]:
        read: list[bytes] = []

        def note(body: bytes, _: Reading) -> None:
            read.append(body)

        list(fuzz([replace(SOUND, read=note)], inputs=20, seconds=None, seed=5, keep=False))
        yield from read

    assert list(inputs()) == list(inputs())
