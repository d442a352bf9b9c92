import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

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
from collectors.source import Reading, Target, Watched
from collectors.stretch import Stretch, Sweep
from collectors.sweep import sweep
from collectors.weibo.timeline import TimelineSettings, WeiboTimeline
from tests.contracts.source_contract import SourceContract

PAYLOADS = Path(__file__).parents[2] / "payloads" / "weibo_timeline"
AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)  # 10:00:30 in Beijing
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
COOKIE = Secret("SUB=_2A25abc; XSRF-TOKEN=x1y2z3")
ACCOUNT = "7900112233"
DESKTOP = WeiboTimeline(TimelineSettings(accounts=(ACCOUNT,), cookie=COOKIE, long_texts=0))
MOBILE = WeiboTimeline(TimelineSettings(accounts=(ACCOUNT,), cookie=COOKIE, via="mobile", long_texts=0))
BODY = (PAYLOADS / "desktop.json").read_bytes()
MOBILE_BODY = (PAYLOADS / "mobile.json").read_bytes()
END = (PAYLOADS / "desktop_end.json").read_bytes()
TARGET = Target(name=ACCOUNT, query=ACCOUNT)
OFFICIAL: dict[str, object] = {"reposts": 0, "comments": 0, "likes": 0, "followers": 1_286_400}


def parse(body: bytes, page: int = 1) -> Page:
    return DESKTOP.parse(body, Reading(at=AT, authors=AUTHORS, page=page))


def listing(*posts: Any, since_id: object = "") -> bytes:
    return json.dumps({"ok": 1, "data": {"list": posts, "since_id": since_id}}).encode()


class TestWeiboTimeline(SourceContract):
    source = DESKTOP
    at = AT
    target = TARGET
    page = "weibo_timeline/desktop.json"
    posts: ClassVar[list[dict[str, object]]] = [
        {**OFFICIAL, "key": "weibo:5338307701510290", "comments": 8123},
        {**OFFICIAL, "key": "weibo:5368354441269394", "reposts": 120, "comments": 3400, "likes": 1500}
        | {"views": 1_000_001},
        {**OFFICIAL, "key": "weibo:5368340595871890"},
        {**OFFICIAL, "key": "weibo:5368159401939090"},
        {"key": "weibo:5368144331804818", "reposts": 90, "comments": 9, "likes": 3001},
        {**OFFICIAL, "key": "weibo:5367751715590290"},
        {**OFFICIAL, "key": "weibo:5367268531769490"},
    ]
    next_cursor = "2,5366700000000001,1795140000"
    walls = ("weibo_timeline/desktop_login_wall.json", "weibo_search_web/visitor_page.html")
    empty = ("weibo_timeline/desktop_end.json", "weibo_search_mobile/nothing_found.json")
    payloads = {"undated": listing({"id": 5368354441269394, "text_raw": "茶"})}
    undated = ("undated",)


class TestWeiboTimelineOfTheMobileSite(TestWeiboTimeline):
    source = MOBILE
    page = "weibo_timeline/mobile.json"
    posts: ClassVar[list[dict[str, object]]] = [
        {**OFFICIAL, "key": "weibo:5338307701510290", "comments": 8123},
        {**OFFICIAL, "key": "weibo:5368354441269394", "reposts": 120, "comments": 3400, "likes": 15_000}
        | {"views": 1_000_001},
        {**OFFICIAL, "key": "weibo:5368340595871890"},
        {**OFFICIAL, "key": "weibo:5368159401939090"},
        {"key": "weibo:5368144331804818", "reposts": 90, "comments": 9, "likes": 3001},
    ]
    next_cursor = "2,5367700000000001,1795352400"
    walls = ("weibo_search_mobile/login_wall.json", "weibo_search_mobile/captcha.json")


def by_id(page: Page, mid: str) -> Post:
    return next(post for post in page.posts if post.native_id == mid)


