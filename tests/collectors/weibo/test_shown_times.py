"""Pages whose times are hours from those in the ids: a clock is off, and nothing of them is dated."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest

from collectors.errors import Transient
from collectors.post import Page, Post
from collectors.secret import Secret
from collectors.source import Reading
from collectors.weibo.search_mobile import SearchMobileSettings, WeiboSearchMobile
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from collectors.weibo.shown_times import check_shown_times
from monitor.demo.answers import Platforms
from monitor.demo.exchange import Request
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.scenario import SEARCH, TEA_MORNING
from monitor.demo.weibo_hosts import MOBILE_HOST

NOW = TEA_MORNING.launched_at + timedelta(hours=4, seconds=25)
LOGIN = {"cookie": "SUB=_2A25x"}
WEB = WeiboSearchWeb(SearchWebSettings())
MOBILE = WeiboSearchMobile(SearchMobileSettings(cookie=Secret("SUB=_2A25x")))


@cache
def platforms() -> Platforms:
    return Platforms(replace(TEA_MORNING, gaps=()), 0.1)


def web(at: datetime, fault: FaultKind | None = None) -> Page:
    """The newest posts as shown at NOW, read at `at`."""
    served = platforms()
    served.faults.clear(SEARCH)
    if fault is not None:
        served.faults.add(Fault(host=SEARCH, kind=fault))
    target = "/realtime?q=%E7%9F%A5%E5%A4%8F&page=1"
    body = served.answer(Request(host=SEARCH, target=target, at=NOW, headers=LOGIN)).body
    served.faults.clear(SEARCH)
    return WEB.parse(body, Reading(at=at))


def test_a_right_page_is_read() -> None:
    assert len(web(NOW).posts) == 20
    assert len(web(NOW + timedelta(minutes=2)).posts) == 20


def test_a_platform_that_shows_another_zone_is_found_out() -> None:
    with pytest.raises(Transient, match=r"8\.0 hours earlier"):
        web(NOW, FaultKind.CLOCK_OFF)


@pytest.mark.parametrize(("hours", "said"), [(8, r"8\.0 hours later"), (-8, r"8\.0 hours earlier")])
def test_a_clock_of_ours_that_is_off_is_found_out_by_times_that_count_back(hours: float, said: str) -> None:
    with pytest.raises(Transient, match=said):
        web(NOW + timedelta(hours=hours))


def test_times_with_an_offset_are_right_whatever_our_clock_says() -> None:
    target = "/api/container/getIndex?containerid=100103type%3D61%26q%3D%E7%9F%A5%E5%A4%8F&page=1"
    body = platforms().answer(Request(host=MOBILE_HOST, target=target, at=NOW, headers=LOGIN)).body
    assert len(MOBILE.parse(body, Reading(at=NOW + timedelta(hours=8))).posts) >= 10
    with pytest.raises(Transient, match=r"1\.0 hours later"):
        MOBILE.parse(body.replace(b"+0800", b"+0700"), Reading(at=NOW))


def test_scheduled_posts_and_short_pages_are_no_clock() -> None:
    posts = web(NOW).posts
    check_shown_times(posts)

    def hours_late(post: Post, hours: float) -> Post:
        return replace(post, published_at=post.published_at + timedelta(hours=hours))

    check_shown_times([hours_late(post, 8) for post in posts[:4]])
    check_shown_times([*(hours_late(post, 8) for post in posts[:10]), *posts[10:]])
    check_shown_times([hours_late(post, 1 + number) for number, post in enumerate(posts)])
    with pytest.raises(Transient):
        check_shown_times([hours_late(post, 8) for post in posts[:5]])
