"""The second and third door of the hot list: their shapes, and when they are opened."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError, Transient
from collectors.polite import Client
from collectors.post import HotKind, Page
from collectors.secret import Secret
from collectors.source import Ask, Reading, Target
from collectors.weibo.hot_list import HotListSettings, WeiboHotList
from tests.contracts.source_contract import PAYLOADS, PageContract

AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)
SOURCE = WeiboHotList(HotListSettings())
BODIES = {
    name: (PAYLOADS / "weibo_hot_list" / name).read_bytes()
    for name in ("hot_search.json", "hot_band.json", "summary.html")
}
FORBIDDEN = httpx.Response(403, json={"error": "Forbidden"})
Answers = dict[str, httpx.Response | Exception]


class TestTheHotBand(PageContract):
    source = SOURCE
    at = AT
    page = "weibo_hot_list/hot_band.json"
    hot_entries = [
        {"word": "秋收进行时", "kind": HotKind.PINNED, "rank": None, "heat": None, "label": "热"},
        {"word": "晚风茶第二杯半价", "kind": HotKind.RANKED, "rank": 1, "heat": 1_136_119, "label": "爆"}
        | {"onboard_at": datetime(2026, 11, 23, 2, 0, tzinfo=UTC)},
        {"word": "某品牌新机", "kind": HotKind.AD, "rank": None, "label": "商"},
        {"word": "城南地铁三号线", "kind": HotKind.RANKED, "rank": 2, "heat": 813_757, "label": None},
    ]


class TestTheSummary(PageContract):
    source = SOURCE
    at = AT
    page = "weibo_hot_list/summary.html"
    hot_entries = [
        {"word": "秋收进行时", "kind": HotKind.PINNED, "rank": None, "heat": None, "label": "热"},
        {"word": "晚风茶第二杯半价", "kind": HotKind.RANKED, "rank": 1, "heat": 2_779_657, "label": "爆"},
        {"word": "某品牌新机", "kind": HotKind.AD, "rank": None, "heat": None, "label": "商"},
        {"word": "逛吃 & 地图", "kind": HotKind.RANKED, "rank": 2, "heat": 850_468, "label": None},
        {"word": "周末去哪儿", "kind": HotKind.RANKED, "rank": 3, "heat": None},
        {"word": "点了没用", "kind": HotKind.AD, "rank": None},
    ]
    walls = ("weibo_search_web/visitor_page.html", "weibo_search_web/login_shell.html")


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"pl_top_realtimehot", b"pl_other"),
        lambda body: body.replace(b"ranktop", b"").replace(b"td-01", b"td-1"),
        lambda body: body.replace(b"</html>", b""),
        lambda body: body.replace(b"<tbody>", b"<tbody>" + b"<tr></tr>" * 400),
        lambda body: body + b"<b>" * 50_000,
    ],
    ids=["other table", "no ranks", "cut off", "too many rows", "too many tags"],
)
def test_a_table_of_another_shape_is_said_so(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(PayloadChanged):
        SOURCE.parse(change(BODIES["summary.html"]), Reading(at=AT))


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_row_holds_it_is_a_page_or_a_source_error(word: str, rank: str, heat: str) -> None:
    row = f"<tr><td class=td-01>{rank}</td><td class=td-02><a href=x>{word}</a><span>{heat}</span></td></tr>"
    body = BODIES["summary.html"].replace(b"<tbody>", b"<tbody>" + row.encode("utf-8", "replace"))
    try:
        page = SOURCE.parse(body, Reading(at=AT))
    except SourceError:
        return
    assert all(entry.word for entry in page.hot_entries)


def fetch(answers: Answers, **given: object) -> tuple[Page, list[httpx.Request]]:
    """The page, and what was asked for; `answers` by path, 404 elsewhere."""
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        said = answers.get(request.url.path, httpx.Response(404))
        if isinstance(said, Exception):
            raise said
        return said

    source = WeiboHotList(HotListSettings(**given))  # type: ignore[arg-type]
    try:
        with Client(clock=EventClock(AT), transport=httpx.MockTransport(answer)) as client:
            return source.fetch(client, Ask(target=Target(name="hot-list"), since=AT, until=AT)), asked
    except SourceError as error:
        error.add_note(str([each.url.path for each in asked]))
        raise


SEARCH, BAND, SUMMARY = "/ajax/side/hotSearch", "/ajax/statuses/hot_band", "/top/summary"
OPEN: Answers = {
    SEARCH: httpx.Response(200, content=BODIES["hot_search.json"]),
    BAND: httpx.Response(200, content=BODIES["hot_band.json"]),
    SUMMARY: httpx.Response(200, content=BODIES["summary.html"]),
}
COOKIE = Secret("SUB=_2A25abc")


def test_the_first_door_is_enough() -> None:
    page, asked = fetch(OPEN, cookie=COOKIE)
    assert [each.url.path for each in asked] == [SEARCH]
    assert len(page.hot_entries) == 9


def test_the_next_door_is_opened_where_one_is_walled_and_the_wall_is_told() -> None:
    page, asked = fetch({**OPEN, SEARCH: FORBIDDEN})
    assert [each.url.path for each in asked] == [SEARCH, BAND]
    assert asked[1].headers["Referer"] == "https://weibo.com/"
    assert len(page.hot_entries) == 4
    assert [(each.where, each.reason.partition(":")[0]) for each in page.rejected] == [("hotSearch", "Blocked")]


def test_the_table_is_the_last_door_and_wants_a_session() -> None:
    closed: Answers = {**OPEN, SEARCH: FORBIDDEN, BAND: httpx.Response(200, json={"ok": 1, "data": {}})}
    page, asked = fetch(closed, cookie=COOKIE)
    assert [each.url.path for each in asked] == [SEARCH, BAND, SUMMARY]
    assert asked[2].url.params["cate"] == "realtimehot"
    assert [each.where for each in page.rejected] == ["hotSearch", "hot_band"]
    with pytest.raises(Blocked) as caught:
        fetch(closed)
    assert SUMMARY not in caught.value.__notes__[0]


def test_the_table_is_shown_to_a_visitor_where_that_is_allowed() -> None:
    session = 'visitor_gray_callback({"retcode":20000000,"data":{"sub":"_2AkMvisiting"}});'
    page, asked = fetch(
        {SEARCH: FORBIDDEN, BAND: FORBIDDEN, SUMMARY: OPEN[SUMMARY]}
        | {"/visitor/genvisitor2": httpx.Response(200, text=session)},
        visitor=True,
    )
    assert [each.url.host for each in asked] == ["weibo.com", "weibo.com", "passport.weibo.com", "s.weibo.com"]
    assert asked[3].headers["Cookie"] == "SUB=_2AkMvisiting"
    assert len(page.hot_entries) == 6


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(429, headers={"Retry-After": "90"}), RateLimited),
        (httpx.Response(502), Transient),
        (httpx.ReadTimeout("slow"), Transient),
    ],
    ids=["429", "502", "timeout"],
)
def test_what_passes_by_itself_opens_no_other_door(answer: httpx.Response | Exception, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        fetch({**OPEN, SEARCH: answer}, cookie=COOKIE)
    assert caught.value.__notes__ == [str([SEARCH])]


def test_where_all_doors_are_closed_the_first_says_why() -> None:
    with pytest.raises(Blocked, match="side/hotSearch: status 432"):
        fetch({SEARCH: httpx.Response(432), BAND: httpx.Response(404), SUMMARY: FORBIDDEN}, cookie=COOKIE)
