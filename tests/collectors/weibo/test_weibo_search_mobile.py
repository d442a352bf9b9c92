import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError
from collectors.polite import Client
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Ask, FromNow, Paged, Reading, Target, Watched
from collectors.sweep import sweep
from collectors.weibo.search_mobile import SearchMobileSettings, WeiboSearchMobile
from tests.contracts.source_contract import SourceContract

PAYLOADS = Path(__file__).parents[2] / "payloads" / "weibo_search_mobile"
AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)  # 10:00:30 in Beijing
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
LOGIN = SearchMobileSettings(cookie=Secret("SUB=_2A25abc; XSRF-TOKEN=x1y2z3"), long_texts=0)
SOURCE = WeiboSearchMobile(LOGIN)
VISITOR = WeiboSearchMobile(SearchMobileSettings(cookie=Secret("SUB=_2AkMabc")))
BODY = (PAYLOADS / "two_kinds_of_card.json").read_bytes()
SESSION = b'window.visitor_gray_callback && visitor_gray_callback({"retcode":20000000,"data":{"sub":"_2AkMvisiting"}});'
TARGET = Target(name="tea/#晚风茶#&", query="#晚风茶#&", topic="tea")


def parse(body: bytes, source: WeiboSearchMobile = SOURCE, page: int = 1) -> Page:
    return source.parse(body, Reading(at=AT, authors=AUTHORS, page=page))


def answering(*cards: Any, page: object = None) -> bytes:
    return json.dumps({"ok": 1, "data": {"cardlistInfo": {"page": page}, "cards": cards}}).encode()


class TestWeiboSearchMobile(SourceContract):
    source = SOURCE
    at = AT
    page = "weibo_search_mobile/two_kinds_of_card.json"
    posts = [
        {"key": "weibo:5368355745694473", "reposts": 12_000, "comments": 1_000_000, "likes": 8, "followers": 825_000},
        {"key": "weibo:5368355359818505", "reposts": 0, "comments": 0, "likes": 0, "followers": 1204},
        {"key": "weibo:5368350934827785", "reposts": 3, "comments": 1, "likes": 2, "followers": 12},
        {"key": "weibo:5368148203143945", "reposts": 512, "comments": 88, "likes": 1024, "followers": 1_286_400},
        {"key": "weibo:5368350662198025", "reposts": 0, "comments": 0, "followers": 7},
        {"key": "weibo:5368343615767305"},
        {"key": "weibo:5368202183836425", "likes": 5, "followers": 30},
    ]
    next_cursor = "2"
    walls = (
        "weibo_search_mobile/login_wall.json",
        "weibo_search_mobile/captcha.json",
        "weibo_search_web/visitor_page.html",
    )
    empty = ("weibo_search_mobile/nothing_found.json",)
    payloads = {"undated": answering({"card_type": 9, "mblog": {"id": "5368355745694473", "text": "茶"}})}
    undated = ("undated",)


class TestWeiboSearchMobileOfAVisitor(TestWeiboSearchMobile):
    source = VISITOR
    next_cursor = None


@pytest.fixture(scope="module")
def page() -> Page:
    return parse(BODY)


def by_id(page: Page, mid: str) -> Post:
    return next(post for post in page.posts if post.native_id == mid)


def test_a_post_in_full(page: Page) -> None:
    assert page.posts[0] == Post(
        platform="weibo",
        native_id="5368355745694473",
        url="https://weibo.com/6100000001/RsGfcnTol",
        text="#晚风茶新品# 小程序又崩了[泪]\nA & B 都付不了款",
        published_at=datetime(2026, 11, 23, 2, 0, 12, tzinfo=UTC),
        collected_at=AT,
        author_id=AUTHORS.id("weibo", "6100000001"),
        author_name="喝茶的小周",
        reposts=12_000,
        comments=1_000_000,
        likes=8,
        followers=825_000,
    )


def test_a_post_of_a_group_with_a_relative_time_has_the_minute_of_its_id(page: Page) -> None:
    post = by_id(page, "5368355359818505")
    assert post.published_at == datetime(2026, 11, 23, 1, 58, tzinfo=UTC)
    assert post.text == "晚风茶的队伍排到了街角，前面还有六十号人 ..."


def test_a_repost_names_its_original_which_is_a_post_of_its_own(page: Page) -> None:
    repost, original = by_id(page, "5368350934827785"), by_id(page, "5368148203143945")
    assert (repost.kind, repost.repost_of, repost.text) == (Kind.REPOST, "weibo:5368148203143945", "真的假的")
    assert (original.kind, original.repost_of) == (Kind.ORIGINAL, None)
    assert original.text == "晚风茶明日上新，第二杯半价"
    assert original.published_at == datetime(2026, 11, 22, 12, 15, 30, tzinfo=UTC)
    assert original.author_name == "晚风茶"


