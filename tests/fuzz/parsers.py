"""Every parser there is, each with the sound pages that its inputs are made from."""

import lzma
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from collectors.aggregators.dailyhot import Dailyhot, DailyhotSettings
from collectors.aggregators.newsnow import Newsnow, NewsnowSettings
from collectors.files.media_crawler import MediaCrawler, MediaCrawlerSettings
from collectors.files.table import Table, TableColumns, TableSettings
from collectors.files.weibo_crawler_csv import WeiboCrawlerCsv, WeiboCrawlerCsvSettings
from collectors.files.weibo_search_csv import WeiboSearchCsv, WeiboSearchCsvSettings
from collectors.page_text import json_object
from collectors.post import Page
from collectors.secret import Secret
from collectors.source import Reading
from collectors.wechat.article import ArticleSettings, WechatArticle
from collectors.wechat.feed import FeedSettings, WechatFeed
from collectors.wechat.official_account import (
    OfficialAccountSettings,
    WechatOfficialAccount,
    read_comments,
    read_figures,
)
from collectors.wechat.sogou import SogouSettings, WechatSogou
from collectors.wechat.webhook import WebhookSettings, WechatWebhook
from collectors.wechat.weread import WechatWeread, WereadSettings
from collectors.weibo.comments import CommentsSettings, WeiboComments
from collectors.weibo.hot_list import HotListSettings, WeiboHotList
from collectors.weibo.open_platform import OpenPlatformSettings, WeiboOpenPlatform
from collectors.weibo.search_mobile import SearchMobileSettings, WeiboSearchMobile
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from collectors.weibo.status import long_text
from collectors.weibo.timeline import TimelineSettings, WeiboTimeline
from collectors.weibo.visitor import session_in

PAYLOADS = Path(__file__).parents[1] / "payloads"
RECORDED = os.environ.get("TREND_MONITOR_CORPORA", "")
SEEDS = Path(__file__).parent / "seeds"
# An odd second and odd microseconds: a date that was taken from the clock shows itself.
AT = datetime(2026, 11, 23, 5, 47, 37, 123457, tzinfo=UTC)
_LARGEST_BASE = 200_000  # bytes; whole article pages of megabytes are for the hostile run


