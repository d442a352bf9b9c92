"""No answer of WeChat Reading is on record: the page here was written by what programs that read it expect of it."""

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
from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError, Transient
from collectors.polite import Client
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.session import Session
from collectors.source import Ask, Reading, Target
from collectors.stretch import Sweep
from collectors.sweep import sweep
from collectors.wechat.weread import WechatWeread, WereadSettings, book_id
from monitor.config.settings import Surroundings, Wrong, read
from tests.contracts.source_contract import SourceContract

PAYLOADS = Path(__file__).parents[2] / "payloads" / "wechat_weread"
BODY = (PAYLOADS / "articles.json").read_bytes()
BOOK = "MP_WXS_3012345678"
FIRST = datetime.fromtimestamp(1795400000, UTC)
AT = datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
LOGIN = "wr_vid=1; wr_skey=old-skey; wr_rt=web%40token"
SETTINGS = WereadSettings(cookie=Session(LOGIN), accounts=(BOOK,))


def parse(body: bytes, page: int = 1) -> Page:
    return WechatWeread(SETTINGS).parse(body, Reading(at=AT, authors=AUTHORS, page=page))


def code(number: int) -> bytes:
    return json.dumps({"errCode": number, "errMsg": "说明"}).encode()


class TestWechatWeread(SourceContract):
    source = WechatWeread(SETTINGS)
    target = Target(name=BOOK, query=BOOK)
    at = AT
    page = "wechat_weread/articles.json"
    posts = [
        {"key": "wechat:AbCdEfGhIjKlMnOpQr_tUv", "views": 120, "likes": 0},
        {"key": "wechat:AbCdEfGhIjKlMnOpQrStU2", "text": "同一天的第二篇"},
        {"key": "wechat:AbCdEfGhIjKlMnOpQrStU3", "published_at": FIRST - timedelta(days=1)},
    ]
    payloads = {
        "login": code(-2012),
        "check": code(-2041),
        "blank": b'{"reviews": [], "synckey": 0}',
        "undated": BODY.replace(b'"time": 1', b'"x": 1').replace(b'"createTime": 1', b'"x": 1'),
    }
    walls = ("check", "blank", "login")
    undated = ("undated",)

    def fetch(self, answer: httpx.Response | Exception, cursor: str | None = None) -> tuple[Page, list[httpx.Request]]:
        """By a source that has asked for nothing in the last hours."""
        self.source = WechatWeread(SETTINGS)
        return super().fetch(answer, cursor)


class Reader:
    """WeChat Reading: what it answers to each question for articles, and to a renewal."""

    def __init__(self, *answers: bytes | httpx.Response, renewal: httpx.Response | None = None) -> None:
        self.answers = list(answers)
        self.renewal = renewal or httpx.Response(200, json={"succ": 1})
        self.requests: list[httpx.Request] = []
        self.clock = EventClock(AT)

    def respond(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.method == "POST":
            return self.renewal
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return told if isinstance(told, httpx.Response) else httpx.Response(200, content=told)

    def visit(self, source: WechatWeread, **options: Any) -> Sweep:
        target = Target(name=BOOK, query=BOOK)
        with Client(clock=self.clock, transport=httpx.MockTransport(self.respond)) as client:
            since = options.pop("since", AT - timedelta(hours=1))
            return sweep(source, client, target, since, AT, live=True, max_pages=3, clock=self.clock, authors=AUTHORS)


def test_an_article_in_full_has_the_short_id_that_bridges_give_it() -> None:
    assert parse(BODY).posts[0] == Post(
        platform="wechat",
        native_id="AbCdEfGhIjKlMnOpQr_tUv",
        url="https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQr_tUv",
        text="晚风茶开到了城南\n\n早上九点，门口已经有人……",
        published_at=FIRST,
        collected_at=AT,
        kind=Kind.ARTICLE,
        author_id=AUTHORS.id("wechat", "城南茶话"),
        author_name="城南茶话",
        views=120,
        likes=0,
    )


def test_all_articles_of_a_group_are_read_and_what_cannot_be_is_set_aside() -> None:
    page = parse(BODY.replace(b"AbCdEfGhIjKlMnOpQrStU2", b"short"))
    assert [post.native_id[-3:] for post in page.posts] == ["tUv", "tU3"]
    assert [(each.where, each.reason) for each in page.rejected] == [("group 1, article 2", "no id")]
    assert (page.covered_from, page.covered_until) == (None, None)
    whole = parse(BODY)
    assert (whole.covered_from, whole.covered_until) == (FIRST - timedelta(days=1), AT)


def test_an_account_is_asked_at_most_every_six_hours() -> None:
    reader, source = Reader(BODY), WechatWeread(SETTINGS)
    assert reader.visit(source).error is None
    reader.clock.move_to(AT + timedelta(hours=5, minutes=59))
    error = reader.visit(source).error
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 60
    assert len(reader.requests) == 1
    reader.clock.move_to(AT + timedelta(hours=6))
    assert reader.visit(source).error is None


def test_the_interval_cannot_be_configured_below_six_hours_and_is_eight() -> None:
    assert WereadSettings().every_s == 8 * 3600
    with pytest.raises(Wrong) as caught:
        read(WereadSettings, {"every_s": 3600}, Surroundings(env={}, folder=Path()))
    assert caught.value.faults[0][0] == ("every_s",)


def test_a_login_that_is_over_is_renewed_once_and_the_new_cookie_is_kept() -> None:
    given = httpx.Response(
        200, json={"succ": 1}, headers=[("Set-Cookie", "wr_skey=new-skey; Path=/"), ("Set-Cookie", "x=1; Path=/")]
    )
    source = WechatWeread(WereadSettings(cookie=Session(LOGIN), accounts=(BOOK,)))
    reader = Reader(code(-2012), BODY, renewal=given)
    assert reader.visit(source).error is None
    assert [(request.method, request.headers["Cookie"]) for request in reader.requests] == [
        ("GET", "wr_vid=1; wr_skey=old-skey; wr_rt=web%40token"),
        ("POST", "wr_vid=1; wr_skey=old-skey; wr_rt=web%40token"),
        ("GET", "wr_vid=1; wr_skey=new-skey; wr_rt=web%40token"),
    ]
    reader.clock.move_to(AT + timedelta(hours=7))
    reader.visit(source)
    assert reader.requests[-1].headers["Cookie"] == "wr_vid=1; wr_skey=new-skey; wr_rt=web%40token"


def test_a_login_that_cannot_be_renewed_is_a_wall_with_advice() -> None:
    for reader in (
        Reader(code(-2012)),
        Reader(httpx.Response(401, json={"errCode": -2012})),
        Reader(httpx.Response(401)),
    ):
        error = reader.visit(WechatWeread(SETTINGS)).error
        assert isinstance(error, Blocked)
        assert "wr_rt" in error.advice
        assert len(reader.requests) <= 2
    assert isinstance(Reader(BODY).visit(WechatWeread(WereadSettings(accounts=(BOOK,)))).error, Blocked)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (-2012, Blocked),
        (-2041, Blocked),
        (-2050, Blocked),
        (-2054, Blocked),
        (-2063, Blocked),
        (-2014, RateLimited),
        (-10100, Transient),
        (-2003, PayloadChanged),
        (-1, PayloadChanged),
    ],
)
def test_each_code_has_its_class(number: int, error: type[SourceError]) -> None:
    with pytest.raises(error, match="asked to wait 21600 s" if error is RateLimited else f"{number}"):
        parse(code(number))


