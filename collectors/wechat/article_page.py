"""What a page of mp.weixin.qq.com says of its article, or why there is none.

Normal articles hold their text in an element and their facts in `var` assignments; shares of pictures and of text hold
everything in `window.cgiDataNew`. A page without the element of an article is a notice: deleted, withheld, captcha.
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from collectors.errors import Blocked, Gone, PayloadChanged, SourceError, Transient
from collectors.normalise import clean, from_beijing, from_epoch, node_text, plain, trimmed
from collectors.page_text import text_of

SOLVE = "open the article in a browser from the same network and pass the check there; then ask less often (pace_s)"

_LIVE = re.compile(r"""\bid=["']js_article["']""")
_MOST_TAGS = 200_000  # a live page of 3 MB has some ten thousand "<", most of them in scripts
_STRING = r"""(?:'([^'\\\n]*+(?:\\.[^'\\\n]*+)*+)'|"([^"\\\n]*+(?:\\.[^"\\\n]*+)*+)")"""
_QUOTED = re.compile(r"""'([^'\n]*)'|"([^"\n]*)\"""")
_TYPE_OF_PICTURES, _TYPE_OF_TEXT = "8", "10"
_ADVERTISER = "微信广告"  # an advertisement's account, which stands in the scripts of normal pages
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "", "v": "", "0": ""}

_NOTICES: tuple[tuple[re.Pattern[str], type[SourceError], str], ...] = (
    (
        re.compile("环境异常|完成验证后|wappoc_appmsgcaptcha"),
        Blocked,
        "captcha (the environment is said to be abnormal)",
    ),
    (re.compile("在微信客户端打开"), Blocked, "shown in the WeChat client only"),
    (re.compile("操作过?于?频繁|访问过于频繁"), Blocked, "asked too often"),
    (re.compile("发布者删除|deleted by the author", re.IGNORECASE), Gone, "deleted by its author"),
    (
        re.compile("违规无法查看|涉嫌侵权|违反.{0,30}(?:法律|规定|规则)|violat", re.IGNORECASE),
        Gone,
        "withheld for a violation",
    ),
    (re.compile("链接已过期|has expired", re.IGNORECASE), Gone, "the link has expired"),
    (re.compile("已迁移|has been migrated", re.IGNORECASE), Gone, "the account has moved"),
    (re.compile("已?被屏蔽|被封|停止使用|注销|回收|冻结"), Gone, "the account was closed"),
    (re.compile("参数错误|不存在|invalid parameter", re.IGNORECASE), Gone, "no such article"),
    (re.compile("暂时无法查看|暂无法查看|系统繁忙|系统出错"), Transient, "cannot be seen for the moment"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    title: str
    text: str  # plain
    account: str  # its name; "" where the page does not tell
    published_at: datetime
    link: str  # the lasting address that the page gives; "" where it gives none
    number: str | None  # `biz_mid_idx`


def read_article(body: bytes, url: str = "") -> Article:
    """Raises Gone, Blocked or Transient for what a notice says, PayloadChanged where the page is of another shape."""
    page = clean(text_of(body))
    if page.count("<") > _MOST_TAGS:
        raise PayloadChanged(f"page of at most {_MOST_TAGS} tags")
    if not _LIVE.search(page):
        raise _notice(page, url)
    tree = LexborHTMLParser(page)
    data = page[found.end() :] if (found := re.search(r"window\.cgiDataNew\s*=\s*\{", page)) else ""
    kind = _value(page, r"window\.item_show_type\s*=") or _value(data, r"\bitem_show_type\s*:")
    is_share = kind in (_TYPE_OF_PICTURES, _TYPE_OF_TEXT)
    published_at = _published(page, data)
    if published_at is None:
        raise PayloadChanged("var ct, window.ct or cgiDataNew.ori_create_time")
    text = _share_text(data) if is_share else _text_of(tree, "#js_content") or _share_text(data)
    title = "" if kind == _TYPE_OF_TEXT and text else _title(tree, page, data)
    return Article(
        title=title,
        text=text,
        account=_share_account(data) if is_share else _account(tree, page, data),
        published_at=published_at,
        link=_link(tree, page, data),
        number=_number(page, data),
    )


def _notice(page: str, url: str) -> SourceError:
    """What a page without an article says instead."""
    tree = LexborHTMLParser(page)
    said = next((text for css in (".weui-msg", ".mesg-block", "body") if (text := _text_of(tree, css))), "")[:1000]
    if "wappoc_appmsgcaptcha" in url:
        said = "wappoc_appmsgcaptcha"
    for pattern, error, meaning in _NOTICES:
        if pattern.search(said):
            if error is Blocked:
                return Blocked(meaning, SOLVE)
            return error(f"{meaning} ({' '.join(said.split())[:100]})")
    return PayloadChanged("#js_article, or a notice that we know")


def _text_of(tree: LexborHTMLParser, css: str) -> str:
    found = tree.css_first(css)
    return node_text(found) if found is not None else ""


def _title(tree: LexborHTMLParser, page: str, data: str) -> str:
    shown = _text_of(tree, "#activity-name")
    if not shown:
        told = _value(page, r"\b(?:var |window\.)msg_title\s*=") or _value(data, r"\btitle\s*:")
        shown = html.unescape(told) if told else _meta(tree, "og:title")
    return trimmed(clean(shown))


def _account(tree: LexborHTMLParser, page: str, data: str) -> str:
    """Of a normal page. The names in its data come last: the first of them may be an advertiser's."""
    told = html.unescape(_value(page, r"\bvar nickname\s*=") or "") or _text_of(tree, "#js_name")
    name = trimmed(clean(told)) or _text_of(tree, ".profile_nickname")
    return name if name and name != _ADVERTISER else _share_account(data)


def _share_account(data: str) -> str:
    told = _value(data, r"\bnick_name\s*:\s*JsDecode\(")
    name = trimmed(clean(html.unescape(told or "")))
    return name if name != _ADVERTISER else ""


def _share_text(data: str) -> str:
    told = _value(data, r"\bcontent_noencode\s*:") or html.unescape(_value(data, r"\bdesc\s*:") or "")
    return plain(told) if re.search(r"<[A-Za-z/]", told) else trimmed(clean(told))


def _published(page: str, data: str) -> datetime | None:
    """The second where the page tells it, else the minute that it shows, in Beijing time."""
    for text, name in (
        (page, r"\b(?:var |window\.)ct\s*="),
        (data, r"\bori_create_time\s*:"),
        (data, r"\bcreate_time\s*:"),
        (page, r"\bvar oriCreateTime\s*="),
    ):
        told = _value(text, name) or ""
        if re.fullmatch("[0-9]{9,11}", told):
            return from_epoch(told)
    shown = _value(page, r"\bvar createTime\s*=") or _value(data, r"\bcreate_time\s*:") or ""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2})", shown)
    return from_beijing(*map(int, found.groups())) if found else None


