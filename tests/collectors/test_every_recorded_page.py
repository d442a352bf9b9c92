"""The inventory of recorded pages: each file, the parser it is for, and what that makes of it.

Values are checked by hand in the tests beside each adapter; here none is forgotten, and a file that comes new asks for
its line. No recording is there of: a whole search of m.weibo.cn, hot_band, a feed of wewe-rss or we-mp-rss, weread.
"""

import json
import lzma
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.errors import Blocked, Gone, PayloadChanged, RateLimited, SourceError
from collectors.page_text import json_object
from collectors.post import Page
from collectors.registry import source_kind
from collectors.source import Reading
from collectors.weibo.search_mobile import WeiboSearchMobile
from collectors.weibo.status import long_text
from collectors.weibo.visitor import session_in

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
Outcome = int | str | type[SourceError]  # posts or hot words; the beginning of a text; why there is none


def of(kind: str) -> Callable[[bytes], Outcome]:
    def read(body: bytes) -> Outcome:
        page = _parse(kind, body)
        return len(page.posts) or len(page.hot_entries)

    return read


def _parse(kind: str, body: bytes) -> Page:
    source: Any = source_kind(kind)
    page: Page = source(source.Settings()).parse(body, Reading(at=AT))
    assert page.rejected == ()
    return page


def _long_text(body: bytes) -> Outcome:
    return long_text(json_object(body))[:6]


def _session(body: bytes) -> Outcome:
    return session_in(body).reveal()[:9]


def _list_of_pages(body: bytes) -> Outcome:
    """A fragment: what the list of a search says of itself."""
    source: Any = WeiboSearchMobile
    answer = {"ok": 1, "data": {"cardlistInfo": json.loads(body), "cards": []}}
    page = source(source.Settings()).parse(json.dumps(answer).encode(), Reading(at=AT))
    return f"{page.pages_shown} pages"


