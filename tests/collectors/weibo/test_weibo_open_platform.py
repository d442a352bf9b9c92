import json
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError, Transient
from collectors.polite import Client
from collectors.post import Kind, Page, Withdrawn
from collectors.secret import Secret
from collectors.source import Ask, FromNow, Paged, Reading, Target, Watched
from collectors.sweep import sweep
from collectors.weibo.open_platform import OpenPlatformSettings, WeiboOpenPlatform
from tests.contracts.source_contract import PAYLOADS, SourceContract

AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)  # 10:00:30 in Beijing
TOKEN = Secret("2.00abcdefTOKEN")
TOPICS = WeiboOpenPlatform(OpenPlatformSettings(token=TOKEN))
LIMITED = WeiboOpenPlatform(OpenPlatformSettings(token=TOKEN, search="limited"))
BODY = (PAYLOADS / "weibo_open_platform" / "topic.json").read_bytes()
TARGET = Target(name="tea/#晚风茶新品#", query="#晚风茶新品#", topic="tea")


def parse(body: bytes, page: int = 1, source: WeiboOpenPlatform = TOPICS) -> Page:
    return source.parse(body, Reading(at=AT, authors=Authors(keep_names=True), page=page))


def numbered(code: object, error: str = "no") -> bytes:
    return json.dumps({"request": "/2/search/topics.json", "error_code": code, "error": error}).encode()


class TestWeiboOpenPlatform(SourceContract):
    source = TOPICS
    at = AT
    target = TARGET
    page = "weibo_open_platform/topic.json"
    posts: ClassVar[list[dict[str, object]]] = [
        {"key": f"weibo:{mid}", "reposts": reposts, "comments": 2, "likes": 3, "followers": 77}
        for mid, reposts in (
            ("5368355745693727", 1),
            ("5368353178779679", 1),
            ("5368350662197279", 1),
            ("5368325496373279", 500),
        )
    ]
    next_cursor = "2"
    walls = ("weibo_open_platform/expired_token.json", "weibo_open_platform/no_permission.json")
    empty = ("weibo_open_platform/nothing_found.json",)
    payloads = {"undated": b'{"statuses":[{"id":5368355745693727,"text":"x"}],"total_number":1}'}
    undated = ("undated",)


class TestWeiboCommercialSearch(TestWeiboOpenPlatform):
    source = LIMITED
    live = False


def test_the_posts_of_a_topic() -> None:
    page = parse(BODY)
    first, long, repost, original = page.posts
    assert first.text == "#晚风茶新品# 下不了单 & 客服不回"
    assert first.published_at == datetime(2026, 11, 23, 2, 0, 12, tzinfo=UTC)
    assert first.url == "https://weibo.com/6100000001/RsGfcnTcj"
    assert first.author_name == "喝茶的小周"
    assert long.text == "#晚风茶新品# 一共三条 第一条\n第二条\n第三条"
    assert (repost.kind, repost.repost_of) == (Kind.REPOST, original.key)
    assert [each.reason for each in page.rejected] == ["deleted"]
    assert page.withdrawn == (Withdrawn(key="weibo:5368348145614879", reason="抱歉，此微博已被作者删除。"),)
    assert (page.covered_from, page.covered_until) == (repost.published_at, first.published_at)
    assert page.pages_shown == 4  # of 4321 posts the newest 200


@pytest.mark.parametrize(
    ("total", "page", "cursor"), [(120, 1, "2"), (120, 3, None), (4321, 4, None), ("70", 1, "2"), (None, 1, "2")]
)
def test_pages_end_with_the_total_or_with_what_is_shown(total: object, page: int, cursor: str | None) -> None:
    payload = json.loads(BODY) | {"total_number": total}
    assert parse(json.dumps(payload).encode(), page).next_cursor == cursor


def test_an_end_before_the_announced_total_is_no_proof_of_calm() -> None:
    empty = b'{"statuses":[],"total_number":900}'
    page = parse(empty, page=3)
    assert [each.reason for each in page.rejected] == ["no posts, though 900 are announced"]
    swept = visit(LIMITED, [BODY.replace(b"4321", b"900"), empty], since=AT - timedelta(hours=2))[0]
    assert [each.starts_at for each in swept.stretches] == [datetime(2026, 11, 23, 1, 51, tzinfo=UTC)]


def visit(source: WeiboOpenPlatform, bodies: list[bytes], since: datetime, *, live: bool = True) -> tuple[Any, Any]:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=bodies[min(len(asked), len(bodies)) - 1])

    clock = EventClock(AT)
    with Client(clock=clock, transport=httpx.MockTransport(answer)) as client:
        return sweep(source, client, TARGET, since, AT, live=live, max_pages=4, clock=clock), asked


