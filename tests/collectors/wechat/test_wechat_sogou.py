from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged
from collectors.polite import Client
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Ask, Reading, Target, Watched
from collectors.wechat.sogou import SogouSettings, WechatSogou
from tests.contracts.source_contract import SourceContract

PAYLOADS = Path(__file__).parents[2] / "payloads" / "wechat_sogou"
AT = datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)
FIRST = datetime.fromtimestamp(1795400000, UTC)
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
SOURCE = WechatSogou(SogouSettings())


def recorded(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def parse(body: bytes, url: str = "") -> Page:
    return SOURCE.parse(body, Reading(at=AT, url=url, authors=AUTHORS))


class TestWechatSogou(SourceContract):
    source = SOURCE
    target = Target(name="晚风茶", query="晚风茶")
    at = AT
    page = "wechat_sogou/articles.html"
    posts = [
        {"kind": Kind.ARTICLE, "published_at": FIRST},
        {"key": "wechat:MzA5_2653887745_2", "published_at": FIRST - timedelta(hours=1)},
    ]
    next_cursor = "2"
    walls = ("wechat_sogou/captcha.html",)
    empty = ("wechat_sogou/nothing_found.html",)
    undated = ("wechat_sogou/undated.html",)


def test_an_article_is_known_by_account_title_and_time_and_keeps_its_passing_link() -> None:
    first = parse(recorded("articles.html")).posts[0]
    assert first == Post(
        platform="wechat",
        native_id="e2d85aacc9702ab79a0a5f765d220a2f",  # spelled out: a changed rule would store every article again
        url="https://weixin.sogou.com/link?url=aB1..&type=2&query=%E6%99%9A%E9%A3%8E%E8%8C%B6%20%E6%8E%92%E9%98%9F&token=0",
        text="晚风茶门店排起长队\n\n早上九点,晚风茶门口已经有人.",
        published_at=FIRST,
        collected_at=AT,
        kind=Kind.ARTICLE,
        author_id=AUTHORS.id("wechat", "城南茶话"),
        author_name="城南茶话",
    )


def test_another_link_to_the_same_article_is_the_same_article() -> None:
    body = recorded("articles.html")
    again = parse(body.replace(b"url=aB1..", b"url=zZ9..")).posts[0]
    assert again.key == parse(body).posts[0].key
    assert again.url != parse(body).posts[0].url
    assert parse(body.replace(b"1795400000", b"1795400060")).posts[0].key != again.key


def test_relevance_proves_nothing_about_time() -> None:
    page = parse(recorded("articles.html"))
    assert (page.covered_from, page.covered_until) == (None, None)
    assert [(each.where, each.reason) for each in page.rejected] == [
        ("article 3", "no date"),
        ("article 4", "no address"),
    ]


def ask(since: datetime, cursor: str | None = None) -> tuple[Page, httpx.URL]:
    asked = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, content=recorded("old_articles.html"))

    with Client(clock=EventClock(AT), transport=httpx.MockTransport(respond)) as client:
        page = SOURCE.fetch(
            client, Ask(target=Target(name="t", query="晚风茶 & 排队"), since=since, until=AT, cursor=cursor)
        )
    return page, asked[0]


def test_an_old_article_is_not_today_s_news_but_is_there_for_who_asks_that_far_back() -> None:
    assert len(parse(recorded("old_articles.html")).posts) == 3
    recent, _ = ask(AT)
    assert [post.published_at for post in recent.posts] == [FIRST, FIRST - timedelta(hours=1)]
    assert len(ask(datetime(2024, 1, 1, tzinfo=UTC))[0].posts) == 3
    assert recent.next_cursor is None  # the last page has no link to a next one


def test_the_question_names_phrase_and_page_and_no_order_or_window() -> None:
    _, url = ask(AT, cursor="3")
    assert dict(url.params) == {"type": "2", "s_from": "input", "query": "晚风茶 & 排队", "ie": "utf8", "page": "3"}


def test_no_page_is_asked_for_beyond_the_tenth() -> None:
    assert parse(recorded("articles.html").replace(b"page=2", b"page=11")).next_cursor is None
    assert parse(recorded("articles.html").replace(b"page=2", b"page=10")).next_cursor == "10"


def test_phrases_are_asked_for_once_and_without_hashtag_signs() -> None:
    watched = [
        Watched(topic="tea", queries=("晚风茶", "#晚风茶#", "晚风 奶茶")),
        Watched(topic="b", queries=("晚风茶",)),
    ]
    targets = SOURCE.targets(watched)
    assert [(target.name, target.query, target.topic) for target in targets] == [
        ("晚风茶", "晚风茶", None),
        ("晚风 奶茶", "晚风 奶茶", None),
    ]


def test_the_captcha_says_what_a_person_can_do() -> None:
    with pytest.raises(Blocked) as caught:
        parse(recorded("captcha.html"))
    assert "SNUID" in caught.value.advice
    with pytest.raises(Blocked):
        parse(b"<html></html>", "https://weixin.sogou.com/antispider/?from=x")


def test_a_page_none_of_whose_articles_can_be_read_is_another_shape() -> None:
    with pytest.raises(PayloadChanged, match="no date"):
        parse(recorded("articles.html").replace(b"timeConvert", b"showTime"))


def test_hostile_pages_are_refused_in_bounded_time() -> None:
    for body in (b"<ul class='news-list'>" + b"<li>" * 400_000, b"<div>" * 400_000, b"<" * 8_000_000):
        with pytest.raises(PayloadChanged):
            parse(body)
