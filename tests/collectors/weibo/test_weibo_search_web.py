import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, SourceError
from collectors.polite import Client
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Ask, Reading, Target, Watched
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from tests.contracts.source_contract import SourceContract

PAYLOADS = Path(__file__).parents[2] / "payloads" / "weibo_search_web"
AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)  # 10:00:30 in Beijing
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
SOURCE = WeiboSearchWeb(SearchWebSettings(cookie=Secret("SUB=abc")))


def recorded(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def parse(body: bytes, at: datetime = AT, url: str = "https://s.weibo.com/realtime", page: int = 1) -> Page:
    return SOURCE.parse(body, Reading(at=at, url=url, authors=AUTHORS, page=page))


class TestWeiboSearchWeb(SourceContract):
    source = SOURCE
    at = AT
    page = "weibo_search_web/present_layout.html"
    posts = [
        {"key": "weibo:5368355745693797", "reposts": 3, "comments": 12_000, "likes": 1_000_000},
        {"key": "weibo:5368355108159590", "reposts": 0, "comments": 0, "likes": 0},
        {"key": "weibo:5368350934827111", "reposts": 12, "comments": 0, "likes": 7},
        {"key": "weibo:5368343863230568", "reposts": 0, "likes": 0},
        {"key": "weibo:5368326255542377", "reposts": 1_024, "comments": 2_048, "likes": 30},
        {"key": "weibo:5368204322930795"},
        {"key": "weibo:5250066012962924", "reposts": 0, "comments": 0, "likes": 0},
    ]
    next_cursor = "2"
    walls = tuple(f"weibo_search_web/{name}.html" for name in ("visitor_page", "login_shell", "captcha", "withheld"))
    empty = ("weibo_search_web/nothing_found.html",)
    payloads = {
        "undated": (
            '<title>微博搜索</title><div class="card-wrap" action-type="feed_list_item" mid="5368355745693797">'
            '<p class="txt" node-type="feed_list_content">茶</p></div></html>'
        ).encode()
    }
    undated = ("undated",)


class TestWeiboSearchWebOfThePast(TestWeiboSearchWeb):
    live = False


@pytest.fixture(scope="module")
def present() -> Page:
    return parse(recorded("present_layout.html"))


@pytest.fixture(scope="module")
def of_2018() -> Page:
    return parse(recorded("layout_of_2018.html"), at=datetime(2018, 12, 31, 16, 30, tzinfo=UTC))


def by_id(page: Page, mid: str) -> Post:
    return next(post for post in page.posts if post.native_id == mid)


def test_the_present_layout_gives_its_posts_in_page_order_each_once(present: Page) -> None:
    assert [post.native_id for post in present.posts] == [
        "5368355745693797",
        "5368355108159590",
        "5368350934827111",
        "5368343863230568",
        "5368326255542377",
        "5368204322930795",
        "5250066012962924",
    ]


def test_a_post_with_keyword_marks_emoji_and_icons(present: Page) -> None:
    post = by_id(present, "5368355745693797")
    assert post.text == "#晚风茶新品# 排队四十分钟终于喝到晚风茶了[开学季][心] 值！ 网页链接"
    assert post.url == "https://weibo.com/6100000001/RsGfcnTdr"
    assert post.published_at == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert post.collected_at == AT
    assert (post.reposts, post.comments, post.likes, post.views) == (3, 12_000, 1_000_000, None)
    assert post.kind is Kind.ORIGINAL
    assert post.followers is None


def test_a_long_text_is_taken_whole_without_its_fold_link(present: Page) -> None:
    post = by_id(present, "5368355108159590")
    assert post.text == "晚风茶小程序卡了一上午\n下单页面一直转圈，\n换了三台手机都一样，A & B 两个账号都不行。"
    assert (post.reposts, post.comments, post.likes) == (0, 0, 0)


def test_a_text_that_ends_like_the_fold_link_keeps_its_end(present: Page) -> None:
    assert by_id(present, "5368326255542377").text == "【晚风茶多店排队】记者走访三家门店。全面展开"


def test_a_relative_time_is_settled_by_the_second_in_the_id(present: Page) -> None:
    # "2分钟前" read at 10:00:30 could be 9:57 or 9:58; the id was given at 9:57:40.
    assert by_id(present, "5368355108159590").published_at == datetime(2026, 11, 23, 1, 57, tzinfo=UTC)


def test_a_relative_time_far_from_the_id_counts_as_shown() -> None:
    page = parse(recorded("present_layout.html"), at=AT + timedelta(hours=5))
    assert by_id(page, "5368355108159590").published_at == datetime(2026, 11, 23, 6, 58, tzinfo=UTC)


def test_a_repost_has_its_own_text_only_and_names_the_original(present: Page) -> None:
    post = by_id(present, "5368350934827111")
    assert post.kind is Kind.REPOST
    assert post.text == "真的假的//@路人甲:求验证"
    assert post.repost_of == "weibo:5368121653198855"
    assert post.published_at == datetime(2026, 11, 23, 1, 41, tzinfo=UTC)
    assert (post.reposts, post.comments, post.likes) == (12, 0, 7)


def test_a_repost_of_a_deleted_post_is_a_repost_of_nobody_knows_what(present: Page) -> None:
    post = by_id(present, "5368343863230568")
    assert post.kind is Kind.REPOST
    assert post.text == "转发微博"
    assert post.repost_of is None


def test_a_button_that_is_not_there_leaves_its_count_unknown(present: Page) -> None:
    assert by_id(present, "5368343863230568").comments is None
    silent = by_id(present, "5368204322930795")
    assert (silent.reposts, silent.comments, silent.likes) == (None, None, None)


def test_dates_of_yesterday_and_of_last_year(present: Page) -> None:
    assert by_id(present, "5368204322930795").published_at == datetime(2026, 11, 22, 15, 58, tzinfo=UTC)
    assert by_id(present, "5250066012962924").published_at == datetime(2025, 12, 31, 15, 59, tzinfo=UTC)


def test_cards_without_date_or_id_are_set_aside_with_their_reason(present: Page) -> None:
    assert [(each.reason, each.where) for each in present.rejected] == [("no date", "card 6"), ("no id", "card 7")]
    assert "这张卡片没有时间" in present.rejected[0].excerpt


def test_the_pager_tells_the_next_page_and_how_many_there_are(present: Page) -> None:
    assert present.next_cursor == "2"
    assert present.pages_shown == 12


def test_a_page_proves_the_time_from_its_oldest_to_its_newest_post(present: Page) -> None:
    assert present.covered_from == datetime(2025, 12, 31, 15, 59, 2, tzinfo=UTC)
    assert present.covered_until == datetime(2026, 11, 23, 2, 0, 12, tzinfo=UTC)


def test_a_page_that_is_not_in_time_order_proves_nothing() -> None:
    body = recorded("present_layout.html").replace("今天08:03".encode(), "11月01日 08:03".encode())
    page = parse(body.replace("今天09:41".encode(), "11月02日 09:41".encode()))
    assert len(page.posts) == 7
    assert (page.covered_from, page.covered_until) == (None, None)


def test_one_old_post_put_on_top_does_not_hide_the_order_of_the_others(present: Page) -> None:
    page = parse(recorded("present_layout.html").replace("刚刚".encode(), "2024年01月01日 10:00".encode()))
    assert page.covered_from == present.covered_from
    assert page.covered_until == datetime(2026, 11, 23, 1, 57, 40, tzinfo=UTC)


def test_authors_are_hashed_by_platform_and_id_and_named_only_if_asked(present: Page) -> None:
    first = present.posts[0]
    assert first.author_id == AUTHORS.id("weibo", "6100000001")
    assert first.author_name == "喝茶的小周"
    unnamed = SOURCE.parse(recorded("present_layout.html"), Reading(at=AT, authors=Authors(key=Secret("k"))))
    assert {post.author_name for post in unnamed.posts} == {None}
    assert unnamed.posts[0].author_id != first.author_id


def test_the_layout_of_2018(of_2018: Page) -> None:
    first, repost, long, february = of_2018.posts
    assert (first.native_id, first.text) == ("4323445538029568", "新年第一杯茶")
    assert first.published_at == datetime(2018, 12, 31, 16, 20, tzinfo=UTC)
    assert (first.reposts, first.comments, first.likes) == (28, 3, 7)
    assert repost.published_at == datetime(2018, 12, 31, 15, 59, tzinfo=UTC)
    assert (repost.kind, repost.repost_of) == (Kind.REPOST, "weibo:4280104934965248")
    assert repost.text == "还有一分钟 城南·老茶馆"
    assert repost.author_id == AUTHORS.id("weibo", "5100000002")
    assert (repost.reposts, repost.comments, repost.likes) == (0, 0, 0)
    assert long.text == "早茶一壶，慢慢喝。"
    assert (long.reposts, long.comments, long.likes) == (15_000, 200_000, 3_001)
    assert february.published_at == datetime(2018, 2, 28, 4, 0, tzinfo=UTC)
    assert of_2018.next_cursor is None
    assert of_2018.pages_shown is None
    assert of_2018.rejected == ()


def test_nothing_found_is_an_empty_page_whatever_is_recommended_below() -> None:
    assert parse(recorded("nothing_found.html")) == Page()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("visitor_page.html", "visitor page"),
        ("login_shell.html", "login page"),
        ("captcha.html", "captcha"),
        ("withheld.html", "withholds"),
    ],
)
def test_a_wall_is_blocked_and_says_what_to_do(name: str, reason: str) -> None:
    with pytest.raises(Blocked, match=reason) as caught:
        parse(recorded(name))
    assert caught.value.advice


