"""Search pages of s.weibo.com in their present layout, written from posts."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from urllib.parse import quote

from collectors.weibo.ids import bid_of
from monitor.demo.post import DemoPost
from monitor.demo.scenario import BEIJING

CARDS_A_PAGE = 20
MOST_PAGES = 50

_FOLDED_AT = 132  # characters of a long text that are shown before 展开
_PIECES = re.compile(
    r"(?P<tag>[#＃][^#＃\n]{1,60}[#＃])|(?P<user>@[\w-]{2,30})|(?P<face>\[[\u4e00-\u9fffA-Za-z]{1,8}\])|(?P<line>\n)"
)

_HEAD = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>微博搜索</title>
<script>
var $CONFIG = {};
$CONFIG['islogin'] = '1';
$CONFIG['product'] = 'search';
$CONFIG['pageid'] = 'weibo';
</script>
</head>
<body class="wbs-feed">
<div class="m-main">
<div class="m-main-nav"><ul><li><a href="/weibo">综合</a></li><li><a href="/realtime">实时</a></li></ul></div>
<div id="pl_feedlist_index" class="main-full"><div>
"""
_TAIL = """</div></div>
</div>
</body>
</html>
"""

VISITOR_PAGE = """<!DOCTYPE html>
<html>
<head>
<meta charset="gb2312">
<title>Sina Visitor System</title>
</head>
<body>
<span id="message"></span>
<script src="/js/visitor/mini_original.js"></script>
</body>
</html>
"""


def search_page(query: str, path: str, shown: Sequence[DemoPost], number: int, pages: int, now: datetime) -> str:
    """Page `number` of `pages`, with the posts `shown`, as it looks at `now`; the no-result page without posts."""
    if not shown:
        return f"{_HEAD}{_no_result(query)}{_TAIL}"
    cards = "".join(_card(post, query, now) for post in shown)
    return f"{_HEAD}{cards}{_paging(path, number, pages)}{_TAIL}"


def shown_time(second: int, now: datetime) -> str:
    """A time as the platform shows it at `now`."""
    age = max(0, int(now.timestamp()) - second)
    if age < 60:
        return f"{age}秒前"
    if age < 3600:
        return f"{age // 60}分钟前"
    then, today = datetime.fromtimestamp(second, BEIJING), now.astimezone(BEIJING)
    if then.date() == today.date():
        return f"今天{then:%H:%M}"
    if then.year == today.year:
        return f"{then:%m月%d日 %H:%M}"
    return f"{then:%Y年%m月%d日 %H:%M}"


def shown_count(number: int, word: str) -> str:
    """A count on a button: the word where there is none yet, 1.2万 from ten thousand.

    >>> [shown_count(number, "赞") for number in (0, 28, 12_345, 1_000_000)]
    ['赞', '28', '1.2万', '100万+']
    """
    if number >= 1_000_000:
        return "100万+"
    if number >= 10_000:
        return f"{number // 1000 / 10:g}万"
    return str(number) if number else word


def _card(post: DemoPost, query: str, now: datetime) -> str:
    before, after = _card_around_time(post, query)
    return f"{before}{shown_time(post.second, now)}{after}"


@lru_cache(maxsize=8192)
def _card_around_time(post: DemoPost, query: str) -> tuple[str, str]:
    """The two halves of a card; between them stands the time, which alone changes from view to view."""
    link = f"//weibo.com/{post.uid}/{bid_of(post.mid)}?refer_flag=1001030103_"
    author = f"//weibo.com/{post.uid}?refer_flag=1001030103_"
    before = f"""<div class="card-wrap" action-type="feed_list_item" mid="{post.mid}">
<div class="card"><div class="card-feed">
<div class="avator"><a href="{author}" target="_blank"><span class="woo-avatar-icon"></span></a></div>
<div class="content" node-type="like">
<div class="info"><div style="padding: 6px 0 3px;">
<a href="{author}" class="name" target="_blank" nick-name="{escape(post.nick)}">{escape(post.nick)}</a></div></div>
<div class="from"><a href="{link}" target="_blank" suda-data="key=tblog_search_weibo">
"""
    after = f"""
</a>&nbsp;来自 <a href="//weibo.com/" rel="nofollow">{escape(post.device)}</a></div>
{_text(post, query, link)}{_forwarded(post, query)}</div>
</div>
<div class="card-act"><ul>
<li><a href="javascript:void(0);" action-type="feed_list_forward">{shown_count(post.reposts, "转发")}</a></li>
<li><a href="javascript:void(0);" action-type="feed_list_comment">{shown_count(post.comments, "评论")}</a></li>
<li><a href="javascript:void(0);" action-type="feed_list_like" action-data="mid={post.mid}"><button><span \
class="woo-like-count">{shown_count(post.likes, "赞")}</span></button></a></li>
</ul></div>
</div></div>
<!--/card-wrap-->
"""
    return before, after