def _link(tree: LexborHTMLParser, page: str, data: str) -> str:
    told = (_meta(tree, "og:url"), _value(page, r"\bvar msg_link\s*="), _value(data, r"\blink\s*:"))
    links = (html.unescape(html.unescape(each)).strip() for each in told if each)
    return next((link for link in links if re.match(r"https?://mp\.weixin\.qq\.com/s[/?]", link)), "")


def _number(page: str, data: str) -> str | None:
    biz, mid, idx = (
        _first(page, rf"\b(?:var |window\.){name}\s*=") or _value(data, rf"\b{other}\s*:") or ""
        for name, other in (("biz", "bizuin"), ("mid", "mid"), ("idx", "idx"))
    )
    if re.fullmatch(r"[A-Za-z0-9+/]{8,40}={0,2}", biz) and re.fullmatch("[0-9]{1,20}", mid) and idx.isdigit():
        return f"{biz}_{mid}_{idx[:3]}"
    return None


def _meta(tree: LexborHTMLParser, name: str) -> str:
    found = tree.css_first(f'meta[property="{name}"]')
    return (found.attributes.get("content") or "") if found is not None else ""


def _value(text: str, name: str) -> str | None:
    """The first string that follows `name`, a pattern that ends before it: bare, or within a call of a decoder."""
    found = re.search(rf"{name}\s*(?:\w{{1,20}}\(\s*)?{_STRING}", text)
    if found is None:
        return None
    return _decoded(found[1] if found[1] is not None else found[2])


def _first(text: str, name: str) -> str | None:
    """The first string that is not empty in an assignment such as `var mid = "" || "22";`."""
    found = re.search(rf"""{name}\s*((?:(?:'[^'\n]{{0,100}}'|"[^"\n]{{0,100}}")\s*(?:\|\|)?\s*){{1,4}});""", text)
    values = _QUOTED.findall(found[1]) if found else []
    return next((value for each in values if (value := each[0] or each[1])), None)


def _decoded(text: str) -> str:
    """A JavaScript string literal's content."""

    def decode(found: re.Match[str]) -> str:
        byte, unit, other = found.groups()
        return _CONTROLS.get(other, other) if other is not None else chr(int(byte or unit, 16))

    return clean(_ESCAPE.sub(decode, text))