@pytest.mark.parametrize(
    "url",
    [
        "https://passport.weibo.com/visitor/visitor?entry=miniblog",
        "https://passport.weibo.com/sso/signin",
        "https://passport.weibo.com/verify?code=1",
        "https://visitor.passport.weibo.cn/visitor/visitor",
    ],
)
def test_a_page_from_the_passport_host_is_a_wall_whatever_it_holds(url: str) -> None:
    with pytest.raises(Blocked):
        parse(recorded("present_layout.html"), url=url)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b'{"ok":1,"data":{"cards":[]}}',
        b"\x00\xff" * 100,
        "<html><body>喜茶</body></html>".encode(),
        b"<a>" * 400_000,
        b'<div class="card-wrap" action-type="feed_list_item">' * 1_000 + b"</html>",
    ],
)
def test_a_page_we_do_not_know_is_never_an_empty_page(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        parse(body)


def test_a_search_page_with_neither_cards_nor_the_empty_card_has_changed() -> None:
    with pytest.raises(PayloadChanged, match="card-wrap"):
        parse(recorded("new_layout.html"))


def test_an_unknown_sentence_in_the_empty_card_is_not_taken_for_nothing_found() -> None:
    with pytest.raises(PayloadChanged, match="系统繁忙"):
        parse(recorded("nothing_found.html").replace("抱歉，未找到".encode(), "系统繁忙".encode()))


def test_a_page_that_was_cut_off_anywhere_is_never_taken_for_a_whole_one() -> None:
    body = recorded("present_layout.html")
    end = body.rindex(b"</html>")
    for cut in range(0, end, 97):
        with pytest.raises(PayloadChanged):
            parse(body[:cut])


def test_a_layout_in_which_no_card_can_be_read_has_changed() -> None:
    with pytest.raises(PayloadChanged, match=r"readable card among 10 .*no date"):
        parse(recorded("present_layout.html").replace(b'class="from"', b'class="time"'))


def test_a_post_from_the_future_is_set_aside() -> None:
    page = parse(recorded("present_layout.html").replace("2025年12月31日".encode(), "2027年12月31日".encode()))
    assert page.rejected[-1].reason == "impossible date 2027-12-31"


def test_the_next_page_is_counted_when_its_link_is_odd() -> None:
    body = re.sub(
        rb'<a href="[^"]*" class="next">', b'<a href="http://[x" class="next">', recorded("present_layout.html")
    )
    assert parse(body, page=4).next_cursor == "5"


def test_a_moment_is_the_second_of_the_id_if_it_fits_the_minute_shown(present: Page) -> None:
    first = present.posts[0]
    assert SOURCE.moment(first) == datetime(2026, 11, 23, 2, 0, 12, tzinfo=UTC)
    late = parse(recorded("present_layout.html"), at=AT + timedelta(hours=5)).posts[1]
    assert SOURCE.moment(late) is None


def ask(*, live: bool, since: datetime, until: datetime, cursor: str | None = None, query: str = "#晚风茶#") -> Ask:
    target = Target(name="t", query=query, topic="tea")
    return Ask(target=target, since=since, until=until, live=live, cursor=cursor, authors=AUTHORS)


def fetch(question: Ask) -> tuple[Page, httpx.Request]:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=recorded("present_layout.html"))

    with Client(clock=EventClock(AT), transport=httpx.MockTransport(answer)) as client:
        page = SOURCE.fetch(client, question)
    return page, asked[0]


