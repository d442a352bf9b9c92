from datetime import UTC, datetime
from pathlib import Path

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
from collectors.source import Ask, Reading, Target
from collectors.wechat.feed import FeedSettings, WechatFeed, content_text, published_time
from collectors.wechat.ids import article_id
from tests.contracts.source_contract import SourceContract

PAYLOADS = Path(__file__).parents[2] / "payloads" / "wechat_feed"
AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
URL = "https://bridge.example/feeds/MP_WXS_1.rss"
SOURCE = WechatFeed(FeedSettings(url=URL))


def recorded(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def parse(body: bytes) -> Page:
    return SOURCE.parse(body, Reading(at=AT, url=URL, authors=AUTHORS))


class TestWechatFeedOfJson(SourceContract):
    source = SOURCE
    target = Target(name="feed", query=URL)
    at = AT
    page = "wechat_feed/feed.json"
    posts = [
        {"key": "wechat:Jj0000000000000000000A", "kind": Kind.ARTICLE},
        {"key": "wechat:Jj0000000000000000000B", "published_at": datetime(2026, 11, 20, tzinfo=UTC)},
        {"key": "wechat:3", "url": "https://blog.example/3"},
    ]
    walls = ("wechat_feed/cookies_expired.html", "wechat_feed/login.html")
    payloads = {
        "empty": b'{"version":"https://jsonfeed.org/version/1","items":[]}',
        "undated": b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"a","url":"https://a.example/","title":"b"}]}',
    }
    empty = ("empty",)
    undated = ("undated",)


class TestWechatFeedOfAtom(SourceContract):
    source = SOURCE
    target = Target(name="feed", query=URL)
    at = AT
    page = "wechat_feed/atom.xml"
    posts = [{"key": "wechat:Qq0000000000000000000A"}, {"key": "wechat:Qq0000000000000000000B", "author_id": None}]


def rss(item: str, head: str = "", title: str = "茶") -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>{title}</title>{item}</channel></rss>'.encode()
    )


ITEM = (
    "<item><title>题</title><link>https://mp.weixin.qq.com/s/Zz0000000000000000000A</link>"
    "<pubDate>Tue, 01 Jun 2021 08:00:00 +0800</pubDate></item>"
)


@pytest.fixture(scope="module")
def from_rss() -> Page:
    return parse(recorded("rss.xml"))


def test_rss_gives_each_article_once_in_feed_order(from_rss: Page) -> None:
    ids = [post.native_id for post in from_rss.posts]
    assert ids[:4] == [
        "AbCdEfGhIjKlMnOpQrStUv",
        "MzAxMjM0NTY3OA==_2247483651_2",
        "Zz0000000000000000000A",
        "Zz0000000000000000000B",
    ]
    assert len(ids) == 5
    assert len(ids[4]) == 32  # a link that expires: a hash of account, title and date


def test_an_article_is_its_title_and_the_plain_text_of_its_content(from_rss: Page) -> None:
    assert from_rss.posts[0] == Post(
        platform="wechat",
        native_id="AbCdEfGhIjKlMnOpQrStUv",
        url="https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv",
        text="晚风茶开到了城南\n我们去排了一次队\n\n早上九点，门口已经有人。\n价格：¥12 & 第二杯半价",
        published_at=datetime(2025, 6, 2, 2, 0, tzinfo=UTC),  # its time has no zone: Beijing
        collected_at=AT,
        kind=Kind.ARTICLE,
        author_id=AUTHORS.id("wechat", "城南茶话"),
        author_name="城南茶话",  # without the bridge's suffix
    )


def test_content_that_was_escaped_twice_is_read(from_rss: Page) -> None:
    assert from_rss.posts[1].text == "双重转义的正文\n\n第一段\n第二段"
    assert from_rss.posts[1].published_at == datetime(2021, 6, 16, 15, 22, 8, tzinfo=UTC)
    assert from_rss.posts[1].author_name == "南门编辑部"