def test_the_topic_is_asked_for_without_its_signs() -> None:
    _, asked = visit(TOPICS, [BODY], since=AT)
    assert asked[0].url.host == "api.weibo.com"
    params = {"access_token": TOKEN.reveal(), "q": "晚风茶新品", "count": "50", "page": "1"}
    assert dict(asked[0].url.params) == params
    assert isinstance(TOPICS, Paged)
    assert (TOPICS.lists_from_now, LIMITED.lists_from_now, isinstance(TOPICS, FromNow)) == (True, False, True)


def test_the_commercial_search_is_asked_for_a_window() -> None:
    since = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    _, asked = visit(LIMITED, [BODY], since=since, live=False)
    assert asked[0].url.host == "c.api.weibo.com"
    params = dict(asked[0].url.params)
    assert (params["q"], params["sort"]) == ("#晚风茶新品#", "time")
    assert (params["starttime"], params["endtime"]) == (str(int(since.timestamp())), str(int(AT.timestamp())))


def test_the_newest_of_a_topic_prove_nothing_of_the_past() -> None:
    assert visit(TOPICS, [BODY], since=AT - timedelta(minutes=5), live=False)[0].stretches == ()


def test_targets_of_the_topic_search_are_hashtags_only() -> None:
    watched = [Watched(topic="tea", queries=("晚风茶", "#晚风茶新品#"))]
    assert TOPICS.targets(watched) == (TARGET,)
    assert [target.query for target in LIMITED.targets(watched)] == ["晚风茶", "#晚风茶新品#"]


def test_without_a_token_nothing_is_asked() -> None:
    swept, asked = visit(WeiboOpenPlatform(OpenPlatformSettings()), [BODY], since=AT)
    assert isinstance(swept.error, Blocked)
    assert asked == []


ERRORS = [
    *((code, Transient) for code in (10001, 10002, 10003, 10009)),
    *((code, RateLimited) for code in (10022, 10023, "10024")),
    *((code, Blocked) for code in (10004, 10005, 10006, 10013, 10014)),
    *((code, Blocked) for code in (21301, 21314, 21315, 21316, 21317, 21327, "21332")),
    *((code, PayloadChanged) for code in (10008, 10012, 10017, 20101, 99999)),
]


@pytest.mark.parametrize(("code", "error"), ERRORS)
@pytest.mark.parametrize("status", [200, 400, 403])
def test_numbered_errors_have_their_class_whatever_the_status(
    code: object, error: type[SourceError], status: int
) -> None:
    response = httpx.Response(status, content=numbered(code, f"bad token {TOKEN.reveal()}"))
    with (
        Client(clock=EventClock(AT), transport=httpx.MockTransport(lambda _: response)) as client,
        pytest.raises(SourceError) as caught,
    ):
        TOPICS.fetch(client, Ask(target=TARGET, since=AT, until=AT))
    assert type(caught.value) is error
    assert TOKEN.reveal() not in f"{caught.value!r} {client.last_body!r}"
    if isinstance(caught.value, Blocked):
        assert "open.weibo.com" in caught.value.advice


@pytest.mark.parametrize(
    ("status", "error"), [(400, PayloadChanged), (401, Blocked), (403, Blocked)], ids=["400", "401", "403"]
)
def test_a_status_without_a_number_has_its_class(status: int, error: type[SourceError]) -> None:
    response = httpx.Response(status, text="<html>no</html>")
    with (
        Client(clock=EventClock(AT), transport=httpx.MockTransport(lambda _: response)) as client,
        pytest.raises(error),
    ):
        TOPICS.fetch(client, Ask(target=TARGET, since=AT, until=AT))


@pytest.mark.parametrize(
    "body", [b'{"error":"x"}', b'{"statuses":{}}', b"[]", BODY[:-9], b'{"statuses":[{},{},{}]}', b"[" * 99_999]
)
def test_another_shape_is_said_so(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        parse(body)


FIELDS = ["id", "mid", "created_at", "text", "isLongText", "longText", "user", "retweeted_status", "deleted"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), of, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(FIELDS), json_values) | json_values, max_size=4), json_values, json_values
)
def test_whatever_the_fields_hold_the_answer_is_a_page_or_a_source_error(posts: Any, total: Any, code: Any) -> None:
    try:
        page = parse(json.dumps({"statuses": posts, "total_number": total, "error_code": code}).encode())
    except SourceError:
        return
    assert all(post.text and post.published_at.tzinfo for post in page.posts)