def test_live_asks_the_real_time_tab_with_the_session(present: Page) -> None:
    page, request = fetch(ask(live=True, since=AT - timedelta(hours=1), until=AT, cursor="3"))
    assert request.url.host == "s.weibo.com"
    assert request.url.path == "/realtime"
    assert dict(request.url.params) == {
        "q": "#晚风茶#",
        "rd": "realtime",
        "tw": "realtime",
        "Refer": "weibo_realtime",
        "page": "3",
    }
    assert request.headers["Cookie"] == "SUB=abc"
    assert page == present


@pytest.mark.parametrize(
    ("since", "until", "scope"),
    [
        ((2026, 11, 22, 16), (2026, 11, 22, 17), "custom:2026-11-23-0:2026-11-23-1"),
        ((2026, 11, 23, 1), (2026, 11, 23, 2), "custom:2026-11-23-9:2026-11-23-10"),
        ((2026, 11, 23, 15), (2026, 11, 23, 16), "custom:2026-11-23-23:2026-11-24-0"),
        ((2026, 11, 23, 1, 30), (2026, 11, 23, 2, 10), "custom:2026-11-23-9:2026-11-23-11"),
    ],
)
def test_the_past_is_asked_in_whole_beijing_hours(since: tuple[int, ...], until: tuple[int, ...], scope: str) -> None:
    def utc(fields: tuple[int, ...]) -> datetime:
        year, month, day, hour, *minute = fields
        return datetime(year, month, day, hour, *minute, tzinfo=UTC)

    _, request = fetch(ask(live=False, since=utc(since), until=utc(until)))
    assert request.url.path == "/weibo"
    assert dict(request.url.params) == {
        "q": "#晚风茶#",
        "typeall": "1",
        "suball": "1",
        "timescope": scope,
        "Refer": "g",
        "page": "1",
    }