def test_the_bridges_failure_notice_is_not_content(from_rss: Page) -> None:
    assert from_rss.posts[2].text == "全文没有取到\n\n只有摘要"


def test_a_content_that_repeats_the_title_is_not_counted_twice(from_rss: Page) -> None:
    assert from_rss.posts[3].text == "标题就是正文"


def test_articles_without_date_or_address_are_set_aside(from_rss: Page) -> None:
    assert [(each.reason, each.where) for each in from_rss.rejected] == [
        ("no date", "article 5"),
        ("no id", "article 6"),
    ]


def test_a_feed_proves_the_time_since_its_oldest_article(from_rss: Page) -> None:
    assert from_rss.covered_from == datetime(2021, 5, 31, 23, 0, tzinfo=UTC)
    assert from_rss.covered_until == AT
    assert from_rss.next_cursor is None


def test_atom() -> None:
    page = parse(recorded("atom.xml"))
    assert [(post.native_id, post.text, post.published_at, post.author_name) for post in page.posts] == [
        (
            "Qq0000000000000000000A",
            "一篇有作者的文章\n\n晚风茶\n好喝",
            datetime(2026, 11, 22, 23, 15, 30, tzinfo=UTC),
            "南门茶社",
        ),
        ("Qq0000000000000000000B", "一篇没有作者的文章\n\n只有摘要", datetime(2026, 11, 21, 0, 0, tzinfo=UTC), None),
    ]
    assert page.posts[1].author_id is None  # the feed of all accounts bears the bridge's name only


def test_json_feed() -> None:
    page = parse(recorded("feed.json"))
    assert [(post.native_id, post.url, post.text, post.author_name) for post in page.posts] == [
        ("Jj0000000000000000000A", "https://mp.weixin.qq.com/s/Jj0000000000000000000A", "第一篇\n\n晚风茶", "南门茶社"),
        (
            "Jj0000000000000000000B",
            "https://mp.weixin.qq.com/s/Jj0000000000000000000B",
            "第二篇\n\n纯文本 <3",
            "特约作者",
        ),
        ("3", "https://blog.example/3", "别处的文章\n\n摘要", "南门茶社"),
    ]
    assert [post.published_at.isoformat() for post in page.posts] == [
        "2026-11-22T23:15:30+00:00",
        "2026-11-20T00:00:00+00:00",
        "2026-11-19T00:00:00+00:00",
    ]
    assert [each.reason for each in page.rejected] == ["no id"]


def test_an_empty_feed_is_an_empty_page_that_proves_nothing() -> None:
    assert parse(rss("")) == Page()
    assert parse(b'{"version":"https://jsonfeed.org/version/1","items":[]}') == Page()


def test_one_article_has_one_identity_in_every_format() -> None:
    link = "https://mp.weixin.qq.com/s/Zz0000000000000000000A"
    for address, guid in [(link, ""), (f"{link}?scene=21#x", "anything"), ("", "Zz0000000000000000000A"), ("", link)]:
        assert article_id(address, guid, "题", "号", "日") == "Zz0000000000000000000A"


def test_identities_of_other_articles() -> None:
    def name(link: str, guid: str = "", published: str = "日") -> str | None:
        return article_id(link, guid, "题", "号", published)

    long = "http://mp.weixin.qq.com/s?__biz=Mz+A==&appmsgid=12&itemidx=1&sign=1"
    assert name(long) == "Mz+A==_12_1"
    assert name("https://blog.example/1", "tag:blog.example,1") == "tag:blog.example,1"
    assert name("https://blog.example/1", "https://blog.example/1") == name("https://blog.example/1")
    assert name("https://blog.example/1") != name("https://blog.example/2")
    first, second = (name(f"https://mp.weixin.qq.com/s?src=11&timestamp={n}&signature=x") for n in (1, 2))
    assert first == second != name("https://mp.weixin.qq.com/s?src=11&timestamp=1", published="other")
    assert len(name("", "x" * 200) or "") == 32
    assert name("") is None


