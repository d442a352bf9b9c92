import json
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

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
from collectors.source import Reading, Target, Watched
from collectors.stretch import Stretch, Sweep
from collectors.sweep import sweep
from collectors.weibo.comments import CommentsSettings, WeiboComments
from tests.contracts.source_contract import KEYED, PAYLOADS, SourceContract

AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)  # 10:00:30 in Beijing
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
COOKIE = Secret("SUB=_2A25abc; XSRF-TOKEN=x1y2z3")
POST, ACCOUNT = "5368354441269394", "7900112233"
SOURCE = WeiboComments(CommentsSettings(cookie=COOKIE))
BODY = (PAYLOADS / "weibo_comments" / "newest_first.json").read_bytes()
TIMELINE = (PAYLOADS / "weibo_timeline" / "desktop.json").read_bytes()
URL = f"https://weibo.com/ajax/statuses/buildComments?id={POST}&uid={ACCOUNT}"
UNDER_POST = Target(name=POST, query=f"{ACCOUNT}/{POST}")
UNDER_ACCOUNT = Target(name=f"account:{ACCOUNT}", query=f"account:{ACCOUNT}")


def parse(body: bytes, url: str = URL) -> Page:
    return SOURCE.parse(body, Reading(at=AT, url=url, authors=AUTHORS))


def answering(*comments: Any, max_id: object = 0) -> bytes:
    return json.dumps({"ok": 1, "data": comments, "max_id": max_id}).encode()


def comment(minutes_ago: float, text: str = "又崩了") -> dict[str, object]:
    second = int((AT - timedelta(minutes=minutes_ago)).timestamp())
    local = datetime.fromtimestamp(second + 8 * 3600, UTC)
    return {"id": ((second - 515_483_463) << 22) | 7, "created_at": f"{local:%a %b %d %H:%M:%S +0800 %Y}", "text": text}


class TestWeiboComments(SourceContract):
    source = SOURCE
    at = AT
    target = UNDER_POST
    page = "weibo_comments/newest_first.json"
    posts: ClassVar[list[dict[str, object]]] = [
        {"key": "weibo:5368355703750755", "likes": 12, "comments": 0, "followers": 31},
        {"key": "weibo:5368355196239971", "likes": 12_000, "comments": 2, "followers": 825_000},
        {"key": "weibo:5368355527589987", "likes": 0, "comments": 0, "followers": 31},
        {"key": "weibo:5368354940387427", "likes": 0, "comments": 0},
        {"key": "weibo:5368189852581987", "likes": 0, "comments": 0, "followers": 31},
    ]
    next_cursor = "138711000000001"
    walls = ("weibo_timeline/desktop_login_wall.json", "weibo_search_web/visitor_page.html")
    empty = ("weibo_comments/none_yet.json", "weibo_comments/post_gone.json", "weibo_search_mobile/nothing_found.json")
    payloads = {"undated": answering({"id": 5368355703750755, "text_raw": "茶"})}
    undated = ("undated",)

    def parse(self, body: bytes, authors: Authors = KEYED) -> Page:
        return self.source.parse(body, Reading(at=self.at, url=URL, authors=authors))


def test_a_comment_in_full() -> None:
    assert parse(BODY).posts[1] == Post(
        platform="weibo",
        native_id="5368355196239971",
        url="https://weibo.com/7900112233/RsGd65ke6",
        text="小程序白屏[泪] 三次了",
        published_at=datetime(2026, 11, 23, 1, 58, 1, tzinfo=UTC),
        collected_at=AT,
        kind=Kind.COMMENT,
        author_id=AUTHORS.id("weibo", "6100000001"),
        author_name="喝茶的小周",
        repost_of=f"weibo:{POST}",
        comments=2,
        likes=12_000,
        followers=825_000,
    )


def test_every_comment_and_reply_names_the_post_it_stands_under() -> None:
    page = parse(BODY)
    assert {(post.kind, post.repost_of) for post in page.posts} == {(Kind.COMMENT, f"weibo:{POST}")}
    assert page.posts[2].text == "回复@喝茶的小周:我也是 一直转圈"
    assert page.posts[3].author_id is None  # the account is gone
    assert [(each.reason, each.where) for each in page.rejected] == [("no date", "comment 4")]


