import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, Gone, PayloadChanged, RateLimited, SourceError, Transient
from collectors.polite import Client
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Ask, Reading, Target
from collectors.stretch import Sweep
from collectors.sweep import sweep
from collectors.wechat.official_account import OfficialAccountSettings, WechatOfficialAccount
from collectors.wechat.official_api import TokenRefused, answer
from tests.contracts.source_contract import SourceContract

BODY = (Path(__file__).parents[2] / "payloads" / "wechat_official_account" / "published.json").read_bytes()
AT = datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
SETTINGS = OfficialAccountSettings(
    app_id="wx00", app_secret=Secret("s3cret-of-account"), account="晚风茶", figures=False
)
FIRST = "MzAxMjM0NTY3OA==_2247483651_1"


def parse(body: bytes, page: int = 1) -> Page:
    return WechatOfficialAccount(SETTINGS).parse(body, Reading(at=AT, authors=AUTHORS, page=page))


class Api:
    """What the platform answers, by path; tokens are t1, t2, …"""

    def __init__(self, **answers: object) -> None:
        self.answers = {"batchget": BODY, **answers}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.tokens = 0
        self.clock = EventClock(AT)

    def respond(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rsplit("/", 1)[-1]
        self.asked.append((name, json.loads(request.content) if request.content else dict(request.url.params)))
        if name == "token":
            self.tokens += 1
            told = self.answers.get("token", {"access_token": f"t{self.tokens}", "expires_in": 7200})
        else:
            told = self.answers[name]
        if callable(told):
            told = told(request)
        return told if isinstance(told, httpx.Response) else as_response(told)

    def client(self) -> Client:
        return Client(clock=self.clock, transport=httpx.MockTransport(self.respond))

    def visit(self, source: WechatOfficialAccount, name: str = "articles") -> Sweep:
        with self.client() as client:
            since = AT - timedelta(days=365)
            return sweep(
                source, client, Target(name=name), since, AT, live=True, max_pages=9, clock=self.clock, authors=AUTHORS
            )


def as_response(told: Any) -> httpx.Response:
    return httpx.Response(200, content=told) if isinstance(told, bytes) else httpx.Response(200, json=told)


class TestWechatOfficialAccount(SourceContract):
    source = WechatOfficialAccount(SETTINGS)
    target = Target(name="articles")
    at = AT
    page = "wechat_official_account/published.json"
    posts = [
        {"key": f"wechat:{FIRST}", "kind": Kind.ARTICLE},
        {"key": "wechat:MzAxMjM0NTY3OA==_2247483640_2", "text": "只有摘要\n\n摘要在这里"},
        {"key": "wechat:AbCdEfGhIjKlMnOpQrStUv"},
    ]
    payloads = {
        "wall": b'{"errcode": 48001, "errmsg": "api unauthorized"}',
        "empty": b'{"total_count": 0, "item_count": 0, "item": []}',
        "undated": BODY.replace(b'"update_time": 1', b'"x": 1'),
    }
    walls = ("wall",)
    empty = ("empty",)
    undated = ("undated",)

    def fetch(self, answer: httpx.Response | Exception, cursor: str | None = None) -> tuple[Page, list[httpx.Request]]:
        """By a source that got its token a minute ago."""
        source = WechatOfficialAccount(SETTINGS)
        api = Api()
        api.clock.move_to(self.at - timedelta(minutes=1))
        api.visit(source)
        requests = []

        def respond(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            if isinstance(answer, Exception):
                raise answer
            return answer

        with Client(clock=EventClock(self.at), transport=httpx.MockTransport(respond)) as client:
            return source.fetch(client, self.ask(cursor)), requests


def test_an_article_in_full_has_the_text_without_markup_and_the_lasting_address() -> None:
    assert parse(BODY).posts[0] == Post(
        platform="wechat",
        native_id=FIRST,
        url="http://mp.weixin.qq.com/s?__biz=MzAxMjM0NTY3OA==&mid=2247483651&idx=1&sn=52c2&chksm=a",
        text="晚风茶开到了城南\n\n早上九点，门口已经有人。\n第二杯半价",
        published_at=datetime.fromtimestamp(1795400000, UTC),
        collected_at=AT,
        kind=Kind.ARTICLE,
        author_id=AUTHORS.id("wechat", "晚风茶"),
        author_name="晚风茶",
    )


def test_deleted_articles_are_noted_and_the_list_proves_its_time() -> None:
    page = parse(BODY)
    assert [(each.where, each.reason) for each in page.rejected] == [("item 1, article 2", "deleted")]
    assert (page.covered_from, page.covered_until) == (datetime.fromtimestamp(1790000000, UTC), AT)
    out_of_order = parse(BODY.replace(b"1795300000", b"1795500000"))
    assert (out_of_order.covered_from, out_of_order.covered_until) == (None, None)


def test_further_pages_are_asked_for_as_long_as_the_total_says() -> None:
    more = BODY.replace(b'"total_count": 3', b'"total_count": 41')
    assert (parse(more).next_cursor, parse(more, page=2).next_cursor, parse(more, page=3).next_cursor) == (
        "2",
        "3",
        None,
    )
    api = Api(batchget=more)
    with api.client() as client:
        WechatOfficialAccount(SETTINGS).fetch(
            client, Ask(target=Target(name="articles"), since=AT, until=AT, cursor="3")
        )
    assert api.asked[-1] == ("batchget", {"offset": 40, "count": 20, "no_content": 0})


def test_the_token_is_asked_for_once_and_again_shortly_before_it_expires() -> None:
    api, source = Api(), WechatOfficialAccount(SETTINGS)
    for minutes in (0, 60, 110, 116):
        api.clock.move_to(AT + timedelta(minutes=minutes))
        assert api.visit(source).error is None
    assert [name for name, _ in api.asked] == ["token", "batchget", "batchget", "batchget", "token", "batchget"]
    assert api.asked[0][1] == {"grant_type": "client_credential", "appid": "wx00", "secret": "s3cret-of-account"}


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_refused_token_is_renewed_once(code: int) -> None:
    def once(request: httpx.Request) -> object:
        return (
            BODY if request.url.params["access_token"] == "t2" else {"errcode": code, "errmsg": "access_token expired"}
        )

    api = Api(batchget=once)
    assert api.visit(WechatOfficialAccount(SETTINGS)).error is None
    assert [name for name, _ in api.asked] == ["token", "batchget", "token", "batchget"]
    api = Api(batchget={"errcode": code, "errmsg": "not latest"})
    error = api.visit(WechatOfficialAccount(SETTINGS)).error
    assert isinstance(error, TokenRefused)
    assert "another program" in error.advice
    assert api.tokens == 2


def test_a_daily_quota_is_left_alone_until_midnight_in_beijing() -> None:
    api = Api(batchget={"errcode": 45009, "errmsg": "reach max api daily quota limit"})
    source = WechatOfficialAccount(SETTINGS)
    first = api.visit(source).error
    assert isinstance(first, RateLimited)
    assert first.retry_after_s == pytest.approx(12 * 3600 - 30, abs=10)  # it is 12:00:30 in Beijing
    asked = len(api.asked)
    api.clock.move_to(AT + timedelta(hours=11))
    assert isinstance(api.visit(source).error, RateLimited)
    assert len(api.asked) == asked
    api.answers["batchget"] = BODY
    api.clock.move_to(AT + timedelta(hours=12))
    assert api.visit(source).error is None


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (-1, Transient),
        (40013, Blocked),
        (40125, Blocked),
        (40164, Blocked),
        (45009, RateLimited),
        (45011, RateLimited),
        (48001, Blocked),
        (48004, Blocked),
        (48006, RateLimited),
        (53600, Gone),
        (99999, PayloadChanged),
        ("x", PayloadChanged),
    ],
)
def test_each_code_has_its_class(code: object, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        answer(json.dumps({"errcode": code, "errmsg": "why"}).encode(), AT)
    assert not isinstance(caught.value, Blocked) or caught.value.advice


def test_zero_is_no_error() -> None:
    assert answer(b'{"errcode": 0, "errmsg": "ok", "total": 1}', AT)["total"] == 1


def test_without_a_secret_a_person_is_told_and_nothing_is_asked() -> None:
    api = Api()
    error = api.visit(WechatOfficialAccount(OfficialAccountSettings(app_id="wx00"))).error
    assert isinstance(error, Blocked)
    assert api.asked == []


def test_neither_secret_nor_token_shows_in_an_error() -> None:
    for name in ("token", "batchget"):
        api = Api(**{name: httpx.Response(502)})
        error = api.visit(WechatOfficialAccount(SETTINGS)).error
        assert isinstance(error, Transient)
        assert "s3cret" not in str(error)
        assert "t1" not in str(error).split("?")[-1]


def figures(request: httpx.Request) -> object:
    assert json.loads(request.content) == {"begin_date": "2026-11-22", "end_date": "2026-11-22"}
    days = [
        {"stat_date": "2026-11-22", "int_page_read_count": 90, "share_count": 1},
        {"stat_date": "2026-11-23", "int_page_read_count": 120, "share_count": 0},
    ]
    return {"list": [{"ref_date": "2026-11-22", "msgid": "2247483640_2", "title": "x", "details": days}]}


def test_reads_and_shares_so_far_are_the_newest_day_s_and_unknown_elsewhere() -> None:
    api = Api(getarticletotal=figures)
    source = WechatOfficialAccount(OfficialAccountSettings(app_id="wx00", app_secret=Secret("s")))
    posts = api.visit(source).posts
    assert [(post.views, post.reposts) for post in posts] == [(None, None), (120, 0), (None, None)]
    assert [name for name, _ in api.asked].count("getarticletotal") == 1  # neither today nor what is older than a week


def test_an_account_without_the_right_to_figures_has_its_articles_and_is_not_asked_again() -> None:
    api = Api(getarticletotal={"errcode": 48001, "errmsg": "api unauthorized"})
    source = WechatOfficialAccount(OfficialAccountSettings(app_id="wx00", app_secret=Secret("s")))
    assert [len(api.visit(source).posts) for _ in range(2)] == [3, 3]
    assert [name for name, _ in api.asked].count("getarticletotal") == 1


def comments(request: httpx.Request) -> object:
    asked = json.loads(request.content)
    if asked["msg_data_id"] == 2247483640:
        return {"errcode": 88002, "errmsg": "comments are closed"}
    numbers = range(asked["begin"], min(asked["begin"] + 49, 60))
    listed = [
        {
            "user_comment_id": n + 1,
            "openid": f"o{n}",
            "create_time": 1795400100 + n,
            "content": "排不动",
            "comment_type": 0,
        }
        for n in numbers
    ]
    return {"errcode": 0, "errmsg": "ok", "total": 60, "comment": listed}


def test_comments_are_read_under_the_articles_of_the_last_days_page_by_page() -> None:
    api = Api(list=comments)
    swept = api.visit(WechatOfficialAccount(SETTINGS), "comments")
    assert (swept.error, len(swept.posts)) == (None, 60)
    asked = [question for name, question in api.asked if name == "list"]
    assert [(each["msg_data_id"], each["index"], each["begin"]) for each in asked] == [
        (2247483651, 0, 0),
        (2247483651, 0, 49),
        (2247483640, 1, 0),
    ]
    assert swept.posts[0] == Post(
        platform="wechat",
        native_id="2247483651_0_1",
        url="https://mp.weixin.qq.com/s?__biz=MzAxMjM0NTY3OA==&mid=2247483651&idx=1",
        text="排不动",
        published_at=datetime.fromtimestamp(1795400100, UTC),
        collected_at=AT + timedelta(seconds=6),
        kind=Kind.COMMENT,
        author_id=AUTHORS.id("wechat", "o0"),
        repost_of=f"wechat:{FIRST}",
    )
    assert swept.stretches == ()


def test_comments_can_be_switched_off() -> None:
    assert [target.name for target in WechatOfficialAccount(SETTINGS).targets([])] == ["articles", "comments"]
    off = OfficialAccountSettings(comments=False)
    assert [target.name for target in WechatOfficialAccount(off).targets([])] == ["articles"]


@pytest.mark.parametrize("told", [{"access_token": ""}, {"access_token": "t"}, {"expires_in": 1}, [], {"errcode": "?"}])
def test_a_token_of_another_shape_is_said_so(told: object) -> None:
    with pytest.raises(PayloadChanged):
        raise Api(token=told).visit(WechatOfficialAccount(SETTINGS)).error or AssertionError


NAMES = st.sampled_from(["item", "content", "news_item", "update_time", "total_count", "title", "url", "errcode"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_no_json_leaves_the_error_tree(told: object) -> None:
    try:
        page = parse(json.dumps(told).encode())
    except SourceError:
        return
    assert all(post.published_at.tzinfo is UTC for post in page.posts)