def test_a_bare_ampersand_in_a_link_does_not_cost_the_feed() -> None:
    item = ITEM.replace("/s/Zz0000000000000000000A", "/s?__biz=A==&mid=1&idx=2&sn=3").replace("题", "<![CDATA[a&b]]>")
    (post,) = parse(rss(item)).posts
    assert post.native_id == "A==_1_2"
    assert post.text == "a&b"


def test_a_chinese_encoding_is_read_as_declared() -> None:
    body = rss(ITEM).decode().replace('version="1.0"?', 'version="1.0" encoding="GB2312"?').encode("gb18030")
    assert parse(body).posts[0].text == "题"


@pytest.mark.parametrize(
    "shown",
    [
        *(
            "Wed, 19 May 2021 21:03 +16 +0800",
            "Wed, 19 May 2021 21:03:00 +16",
            "19 May 2021",
            "Wed, 19 May 2021 21:03 XYZ",
        ),
        *("", "now", "99 May 2021 21:03:00 +0800", "21:03"),
    ],
)
def test_what_only_looks_like_a_time_is_unknown(shown: str) -> None:
    assert published_time(shown) is None


@pytest.mark.parametrize(
    "shown",
    [
        ("Mon, 02 Jun 2025 10:00:00 ", "2025-06-02T02:00:00+00:00"),
        ("Wed, 16 Jun 2021 23:22:08 +0800", "2021-06-16T15:22:08+00:00"),
        ("Wed, 16 Jun 2021 23:22:08 GMT", "2021-06-16T23:22:08+00:00"),
        ("Wed, 16 Jun 2021 23:22:08 CST", "2021-06-16T15:22:08+00:00"),
        ("16 Jun 2021 23:22 +08:00", "2021-06-16T15:22:00+00:00"),
        ("Wed, 16 Jun 2021 23:22:08 EST", "2021-06-17T04:22:08+00:00"),
        ("2021-06-16T23:22:08Z", "2021-06-16T23:22:08+00:00"),
        ("2021-06-16 23:22", "2021-06-16T15:22:00+00:00"),
        ("1623856928", "2021-06-16T15:22:08+00:00"),
    ],
)
def test_times_of_feeds(shown: tuple[str, str]) -> None:
    moment = published_time(shown[0])
    assert moment is not None
    assert moment.isoformat() == shown[1]


@given(st.text(max_size=70))
def test_any_time_of_a_feed_is_utc_or_unknown(shown: str) -> None:
    moment = published_time(shown)
    assert moment is None or moment.tzinfo is UTC


def test_content_in_all_its_wrappings() -> None:
    assert content_text("<![CDATA[<p>茶</p>]]>") == "茶"
    assert content_text("&lt;p&gt;茶&lt;/p&gt;") == "茶"
    assert content_text("<p>获取全文失败，请重试~</p>") == ""
    assert content_text("一行\n二行 &amp; 三") == "一行\n二行 & 三"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>&b;</title></item>", BOMB),
        rss(ITEM, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        rss(ITEM, BOMB).decode().encode("utf-16"),
        rss("<a>" * 100_000 + "</a>" * 100_000),
        rss("<a/>" * 200_000),
        rss("x" * (9 * 1024 * 1024)),
        rss("<![CDATA[" * 500_000),
        b'{"items":' + b"[" * 100_000,
        rss('<pos xmlns="http://www.opengis.net/gml">1 2</pos>'),
    ],
    ids=["bomb", "external", "bomb-utf16", "deep", "wide", "big", "open-cdata", "deep-json", "trips-the-parser"],
)
def test_a_hostile_feed_is_refused_before_it_is_parsed(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        parse(body)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (recorded("cookies_expired.html"), Blocked),
        (recorded("login.html"), Blocked),
        (b"Error: Cooling down before new visitor Cookies", RateLimited),
        ('{"statusCode":400,"message":"不存在该feed！"}'.encode(), Blocked),
        (b"<html><body>hello</body></html>", PayloadChanged),
        (b'[{"id":"MP_WXS_1","name":"x"}]', PayloadChanged),
        (b'{"unknown":1}', PayloadChanged),
        (b'{"items":[]}', PayloadChanged),
        (b'{"version":"https://jsonfeed.org/version/1.1","items":{}}', PayloadChanged),
        (b'{"version":"https://jsonfeed.org/version/1.1","items":["a","b","c"]}', PayloadChanged),
        (b"<opml></opml>", PayloadChanged),
        (b"", PayloadChanged),
        (b"\x00\xff\xfe", PayloadChanged),
        (rss("<item><title>x</title></item>" * 3), PayloadChanged),
    ],
)
def test_says_why_there_are_no_articles(body: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error):
        parse(body)