def test_without_a_session_nothing_is_asked() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise AssertionError("asked without a session")

    source = WeiboSearchWeb(SearchWebSettings())
    with (
        Client(clock=EventClock(AT), transport=httpx.MockTransport(answer)) as client,
        pytest.raises(Blocked, match="no session configured") as caught,
    ):
        source.fetch(client, ask(live=True, since=AT, until=AT))
    assert "SUB" in caught.value.advice


def test_one_target_per_topic_and_phrase() -> None:
    watched = [
        Watched(topic="tea", queries=("#晚风茶#", "晚风茶", "晚风茶")),
        Watched(topic="rival", queries=("南山茶",)),
    ]
    assert [(target.name, target.query, target.topic) for target in SOURCE.targets(watched)] == [
        ("tea/#晚风茶#", "#晚风茶#", "tea"),
        ("tea/晚风茶", "晚风茶", "tea"),
        ("rival/南山茶", "南山茶", "rival"),
    ]


def test_any_page_can_be_asked_for() -> None:
    assert SOURCE.page_cursor(17) == "17"
    assert SOURCE.max_pages_shown == 50


FIXTURES = [path.read_bytes() for path in sorted(PAYLOADS.glob("*.html"))]
ODD = st.sampled_from(
    [b"", b"<", b">", b'"', b"</div>", b"<p", b"\x00", b"\xff", "茶".encode(), b"<!--", b"&#xd800;", b"9" * 30]
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(FIXTURES),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), ODD), max_size=8),
)
def test_whatever_the_bytes_the_answer_is_a_page_or_a_source_error(
    body: bytes, changes: list[tuple[float, int, bytes]]
) -> None:
    for place, length, odd in changes:
        start = int(place * len(body))
        body = body[:start] + odd + body[start + length :]
    try:
        page = parse(body)
    except SourceError:
        return
    keys = [post.key for post in page.posts]
    assert len(set(keys)) == len(keys)
    for post in page.posts:
        post.text.encode("utf-8")
        assert post.native_id.isdecimal()
        assert post.published_at.tzinfo is UTC
