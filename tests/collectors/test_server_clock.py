"""A server whose clock is hours from ours is not dated by either."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from collectors.clock import EventClock
from collectors.errors import Transient
from collectors.polite import Client

NOW = datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)


def ask(**headers: str) -> int:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text="page", headers=headers))
    with Client(clock=EventClock(NOW), transport=transport) as client:
        return client.get("https://s.weibo.com/weibo?q=a").status


def date(hours: float) -> str:
    return format_datetime((NOW + timedelta(hours=hours)).replace(microsecond=0), usegmt=True)


@pytest.mark.parametrize("hours", [-8, 8, -1.1, 1.1, 24 * 365])
def test_a_clock_that_is_hours_off_dates_nothing_and_says_by_how_much(hours: float) -> None:
    with pytest.raises(Transient, match=rf"{abs(hours):.1f} hours apart.*set this machine's clock"):
        ask(Date=date(hours))


@pytest.mark.parametrize("hours", [0, -0.9, 0.9])
def test_minutes_are_forgiven(hours: float) -> None:
    assert ask(Date=date(hours)) == 200


def test_a_cached_answer_is_as_old_as_it_says() -> None:
    assert ask(Date=date(-8), Age=str(8 * 3600)) == 200


@pytest.mark.parametrize("told", ["", "yesterday", "Mon, 99 Nov 2026 04:00:30 GMT"])
def test_without_a_readable_date_nothing_is_known(told: str) -> None:
    assert ask(Date=told) == 200