def _text(post: DemoPost, query: str, link: str) -> str:
    nick = escape(post.nick)
    if not post.is_long:
        return _paragraph("feed_list_content", nick, rich(post.text, query), "")
    start = rich(post.text[:_FOLDED_AT].rstrip("#＃[@"), query)
    unfold = f'...<a href="{link}" action-type="fl_unfold" target="_blank">展开<i class="wbicon">c</i></a>'
    fold = '<a href="javascript:void(0);" action-type="fl_fold">收起<i class="wbicon">d</i></a>'
    return _paragraph("feed_list_content", nick, start + unfold, "") + _paragraph(
        "feed_list_content_full", nick, rich(post.text, query) + " " + fold, ' style="display: none"'
    )


def _paragraph(node_type: str, nick: str, html: str, style: str) -> str:
    return f'<p class="txt" node-type="{node_type}" nick-name="{nick}"{style}>\n{html}\n</p>\n'


def _forwarded(post: DemoPost, query: str) -> str:
    """The block of the post that this one passes on."""
    original = post.repost_of
    if original is None:
        return ""
    link = f"//weibo.com/{original.uid}/{bid_of(original.mid)}?refer_flag=1001030103_"
    nick = escape(original.nick)
    then = datetime.fromtimestamp(original.second, BEIJING)
    return f"""<div class="card-comment" node-type="feed_list_forward"><div class="con"><div class="inner">
<div node-type="feed_list_forwardContent">
<a href="//weibo.com/{original.uid}" class="name" nick-name="{nick}" target="_blank">@{nick}</a>
{_text(original, query, link)}</div>
<p class="from"><a href="{link}" target="_blank">{then:%m月%d日 %H:%M}</a></p>
<ul><li><a action-type="feed_list_like" action-data="mid={original.mid}">\
{shown_count(original.likes, "赞")}</a></li></ul>
</div></div></div>
"""


def rich(text: str, query: str) -> str:
    """A text as HTML: hashtags and names as links, faces as images, the words searched for marked red."""
    parts, end = [], 0
    for piece in _PIECES.finditer(text):
        parts += [_marked(text[end : piece.start()], query), _piece(piece, query)]
        end = piece.end()
    return "".join([*parts, _marked(text[end:], query)])


def _piece(piece: re.Match[str], query: str) -> str:
    said = piece[0]
    if piece.lastgroup == "line":
        return "<br/>"
    if piece.lastgroup == "tag":
        address = quote(f"#{said[1:-1]}#", safe="")
        return f'<a href="//s.weibo.com/weibo?q={address}" target="_blank">{_marked(said, query)}</a>'
    if piece.lastgroup == "user":
        return f'<a href="//weibo.com/n/{quote(said[1:])}" target="_blank">{escape(said)}</a>'
    return f'<img src="https://face.t.sinajs.cn/{quote(said[1:-1])}.png" title="{said}" alt="{said}" class="face" />'


def _marked(text: str, query: str) -> str:
    if not text or (at := text.casefold().find(query.casefold())) < 0 or len(text.casefold()) != len(text):
        return escape(text)
    found = escape(text[at : at + len(query)])
    rest = _marked(text[at + len(query) :], query)
    return f'{escape(text[:at])}<em class="s-color-red">{found}</em>{rest}'


def _paging(path: str, number: int, pages: int) -> str:
    rows = "".join(f'<li><a href="{_page_link(path, each)}">第{each}页</a></li>' for each in range(1, pages + 1))
    before = f'<a href="{_page_link(path, number - 1)}" class="prev">上一页</a>' if number > 1 else ""
    after = f'<a href="{_page_link(path, number + 1)}" class="next">下一页</a>' if number < pages else ""
    return f"""<div class="m-page"><div>{before}<span class="list"><a class="pagenum">第{number}页</a>
<ul class="s-scroll" node-type="feed_list_page_morelist">{rows}</ul></span>{after}</div></div>
"""


def _page_link(path: str, number: int) -> str:
    return escape(f"{path}&page={number}")


def _no_result(query: str) -> str:
    return f"""<div class="card-wrap"><div class="card card-no-result s-pt20b40">
<p>抱歉，未找到“{escape(query)}”相关结果。</p><p class="s-color-gray2">您可以尝试更换关键词，再次搜索。</p>
</div></div>
"""
