from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, Gone, PayloadChanged, SourceError, Transient
from collectors.polite import Client
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Ask, Reading, Target
from collectors.sweep import sweep
from collectors.wechat.article import ArticleSettings, WechatArticle
from tests.contracts.source_contract import SourceContract

PAYLOADS = Path(__file__).parents[2] / "payloads" / "wechat_article"
AT = datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)
FIRST = datetime.fromtimestamp(1795400000, UTC)
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
URL = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
SOURCE = WechatArticle(ArticleSettings(urls=(URL,)))
NORMAL = (PAYLOADS / "normal.html").read_bytes()


def recorded(name: str) -> bytes:
    return (PAYLOADS / f"{name}.html").read_bytes()


def parse(body: bytes, url: str = "") -> Page:
    return SOURCE.parse(body, Reading(at=AT, url=url, authors=AUTHORS))


class TestWechatArticle(SourceContract):
    source = SOURCE
    target = Target(name="article", query=URL)
    at = AT
    page = "wechat_article/normal.html"
    posts = [{"key": "wechat:AbCdEfGhIjKlMnOpQrStUv", "kind": Kind.ARTICLE}]
    walls = ("wechat_article/captcha.html",)
    payloads = {
        "undated": NORMAL.replace(b"var ct =", b"var cx =").replace(b"reate_time", b"x").replace(b"createTime", b"x")
    }
    undated = ("undated",)


class TestWechatArticleOfPictures(SourceContract):
    source = SOURCE
    target = Target(name="article", query="https://mp.weixin.qq.com/s/Zz0000000000000000000P")
    at = AT
    page = "wechat_article/pictures.html"
    posts = [{"key": "wechat:Zz0000000000000000000P", "published_at": FIRST}]


def test_a_normal_article_in_full() -> None:
    assert parse(NORMAL).posts == (
        Post(
            platform="wechat",
            native_id="AbCdEfGhIjKlMnOpQrStUv",
            url=URL,
            text="晚风茶开到了城南 & 我们去排了一次队\n\n早上九点，门口已经有人。\n价格：¥12",
            published_at=FIRST,
            collected_at=AT,
            kind=Kind.ARTICLE,
            author_id=AUTHORS.id("wechat", "城南茶话"),
            author_name="城南茶话",
        ),
    )


def test_shares_of_pictures_and_of_text_have_their_words_in_the_data() -> None:
    (pictures,) = parse(recorded("pictures")).posts
    assert pictures.text == '三张图看懂晚风茶\n\n第一行 "第二行" 链接'
    (text,) = parse(recorded("text")).posts
    assert text.text == "今天只发一句话，晚风茶暂停营业\n明天见"  # its title only repeats the beginning
    assert {pictures.author_name, text.author_name} == {"南门&编辑部"}
    assert text.published_at == FIRST


def test_an_advertiser_is_not_the_author() -> None:
    nameless = NORMAL.replace("城南茶话".encode(), b"").replace("'城南茶话'".encode(), b"''")
    (post,) = parse(nameless).posts
    assert (post.author_id, post.author_name) == (None, None)
    without_variable = NORMAL.replace(b"var nickname", b"var other").replace(b'id="js_name"', b"")
    assert parse(without_variable).posts[0].author_name == "城南茶话"


@pytest.mark.parametrize(
    ("url", "native_id"),
    [
        ("https://mp.weixin.qq.com/s?__biz=MzAxMjM0NTY3OA==&mid=22474&idx=1&sn=52c2", "MzAxMjM0NTY3OA==_22474_1"),
        ("https://mp.weixin.qq.com/s?src=11&timestamp=1795400000&signature=<hidden>", "AbCdEfGhIjKlMnOpQrStUv"),
        ("", "AbCdEfGhIjKlMnOpQrStUv"),
    ],
)
def test_the_address_asked_for_names_the_article_unless_it_expires(url: str, native_id: str) -> None:
    (post,) = parse(NORMAL, url).posts
    assert (post.native_id, post.url) == (native_id, URL)


def test_an_article_without_an_address_is_named_by_its_numbers() -> None:
    page = NORMAL.replace(b"https://mp.weixin.qq.com/s/", b"")
    (post,) = parse(page).posts
    assert post.native_id == "MzAxMjM0NTY3OA==_2247483651_1"
    assert post.url == "https://mp.weixin.qq.com/s?__biz=MzAxMjM0NTY3OA==&mid=2247483651&idx=1"
    with pytest.raises(PayloadChanged, match="biz, mid and idx"):
        parse(page.replace(b"MzAx", b"<"))


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("deleted", Gone, "deleted by its author"),
        ("deleted_in_english", Gone, "deleted by its author"),
        ("violation", Gone, "withheld for a violation .此内容因违规无法查看 由用户投诉"),
        ("expired", Gone, "the link has expired"),
        ("moved", Gone, "the account has moved"),
        ("closed", Gone, "the account was closed"),
        ("no_such_article", Gone, "no such article"),
        ("for_the_moment", Transient, "cannot be seen for the moment"),
        ("captcha", Blocked, "captcha"),
    ],
)
def test_each_notice_is_told_apart(name: str, error: type[SourceError], reason: str) -> None:
    with pytest.raises(error, match=reason):
        parse(recorded(name))