_TIMELINE, _ARTICLE, _SOGOU, _WEB = (
    of("weibo-timeline"),
    of("wechat-article"),
    of("wechat-sogou"),
    of("weibo-search-web"),
)
_OFFICIAL, _HOT = of("wechat-official-account"), of("weibo-hot-list")
REFERENCE = None  # no adapter asks for it
RECORDED: dict[str, tuple[Callable[[bytes], Outcome], Outcome] | None] = {
    "bridge_feeds/wechat-feeds_MzI2MjIyMzM3MQ==.xml": (of("wechat-feed"), 10),
    "errors/nonebot_bison_weibo_err_profile.json": (_TIMELINE, 0),
    "errors/openapi_10023.json": (of("weibo-open-platform"), RateLimited),
    "errors/wechat_official_45009.json": (_OFFICIAL, RateLimited),
    "errors/wechat_official_48006.json": (_OFFICIAL, RateLimited),
    "errors/wechat_official_53600.json": (_OFFICIAL, Gone),
    "errors/weibo_ajax_http403.json": (_HOT, Blocked),
    "errors/weibo_ok-100_desktop.json": (_TIMELINE, Blocked),
    "errors/weibo_ok-100_mobile_REDUCED.json": (of("weibo-search-mobile"), Blocked),
    "m_weibo_misc/nonebot_bison_weibo_get-cookie-name.json": REFERENCE,
    "m_weibo_search/cardlistInfo_real_2019-06-24_type61.json": (_list_of_pages, "100 pages"),
    "m_weibo_search/catbus_mobile_search_golden_SEMISYNTHETIC.json": (of("weibo-search-mobile"), 2),
    "m_weibo_statuses_extend/nonebot_bison_extend_4645748019299849.json": (_long_text, "#明日方舟#"),
    "m_weibo_user_timeline/nonebot_bison_weibo_ak_list_0.json": (_TIMELINE, 10),
    "m_weibo_user_timeline/nonebot_bison_weibo_ak_list_1.json": (_TIMELINE, 11),
    "mp_article_errors/deleted_by_author_01.html": (_ARTICLE, Gone),
    "mp_article_errors/violation_01.html": (_ARTICLE, Gone),
    "mp_article_errors/wechatsogou_article_detail_expired.html": (_ARTICLE, Gone),
    "mp_article_html/imageshare_01_36kr.WHOLE.html.xz": (_ARTICLE, 1),
    "mp_article_html/imageshare_01_36kr.html": (_ARTICLE, 1),
    "mp_article_html/normal_01_xuanyuan_2025.WHOLE.html.xz": (_ARTICLE, 1),
    "mp_article_html/normal_01_xuanyuan_2025.html": (_ARTICLE, 1),
    "mp_article_html/textshare_04.WHOLE.html.xz": (_ARTICLE, 1),
    "mp_article_html/textshare_04.html": (_ARTICLE, 1),
    "mp_article_html/wechatsogou_article_detail_qqmusic.html": (_ARTICLE, 1),
    "mp_backend_appmsg/appmsg_list_ex_2018_ok.json": REFERENCE,
    "mp_backend_appmsg/err_200003_invalid_session.json": REFERENCE,
    "mp_backend_appmsg/err_200013_freq_control.json": REFERENCE,
    "s_weibo_html/no_result_card_RECONSTRUCTED.html": (_WEB, 0),
    "s_weibo_html/s_weibo_2026-03_realtime_heytea_REDUCED.html": (_WEB, 2),
    "s_weibo_html/visitor_wall_REDUCED.html": (_WEB, Blocked),
    "sogou_weixin_search/sogou_2026-09-03_rengongzhineng_EXCERPT.html": (_SOGOU, 4),
    "sogou_weixin_search/wechatsogou_search-gaokao-article.html": (_SOGOU, 10),
    "sogou_weixin_search/wechatsogou_search-gaokao-article.json": (_SOGOU, PayloadChanged),
    "sogou_weixin_search/wechatsogou_search-gaokao-gzh-error.html": (_SOGOU, Blocked),
    "weibo_ajax/buildComments_catbus_golden_SEMISYNTHETIC.json": (of("weibo-comments"), 1),
    "weibo_ajax/handoly_mymblog_2022.json": (_TIMELINE, 25),
    "weibo_ajax/longtext_2026-07.json": (_long_text, "昨天群里发了"),
    "weibo_ajax/mymblog_2026-07_reduced.json": (_TIMELINE, 1),
    "weibo_hotsearch/hotNews_weibo_2026.json": (_HOT, 51),
    "weibo_passport/genvisitor2_2024_ok.jsonp.txt": (_session, "SUB=_2AkM"),
    "weibo_passport/qrcode_check_states.json": REFERENCE,
    "weibo_passport/renewal_chain_2026-07-12.txt": REFERENCE,
}


def test_no_recorded_page_is_without_its_line(corpora: Path) -> None:
    root = corpora / "payloads"
    there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.suffix != ".md"}
    assert there == RECORDED.keys()


@pytest.mark.parametrize("name", [name for name, line in RECORDED.items() if line is not REFERENCE])
def test_a_recorded_page_gives_what_is_on_it(corpora: Path, name: str) -> None:
    path = corpora / "payloads" / name
    body = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    line = RECORDED[name]
    assert line is not None
    read, outcome = line
    if isinstance(outcome, type):
        with pytest.raises(outcome):
            read(body)
    else:
        assert read(body) == outcome


@pytest.mark.parametrize("name", [name for name, line in RECORDED.items() if line is REFERENCE])
def test_a_page_of_another_endpoint_is_never_taken_for_posts(corpora: Path, name: str) -> None:
    body = (corpora / "payloads" / name).read_bytes()
    for kind in ("weibo-search-mobile", "weibo-timeline", "weibo-comments", "weibo-open-platform", "weibo-hot-list"):
        with pytest.raises(SourceError):
            _parse(kind, body)
