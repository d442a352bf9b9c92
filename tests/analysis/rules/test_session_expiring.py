"""A login that will end is told before it ends; one whose end nobody told is neither calm nor an alarm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analysis.rules.rule import Answer, SourceHealth, Subject
from analysis.rules.session_expiring import Expiry, SessionExpiring

NOON = datetime(2026, 11, 23, 4, 10, tzinfo=UTC)  # 12:10 in Shanghai
WITHOUT = SourceHealth(
    source="weibo search",
    platform="weibo",
    at=NOON,
    every_s=120.0,
    last_success_at=NOON,
    covered_until=NOON,
    last_error=None,
    last_reason=None,
)


def logged_in(since_days: float, left_days: float | None) -> SourceHealth:
    ends_at = None if left_days is None else NOON + timedelta(days=left_days)
    return replace(WITHOUT, session_since=NOON - timedelta(days=since_days), session_ends_at=ends_at)


def test_it_watches_sources_and_speaks_three_days_before() -> None:
    assert SessionExpiring.subject is Subject.SOURCE
    assert Expiry() == Expiry(days=3)


@pytest.mark.parametrize(
    ("health", "answer", "because"),
    [
        (logged_in(5, 30), Answer.CLEAR, "weibo search: the login ends 2026-12-23 12:10, in 30 d"),
        (logged_in(5, 3.01), Answer.CLEAR, "weibo search: the login ends 2026-11-26 12:24, in 3 d"),
        (
            logged_in(5, 3),
            Answer.BREACH,
            "weibo search: the login ends 2026-11-26 12:10, in 3 d; log in again and renew the cookie",
        ),
        (
            logged_in(5, 0.05),
            Answer.BREACH,
            "weibo search: the login ends 13:22, in 72 min; log in again and renew the cookie",
        ),
        (
            logged_in(5, -2),
            Answer.BREACH,
            "weibo search: the login was to end 2026-11-21 12:10, 2 d ago; log in again and renew the cookie",
        ),
        (
            logged_in(5, None),
            Answer.UNKNOWN,
            "weibo search: nobody told when the login ends, in use since 2026-11-18 12:10",
        ),
        (
            logged_in(1, None),
            Answer.CLEAR,
            "weibo search: nobody told when the login ends, in use since 2026-11-22 12:10",
        ),
        (WITHOUT, Answer.CLEAR, "weibo search: it reads with no login"),
    ],
    ids=["long", "just before", "at the limit", "the same day", "over", "untold", "untold but new", "none"],
)
def test_before_the_nominal_end(health: SourceHealth, answer: Answer, because: str) -> None:
    verdict = SessionExpiring(Expiry()).judge(health)
    assert (verdict.answer, verdict.because, verdict.at) == (answer, because, NOON)


def test_the_days_are_a_setting_and_the_breach_began_when_they_did() -> None:
    verdict = SessionExpiring(Expiry(days=7)).judge(logged_in(5, 5))
    assert verdict.answer is Answer.BREACH
    assert verdict.began_at == NOON - timedelta(days=2)
    assert SessionExpiring(Expiry(days=1)).judge(logged_in(5, 5)).answer is Answer.CLEAR