def test_a_post_in_full() -> None:
    assert by_id(parse(BODY), "5368354441269394") == Post(
        platform="weibo",
        native_id="5368354441269394",
        url="https://weibo.com/7900112233/RsGd65ke6",
        text="关于今早下单失败：我们正在修复>_< http://t.cn/A6abcdef",
        published_at=datetime(2026, 11, 23, 1, 55, 1, tzinfo=UTC),
        collected_at=AT,
        author_id=AUTHORS.id("weibo", ACCOUNT),
        author_name="晚风茶",
        reposts=120,
        comments=3400,
        likes=1500,
        views=1_000_001,
        followers=1_286_400,
    )


def test_both_sites_show_the_same_posts() -> None:
    desktop, mobile = parse(BODY), parse(MOBILE_BODY)
    assert {post.key for post in mobile.posts} < {post.key for post in desktop.posts}
    assert by_id(mobile, "5368354441269394").text == "关于今早下单失败：@客服 正在修复\n谢谢[抱抱]"
    for post in mobile.posts:
        twin = by_id(desktop, post.native_id)
        assert (post.published_at, post.url, post.author_id) == (twin.published_at, twin.url, twin.author_id)


def test_a_whole_original_is_a_post_of_its_own_and_others_are_named_only() -> None:
    page = parse(BODY)
    reposts = {post.native_id: post.repost_of for post in page.posts if post.kind is Kind.REPOST}
    assert reposts == {
        "5368159401939090": "weibo:5368144331804818",
        "5367751715590290": "weibo:5367661118623890",  # long, hence cut off
        "5367268531769490": "weibo:5367253432275090",  # deleted
    }
    original = by_id(page, "5368144331804818")
    assert (original.text, original.author_name, original.kind) == ("城南店今天开业", "城南生活", Kind.ORIGINAL)
    assert original.published_at == datetime(2026, 11, 22, 12, 0, 7, tzinfo=UTC)


def test_the_post_put_on_top_proves_no_time() -> None:
    page = parse(BODY)
    assert page.posts[0].text == "置顶：客服在这里，有问题请留言"
    assert (page.covered_from, page.covered_until) == (datetime(2026, 11, 20, 2, tzinfo=UTC), AT)
    only_pinned = json.loads(BODY)["data"]["list"][:1]
    page = parse(listing(*only_pinned))
    assert (page.covered_from, page.next_cursor) == (None, "2,,")


@pytest.mark.parametrize("mark", [{"isTop": 1}, {"title": {"text": "置顶"}}, {"mblogtype": 2}])
def test_every_mark_of_a_pinned_post_counts(mark: dict[str, object]) -> None:
    old = {"id": 5338307701510290, "created_at": "Tue Sep 01 12:00:00 +0800 2026", "text": "旧"}
    assert parse(listing(old | mark)).covered_from is None
    assert parse(listing(old)).covered_from == datetime(2026, 9, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since_id", "named"),
    [
        (5366700000000001, "5366700000000001"),
        ("5366700000000001kp2", "5366700000000001kp2"),
        *((nothing, "") for nothing in ("", 0, None, "&page=1", True)),
    ],
)
def test_the_next_page_begins_after_the_id_that_this_one_names(since_id: object, named: str) -> None:
    post = {"id": 5338307701510290, "created_at": "Tue Sep 01 12:00:00 +0800 2026", "text": "旧"}
    assert parse(listing(post, since_id=since_id), page=3).next_cursor == f"4,{named},1788235200"


class Site:
    """Answers by path, in turn where there are several; 404 elsewhere."""

    def __init__(self, answers: dict[str, list[bytes]]) -> None:
        self.answers = {path: list(bodies) for path, bodies in answers.items()}
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        bodies = self.answers.get(request.url.path, [])
        return httpx.Response(200, content=bodies.pop(0)) if bodies else httpx.Response(404)