def test_the_original_of_a_deleted_account_is_named_and_no_post(page: Page) -> None:
    repost = by_id(page, "5368350662198025")
    assert (repost.kind, repost.repost_of) == (Kind.REPOST, "weibo:5367600720642825")
    assert repost.likes is None  # it did not say
    assert "weibo:5367600720642825" not in {post.key for post in page.posts}


def test_a_bid_alone_is_the_same_post_as_its_mid(page: Page) -> None:
    assert by_id(page, "5368343615767305").text == "只有短号"


def test_what_has_no_date_or_no_id_is_set_aside(page: Page) -> None:
    assert [each.reason for each in page.rejected] == ["no date", "no id"]
    assert "没有时间的一条" in page.rejected[0].excerpt


def test_the_listed_posts_prove_time_and_the_originals_do_not(page: Page) -> None:
    assert page.covered_from == datetime(2026, 11, 22, 15, 50, tzinfo=UTC)
    assert page.covered_until == datetime(2026, 11, 23, 2, 0, 12, tzinfo=UTC)
    assert page.pages_shown == 100
    mixed = json.loads(BODY)
    mixed["data"]["cards"] = mixed["data"]["cards"][::-1]
    assert parse(json.dumps(mixed).encode()).covered_from is None


@pytest.mark.parametrize(
    ("named", "at_page", "cursor"),
    [(2, 1, "2"), ("3", 2, "3"), (2, 2, "3"), (None, 1, None), (1, 3, None), (0, 1, None), ("", 1, None)],
)
def test_the_next_page_is_the_one_that_the_list_names(named: object, at_page: int, cursor: str | None) -> None:
    card = {"mblog": {"id": 5368355745694473, "created_at": "刚刚", "text": "茶"}}
    assert parse(answering(card, page=named), page=at_page).next_cursor == cursor


def test_a_visitor_has_one_page_and_says_so() -> None:
    page = parse(BODY, VISITOR)
    assert (page.next_cursor, page.pages_shown, VISITOR.max_pages_shown) == (None, 1, 1)
    assert isinstance(VISITOR, Paged)
    assert (SOURCE.is_visitor, SOURCE.max_pages_shown) == (False, 100)
    assert WeiboSearchMobile(SearchMobileSettings(visitor=True)).is_visitor


def test_what_a_visitor_could_not_see_is_not_claimed() -> None:
    page = json.loads(BODY)
    page["data"]["cards"] = page["data"]["cards"][:4]  # back to 09:41
    swept = visit(VISITOR, {"/api/container/getIndex": json.dumps(page).encode()}, since=AT - timedelta(hours=9))[0]
    assert [(each.starts_at, each.ends_at) for each in swept.stretches] == [
        (datetime(2026, 11, 23, 1, 59, tzinfo=UTC), AT - SOURCE.shows_within)
    ]
    assert swept.reached  # nothing more will ever be shown: the rest is missing
    assert swept.pages == 1


def visit(source: WeiboSearchMobile, answers: dict[str, bytes], since: datetime = AT) -> tuple[Any, list[Any]]:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        content = answers.get(request.url.path)
        return httpx.Response(200 if content else 432, content=content or b"")

    clock = EventClock(AT)
    with Client(clock=clock, transport=httpx.MockTransport(answer)) as client:
        return sweep(source, client, TARGET, since, AT, live=True, max_pages=4, clock=clock), asked


def test_the_container_is_one_value_encoded_once() -> None:
    _, asked = visit(SOURCE, {"/api/container/getIndex": BODY})
    assert b"containerid=100103type%3D61%26q%3D%23%E6%99%9A%E9%A3%8E%E8%8C%B6%23%26&" in asked[0].url.query
    assert parse_qs(asked[0].url.query.decode())["containerid"] == ["100103type=61&q=#晚风茶#&"]
    assert asked[0].headers["MWeibo-Pwa"] == "1"
    assert asked[0].headers["X-XSRF-TOKEN"] == "x1y2z3"
    assert asked[0].headers["Referer"].startswith("https://m.weibo.cn/search?containerid=100103type%3D61%26q%3D%23")
    assert asked[0].headers["Cookie"].startswith("SUB=_2A25abc")


def test_without_a_session_nothing_is_asked() -> None:
    swept, asked = visit(WeiboSearchMobile(SearchMobileSettings()), {"/api/container/getIndex": BODY})
    assert isinstance(swept.error, Blocked)
    assert "m.weibo.cn" in swept.error.advice
    assert asked == []


