"""What pages of the same endpoints are known to do differently, one by one: each reads as what it says."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError
from collectors.post import HotKind, Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Reading
from collectors.weibo.comments import CommentsSettings, WeiboComments
from collectors.weibo.hot_list import HotListSettings, WeiboHotList
from collectors.weibo.search_mobile import SearchMobileSettings, WeiboSearchMobile
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from collectors.weibo.timeline import TimelineSettings, WeiboTimeline

NEW_YEAR = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)  # 08:30 in Beijing
WEB = WeiboSearchWeb(SearchWebSettings())
MOBILE = WeiboSearchMobile(SearchMobileSettings(cookie=Secret("SUB=_2A25x")))
TIMELINE = WeiboTimeline(TimelineSettings())
COMMENTS = WeiboComments(CommentsSettings())
HOT_LIST = WeiboHotList(HotListSettings())
SHORT = '<p class="txt" node-type="feed_list_content">好喝</p>'


def card(
    *, mid: str = "5249444444444444", time: str = "刚刚", text: str = SHORT, counts: str = "", link: str = "QjCIuzrgk"
) -> str:
    return f"""<div class="card-wrap" action-type="feed_list_item" mid="{mid}"><div class="card"><div class="content">
<div class="info"><a class="name" href="//weibo.com/1234567890?refer_flag=1">茶客</a></div>{text}
<div class="from"><a href="//weibo.com/1234567890/{link}?refer_flag=1">{time}</a> 来自 <a>手机</a></div></div>
<div class="card-act">{counts}</div></div></div>"""


def web(inside: str) -> Page:
    page = f"<html><head><title>微博搜索</title></head><body>{inside}</body></html>"
    return WEB.parse(page.encode(), Reading(at=NEW_YEAR))


def only(page: Page) -> Post:
    (post,) = page.posts
    return post


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("12月31日 23:58", "2025-12-31T15:58"),
        ("&nbsp;12月31日&nbsp;23:58", "2025-12-31T15:58"),
        ("12月31日  23:58", "2025-12-31T15:58"),
        ("\n    12月31日\n 23:58 \n", "2025-12-31T15:58"),
        ("12月31日 23:58 转赞人数超过1000", "2025-12-31T15:58"),
        ("01月01日 08:10", "2026-01-01T00:10"),
        ("今天08:10 转赞人数超过20", "2026-01-01T00:10"),
        ("今天 08:10", "2026-01-01T00:10"),
        ("2024年02月29日 12:00", "2024-02-29T04:00"),
        ("5秒前", "2026-01-01T00:29"),
        ("59分钟前", "2025-12-31T23:31"),
        ("2小时前", "2025-12-31T22:30"),
        ("刚刚", "2026-01-01T00:30"),
    ],
)
def test_a_time_as_a_search_page_shows_it(shown: str, read: str) -> None:
    assert only(web(card(time=shown))).published_at == datetime.fromisoformat(f"{read}:00+00:00")


@pytest.mark.parametrize(
    "shown", ["08:10", "12月31日，23:58", "12月31日 25:61", "明天 10:00", "", "转赞人数超过20", "13月40日 10:00"]
)
def test_a_time_that_cannot_be_read_is_no_time(shown: str) -> None:
    page = web(card(time=shown) + card(mid="5249444444444445"))
    assert [post.native_id for post in page.posts] == ["5249444444444445"]
    assert [each.reason for each in page.rejected] == ["no date"]


BUTTON = '<a action-type="feed_list_forward">{}</a>'


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("转发 1.2万", 12_000),
        (" 1,234 ", 1_234),
        ("100万+", 1_000_000),
        ("<em>82.5万</em>", 825_000),
        ("１２", 12),
        ("转发", 0),
        ("", 0),
        ("-3", None),
    ],
)
def test_a_count_as_a_button_shows_it(shown: str, number: int | None) -> None:
    post = only(web(card(counts=BUTTON.format(shown))))
    assert (post.reposts, post.comments) == (number, None)


FULL = '<p class="txt" node-type="feed_list_content_full" style="display: none">{}</p>'
FOLD = '收起<i class="wbicon">d</i>'
FORWARDED = '<div class="card-comment" node-type="feed_list_forward"><div node-type="feed_list_forwardContent">{}</div>'
OF_ORIGINAL = '<p class="from"><a href="//weibo.com/2000000/QjCIuzrgj">12月30日 10:00</a></p></div>'


def test_the_long_text_of_the_post_is_not_that_of_the_post_it_passes_on() -> None:
    theirs = FORWARDED.format(SHORT + FULL.format("别人的长文" + FOLD)) + OF_ORIGINAL
    post = only(web(card(text=SHORT + FULL.format("自己的长文 " + FOLD) + theirs)))
    assert (post.text, post.kind, post.repost_of) == ("自己的长文", Kind.REPOST, "weibo:5246770628446279")
    post = only(web(card(text=SHORT + theirs)))
    assert (post.text, post.kind) == ("好喝", Kind.REPOST)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"长文 <a action-type='fl_fold'>{FOLD}</a>", "长文"),
        (f"长文{FOLD}", "长文"),
        ("长文 收起全文<i class='wbicon'>d</i>", "长文"),
        ("摊子已经收起", "摊子已经收起"),
        ("帐篷收起 <a><i class='wbicon'>2</i>上海</a>", "帐篷收起 上海"),
    ],
)
def test_the_link_that_folds_a_text_is_not_of_it(html: str, text: str) -> None:
    assert only(web(card(text=FULL.format(html)))).text == text


@pytest.mark.parametrize("mid", ["", "0", "abc", "1" * 30])
def test_a_card_without_a_usable_mid_is_named_by_its_bid(mid: str) -> None:
    assert only(web(card(mid=mid))).native_id == "5246770628446280"


def test_an_id_that_tells_no_second_costs_neither_the_post_nor_the_page() -> None:
    post = only(web(card(mid="9223372036854775807", time="3分钟前")))
    assert (post.native_id, post.published_at) == ("9223372036854775807", datetime(2026, 1, 1, 0, 27, tzinfo=UTC))
    assert WEB.moment(post) is None


def test_recommended_cards_below_no_result_are_no_results() -> None:
    none = '<div class="card card-no-result s-pt20b40"><p>抱歉，未找到“x”相关结果。</p></div>'
    assert web(none + card()) == Page()
    assert web(f'<div class="card-wrap">{none}</div>' + card()) == Page()


# -- JSON --------------------------------------------------------------------------------------------------------------

MBLOG: dict[str, Any] = {
    "id": "5249444444444444",
    "mid": "5249444444444444",
    "created_at": "Thu Jan 01 08:10:05 +0800 2026",
    "text": "好喝",
    "user": {"id": 1234567890, "screen_name": "茶客", "followers_count": 10},
}


def mobile(*mblogs: object, **told: object) -> Page:
    cards = [{"card_type": 9, "mblog": mblog} for mblog in mblogs]
    answer = {"ok": 1, "data": {"cardlistInfo": {"page": 2}, "cards": cards}} | told
    return MOBILE.parse(json.dumps(answer).encode(), Reading(at=NEW_YEAR))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pics": {"0": {"pid": "a"}, "1": {"pid": "b"}}}, {"text": "好喝"}),
        ({"pics": []}, {"text": "好喝"}),
        ({"id": 5249444444444444, "mid": 5249444444444444}, {"native_id": "5249444444444444"}),
        ({"mid": None, "id": None, "bid": "QjCIuzrgk"}, {"native_id": "5246770628446280"}),
        ({"mid": "", "idstr": "9223372036854775807"}, {"native_id": "9223372036854775807"}),
        ({"reposts_count": "1.2万", "comments_count": "7"}, {"reposts": 12_000, "comments": 7, "likes": None}),
        ({"attitudes_count": "100万+"}, {"likes": 1_000_000}),
        ({"attitudes_count": -1}, {"likes": None}),
        ({"user": MBLOG["user"] | {"followers_count": "82.5万"}}, {"followers": 825_000}),
        ({"user": None}, {"author_id": None, "followers": None, "text": "好喝"}),
        ({"created_at": "刚刚"}, {"published_at": datetime(2026, 1, 1, 0, 30, tzinfo=UTC)}),
        ({"created_at": "12-31 23:58"}, {"published_at": datetime(2025, 12, 31, 15, 58, tzinfo=UTC)}),
        ({"created_at": "昨天 10:00"}, {"published_at": datetime(2025, 12, 31, 2, 0, tzinfo=UTC)}),
        ({"created_at": "2025-12-31"}, {"published_at": datetime(2025, 12, 30, 16, 0, tzinfo=UTC)}),
        ({"text": "心<img alt=[心] src='x'>&amp;<br />二行"}, {"text": "心[心]&\n二行"}),
        ({"text": '长<a href="/status/1">全文</a>', "isLongText": True}, {"text": "长"}),
        ({"isLongText": True, "longText": {"longTextContent": "长文<br />全部"}}, {"text": "长文\n全部"}),
        (
            {"retweeted_status": {"id": "5249444444444443", "user": None, "text": "抱歉，此微博已被作者删除。"}},
            {"kind": Kind.REPOST, "repost_of": "weibo:5249444444444443"},
        ),
        ({"retweeted_status": None}, {"kind": Kind.ORIGINAL, "repost_of": None}),
    ],
)
def test_a_post_as_the_mobile_site_may_write_it(changes: dict[str, object], said: dict[str, object]) -> None:
    post = only(mobile(MBLOG | changes))
    assert {name: getattr(post, name) for name in said} == said


@pytest.mark.parametrize(
    "changes",
    [
        *({"created_at": None}, {"created_at": ""}, {"created_at": "soon"}, {"created_at": 1767226205}),
        *({"mid": None, "id": None}, {"text": None}, {"text": "<img src=x>"}, {"deleted": "1"}),
        {"created_at": "Thu Jan 01 08:10:05 +0800 2031"},
    ],
)
def test_a_post_without_what_it_must_have_is_set_aside(changes: dict[str, object]) -> None:
    page = mobile(MBLOG | changes, MBLOG | {"id": "5249444444444445", "mid": "5249444444444445"})
    assert [post.native_id for post in page.posts] == ["5249444444444445"]
    assert len(page.rejected) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}, None),
        ({"ok": 0, "msg": "暂无数据"}, None),
        ({"ok": -100, "url": "https://passport.weibo.com/sso/signin?entry=wapsso"}, Blocked),
        ({"ok": "-100", "msg": "请先登录", "url": "https://passport.weibo.cn/signin"}, Blocked),
        ({"ok": 0, "msg": "请登录后再试"}, Blocked),
        ({"ok": 0, "msg": "前方拥堵，刷新试试"}, RateLimited),
        ({"ok": 0, "msg": "请求过于频繁，歇歇吧"}, RateLimited),
        ({"ok": 0, "url": "https://m.weibo.cn/c/captcha"}, Blocked),
        ({"error": "relogin!", "error_code": 21301}, Blocked),
        ({"error": "Forbidden"}, Blocked),
        ({"ok": 0, "message": "Cannot read properties of undefined (reading 'x')"}, PayloadChanged),
        ({"ok": 1}, PayloadChanged),
        ({"ok": 1, "data": None}, PayloadChanged),
        ({"ok": 1, "data": {"ok": 0, "msg": "x"}}, PayloadChanged),
    ],
)
@pytest.mark.parametrize("source", [MOBILE, TIMELINE, COMMENTS], ids=lambda source: source.kind)
def test_what_an_answer_says_instead_of_posts(
    source: Any, answer: dict[str, object], error: type[SourceError] | None
) -> None:
    body = json.dumps(answer, ensure_ascii=False).encode()
    if error is None:
        assert source.parse(body, Reading(at=NEW_YEAR)) == Page()
        return
    with pytest.raises(error):
        source.parse(body, Reading(at=NEW_YEAR))


@pytest.mark.parametrize("body", [b"", b"<html><title>432</title></html>", b"{", b"null", b'"ok"', b"[1]", b"\xff\xfe"])
def test_what_is_no_answer_is_never_an_empty_page(body: bytes) -> None:
    for source in (MOBILE, TIMELINE, COMMENTS, HOT_LIST, WEB):
        with pytest.raises(PayloadChanged):
            source.parse(body, Reading(at=NEW_YEAR))


def test_an_answer_in_another_encoding_than_it_says_is_read() -> None:
    answer = {"ok": 1, "data": {"cardlistInfo": {"page": 2}, "cards": [{"card_type": 9, "mblog": MBLOG}]}}
    body = json.dumps(answer, ensure_ascii=False).encode("gb18030")
    assert only(MOBILE.parse(body, Reading(at=NEW_YEAR))).text == "好喝"


def test_a_hot_list_with_numbers_as_text_and_an_old_promotion_without_any() -> None:
    lines = [
        {"word": "茶", "word_scheme": "#茶#", "num": "123456", "rank": "0", "realpos": "1", "label_name": "爆"},
        {"word": "买", "word_scheme": "买", "note": "买", "is_ad": 1, "label_name": "荐"},
        {"word": "雨", "num": None, "rank": 2, "label_name": ""},
    ]
    body = json.dumps({"ok": 1, "data": {"realtime": lines, "hotgov": {"word": "#秋#", "stime": 1767220000}}}).encode()
    page = HOT_LIST.parse(body, Reading(at=NEW_YEAR))
    assert [(e.word, e.kind, e.rank, e.heat, e.label) for e in page.hot_entries] == [
        ("秋", HotKind.PINNED, None, None, None),
        ("茶", HotKind.RANKED, 1, 123_456, "爆"),
        ("买", HotKind.AD, None, None, "荐"),
        ("雨", HotKind.RANKED, 3, None, None),
    ]
