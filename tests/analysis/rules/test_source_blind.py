"""A source that shows nothing new is an alert of its own, whatever the reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analysis.rules.rule import Answer, SourceHealth, Subject
from analysis.rules.source_blind import Blindness, SourceBlind

NOON = datetime(2026, 11, 23, 4, 10, tzinfo=UTC)  # 12:10 in Shanghai

CALM = SourceHealth(
    source="weibo search",
    platform="weibo",
    at=NOON,
    every_s=120.0,
    last_success_at=NOON,
    covered_until=NOON,
    last_error=None,
    last_reason=None,
)


def ago(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


def test_it_watches_sources() -> None:
    assert SourceBlind.subject is Subject.SOURCE
    assert SourceBlind.kind == "source-blind"
    assert SourceBlind.Settings is Blindness


@pytest.mark.parametrize(
    ("every_s", "covered", "answer"),
    [
        (120, 0, Answer.CLEAR),
        (120, 15, Answer.CLEAR),
        (120, 15.1, Answer.BREACH),
        (3600, 170, Answer.CLEAR),
        (3600, 181, Answer.BREACH),
        (120, -3, Answer.CLEAR),
    ],
    ids=[
        "seen now",
        "at the limit",
        "beyond",
        "asked hourly: within 3 visits",
        "beyond 3 visits",
        "ahead of the round",
    ],
)
def test_blind_after_a_quarter_of_an_hour_or_three_visits(every_s: float, covered: float, answer: Answer) -> None:
    verdict = SourceBlind(Blindness()).judge(replace(CALM, every_s=every_s, covered_until=ago(covered)))
    assert verdict.answer is answer
    assert verdict.value == max(0.0, covered * 60)
    assert verdict.limit == max(900.0, 3 * every_s)
    assert verdict.unit == "s"
    assert verdict.at == NOON


def test_a_recent_success_that_covered_nothing_is_still_blind() -> None:
    verdict = SourceBlind(Blindness()).judge(replace(CALM, covered_until=ago(40), last_success_at=NOON))
    assert verdict.answer is Answer.BREACH
    assert verdict.began_at == ago(40)


def test_a_source_without_a_watermark_is_judged_by_its_last_success() -> None:
    rule = SourceBlind(Blindness())
    assert rule.judge(replace(CALM, covered_until=None, last_success_at=ago(5))).answer is Answer.CLEAR
    assert rule.judge(replace(CALM, covered_until=None, last_success_at=ago(20))).answer is Answer.BREACH


def test_never_is_not_calm() -> None:
    verdict = SourceBlind(Blindness()).judge(
        replace(CALM, covered_until=None, last_success_at=None, last_error="Blocked", last_reason="login wall")
    )
    assert verdict.answer is Answer.BREACH
    assert verdict.because == "weibo search: not all that it is asked for was ever seen; last error Blocked: login wall"
    assert verdict.value is None
    assert verdict.began_at is None


def test_the_sentence_says_since_when_in_shanghai_and_why() -> None:
    verdict = SourceBlind(Blindness()).judge(
        replace(CALM, covered_until=ago(18), last_error="Blocked", last_reason="login wall")
    )
    assert verdict.because == "weibo search: nothing seen since 11:52 (18 min); last error Blocked: login wall"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (200, "weibo search: nothing seen since 08:50 (3 h 20 min)"),
        (240, "weibo search: nothing seen since 08:10 (4 h)"),
        (60 * 13, "weibo search: nothing seen since 2026-11-22 23:10 (13 h)"),
        (60 * 52, "weibo search: nothing seen since 2026-11-21 08:10 (2 d 4 h)"),
        (60 * 48, "weibo search: nothing seen since 2026-11-21 12:10 (2 d)"),
    ],
)
def test_long_times_are_said_as_people_say_them(minutes: int, said: str) -> None:
    assert SourceBlind(Blindness()).judge(replace(CALM, covered_until=ago(minutes))).because == said


def test_seeing_again_says_up_to_when() -> None:
    assert SourceBlind(Blindness()).judge(CALM).because == "weibo search: seen up to 12:10"


def test_an_error_without_a_reason_is_named_alone() -> None:
    verdict = SourceBlind(Blindness()).judge(replace(CALM, covered_until=ago(1), last_error="Transient"))
    assert verdict.because == "weibo search: seen up to 12:09; last error Transient"
