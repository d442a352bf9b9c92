"""A wall is an alert of its own: at once, with what a person can do, and until a page came."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analysis.rules.rule import Answer, SourceHealth, Subject
from analysis.rules.source_blocked import SourceBlocked, Wall

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
WALLED = replace(
    CALM,
    last_error="Blocked",
    blocked_since=NOON - timedelta(minutes=18),
    blocked_reason="login wall. log in again",
)


def test_it_watches_sources() -> None:
    assert SourceBlocked.subject is Subject.SOURCE
    assert SourceBlocked.Settings is Wall


@pytest.mark.parametrize(
    ("health", "answer", "because"),
    [
        (CALM, Answer.CLEAR, "weibo search: no wall"),
        (WALLED, Answer.BREACH, "weibo search: a wall since 11:52 (18 min): login wall. log in again"),
        (
            replace(WALLED, last_error="Transient", last_reason="timeout"),
            Answer.BREACH,
            "weibo search: a wall since 11:52 (18 min): login wall. log in again",
        ),
        (
            replace(CALM, last_error="Transient"),
            Answer.UNKNOWN,
            "weibo search: whether there is a wall is not known (Transient)",
        ),
        (
            replace(CALM, last_success_at=None),
            Answer.UNKNOWN,
            "weibo search: whether there is a wall is not known (not visited yet)",
        ),
    ],
    ids=["a page", "a wall", "a wall, and now no network", "no network", "never visited"],
)
def test_a_wall_stands_until_a_page_came(health: SourceHealth, answer: Answer, because: str) -> None:
    verdict = SourceBlocked(Wall()).judge(health)
    assert (verdict.answer, verdict.because, verdict.at) == (answer, because, NOON)
    assert verdict.began_at == (health.blocked_since if answer is Answer.BREACH else None)