def test_read_from_a_file_it_is_a_comment_on_an_unknown_post() -> None:
    (post,) = parse(answering(comment(1)), url="").posts
    assert (post.kind, post.repost_of) == (Kind.COMMENT, None)
    assert post.url.startswith("https://m.weibo.cn/detail/")


@pytest.mark.parametrize(
    ("max_id", "cursor"), [(138711000000001, "138711000000001"), ("77", "77"), (0, None), ("", None), (None, None)]
)
def test_the_cursor_is_the_max_id_and_zero_is_the_end(max_id: object, cursor: str | None) -> None:
    assert parse(answering(comment(1), max_id=max_id)).next_cursor == cursor


class Site:
    """Gives the comments of a post page by page: max_id "" is the first, then the one that the page before named."""

    def __init__(self, pages: dict[tuple[str, str], bytes], timeline: bytes = TIMELINE) -> None:
        self.pages, self.timeline = pages, timeline
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path == "/ajax/statuses/mymblog":
            return httpx.Response(200, content=self.timeline)
        params = request.url.params
        return httpx.Response(200, content=self.pages.get((params["id"], params.get("max_id", "")), answering()))

    def walked(self) -> list[tuple[str, str]]:
        """(mid, max_id) of each page of comments that was asked for."""
        params = [each.url.params for each in self.asked if each.url.path.endswith("buildComments")]
        return [(each["id"], each.get("max_id", "")) for each in params]


def visit(
    site: Site, target: Target = UNDER_POST, since: datetime = AT - timedelta(minutes=10), pages: int = 9, **given: Any
) -> Sweep:
    clock = EventClock(AT)
    source = WeiboComments(CommentsSettings(cookie=COOKIE, **given))
    with Client(clock=clock, transport=httpx.MockTransport(site)) as client:
        return sweep(source, client, target, since, AT, live=True, max_pages=pages, clock=clock)


def test_comments_are_read_back_to_where_they_were_read_before_and_then_claimed() -> None:
    site = Site(
        {
            (POST, ""): answering(comment(1), comment(4), max_id=101),
            (POST, "101"): answering(comment(6), comment(12), max_id=102),
            (POST, "102"): answering(comment(20), max_id=103),
        }
    )
    swept = visit(site)
    assert site.walked() == [(POST, ""), (POST, "101")]
    assert len(swept.posts) == 4
    assert swept.stretches == (Stretch(starts_at=AT - timedelta(minutes=10), ends_at=AT),)
    assert (swept.reached, swept.error) == (True, None)


def test_a_visit_that_ends_early_claims_nothing() -> None:
    site = Site({(POST, ""): answering(comment(1), max_id=101), (POST, "101"): answering(comment(6), max_id=102)})
    swept = visit(site, pages=2)
    assert (len(swept.posts), swept.stretches, swept.reached) == (2, (), False)


def test_a_page_that_repeats_for_ever_ends_and_is_not_claimed() -> None:
    site = Site({(POST, ""): answering(comment(1), max_id=101), (POST, "101"): answering(comment(1), max_id=101)})
    swept = visit(site)
    assert site.walked() == [(POST, ""), (POST, "101")]
    assert swept.stretches == ()


def test_hottest_first_is_read_to_the_end() -> None:
    site = Site(
        {
            (POST, ""): answering(comment(90), comment(1), max_id=101),
            (POST, "101"): answering(comment(60), comment(2)),
        }
    )
    swept = visit(site, flow="hot")
    assert len(swept.posts) == 4
    assert [each.url.params["flow"] for each in site.asked] == ["0", "0"]
    assert swept.reached


def test_under_an_account_its_newest_posts_are_looked_under() -> None:
    site = Site({("5368354441269394", ""): BODY, ("5338307701510290", ""): answering(comment(3))})
    swept = visit(site, UNDER_ACCOUNT, newest=5)
    # Of its newest five by date one has comments: the post on top is older than they are.
    assert site.walked() == [("5368354441269394", "")]
    assert {post.repost_of for post in swept.posts} == {"weibo:5368354441269394"}
    assert swept.stretches == (Stretch(starts_at=AT - timedelta(minutes=10), ends_at=AT),)
    assert visit(Site(site.pages), UNDER_ACCOUNT, newest=6).pages == 3


def test_an_account_without_posts_was_looked_at_all_the_same() -> None:
    swept = visit(Site({}, timeline=b'{"ok":1,"data":{"list":[]}}'), UNDER_ACCOUNT)
    assert swept.stretches == (Stretch(starts_at=AT - timedelta(minutes=10), ends_at=AT),)