class Form(StrEnum):
    JSON = "json"
    MARKUP = "markup"
    LINES = "lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """`kind`: of the source it belongs to; `read` gives a Page, or None where the parser makes no posts."""

    name: str
    kind: str
    form: Form
    read: Callable[[bytes, Reading], Page | None]
    bases: Sequence[str]  # below tests/payloads, or below payloads/ of the recorded ones
    own: Sequence[bytes] = ()  # sound pages that stand nowhere else

    def sound_pages(self) -> tuple[bytes, ...]:
        return (*self.own, *(body for name in self.bases for body in _bodies(name)))

    def seeds(self) -> Iterator[Path]:
        """Inputs that broke it once."""
        yield from sorted((SEEDS / self.name).glob("*"))


def _bodies(name: str) -> Iterator[bytes]:
    for root in (PAYLOADS, *([Path(RECORDED) / "payloads"] if RECORDED else [])):
        for path in sorted(root.glob(name)):
            body = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
            if len(body) <= _LARGEST_BASE:
                yield body


def _nothing(read: Callable[[bytes], object]) -> Callable[[bytes, Reading], None]:
    def parse(body: bytes, _: Reading) -> None:
        read(body)

    return parse


def _of(kind: str, form: Form, source: object, *bases: str, name: str = "", own: Sequence[bytes] = ()) -> Parser:
    return Parser(name=name or kind, kind=kind, form=form, read=source.parse, bases=bases, own=own)


_COMMENTS_ASKED = "https://weibo.com/ajax/statuses/buildComments?id=5073209014095008&uid=5266778656"
_COMMENTS = WeiboComments(CommentsSettings())
_OFFICIAL = WechatOfficialAccount(OfficialAccountSettings(app_id="wx00", account="晚风茶"))
_VENDOR = TableColumns(
    id="Id", text="Text|Content", published_at="PubTime", url="Url", author_id="Author.Id", reposts="ForwardCount"
)
_FIGURES = (
    b'{"list": [{"ref_date": "2026-11-20", "msgid": "2247483651_1", "title": "x", "details": '
    b'[{"stat_date": "2026-11-21", "int_page_read_count": 230, "share_count": 3}]}]}'
)
_OFFICIAL_COMMENTS = (
    '{"errcode": 0, "total": 2, "comment": [{"user_comment_id": 7, "openid": "o1", "create_time": 1795400000, '
    '"content": "排队两小时", "comment_type": 0, "reply": {"content": "抱歉", "create_time": 1795401000}}, '
    '{"user_comment_id": "8", "openid": "o2", "create_time": 1795400100, "content": "好喝"}]}'
).encode()
_VISITOR = (
    b'window.visitor_gray_callback && visitor_gray_callback({"retcode":20000000,"msg":"succ","data":'
    b'{"sub":"_2AkMabcdefgh","subp":"0033WrSXqPxfM72","next":"cross_domain","tid":"01A","new_tid":true}});'
)
_EXTEND = '{"ok":1,"data":{"ok":1,"longTextContent":"第一行<br />第二行 <a href=\'/n/x\'>@x</a>"}}'.encode()

_PUSHED = (
    '{"feed": {"id": "MP_WXS_3012345678", "name": "晚风茶"}, "articles": [{"id": "3012345678-2247483651_1", "mp_id": '
    '"MP_WXS_3012345678", "title": "晚风茶开到了城南", "pic_url": "", "url": "https://mp.weixin.qq.com/s/'
    'AbCdEfGhIjKlMnOpQrStUv", "description": "排了一次队", "publish_time": 1795400000}]}'
).encode()

PARSERS: tuple[Parser, ...] = (
    _of("weibo-search-web", Form.MARKUP, WeiboSearchWeb(SearchWebSettings()), "weibo_search_web/*", "s_weibo_html/*"),
    _of(
        "weibo-search-mobile",
        Form.JSON,
        WeiboSearchMobile(SearchMobileSettings(cookie=Secret("SUB=_2A25x"))),
        *("weibo_search_mobile/*", "m_weibo_search/*"),
    ),
    _of("weibo-hot-list", Form.JSON, WeiboHotList(HotListSettings()), "weibo_hot_list/*.json", "weibo_hotsearch/*"),
    _of(
        "weibo-hot-list",
        Form.MARKUP,
        WeiboHotList(HotListSettings()),
        "weibo_hot_list/summary.html",
        name="weibo-hot-list-table",
    ),
    _of(
        "weibo-timeline",
        Form.JSON,
        WeiboTimeline(TimelineSettings()),
        "weibo_timeline/desktop*.json",
        "weibo_ajax/mymblog_*",
    ),
    _of(
        "weibo-timeline",
        Form.JSON,
        WeiboTimeline(TimelineSettings(via="mobile")),
        *("weibo_timeline/mobile.json", "m_weibo_user_timeline/*"),
        name="weibo-timeline-mobile",
    ),
    Parser(
        name="weibo-comments",
        kind="weibo-comments",
        form=Form.JSON,
        read=lambda body, reading: _COMMENTS.parse(body, replace(reading, url=_COMMENTS_ASKED)),
        bases=("weibo_comments/*", "weibo_ajax/buildComments_*"),
    ),
    _of("weibo-open-platform", Form.JSON, WeiboOpenPlatform(OpenPlatformSettings()), "weibo_open_platform/*"),
    Parser(
        name="weibo-visitor",
        kind="weibo-search-mobile",
        form=Form.LINES,
        read=_nothing(session_in),
        bases=("weibo_passport/genvisitor2_*",),
        own=(_VISITOR,),
    ),
    Parser(
        name="weibo-long-text",
        kind="weibo-timeline",
        form=Form.JSON,
        read=_nothing(lambda body: long_text(json_object(body))),
        bases=("m_weibo_statuses_extend/*", "weibo_ajax/longtext_*"),
        own=(_EXTEND,),
    ),
    _of("wechat-sogou", Form.MARKUP, WechatSogou(SogouSettings()), "wechat_sogou/*", "sogou_weixin_search/*.html"),
    _of("wechat-article", Form.MARKUP, WechatArticle(ArticleSettings()), "wechat_article/*", "mp_article_errors/*"),
    _of("wechat-feed", Form.MARKUP, WechatFeed(FeedSettings()), "wechat_feed/*.xml", "bridge_feeds/*"),
    _of("wechat-feed", Form.JSON, WechatFeed(FeedSettings()), "wechat_feed/feed.json", name="wechat-feed-json"),
    _of("wechat-official-account", Form.JSON, _OFFICIAL, "wechat_official_account/*", "errors/wechat_official_*"),
    Parser(
        name="wechat-official-comments",
        kind="wechat-official-account",
        form=Form.JSON,
        read=lambda body, reading: read_comments(body, "AbCdEfGhIjKlMnOpQrStUv", "2247483651", "0", reading),
        bases=(),
        own=(_OFFICIAL_COMMENTS,),
    ),
    Parser(
        name="wechat-official-figures",
        kind="wechat-official-account",
        form=Form.JSON,
        read=_nothing(lambda body: read_figures(body, AT)),
        bases=(),
        own=(_FIGURES,),
    ),
    _of("wechat-webhook", Form.JSON, WechatWebhook(WebhookSettings()), own=(_PUSHED,)),
    _of("wechat-weread", Form.JSON, WechatWeread(WereadSettings()), "wechat_weread/*"),
    _of("newsnow", Form.JSON, Newsnow(NewsnowSettings(max_age_s=1e9)), "newsnow/*"),
    _of("dailyhot", Form.JSON, Dailyhot(DailyhotSettings(max_age_s=1e9)), "dailyhot/*"),
    _of("weibo-search-csv", Form.LINES, WeiboSearchCsv(WeiboSearchCsvSettings()), "weibo_search_csv/*.csv"),
    _of("weibo-crawler-csv", Form.LINES, WeiboCrawlerCsv(WeiboCrawlerCsvSettings()), "weibo_crawler_csv/*/*.csv"),
    _of("media-crawler", Form.LINES, MediaCrawler(MediaCrawlerSettings()), "media_crawler/*.csv"),
    _of(
        "media-crawler",
        Form.LINES,
        MediaCrawler(MediaCrawlerSettings()),
        "media_crawler/*.jsonl",
        name="media-crawler-jsonl",
    ),
    _of("table", Form.JSON, Table(TableSettings(columns=_VENDOR)), "table/vendor.json"),
    _of(
        "table",
        Form.LINES,
        Table(TableSettings(day_only=True)),
        name="table-csv",
        own=(
            "native_id,text,published_at,kind,likes\n5073209014095008,排队两小时,2026-11-23T12:00:00+08:00,original,3\n"
            "OuIv3hbiw,<p>好喝</p>,2026-11-22 08:00,repost,1.2万\n7,奶茶,3月1日,comment,\n".encode(),
        ),
    ),
)


def named(names: Iterable[str]) -> tuple[Parser, ...]:
    """The parsers by name, all without a name. KeyError's text lists the names there are."""
    wanted = set(names)
    if unknown := wanted - {parser.name for parser in PARSERS}:
        raise KeyError(f"no parser {', '.join(sorted(unknown))}; there are {', '.join(p.name for p in PARSERS)}")
    return tuple(parser for parser in PARSERS if not wanted or parser.name in wanted)