def test_a_live_article_that_quotes_a_notice_is_an_article() -> None:
    (post,) = parse(NORMAL.replace("门口已经有人".encode(), "该内容已被发布者删除，链接已过期".encode())).posts
    assert "该内容已被发布者删除" in post.text


def test_the_second_is_taken_where_there_is_one_and_the_minute_is_beijing_time() -> None:
    minute = NORMAL.replace(b"var ct =", b"var cx =").replace(b"ori_create_time", b"x")
    assert parse(minute).posts[0].published_at == datetime(2026, 11, 23, 2, 13, tzinfo=UTC)


FEED = "https://bridge.example/feeds/all.json?key=hidden"
ARTICLES = [f"https://mp.weixin.qq.com/s/Zz000000000000000000{n:02d}" for n in range(3)]


def test_the_articles_of_a_feed_are_read_one_by_one_and_once_and_a_deleted_one_hides_no_other() -> None:
    source = WechatArticle(ArticleSettings(feeds=(FEED,)))
    (target,) = source.targets([])
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.host == "bridge.example":
            items = [
                {"id": link[-22:], "url": link, "title": "茶", "date_published": "2026-11-22T08:00:00+08:00"}
                for link in [*ARTICLES, "https://blog.example/1"]
            ]
            return httpx.Response(200, json={"version": "https://jsonfeed.org/version/1", "items": items})
        if request.url.path == "/s/Zz00000000000000000001":
            return httpx.Response(200, content=recorded("deleted"))
        return httpx.Response(200, content=NORMAL)

    clock = EventClock(AT)
    with Client(clock=clock, transport=httpx.MockTransport(respond)) as client:
        first, second = (
            sweep(source, client, target, AT, AT, live=True, max_pages=10, clock=clock, authors=AUTHORS)
            for _ in range(2)
        )
    assert asked == [
        "/feeds/all.json",
        *(link[len("https://mp.weixin.qq.com") :] for link in ARTICLES),
        "/feeds/all.json",
    ]
    assert [post.native_id for post in first.posts] == [ARTICLES[0][-22:], ARTICLES[2][-22:]]
    assert [(each.where, each.reason[:21]) for each in first.rejected] == [(ARTICLES[1], "deleted by its author")]
    assert [(each.key, each.reason[:21]) for each in first.withdrawn] == [
        ("wechat:Zz00000000000000000001", "deleted by its author")
    ]
    assert second.withdrawn == ()
    assert (first.error, first.stretches, second.posts, second.error) == (None, (), (), None)


def test_an_article_that_is_asked_for_and_gone_is_withdrawn_by_its_key() -> None:
    source = WechatArticle(ArticleSettings(urls=(ARTICLES[1],)))
    (target,) = source.targets([])
    clock = EventClock(AT)
    gone = httpx.MockTransport(lambda _: httpx.Response(200, content=recorded("deleted")))
    with Client(clock=clock, transport=gone) as client:
        swept = sweep(source, client, target, AT, AT, live=True, max_pages=3, clock=clock, authors=AUTHORS)
    assert isinstance(swept.error, Gone)
    assert [each.key for each in swept.withdrawn] == ["wechat:Zz00000000000000000001"]


def test_a_captcha_ends_the_visit_and_what_was_left_is_asked_for_next_time() -> None:
    source = WechatArticle(ArticleSettings(feeds=(FEED,)))
    cursor = "\n".join(ARTICLES)
    check = httpx.Response(302, headers={"Location": "/mp/wappoc_appmsgcaptcha?x=1"})
    client = Client(clock=EventClock(AT), transport=httpx.MockTransport(lambda _: check))
    with client, pytest.raises(Blocked):
        source.fetch(client, Ask(target=Target(name="feed x", query=FEED), since=AT, until=AT, cursor=cursor))
    assert source._cursor(ARTICLES) == cursor


def test_each_address_is_a_target_known_by_the_article() -> None:
    assert [(target.name, target.query) for target in SOURCE.targets([])] == [(URL[-22:], URL)]


@pytest.mark.parametrize(
    "body",
    [
        b'<div id="js_article"><div id="js_content">' + b"<div>" * 1_000_000,
        b'<div id="js_article"></div><script>' + b"var ct = '" * 500_000,
        b'<div id="js_article"></div><script>window.cgiDataNew = {' + b"nick_name: JsDecode('\\" * 200_000,
        b'<div id="js_article"></div>' + b"var biz = '' || " * 300_000,
        b"\\" * 8_000_000,
    ],
)
def test_hostile_pages_are_refused_in_bounded_time(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        parse(body)


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1), length=st.integers(0, 300), odd=st.binary(max_size=12))
@pytest.mark.parametrize("name", ["normal", "pictures", "text", "violation"])
def test_whatever_the_bytes_the_answer_is_a_page_or_a_source_error(
    name: str, place: float, length: int, odd: bytes
) -> None:
    body = recorded(name)
    start = int(place * len(body))
    try:
        page = parse(body[:start] + odd + body[start + length :])
    except SourceError:
        return
    for post in page.posts:
        post.text.encode()
        assert post.published_at in (FIRST, FIRST.replace(second=0)) or abs(post.published_at.year - 2026) < 30
