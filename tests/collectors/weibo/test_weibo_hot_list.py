import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError
from collectors.polite import Client
from collectors.post import HotEntry, HotKind, Page
from collectors.source import Ask, Reading, Target, Watched
from collectors.weibo.hot_list import HotListSettings, WeiboHotList
from tests.contracts.source_contract import SourceContract

PAYLOADS = Path(__file__).parents[2] / "payloads"
BODY = (PAYLOADS / "weibo_hot_list" / "hot_search.json").read_bytes()
AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)
SOURCE = WeiboHotList(HotListSettings())


def parse(body: bytes, url: str = "https://weibo.com/ajax/side/hotSearch") -> Page:
    return SOURCE.parse(body, Reading(at=AT, url=url))


class TestWeiboHotList(SourceContract):
    source = SOURCE
    at = AT
    page = "weibo_hot_list/hot_search.json"
    hot_entries = [
        {"word": "城南老街修缮开放", "kind": HotKind.PINNED},
        {"word": "秋收进行时", "kind": HotKind.PINNED},
        {"word": "晚风茶第二杯半价", "rank": 1},
        {"word": "城南地铁三号线", "rank": 2},
        {"word": "某品牌新机", "kind": HotKind.AD},
        {"word": "周末去哪儿", "rank": 3},
        {"word": "小众露营地", "rank": 5},
        {"word": "逛吃地图", "kind": HotKind.AD},
        {"word": "半个表情", "rank": 8},
    ]
    walls = ("weibo_hot_list/login_wall.json", "weibo_search_web/visitor_page.html")


def entries(kind: HotKind) -> list[HotEntry]:
    return [entry for entry in parse(BODY).hot_entries if entry.kind is kind]


def test_ranked_words_have_the_rank_that_is_shown() -> None:
    assert [(entry.rank, entry.word, entry.heat, entry.label) for entry in entries(HotKind.RANKED)] == [
        (1, "晚风茶第二杯半价", 1_136_119, "爆"),
        (2, "城南地铁三号线", 813_757, None),  # its heat came as text
        (3, "周末去哪儿", 708_982, "新"),  # after an ad: rank 3 stands on line 4
        (5, "小众露营地", 512_000, None),  # no shown rank: counted from the line
        (8, "半个表情", 300, None),
    ]


def test_a_ranked_word_in_full() -> None:
    assert entries(HotKind.RANKED)[0] == HotEntry(
        platform="weibo",
        word="晚风茶第二杯半价",
        seen_at=AT,
        rank=1,
        heat=1_136_119,
        label="爆",
        onboard_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        url="https://s.weibo.com/weibo?q=%23%E6%99%9A%E9%A3%8E%E8%8C%B6%E7%AC%AC%E4%BA%8C%E6%9D%AF%E5%8D%8A%E4%BB%B7%23&Refer=top",
    )


def test_pinned_words_come_first_once_and_have_neither_rank_nor_heat() -> None:
    assert [entry.kind for entry in parse(BODY).hot_entries[:2]] == [HotKind.PINNED, HotKind.PINNED]
    assert [
        (entry.word, entry.rank, entry.heat, entry.label, entry.onboard_at) for entry in entries(HotKind.PINNED)
    ] == [
        ("城南老街修缮开放", None, None, "热", datetime(2026, 11, 23, 1, 0, tzinfo=UTC)),
        ("秋收进行时", None, None, None, None),
    ]


def test_ads_are_told_by_their_mark_or_their_label() -> None:
    assert [(entry.word, entry.rank, entry.heat) for entry in entries(HotKind.AD)] == [
        ("某品牌新机", None, None),
        ("逛吃地图", None, 488_000),
    ]


def test_lines_without_a_word_are_set_aside() -> None:
    rejected = parse(BODY).rejected
    assert [(each.where, each.reason.split(":")[0]) for each in rejected] == [
        ("line 7", "no word"),
        ("line 8", "another shape"),
    ]


def test_a_hot_list_proves_nothing_about_posts() -> None:
    page = parse(BODY)
    assert (page.posts, page.covered_from, page.covered_until, page.next_cursor) == ((), None, None, None)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"ok":-100,"url":"https://weibo.com/login.php"}', Blocked),
        (b'{"error":"Forbidden"}', Blocked),
        (b'{"error":"relogin!","error_code":21301}', Blocked),
        ('{"ok":0,"msg":"请先登录"}'.encode(), Blocked),
        (b'{"url":"https://weibo.com/x"}', Blocked),
        ((PAYLOADS / "weibo_search_web" / "visitor_page.html").read_bytes(), Blocked),
        ('{"ok":0,"msg":"访问过于频繁，请稍后再试"}'.encode(), RateLimited),
        (b'{"ok":0,"message":"Cannot read properties of undefined"}', PayloadChanged),
        (b'{"ok":1,"data":{"realtime":[]}}', PayloadChanged),
        (b'{"ok":1,"data":{"realtime":{}}}', PayloadChanged),
        (b'{"ok":1,"data":[]}', PayloadChanged),
        (b'{"ok":1,"data":{"realtime":[{"title":"x"}]}}', PayloadChanged),
        (b"[]", PayloadChanged),
        (b"<html></html>", PayloadChanged),
        (b"", PayloadChanged),
        (b"\xff\xfe", PayloadChanged),
        (b"[" * 100_000, PayloadChanged),
        (BODY[: len(BODY) // 2], PayloadChanged),
    ],
)
def test_says_why_there_is_no_list(body: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error):
        parse(body)


def test_the_passport_host_is_a_wall_whatever_it_holds() -> None:
    with pytest.raises(Blocked):
        parse(BODY, url="https://passport.weibo.com/visitor/visitor?a=enter")


def test_asks_with_the_referer_without_which_it_is_refused() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=BODY)

    (target,) = SOURCE.targets([Watched(topic="tea", queries=("茶",))])
    with Client(clock=EventClock(AT), transport=httpx.MockTransport(answer)) as client:
        page = SOURCE.fetch(client, Ask(target=target, since=AT, until=AT))
    assert page == parse(BODY)
    assert target == Target(name="hot-list")
    assert str(asked[0].url) == "https://weibo.com/ajax/side/hotSearch"
    assert asked[0].headers["Referer"] == "https://weibo.com/"
    assert "Cookie" not in asked[0].headers


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), lambda of: st.lists(of, max_size=3)
)
FIELDS = ["word", "word_scheme", "num", "rank", "realpos", "label_name", "icon_desc", "is_ad", "onboard_time", "stime"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), json_values) | json_values, max_size=4), json_values)
def test_whatever_the_fields_hold_the_answer_is_a_page_or_a_source_error(lines: list[Any], pinned: Any) -> None:
    try:
        page = parse(json.dumps({"ok": 1, "data": {"realtime": lines, "hotgovs": pinned}}).encode())
    except SourceError:
        return
    assert all(entry.word for entry in page.hot_entries)
    assert all(entry.rank is None or entry.rank > 0 for entry in page.hot_entries)