def test_a_visitor_session_is_asked_for_where_it_is_allowed() -> None:
    source = WeiboSearchMobile(SearchMobileSettings(visitor=True, long_texts=0))
    swept, asked = visit(source, {"/api/container/getIndex": BODY, "/visitor/genvisitor2": SESSION})
    assert len(swept.posts) == 7
    assert [(each.method, each.url.host) for each in asked] == [
        ("POST", "visitor.passport.weibo.cn"),
        ("GET", "m.weibo.cn"),
    ]
    assert asked[1].headers["Cookie"] == "SUB=_2AkMvisiting"


def test_a_cut_off_text_is_asked_for_once_and_kept() -> None:
    source = WeiboSearchMobile(SearchMobileSettings(cookie=Secret("SUB=_2A25abc")))
    whole = '{"ok":1,"data":{"ok":1,"longTextContent":"晚风茶的队伍排到了街角<br />六十号人，<b>一个</b>小时"}}'
    answers = {"/api/container/getIndex": BODY, "/statuses/extend": whole.encode()}
    swept, asked = visit(source, answers)
    texts = {post.native_id: post.text for post in swept.posts}
    assert texts["5368355359818505"] == "晚风茶的队伍排到了街角\n六十号人，一个小时"
    assert [str(each.url) for each in asked[1:2]] == ["https://m.weibo.cn/statuses/extend?id=5368355359818505"]
    again, asked = visit(source, answers)
    assert {post.native_id: post.text for post in again.posts} == texts
    assert "/statuses/extend" not in {each.url.path for each in asked}


def test_a_long_text_that_is_refused_costs_the_text_and_is_told() -> None:
    source = WeiboSearchMobile(SearchMobileSettings(cookie=Secret("SUB=_2A25abc")))
    swept, _ = visit(source, {"/api/container/getIndex": BODY})
    assert len(swept.posts) == 7
    assert [each.where for each in swept.rejected if "long text" in each.reason] == ["post 5368355359818505"]
    assert swept.error is None


def test_an_ask_for_the_past_proves_nothing() -> None:
    assert isinstance(SOURCE, FromNow)
    with Client(
        clock=EventClock(AT), transport=httpx.MockTransport(lambda _: httpx.Response(200, content=BODY))
    ) as client:
        page = SOURCE.fetch(client, Ask(target=TARGET, since=AT, until=AT, live=False))
    assert len(page.posts) == 7
    assert (page.covered_from, page.covered_until) == (None, None)


def test_targets_are_topics_times_phrases() -> None:
    assert SOURCE.targets([Watched(topic="tea", queries=("茶", "#茶#", "茶"))]) == (
        Target(name="tea/茶", query="茶", topic="tea"),
        Target(name="tea/#茶#", query="#茶#", topic="tea"),
    )


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"ok":-100,"msg":"x","url":"https://passport.weibo.cn/signin"}', Blocked),
        ('{"ok":0,"msg":"请先登录"}'.encode(), Blocked),
        ('{"ok":0,"msg":"前方拥堵，请稍后"}'.encode(), RateLimited),
        ('{"ok":0,"msg":"系统错误"}'.encode(), PayloadChanged),
        (b'{"ok":1,"data":{"cards":[]}}', PayloadChanged),
        (b'{"ok":1,"data":{"cards":{},"cardlistInfo":{}}}', PayloadChanged),
        (b'{"ok":1,"data":[]}', PayloadChanged),
        (answering({"card_type": 777, "status": {}}), PayloadChanged),
        (answering(*[{"card_type": 9, "status": {}}] * 3), PayloadChanged),
        (answering(*[{"mblog": {}}] * 300), PayloadChanged),
        (answering(*[{}] * 501), PayloadChanged),
        (BODY[:-40], PayloadChanged),
        (b'{"ok":1,"data":' + b"[" * 100_000, PayloadChanged),
    ],
)
def test_says_why_there_is_no_page(body: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error):
        parse(body)


def test_cards_of_people_and_topics_are_no_posts() -> None:
    people = [{"card_type": 10, "user": {}}, {"card_type": 11, "card_group": [{"card_type": 17, "group": []}]}]
    assert parse(answering(*people, page=2)) == Page(next_cursor="2")
    assert parse(answering()) == Page()


FIELDS = ["id", "mid", "bid", "created_at", "text", "text_raw", "isLongText", "longText", "longTextContent", "user"]
FIELDS += ["idstr", "screen_name", "followers_count", "reposts_count", "retweeted_status", "pics", "title", "isTop"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), of, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.fixed_dictionaries({"mblog": json_values}) | json_values, max_size=4), json_values)
def test_whatever_the_fields_hold_the_answer_is_a_page_or_a_source_error(cards: list[Any], page: Any) -> None:
    whole = {"mblog": {"id": "5368355745694473", "created_at": "刚刚", "text": "茶", "retweeted_status": page}}
    try:
        read = parse(answering(*cards, whole, page=page))
    except SourceError:
        return
    assert read.posts
    assert all(post.text and post.published_at.tzinfo for post in read.posts)