def test_a_feed_that_was_cut_off_anywhere_is_never_taken_for_a_whole_one() -> None:
    for name in ("rss.xml", "atom.xml", "feed.json"):
        body = recorded(name).rstrip()
        for cut in range(0, len(body), 61):
            with pytest.raises(PayloadChanged):
                parse(body[:cut])


def fetch(answer: httpx.Response, url: str = URL) -> Page:
    source = WechatFeed(FeedSettings(urls=(url,)))
    (target,) = source.targets([])
    with Client(clock=EventClock(AT), transport=httpx.MockTransport(lambda _: answer)) as client:
        return source.fetch(client, Ask(target=target, since=AT, until=AT, authors=AUTHORS))


def test_fetch_reads_the_configured_feed(from_rss: Page) -> None:
    assert fetch(httpx.Response(200, content=recorded("rss.xml"))) == from_rss


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(503, text="Cookies expired. Please update WEIBO_COOKIES"), Blocked),
        (httpx.Response(503, text="Cooling down before new visitor Cookies"), RateLimited),
        (httpx.Response(503, text="busy"), Transient),
        (httpx.Response(400, json={"message": "不存在该feed！"}), Blocked),
        (httpx.Response(404, text="no"), PayloadChanged),
    ],
)
def test_what_a_bridge_says_with_an_error_status_is_read(answer: httpx.Response, error: type[SourceError]) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(answer)
    assert type(caught.value) is error


def test_a_target_is_named_without_the_key_in_its_address() -> None:
    urls = ("https://me:pw@bridge.example:8001/feed/1.xml?k=s3cret", "https://bridge.example/feed/1.xml", "http://[")
    names = [target.name for target in WechatFeed(FeedSettings(url=urls[1], urls=urls)).targets([])]
    assert names[0] == "bridge.example/feed/1.xml"
    assert names[1].startswith("bridge.example:8001/feed/1.xml#")
    assert len(names) == 3
    assert not any("s3cret" in name or "pw" in name for name in names)


FIXTURES = [path.read_bytes() for path in sorted(PAYLOADS.iterdir())]
ODD = st.sampled_from(
    [b"", b"<", b">", b"&", b"]]>", b"<item>", b"\x00", b"\xff", b"&#xd800;", b"<x:y>", b'"', b"{", b"9" * 30]
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FIXTURES), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), ODD), max_size=6))
def test_whatever_the_bytes_the_answer_is_a_page_or_a_source_error(
    body: bytes, changes: list[tuple[float, int, bytes]]
) -> None:
    for place, length, odd in changes:
        start = int(place * len(body))
        body = body[:start] + odd + body[start + length :]
    try:
        page = parse(body)
    except SourceError:
        return
    keys = [post.key for post in page.posts]
    assert len(set(keys)) == len(keys)
    for post in page.posts:
        (post.text + post.url + post.native_id).encode("utf-8")
        assert post.url.startswith("http")
        assert post.text
