"""The stand-in's pages are what the real adapters read: each post comes back as it was written."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from collectors.errors import Blocked, PayloadChanged, RateLimited, Transient
from collectors.normalise import trimmed
from collectors.post import HotKind, Kind, Page
from collectors.source import Reading
from collectors.wechat.feed import FeedSettings, WechatFeed
from collectors.weibo.hot_list import HotListSettings, WeiboHotList
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from monitor.demo.answers import Platforms
from monitor.demo.exchange import Answer, Manner, Request
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.pages import search_page, shown_count, shown_time
from monitor.demo.post import DemoPost
from monitor.demo.scenario import BEIJING, BRIDGE, HOT_LIST, SEARCH, scenario_named
from monitor.demo.scripted import articles
from monitor.demo.world import posts

SCALE = 0.2
TEA = scenario_named("tea-morning")
LIVE = "/realtime?q={q}&rd=realtime&page={page}"
HOUR = "/weibo?q={q}&typeall=1&suball=1&timescope=custom:{since}:{until}&Refer=g&page={page}"
COOKIE = {"cookie": "SUB=_2A25demo; other=1"}
REFERER = {"referer": "https://weibo.com/"}


@pytest.fixture(scope="module")
def platforms() -> Platforms:
    return Platforms(TEA, SCALE)


def beijing(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=BEIJING).astimezone(UTC)


def ask(platforms: Platforms, target: str, at: datetime) -> Answer:
    return platforms.answer(Request(host=SEARCH, target=target, at=at, headers=COOKIE))


def read(answer: Answer, at: datetime, page: int = 1) -> Page:
    assert answer.status == 200
    return WeiboSearchWeb(SearchWebSettings()).parse(answer.body, Reading(at=at, page=page))


def live_pages(platforms: Platforms, query: str, at: datetime, most: int = 50) -> list[Page]:
    pages = []
    for number in range(1, most + 1):
        target = LIVE.format(q=query.replace("#", "%23"), page=number)
        pages.append(read(ask(platforms, target, at), at, number))
        if pages[-1].next_cursor is None:
            break
    return pages


def shown_to(query: str, since: datetime, until: datetime, at: datetime) -> list[DemoPost]:
    """What a search at `at` has to show, worked out without an index."""
    return [
        post
        for post in reversed(posts(TEA, SCALE))
        if post.says(query) and since <= post.at < until and post.shown_from <= at.timestamp()
    ]


@pytest.mark.parametrize("query", ["知夏", "#TheFirstAITea#"])
@pytest.mark.parametrize("hour", [9, 11, 21])
def test_every_post_is_read_back_as_it_was_written(platforms: Platforms, query: str, hour: int) -> None:
    at = beijing(20, hour, 30, 25)
    read_posts = [post for page in live_pages(platforms, query, at, most=15) for post in page.posts]
    written = shown_to(query, TEA.starts_at, at, at)[: len(read_posts)]
    assert len(read_posts) >= 100
    assert [post.native_id for post in read_posts] == [post.mid for post in written]
    for got, post in zip(read_posts, written, strict=True):
        assert got.text == trimmed(post.text)
        assert got.published_at == post.at.replace(second=0)
        assert got.kind == (Kind.ORIGINAL if post.repost_of is None else Kind.REPOST)
        assert got.repost_of == (None if post.repost_of is None else f"weibo:{post.repost_of.mid}")
        assert got.url.startswith(f"https://weibo.com/{post.uid}/")
        for shown, true in ((got.reposts, post.reposts), (got.comments, post.comments), (got.likes, post.likes)):
            assert shown is not None
            assert shown == true if true < 10_000 else abs(shown - true) < 1000


def test_the_past_is_searched_by_whole_hours(platforms: Platforms) -> None:
    at = beijing(20, 8)
    for day, hour, until in ((10, 20, "2026-11-10-21"), (12, 23, "2026-11-13-0")):
        target = HOUR.format(q="知夏", since=f"2026-11-{day}-{hour}", until=until, page=1)
        since = beijing(day, hour)
        page = read(ask(platforms, target, at), at)
        written = shown_to("知夏", since, since + timedelta(hours=1), at)
        assert [post.native_id for post in page.posts] == [post.mid for post in written[:20]]
        assert page.posts
        assert [post.published_at for post in page.posts] == [post.at.replace(second=0) for post in written[:20]]


def test_a_post_is_shown_some_seconds_after_it_was_published_and_never_before(platforms: Platforms) -> None:
    post = next(post for post in posts(TEA, SCALE) if post.at > TEA.launched_at and post.says("知夏"))
    for late, is_shown in ((-1, False), (0, True)):
        at = datetime.fromtimestamp(post.shown_from + late, UTC)
        found = {read.native_id for page in live_pages(platforms, "知夏", at, most=3) for read in page.posts}
        assert (post.mid in found) is is_shown
    lags = [post.shown_from - post.second for post in posts(TEA, SCALE)]
    assert min(lags) == 10
    assert max(lags) == 58


def test_fifty_pages_are_shown_and_no_more(platforms: Platforms) -> None:
    at = beijing(20, 18)
    last = read(ask(platforms, LIVE.format(q="知夏", page=50), at), at, 50)
    assert len(last.posts) == 20
    assert last.next_cursor is None
    assert last.pages_shown == 50
    assert len(shown_to("知夏", TEA.starts_at, at, at)) > 1000
    assert read(ask(platforms, LIVE.format(q="知夏", page=51), at), at, 51).posts == ()


def test_nothing_found_says_so(platforms: Platforms) -> None:
    answer = ask(platforms, LIVE.format(q="不存在的词", page=1), beijing(20, 12))
    assert "抱歉，未找到“不存在的词”相关结果" in answer.body.decode()
    assert read(answer, beijing(20, 12)) == Page()


def test_a_search_needs_a_session_and_a_known_address(platforms: Platforms) -> None:
    target = LIVE.format(q="知夏", page=1)
    refused = platforms.answer(Request(host=SEARCH, target=target, at=beijing(20, 12)))
    assert refused.status == 302
    assert refused.headers["Location"].startswith("https://passport.weibo.com/visitor/visitor?")
    for unknown in ("/", "/realtime", "/weibo?q=a&page=x", "/weibo?q=a&timescope=custom:2026-11-20-9"):
        assert ask(platforms, unknown, beijing(20, 12)).status == 404


def test_the_page_has_the_marks_of_the_real_one(platforms: Platforms) -> None:
    at = beijing(20, 11)
    tree = LexborHTMLParser(ask(platforms, LIVE.format(q="%23TheFirstAITea%23", page=2), at).body.decode())
    title = tree.css_first("title")
    assert title is not None
    assert title.text() == "微博搜索"
    assert len(tree.css("div.card-wrap[action-type=feed_list_item][mid]")) == 20
    assert len(tree.css("ul.s-scroll > li")) == 50
    following = tree.css_first("a.next")
    assert following is not None
    assert following.attributes["href"] == "/realtime?q=%23TheFirstAITea%23&rd=realtime&page=3"
    assert tree.css("em.s-color-red")
    assert tree.css("p[node-type=feed_list_content] > a[href^='//s.weibo.com/weibo?q=%23']")


def test_long_posts_are_folded_and_faces_are_pictures() -> None:
    long = next(post for post in posts(TEA, SCALE) if post.is_long and post.repost_of is None)
    faced = replace(long, text="好喝[笑cry]\n再来一杯 & <b>两杯</b>")
    at = long.at + timedelta(minutes=3)
    html = search_page("知夏", "/realtime?q=x", [long, faced], 1, 1, at)
    tree = LexborHTMLParser(html)
    assert len(tree.css("[action-type=fl_unfold]")) == len(tree.css("[action-type=fl_fold]")) == 1
    assert len(tree.css("p[node-type=feed_list_content_full]")) == 1
    assert [image.attributes["title"] for image in tree.css("img.face")][-1] == "[笑cry]"
    page = WeiboSearchWeb(SearchWebSettings()).parse(html.encode(), Reading(at=at))
    assert page.posts[0].text == long.text


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("知夏#＃@[]<>&\"'\n崩a笑cry 😂/:"), min_size=1, max_size=300))
def test_any_text_survives_the_page(text: str) -> None:
    post = replace(posts(TEA, 0.01)[0], text=f"知夏{text}")
    at = post.at + timedelta(minutes=1)
    html = search_page("知夏", "/realtime?q=x", [post], 1, 1, at)
    got = WeiboSearchWeb(SearchWebSettings()).parse(html.encode(), Reading(at=at)).posts[0].text
    assert "".join(got.split()) == "".join(post.text.split())


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0秒前"),
        (59, "59秒前"),
        (60, "1分钟前"),
        (3599, "59分钟前"),
        (3600, "今天09:30"),
        (11 * 3600, "11月19日 23:30"),
        (330 * 86_400, "2025年12月25日 10:30"),
    ],
)
def test_times_are_shown_as_the_platform_shows_them(seconds: int, shown: str) -> None:
    now = beijing(20, 10, 30)
    assert shown_time(int(now.timestamp()) - seconds, now) == shown


def test_counts_are_shown_as_the_platform_shows_them() -> None:
    shown = [shown_count(count, "转发") for count in (0, 7, 9_999, 10_000, 12_345, 1_234_567)]
    assert shown == ["转发", "7", "9999", "1万", "1.2万", "100万+"]


def hot_list(platforms: Platforms, at: datetime) -> Page:
    answer = platforms.answer(Request(host=HOT_LIST, target="/ajax/side/hotSearch", at=at, headers=REFERER))
    return WeiboHotList(HotListSettings()).parse(answer.body, Reading(at=at))


def rank_of(page: Page, word: str) -> int | None:
    return next((entry.rank for entry in page.hot_entries if entry.word == word), None)


def test_the_hashtag_climbs_the_hot_list_to_the_top(platforms: Platforms) -> None:
    ranks = {minute: rank_of(hot_list(platforms, beijing(20, 9) + timedelta(minutes=minute)), "TheFirstAITea")
             for minute in (-30, 0, 2, 5, 40)}  # fmt: skip
    assert ranks[-30] is None
    assert ranks[40] == 1
    climbed = [ranks[minute] for minute in (0, 2, 5, 40) if ranks[minute] is not None]
    assert climbed == sorted(climbed, reverse=True)  # type: ignore[type-var]
    page = hot_list(platforms, beijing(20, 9, 40))
    assert sorted(entry.rank or 0 for entry in page.hot_entries if entry.kind is HotKind.RANKED) == list(range(1, 51))
    assert sum(entry.kind is HotKind.AD for entry in page.hot_entries) == 1
    assert sum(entry.kind is HotKind.PINNED for entry in page.hot_entries) == 1
    assert rank_of(hot_list(platforms, beijing(20, 10, 30)), "知夏系统开小差") is not None
    assert rank_of(hot_list(platforms, beijing(20, 15)), "知夏系统开小差") is None


def test_the_hot_list_refuses_a_request_without_referer(platforms: Platforms) -> None:
    answer = platforms.answer(Request(host=HOT_LIST, target="/ajax/side/hotSearch", at=beijing(20, 9)))
    assert (answer.status, json.loads(answer.body)) == (403, {"error": "Forbidden"})


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_the_bridge_serves_articles_in_three_formats(platforms: Platforms, form: str) -> None:
    at = beijing(20, 13)
    answer = platforms.answer(Request(host=BRIDGE, target=f"/feeds/all.{form}", at=at))
    page = WechatFeed(FeedSettings()).parse(answer.body, Reading(at=at, url=f"http://{BRIDGE}/feeds/all.{form}"))
    due = [article for article in articles(TEA) if article.at <= at]
    assert len(due) >= 8
    assert [post.published_at for post in page.posts] == [article.at for article in due]
    assert [post.native_id for post in page.posts] == [article.short_id for article in due]
    for post, article in zip(page.posts, due, strict=True):
        assert article.title in post.text
        assert article.body[0] in post.text
    assert page.rejected == ()


def test_an_unknown_feed_is_refused(platforms: Platforms) -> None:
    answer = platforms.answer(Request(host=BRIDGE, target="/feeds/none.rss", at=beijing(20, 13)))
    assert answer.status == 400


def test_the_scenario_shows_its_walls_at_their_time_only() -> None:
    platforms = Platforms(TEA, 0.02)
    for at, status, is_wall in (
        (beijing(20, 3, 19), 200, False),
        (beijing(20, 3, 20), 200, True),
        (beijing(20, 3, 44), 200, True),
        (beijing(20, 3, 45), 200, False),
        (beijing(20, 10, 39), 200, False),
        (beijing(20, 10, 40), 432, True),
        (beijing(20, 10, 59), 432, True),
        (beijing(20, 11), 200, False),
    ):
        answer = ask(platforms, LIVE.format(q="知夏", page=1), at)
        assert answer.status == status
        if status == 200 and is_wall:
            with pytest.raises(Blocked):
                read(answer, at)
        elif status == 200:
            assert read(answer, at).posts
        assert hot_list(platforms, at).hot_entries, "the hot list stays up"


@pytest.mark.parametrize("kind", list(FaultKind))
def test_each_fault_answers_in_its_way(kind: FaultKind) -> None:
    platforms = Platforms(TEA, 0.02)
    at = beijing(20, 12)
    platforms.faults.add(Fault(host=SEARCH, kind=kind, retry_after_s=90))
    answer = ask(platforms, LIVE.format(q="知夏", page=1), at)
    refused = {"login_redirect": 302, "429": 429, "403": 403, "432": 432, "500": 500, "hang": 0}
    assert answer.status == refused.get(kind, 200)
    manners = {FaultKind.HANG: Manner.HANGS, FaultKind.DRIP: Manner.DRIPS, FaultKind.RESET: Manner.RESET}
    assert answer.manner is manners.get(kind, Manner.WHOLE)
    assert answer.headers.get("Retry-After") == ("90" if kind is FaultKind.TOO_MANY else None)
    if kind is FaultKind.TRUNCATED:
        with pytest.raises((PayloadChanged, Transient, RateLimited)):
            read(answer, at)
    platforms.faults.clear(SEARCH)
    assert read(ask(platforms, LIVE.format(q="知夏", page=1), at), at).posts
