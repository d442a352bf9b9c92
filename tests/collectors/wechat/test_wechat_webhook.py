"""Articles that a bridge pushes. No push of a bridge was on record when this was written: its shape is as told of."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged
from collectors.polite import Client
from collectors.post import Kind, Page
from collectors.secret import Secret
from collectors.source import Ask, Pushed, Reading, Target
from collectors.wechat.webhook import TEST_ARTICLE, WebhookSettings, WechatWebhook
from tests.contracts.source_contract import PageContract

AT = datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)
SOURCE = WechatWebhook(WebhookSettings())
FIRST: dict[str, Any] = {
    "id": "3012345678-2247483650_1",
    "mp_id": "MP_WXS_3012345678",
    "title": "晚风茶的秋天",
    "pic_url": "https://mmbiz.qpic.cn/x",
    "url": "https://mp.weixin.qq.com/s/Ww0000000000000000000A",
    "description": "<p>第一杯，<b>今天</b>。</p>",
    "publish_time": 1795400000,
}


def push(*articles: object, **more: object) -> bytes:
    body = {"feed": {"id": "MP_WXS_3012345678", "name": "晚风茶"}, "articles": list(articles), **more}
    return json.dumps(body, ensure_ascii=False).encode()


def parse(body: bytes) -> Page:
    return SOURCE.parse(body, Reading(at=AT, authors=Authors(key=Secret("k"), keep_names=True)))


class TestWechatWebhook(PageContract):
    source = SOURCE
    at = AT
    page = "two"
    payloads = {
        "two": push(
            FIRST,
            {
                **FIRST,
                "id": "b",
                "url": "https://blog.example/b",
                "publish_time": "2026-11-23 10:00:00",
                "description": "",
            },
        ),
        "empty": push(),
        "test": push({"id": TEST_ARTICLE, "title": "测试", "url": "https://mp.weixin.qq.com/s/test"}),
        "undated": push({**FIRST, "publish_time": None}, {**FIRST, "publish_time": "soon"}),
    }
    posts = [
        {
            "key": "wechat:Ww0000000000000000000A",
            "text": "晚风茶的秋天\n\n第一杯，今天。",
            "published_at": datetime.fromtimestamp(1795400000, UTC),
            "kind": Kind.ARTICLE,
        },
        {"key": "wechat:b", "text": "晚风茶的秋天", "published_at": datetime(2026, 11, 23, 2, 0, tzinfo=UTC)},
    ]
    empty = ("empty", "test")
    undated = ("undated",)


def test_a_push_proves_nothing_about_time() -> None:
    page = parse(push(FIRST))
    assert (page.covered_from, page.covered_until, page.next_cursor) == (None, None, None)


def test_the_account_is_the_author() -> None:
    (post,) = parse(push(FIRST)).posts
    assert post.author_name == "晚风茶"
    assert parse(push(FIRST, feed=None)).posts[0].author_id is None


def test_the_test_button_is_answered_and_stores_nothing_beside_real_articles() -> None:
    page = parse(push({"id": TEST_ARTICLE}, FIRST))
    assert [post.native_id for post in page.posts] == ["Ww0000000000000000000A"]
    assert page.rejected == ()


def test_what_cannot_be_read_is_told_by_place_and_costs_no_other_article() -> None:
    page = parse(push("text", None, {**FIRST, "publish_time": 4102444800}, {**FIRST, "id": "", "url": ""}, FIRST))
    assert len(page.posts) == 1
    assert [(each.where, each.reason) for each in page.rejected] == [
        ("article 1", "not an object"),
        ("article 2", "not an object"),
        ("article 3", "impossible date 2100-01-01"),
        ("article 4", "no id"),
    ]


def test_an_article_twice_in_a_push_is_one() -> None:
    assert len(parse(push(FIRST, FIRST)).posts) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"articles": {}}', b"<html>", b'{"articles"', b"[" * 100_000])
def test_another_shape_is_said_so(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        parse(body)


def test_it_is_pushed_to_and_never_asked() -> None:
    assert isinstance(SOURCE, Pushed)
    assert SOURCE.targets([]) == ()
    ask = Ask(target=Target(name="x"), since=AT - timedelta(hours=1), until=AT)
    with Client(clock=EventClock(AT)) as client, pytest.raises(Blocked, match="cannot be asked"):
        SOURCE.fetch(client, ask)


def test_a_token_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="16 characters"):
        WebhookSettings(token=Secret("123456789012345"))
    assert WebhookSettings(token=Secret("1234567890123456")).token is not None
