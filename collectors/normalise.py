"""From what a platform sends to plain values: HTML to text, shown counts to numbers, Beijing time to UTC.

Whitespace follows HTML: runs of ASCII whitespace are one space, `<br>` and the end of a block are a newline.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

BEIJING = ZoneInfo("Asia/Shanghai")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BREAK = "\x01"  # stands for a newline until the whitespace of the source is folded
_BREAKS = re.compile(f"[ {_BREAK}]*{_BREAK}[ {_BREAK}]*")
_FOLDED = re.compile(r"[ \t\n\r\f]+")
_INVISIBLE_ENDS = " \n\t\r\f\v\u00a0\u3000\u200b\ufeff"
_EMOJI = re.compile(r"\[[^\[\]]{1,20}\]")
_NOT_TEXT = "script, style, noscript, template, head, iframe, object, svg"
_BLOCKS = "p, div, section, article, li, tr, h1, h2, h3, h4, h5, h6, blockquote, pre, ul, ol, table, figure"
_MOST_BLOCKS = 3_000  # beyond it lines run together; an article has some hundred
_MOST_NESTED = 20_000  # tags; a text with more of them is an attack on the parser, not a post

_EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)
_CLOCKS_DIFFER = timedelta(days=1)

_COUNT = re.compile(r"([0-9]{1,15})(\.[0-9]{1,6})?\s*([千万亿kKwW]?)\s*\+?")
_DIGIT = re.compile(r"[0-9]")
_TIMES = {"": 1, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "亿": 100_000_000}


def clean(text: str) -> str:
    """The text without what no store takes: NUL and lone surrogates. Line ends become a newline.

    >>> clean("喜\\x00茶\\r\\n好")
    '喜茶\\n好'
    """
    if text.isprintable():  # most are, and it is seen at once
        return text
    return _UNSTORABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def plain(html: str) -> str:
    """The text of an HTML fragment; emoji images become their name in brackets, other images nothing.

    >>> plain("喜<em>茶</em>好<img alt=[心]><br>再来 &amp; 再来")
    '喜茶好[心]\\n再来 & 再来'
    """
    if "<" not in html and "&" not in html:
        return trimmed(clean(html))
    if html.count("<") > _MOST_NESTED:
        html = re.sub(r"<[^<>]*>", " ", html).replace("<", " ")
    root = LexborHTMLParser(f"<body>{html}").body
    return "" if root is None else node_text(root)


def node_text(node: LexborNode) -> str:
    """The text of a parsed node, as `plain` gives it. Changes the node: it is of no further use."""
    inside = {each.tag for each in islice(node.traverse(), 1, None)}
    for unwanted in _within(node, _NOT_TEXT, inside):
        unwanted.decompose()
    for image in _within(node, "img", inside):
        image.replace_with(_emoji(image))
    for line_break in _within(node, "br", inside):
        line_break.replace_with(_BREAK)
    blocks = _within(node, _BLOCKS, inside)
    for block in blocks if len(blocks) <= _MOST_BLOCKS else ():
        block.insert_before(_BREAK)
        block.insert_after(_BREAK)
    return folded(node.text())


def _within(node: LexborNode, tags: str, inside: set[str | None]) -> list[LexborNode]:
    """The elements with one of these tags. A query costs more than to see that there is none, as in most posts."""
    if inside.isdisjoint(tags.split(", ")):
        return []
    return [found for found in node.css(tags) if found.mem_id != node.mem_id]


def folded(text: str) -> str:
    """Whitespace folded as HTML does, with the marked line breaks in place; ends trimmed."""
    return trimmed(clean(_BREAKS.sub("\n", _FOLDED.sub(" ", text))))


def trimmed(text: str) -> str:
    """Without whitespace and invisible characters at the ends."""
    return text.strip(_INVISIBLE_ENDS)


def _emoji(image: LexborNode) -> str:
    for name in (image.attributes.get("title"), image.attributes.get("alt")):
        if name and _EMOJI.fullmatch(name):
            return name
    return ""


def count(text: str | None) -> int | None:
    """A number as platforms show it; None where there is no number in it, or no number we can read.

    >>> [count(shown) for shown in ("28", "1.2万", "100万+", "3,456", "转发 7", "转发", None)]
    [28, 12000, 1000000, 3456, 7, None, None]
    """
    if not text or len(text) > 100:
        return None
    if len(text) <= 15 and text.isascii() and text.isdigit():
        return int(text)  # the common case, ten times faster
    shown = unicodedata.normalize("NFKC", text).replace(",", "")
    first = _DIGIT.search(shown)
    if first is None or shown[first.start() - 1 : first.start()] in ("-", "."):
        return None
    found = _COUNT.match(shown, first.start())
    if found is None or _DIGIT.search(shown, found.end()):
        return None
    whole, part, unit = found.groups()
    return int(Decimal(whole + (part or "")) * _TIMES[unit.lower()])


def from_beijing(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    """A Beijing wall time as aware UTC; None where the calendar has no such moment.

    >>> from_beijing(2026, 1, 1, 7, 30).isoformat()
    '2025-12-31T23:30:00+00:00'
    """
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=BEIJING).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def from_epoch(seconds: object) -> datetime | None:
    """Unix seconds, as a number or its text, as aware UTC; None where it is not one, or is 0."""
    try:
        value = int(str(seconds))
        return datetime.fromtimestamp(value, UTC) if value > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def is_plausible(published_at: datetime, now: datetime) -> bool:
    """Whether a post can bear this date: not more than a day after `now`, no earlier than 2005."""
    return _EARLIEST <= published_at <= now + _CLOCKS_DIFFER
