"""Pages of WeChat's public sites, written from articles: the article in its three kinds, its notices, the search."""

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote
from zlib import crc32

from monitor.demo.scenario import BEIJING
from monitor.demo.scripted import Article

DELETED = (
    '<!DOCTYPE html><html><head><title></title></head><body><div class="weui-msg"><div class="weui-msg__text-area">'
    '<div class="weui-msg__title warn">该内容已被发布者删除</div></div></div></body></html>'
)
CAPTCHA = (
    '<!DOCTYPE html><html><head><title></title></head><body><div class="weui-msg"><p>当前环境异常，'
    "完成验证后即可继续访问。</p></div></body></html>"
)
ANTISPIDER = (
    "<!DOCTYPE html><html><head><title>搜狗搜索</title></head><body><p>用户您好，您的访问过于频繁，为确认本次访问为"
    '正常用户行为，需要您协助验证。</p><input name="seccodeInput"></body></html>'
)
ARTICLES_A_PAGE = 10


def numbers(article: Article) -> tuple[str, int]:
    """(`__biz`, `mid`) of an article, always the same ones."""
    biz = f"Mz{crc32(article.account.encode()) % 10**8:08d}MzA1Mg=="
    return biz, 2_247_000_000 + crc32(article.short_id.encode()) % 900_000


def kind_of(article: Article) -> str:
    """`0` normal, `8` pictures, `10` text: by the article's id."""
    return ("0", "0", "8", "10")[crc32(article.short_id.encode()) % 4]


def text_of_kind(article: Article) -> str:
    """What a reader of the page gets: shares of text have no title."""
    body = "\n".join(article.body)
    return body if kind_of(article) == "10" else f"{article.title}\n\n{body}"


def article_page(article: Article) -> str:
    return _normal(article) if kind_of(article) == "0" else _share(article)


def _normal(article: Article) -> str:
    second, (biz, mid) = int(article.at.timestamp()), numbers(article)
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.body)
    shown = article.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title></title>
<meta property="og:title" content="{escape(article.title)}" /><meta property="og:url" content="{link(article)}" />
</head><body>
<script>
    var biz = "{biz}" || "";
    var mid = "{mid}" || "" || "";
    var idx = "1" || "" || "";
    var ad = {{ user_name: 'gh_ad', nick_name: '微信广告' }};
</script>
<div id="js_article" class="rich_media"><h1 class="rich_media_title" id="activity-name">
{escape(article.title)}</h1><a id="js_name">{escape(article.account)} </a><em id="publish_time"></em>
<div id="js_content" style="visibility: hidden; opacity: 0;"><section>{paragraphs}</section></div></div>
<script>
    var nickname = htmlDecode("{escape(article.account)}");
    var ct = "{second}";
    var msg_title = '{_literal(escape(article.title))}'.html(false);
    var msg_link = "{link(article)}";
    var createTime = '{shown}';
    window.item_show_type = '0' || '';
</script></body></html>
"""


def _share(article: Article) -> str:
    second, (biz, mid) = int(article.at.timestamp()), numbers(article)
    body = _literal("\n".join(article.body))
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title></title>
<meta property="og:url" content="{link(article)}" /></head><body>
<div id="js_article" class="share_content_page"></div>
<script>
    window.biz = '' || '{biz}';
    window.mid = '' || '' || '{mid}';
    window.idx = '' || '' || '1';
    window.item_show_type = '{kind_of(article)}' || '';
</script>
<script>
    window.cgiDataNew = {{
        user_name: JsDecode('gh_0000'),
        nick_name: JsDecode('{_literal(escape(article.account))}'),
        title: JsDecode('{_literal(escape(article.title))}'),
        desc: JsDecode('{body}'),
        content_noencode: JsDecode('{body}'),
        create_time: '{second}' * 1,
        link: JsDecode('{link(article)}'),
        bizuin: JsDecode('{biz}'),
        mid: '{mid}' * 1,
        idx: '1' * 1,
    }};
</script></body></html>
"""


def search_page(query: str, found: Sequence[Article], page: int) -> str:
    """A page of Sogou's search, as relevant as the order of `found` says; links that expire."""
    shown = found[(page - 1) * ARTICLES_A_PAGE : page * ARTICLES_A_PAGE]
    title = f"<title>{escape(query)}的相关微信公众号文章 – 搜狗微信搜索</title>"
    if not shown:
        nothing = '<div id="noresult_part1_container">暂无与“' + escape(query) + "”相关的微信文章</div>"
        return f"<!doctype html><html><head>{title}</head><body>{nothing}</body></html>"
    items = "".join(_found(query, article, place) for place, article in enumerate(shown))
    onward = f"?query={quote(query)}&amp;type=2&amp;page={page + 1}&amp;ie=utf8"
    pager = f'<a id="sogou_next" href="{onward}" class="np">下一页</a>' if page * ARTICLES_A_PAGE < len(found) else ""
    count = f'<div class="mun">找到约{len(found)}条结果<!--resultbarnum:{len(found)}--></div>'
    return (
        f'<!doctype html><html><head><meta charset="utf-8">{title}</head><body><div class="news-box">'
        f'<ul class="news-list">{items}</ul><div class="p-fy" id="pagebar_container"><span>{page}</span>{pager}{count}'
        "</div></div></body></html>"
    )


def _found(query: str, article: Article, place: int) -> str:
    href = f"/link?url=dn9a_{crc32(article.short_id.encode()):x}..&amp;type=2&amp;query={escape(query)}&amp;token=0"
    marked = f"<em><!--red_beg-->{escape(query)}<!--red_end--></em>"
    title, summary = (escape(text).replace(escape(query), marked) for text in (article.title, article.body[0]))
    return f"""<li id="sogou_vr_11002601_box_{place}" d="x-{place}"><div class="txt-box">
<h3><a target="_blank" href="{href}" id="sogou_vr_11002601_title_{place}">{title}</a></h3>
<p class="txt-info" id="sogou_vr_11002601_summary_{place}">{summary}</p>
<div class="s-p"><span class="all-time-y2">{escape(article.account)}</span><span class="s2">\
<script>document.write(timeConvert('{int(article.at.timestamp())}'))</script></span></div></div></li>
"""


def link(article: Article) -> str:
    return f"https://mp.weixin.qq.com/s/{article.short_id}"


def _literal(text: str) -> str:
    """A text within the quotes of JavaScript, as these pages escape it."""
    return re.sub(r"[\\'\"<>&\n]", lambda sign: f"\\x{ord(sign[0]):02x}", text)