def test_an_upstream_timeout_is_asked_again_once_and_does_not_use_up_the_slot() -> None:
    reader, source = Reader(code(-10100), BODY), WechatWeread(SETTINGS)
    assert len(reader.visit(source).posts) == 3
    reader, source = Reader(code(-10100)), WechatWeread(SETTINGS)
    assert isinstance(reader.visit(source).error, Transient)
    assert len(reader.requests) == 2
    assert not isinstance(reader.visit(source).error, RateLimited)


def test_a_blank_first_list_is_a_wall_and_a_blank_further_one_the_end() -> None:
    with pytest.raises(Blocked, match="empty list"):
        parse(b'{"reviews": []}')
    assert parse(b'{"reviews": []}', page=2) == Page()


def test_pages_go_on_by_groups_until_the_window_is_reached() -> None:
    groups = [
        {
            "subReviews": [
                {"review": {"mpInfo": {"originalId": f"{n:022d}", "title": "茶", "time": 1795400000 - n * 3600}}}
            ]
        }
        for n in range(30)
    ]
    first, second = (json.dumps({"reviews": part}).encode() for part in (groups[:20], groups[20:]))
    reader = Reader(first, second)
    swept = reader.visit(WechatWeread(SETTINGS), since=AT - timedelta(days=3))
    assert [request.url.params["offset"] for request in reader.requests] == ["0", "20"]
    assert (len(swept.posts), swept.error) == (30, None)
    reader = Reader(first, second)
    reader.visit(WechatWeread(SETTINGS), since=AT - timedelta(hours=3))
    assert len(reader.requests) == 1


def test_accounts_are_named_by_book_or_by_biz() -> None:
    source = WechatWeread(WereadSettings(accounts=("MzAxMjM0NTY3OA==", BOOK, "MP_WXS_3286016687")))
    assert [target.name for target in source.targets([])] == [BOOK, "MP_WXS_3286016687"]
    for wrong in ("", "晚风茶", "gh_0000", "MP_WXS_x", "////"):
        with pytest.raises(ValueError, match="is no account"):
            book_id(wrong)
    with pytest.raises(ValueError, match="is no account"):
        WereadSettings(accounts=("晚风茶",))


NAMES = st.sampled_from(
    ["reviews", "subReviews", "review", "mpInfo", "originalId", "time", "createTime", "title", "errCode", "readNum"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=22),
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


def test_the_question_names_account_place_and_the_page_before() -> None:
    reader = Reader(BODY)
    with Client(clock=reader.clock, transport=httpx.MockTransport(reader.respond)) as client:
        WechatWeread(SETTINGS).fetch(client, Ask(target=Target(name=BOOK, query=BOOK), since=AT, until=AT))
    assert dict(reader.requests[0].url.params) == {"bookId": BOOK, "offset": "0"}
    assert reader.requests[0].headers["Referer"] == "https://weread.qq.com/"