def visit(source: WeiboTimeline, site: Site, since: datetime, max_pages: int = 6) -> Sweep:
    clock = EventClock(AT)
    with Client(clock=clock, transport=httpx.MockTransport(site)) as client:
        return sweep(source, client, TARGET, since, AT, live=True, max_pages=max_pages, clock=clock)


OLDER = listing(
    {"id": 5338307701510290, "created_at": "Tue Sep 01 12:00:00 +0800 2026", "text": "九月", "user": {"id": 7900112233}}
)


def test_it_is_read_back_to_where_it_was_read_before_without_a_gap_between_pages() -> None:
    site = Site({"/ajax/statuses/mymblog": [BODY, OLDER, END]})
    swept = visit(DESKTOP, site, since=AT - timedelta(days=60))
    assert swept.stretches == (
        Stretch(starts_at=datetime(2026, 11, 20, 2, tzinfo=UTC), ends_at=AT),
        Stretch(starts_at=AT - timedelta(days=60), ends_at=datetime(2026, 11, 20, 2, tzinfo=UTC)),
    )
    assert (swept.reached, swept.pages, len(swept.posts)) == (True, 2, 7)
    assert [dict(each.url.params) for each in site.asked] == [
        {"uid": ACCOUNT, "page": "1", "feature": "0"},
        {"uid": ACCOUNT, "page": "2", "feature": "0", "since_id": "5366700000000001"},
    ]
    assert site.asked[0].headers["Referer"] == f"https://weibo.com/u/{ACCOUNT}"
    assert site.asked[0].headers["X-XSRF-TOKEN"] == "x1y2z3"
    assert site.asked[0].headers["X-Requested-With"] == "XMLHttpRequest"


def test_an_empty_page_is_the_end() -> None:
    site = Site({"/ajax/statuses/mymblog": [BODY, END]})
    swept = visit(DESKTOP, site, since=AT - timedelta(days=60))
    assert (swept.reached, swept.pages) == (True, 2)
    assert [each.starts_at for each in swept.stretches] == [datetime(2026, 11, 20, 2, tzinfo=UTC)]


def test_the_mobile_site_is_asked_by_container() -> None:
    site = Site(
        {
            "/api/container/getIndex": [
                MOBILE_BODY,
                b'{"ok":0,"msg":"\xe8\xbf\x99\xe9\x87\x8c\xe8\xbf\x98\xe6\xb2\xa1\xe6\x9c\x89\xe5\x86\x85\xe5\xae\xb9","data":{"cards":[]}}',
            ]
        }
    )
    swept = visit(MOBILE, site, since=AT - timedelta(days=60))
    assert (swept.error, swept.pages) == (None, 2)
    asked = {"type": "uid", "value": ACCOUNT, "containerid": f"107603{ACCOUNT}"}
    assert [dict(each.url.params) for each in site.asked] == [asked, {**asked, "since_id": "5367700000000001"}]
    assert site.asked[0].url.host == "m.weibo.cn"


@pytest.mark.parametrize(
    ("via", "list_path", "text_path", "body"),
    [
        ("desktop", "/ajax/statuses/mymblog", "/ajax/statuses/longtext", BODY),
        ("mobile", "/api/container/getIndex", "/statuses/extend", MOBILE_BODY),
    ],
)
def test_a_cut_off_text_is_asked_for_where_the_list_came_from(
    via: Any, list_path: str, text_path: str, body: bytes
) -> None:
    source = WeiboTimeline(TimelineSettings(accounts=(ACCOUNT,), cookie=COOKIE, via=via))
    whole = '{"ok":1,"data":{"longTextContent":"晚风茶新品说明\\n第一条 用料\\n第二条 A &amp; B"}}'.encode()
    swept = visit(source, site := Site({list_path: [body], text_path: [whole]}), since=AT)
    texts = {post.native_id: post.text for post in swept.posts}
    assert texts["5368340595871890"] == "晚风茶新品说明\n第一条 用料\n第二条 A & B"
    wanted = "RsFQLoDxU" if via == "desktop" else "5368340595871890"
    assert [dict(each.url.params) for each in site.asked[1:]] == [{"id": wanted}]