def test_a_post_that_is_gone_does_not_end_the_visit() -> None:
    gone = (PAYLOADS / "weibo_comments" / "post_gone.json").read_bytes()
    both = json.loads(TIMELINE)
    both["data"]["list"] = [post | {"comments_count": 5} for post in both["data"]["list"][1:3]]
    site = Site(
        {("5368354441269394", ""): gone, ("5368340595871890", ""): answering(comment(3))}, json.dumps(both).encode()
    )
    swept = visit(site, UNDER_ACCOUNT)
    assert (len(swept.posts), swept.error, swept.reached) == (1, None, True)


def test_what_is_asked() -> None:
    site = Site({})
    visit(site)
    assert dict(site.asked[0].url.params) == {
        "is_reload": "1",
        "id": POST,
        "is_show_bulletin": "2",
        "is_mix": "0",
        "count": "20",
        "uid": ACCOUNT,
        "fetch_level": "0",
        "locale": "zh-CN",
        "flow": "1",
    }
    assert site.asked[0].headers["Referer"] == "https://weibo.com/7900112233/RsGd65ke6"
    assert site.asked[0].headers["X-XSRF-TOKEN"] == "x1y2z3"


def test_without_a_session_nothing_is_asked() -> None:
    clock = EventClock(AT)
    source, site = WeiboComments(CommentsSettings()), Site({})
    with Client(clock=clock, transport=httpx.MockTransport(site)) as client:
        swept = sweep(source, client, UNDER_POST, AT, AT, live=True, max_pages=3, clock=clock)
    assert isinstance(swept.error, Blocked)
    assert site.asked == []


def test_targets_are_posts_and_accounts() -> None:
    named = (
        "https://weibo.com/7900112233/RsGd65ke6?refer_flag=1",
        "5368340595871890",
        "https://m.weibo.cn/detail/OuIv3hbiw",
    )
    source = WeiboComments(CommentsSettings(posts=named, accounts=("https://weibo.com/u/7900112233",)))
    assert source.targets([Watched(topic="tea", queries=("茶",))]) == (
        UNDER_POST,
        Target(name="5368340595871890", query="/5368340595871890"),
        Target(name="5073209014095008", query="/5073209014095008"),
        UNDER_ACCOUNT,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"posts": ("https://weibo.com/",)}, "is no post"),
        ({"posts": ("not/a/post",)}, "is no post"),
        ({"accounts": ("晚风茶",)}, "is no account"),
        ({"newest": 0}, "between 1 and 20"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CommentsSettings(**given)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"ok":-100,"url":"https://weibo.com/login.php"}', Blocked),
        ('{"ok":0,"msg":"访问过于频繁"}'.encode(), RateLimited),
        (b'{"ok":0,"message":"Cannot read properties of undefined"}', PayloadChanged),
        (b'{"ok":1,"data":{}}', PayloadChanged),
        (answering({}, {}, {}), PayloadChanged),
        (answering(*[comment(1)] * 501), PayloadChanged),
        (BODY[:-30], PayloadChanged),
    ],
)
def test_says_why_there_is_no_page(body: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error):
        parse(body)


FIELDS = ["id", "idstr", "created_at", "text", "text_raw", "user", "like_counts", "total_number", "comments", "rootid"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), of, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), json_values) | json_values, max_size=4), json_values)
def test_whatever_the_fields_hold_the_answer_is_a_page_or_a_source_error(comments: list[Any], max_id: Any) -> None:
    try:
        page = parse(answering(*comments, max_id=max_id))
    except SourceError:
        return
    assert all(post.text and post.published_at.tzinfo for post in page.posts)


def test_a_post_that_is_said_to_be_gone_is_withdrawn_and_one_without_comments_is_not() -> None:
    gone = parse((PAYLOADS / "weibo_comments" / "post_gone.json").read_bytes())
    assert [each.key for each in gone.withdrawn] == [f"weibo:{POST}"]
    assert gone.withdrawn[0].reason
    assert parse((PAYLOADS / "weibo_comments" / "none_yet.json").read_bytes()).withdrawn == ()
    nameless = parse((PAYLOADS / "weibo_comments" / "post_gone.json").read_bytes(), url="")
    assert nameless.withdrawn == (), "of an unknown post nothing is noted"
