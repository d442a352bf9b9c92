"""The JSON adapters on recorded answers. Facts of them only: ids, counts, times, short fragments.

There is no recorded answer of a whole m.weibo.cn search; its cards are those of a timeline, which is recorded.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.authors import Authors
from collectors.errors import Blocked, PayloadChanged, RateLimited
from collectors.post import Kind, Page
from collectors.secret import Secret
from collectors.session import SessionKind, kind_of
from collectors.source import Reading, Source
from collectors.weibo.comments import CommentsSettings, WeiboComments
from collectors.weibo.open_platform import OpenPlatformSettings, WeiboOpenPlatform
from collectors.weibo.search_mobile import SearchMobileSettings, WeiboSearchMobile
from collectors.weibo.status import long_text
from collectors.weibo.timeline import TimelineSettings, WeiboTimeline
from collectors.weibo.visitor import session_in

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AUTHORS = Authors(keep_names=True)
READING = Reading(at=AT, authors=AUTHORS)
SEARCH = WeiboSearchMobile(SearchMobileSettings(cookie=Secret("SUB=_2A25x")))
TIMELINE = WeiboTimeline(TimelineSettings())
COMMENTS = WeiboComments(CommentsSettings())
OFFICIAL = WeiboOpenPlatform(OpenPlatformSettings())


def test_the_mobile_search_of_2026_09(corpora: Path) -> None:
    body = (corpora / "payloads/m_weibo_search/catbus_mobile_search_golden_SEMISYNTHETIC.json").read_bytes()
    page = SEARCH.parse(body, READING)
    single, grouped = page.posts
    assert (single.key, single.url) == ("weibo:5073209014095008", "https://weibo.com/5266778656/OuIv3hbiw")
    assert single.published_at == datetime(2024, 8, 30, 15, 12, 27, tzinfo=UTC)
    assert single.text == "好艰难呐~\n第二行 [老师好] & 结束"
    assert (single.reposts, single.comments, single.likes) == (1, 10, 8)
    assert (single.author_id, single.author_name) == (AUTHORS.id("weibo", "5266778656"), "雪菜")
    assert grouped.key == "weibo:5073209014095009"  # its bid is of another post: the mid decides
    assert (page.next_cursor, page.rejected) == ("2", ())


def test_the_list_of_a_search_of_2019_tells_its_pages(corpora: Path) -> None:
    told = json.loads((corpora / "payloads/m_weibo_search/cardlistInfo_real_2019-06-24_type61.json").read_bytes())
    page = SEARCH.parse(json.dumps({"ok": 1, "data": {"cardlistInfo": told, "cards": []}}).encode(), READING)
    assert page == Page(next_cursor="2", pages_shown=100)


@pytest.mark.parametrize("source", [SEARCH, TIMELINE, COMMENTS], ids=lambda source: source.kind)
@pytest.mark.parametrize(
    "name", ["weibo_ok-100_desktop.json", "weibo_ok-100_mobile_REDUCED.json", "weibo_ajax_http403.json"]
)
def test_a_recorded_refusal_is_a_wall(corpora: Path, name: str, source: Source) -> None:
    with pytest.raises(Blocked):
        source.parse((corpora / "payloads/errors" / name).read_bytes(), READING)


def test_no_content_yet_is_no_wall(corpora: Path) -> None:
    body = (corpora / "payloads/errors/nonebot_bison_weibo_err_profile.json").read_bytes()
    assert all(source.parse(body, READING) == Page() for source in (SEARCH, TIMELINE, COMMENTS))


def test_the_visitor_session_of_2024(corpora: Path) -> None:
    body = (corpora / "payloads/weibo_passport/genvisitor2_2024_ok.jsonp.txt").read_bytes()
    session = session_in(body)
    assert kind_of(session.reveal()) is SessionKind.VISITOR
    assert session.reveal().startswith("SUB=_2AkM")
    assert "; SUBP=0033" in session.reveal()


def test_other_recorded_answers_are_none_of_ours(corpora: Path) -> None:
    strangers = ["weibo_hotsearch/hotNews_weibo_2026.json", "errors/openapi_10023.json"]
    strangers += ["weibo_ajax/longtext_2026-07.json", "weibo_passport/qrcode_check_states.json"]
    for name in strangers:
        for source in (SEARCH, TIMELINE, COMMENTS):
            with pytest.raises(PayloadChanged):
                source.parse((corpora / "payloads" / name).read_bytes(), READING)


@pytest.mark.parametrize(("name", "second"), [("0", "4649031014551911"), ("1", "4649106427873349")])
def test_the_mobile_timelines_of_2021(corpora: Path, name: str, second: str) -> None:
    body = (corpora / f"payloads/m_weibo_user_timeline/nonebot_bison_weibo_ak_list_{name}.json").read_bytes()
    page = TIMELINE.parse(body, READING)
    posts = {post.native_id: post for post in page.posts}
    assert len(posts) == {"0": 10, "1": 11}[name]
    assert [post.native_id for post in page.posts[:2]] == ["4645748019299849", second]  # the first is put on top
    pinned, repost = posts["4645748019299849"], posts["4648806186747944"]
    assert (pinned.reposts, pinned.comments, pinned.likes) == (9079, 2126, 37053)
    assert pinned.published_at == datetime(2021, 6, 8, 1, 35, 4, tzinfo=UTC)
    assert pinned.url == "https://weibo.com/6279793937/Kjc77D1jz"
    assert pinned.text.startswith("#明日方舟# #音律联觉#\n2021明日方舟")
    assert not pinned.text.endswith("全文")
    assert (repost.kind, repost.repost_of) == (Kind.REPOST, "weibo:4645748019299849")
    assert repost.text.startswith("恭喜@黄防护服黄 等10名用户")
    assert (repost.reposts, repost.comments, repost.likes) == (7, 147, 1340)
    assert posts["4648004356937383"].text.split("\n")[0] == "#明日方舟#"
    assert {post.followers for post in page.posts} == {1_363_591}
    assert {post.author_id for post in page.posts} == {AUTHORS.id("weibo", "6279793937")}
    assert (page.covered_from, page.covered_until) == (datetime(2021, 6, 9, 7, 0, 3, tzinfo=UTC), AT)
    assert page.next_cursor == "2,4646131823281332,1623222003"
    assert page.rejected == ()


def test_a_recorded_long_text_of_the_mobile_site(corpora: Path) -> None:
    body = (corpora / "payloads/m_weibo_statuses_extend/nonebot_bison_extend_4645748019299849.json").read_bytes()
    lines = long_text(json.loads(body)).split("\n")
    assert lines[0] == "#明日方舟# #音律联觉#"
    assert lines[2].startswith("一、音律联觉原声EP将于2021年6月12日")
    assert lines[4] == "1. CanNot Wait For"
    assert lines[-1].endswith("明日方舟Arknights的微博视频 抽奖详情")


def test_the_timeline_of_2022(corpora: Path) -> None:
    page = TIMELINE.parse((corpora / "payloads/weibo_ajax/handoly_mymblog_2022.json").read_bytes(), READING)
    posts = {post.native_id: post for post in page.posts}
    own = [post for post in page.posts if post.author_id == AUTHORS.id("weibo", "6856286875")]
    assert (len(posts), len(own)) == (25, 21)
    first, second = page.posts[:2]
    assert (first.native_id, first.text, first.views) == ("4773174363555678", "http://t.cn/A6XiCQaJ", 1252)
    assert second.author_id == AUTHORS.id("weibo", "6423651199")  # a list may hold a post of someone else
    assert second.published_at == datetime(2022, 7, 30, 3, 11, 45, tzinfo=UTC)
    assert (second.reposts, second.comments, second.likes, second.views) == (808, 233, 2474, 666_023)
    assert second.followers is None  # not told here
    assert posts["4795119032864157"].text == "看完琅琊榜了我快哭死[泪][泪][泪]"
    assert {post.native_id: post.repost_of for post in own if post.kind is Kind.REPOST} == {
        "4793444062463592": "weibo:4792316155396740",
        "4793291747098924": "weibo:4792857455756183",
        "4792225612958885": "weibo:4791585168427577",
    }
    original = posts["4792316155396740"]
    assert (original.kind, original.text) == (Kind.ORIGINAL, "转发 删除你所有的霉运")
    assert (original.reposts, original.comments, original.likes) == (54_871, 298, 2374)
    assert original.url == "https://weibo.com/6033082940/LCJz1mDWc"
    assert page.covered_from == datetime(2022, 7, 17, 6, 24, 44, tzinfo=UTC)
    assert page.rejected == ()


def test_the_timeline_of_2026_07_is_cut_off_and_its_long_text_is_whole(corpora: Path) -> None:
    folder = corpora / "payloads/weibo_ajax"
    page = TIMELINE.parse((folder / "mymblog_2026-07_reduced.json").read_bytes(), READING)
    (post,) = page.posts
    assert (post.native_id, post.author_id) == ("5312356647437845", None)
    assert post.published_at == datetime(2026, 6, 21, 13, 19, 45, tzinfo=UTC)
    assert post.text.endswith('@tombkeeper:有些人不太明白"利用自己的欲望"是什 ...')
    assert (post.reposts, post.likes) == (None, None)
    assert page.next_cursor == "2,5305126049022064,1782047985"
    whole = long_text(json.loads((folder / "longtext_2026-07.json").read_bytes()))
    assert len(whole.split("\n")) == 9
    assert whole.endswith("我觉得我有必要把这个难受劲保存下来用于今后的改进。")
    assert "TK 写的，以 TK 的严谨风格" in whole


def test_the_comments_of_2026_09(corpora: Path) -> None:
    body = (corpora / "payloads/weibo_ajax/buildComments_catbus_golden_SEMISYNTHETIC.json").read_bytes()
    url = "https://weibo.com/ajax/statuses/buildComments?is_reload=1&id=5073209014095008&uid=5266778656&count=10"
    page = COMMENTS.parse(body, Reading(at=AT, url=url, authors=AUTHORS))
    (comment,) = page.posts
    assert (comment.key, comment.kind) == ("weibo:5073215159009296", Kind.COMMENT)
    assert comment.repost_of == "weibo:5073209014095008"
    assert comment.published_at == datetime(2024, 8, 30, 15, 36, 51, tzinfo=UTC)
    assert comment.text == "都会好哒[比耶]"
    assert (comment.likes, comment.comments, comment.reposts) == (3, 4, None)
    assert (comment.author_id, comment.author_name) == (AUTHORS.id("weibo", "5658282146"), "米仔")
    assert page.next_cursor == "138482687134666"


def test_the_recorded_limit_of_the_open_platform(corpora: Path) -> None:
    with pytest.raises(RateLimited):
        OFFICIAL.parse((corpora / "payloads/errors/openapi_10023.json").read_bytes(), READING)