def test_a_text_that_is_not_given_stays_as_the_list_had_it() -> None:
    source = WeiboTimeline(TimelineSettings(accounts=(ACCOUNT,), cookie=COOKIE))
    site = Site({"/ajax/statuses/mymblog": [BODY], "/ajax/statuses/longtext": [b'{"ok":1,"data":{}}']})
    swept = visit(source, site, since=AT)
    assert {post.native_id: post.text for post in swept.posts}["5368340595871890"] == "晚风茶新品说明 第一条 ..."
    assert swept.rejected == ()


def test_without_a_session_nothing_is_asked() -> None:
    for via in ("desktop", "mobile"):
        swept = visit(WeiboTimeline(TimelineSettings(accounts=(ACCOUNT,), via=via)), site := Site({}), since=AT)  # type: ignore[arg-type]
        assert isinstance(swept.error, Blocked)
        assert site.asked == []


def test_targets_are_accounts_by_id() -> None:
    named = ("7900112233", " https://weibo.com/u/7900112233", "weibo.com/6200000001", "https://m.weibo.cn/u/6200000002")
    source = WeiboTimeline(TimelineSettings(accounts=named))
    assert source.targets([Watched(topic="tea", queries=("茶",))]) == tuple(
        Target(name=uid, query=uid) for uid in ("7900112233", "6200000001", "6200000002")
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [({"accounts": ("晚风茶",)}, "'晚风茶' is no account"), ({"visitor": True}, 'needs via = "mobile"')],
)
def test_settings_that_cannot_be_meant_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TimelineSettings(**given)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"ok":-100,"url":"https://weibo.com/login.php"}', Blocked),
        (b'{"error":"relogin!","error_code":21301}', Blocked),
        (b'{"error":"Forbidden"}', Blocked),
        (b'{"ok":0,"message":"Cannot read properties of undefined"}', PayloadChanged),
        (b'{"ok":1,"data":{"list":{}}}', PayloadChanged),
        (b'{"ok":1,"data":[]}', PayloadChanged),
        (listing({}, {}, {}), PayloadChanged),
        (BODY[:-30], PayloadChanged),
    ],
)
def test_says_why_there_is_no_page(body: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error):
        parse(body)


FIELDS = ["id", "idstr", "mblogid", "created_at", "text", "text_raw", "isLongText", "longText", "longTextContent"]
FIELDS += ["user", "isTop", "title", "mblogtype", "retweeted_status", "deleted", "reads_count"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), of, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), json_values) | json_values, max_size=4), json_values)
def test_whatever_the_fields_hold_the_answer_is_a_page_or_a_source_error(posts: list[Any], since_id: Any) -> None:
    try:
        page = parse(listing(*posts, since_id=since_id))
    except SourceError:
        return
    assert all(post.text and post.published_at.tzinfo for post in page.posts)


def test_a_post_passed_on_that_is_marked_as_deleted_is_withdrawn_and_one_that_is_only_hidden_is_not() -> None:
    gone = {"id": 5368144331804001, "deleted": "1", "text": "抱歉，此微博已被作者删除。"}
    hidden = {"id": 5368144331804002, "text": "抱歉，作者已设置仅展示半年内微博"}
    told = [
        {
            "id": 5368144331804818 + n,
            "created_at": "Sun Nov 22 20:00:00 +0800 2026",
            "text": "看",
            "retweeted_status": of,
        }
        for n, of in enumerate((gone, hidden))
    ]
    page = parse(listing(*told))
    assert [post.repost_of for post in page.posts] == ["weibo:5368144331804001", "weibo:5368144331804002"]
    assert [each.key for each in page.withdrawn] == ["weibo:5368144331804001"]
