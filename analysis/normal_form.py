"""The normal form: what every reader of a text reads, with the way back to the text as published.

NFKC, lower case, simplified characters (OpenCC's t2s: 頭髮 and 發現 become 头发 and 发现); zero-width and direction
marks, links, names (@somebody), the signs of a cut text ("...全文", "展开"), what share buttons append ("(分享自 @A)",
"A的微博视频") and the spans a caller wants out (hashtags) are cut. Emoji and [表情] stay as they are.

One character becomes one character almost everywhere, so the offset map holds one entry per piece, not per character.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from unicodedata import is_normalized, normalize

from opencc import OpenCC

# Characters that NFKC and lower() turn into exactly one, whatever stands beside them: ASCII, Chinese, kana, full-width
# forms, common punctuation, arrows to dingbats, emoji.
_EASY = (
    "\x01-\x7f\xa1\xa5-\xa7\xa9\xab\xb0\xb1\xb6\xb7\xbb\xd7\xf7\u2010\u2012-\u2016\u2018-\u2023\u2026\u2030\u203b"
    "\u2190-\u21ff\u2200-\u222b\u2500-\u27bf\u2b00-\u2b5f\u3000-\u3029\u3030\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf"
    "\u4e00-\u9fff\uff01-\uff5e\uffe5\ufffd\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\U00020000-\U0002a6df"
)
_DROPPED = (
    "\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
_NOT_EASY = re.compile(f"[^{_EASY}]")
_DROP = re.compile(f"[{_DROPPED}]+")
# A combining mark changes the character before it: that one is rewritten together with it.
_HARD = re.compile(f"[^{_DROPPED}]?[^{_EASY}{_DROPPED}]+", re.DOTALL)
_KEPT_SIGNS = re.compile("([\u2122\u2139\u24c2\u3297\u3299\U0001f200-\U0001f265])")
_SURROGATE = re.compile("[\x00\ud800-\udfff]")
# … would become three dots, a run that tokenizers join to its neighbours. The others are most of what NFKC changes in
# Chinese texts: rewritten first, they spare the slow way through it.
_COMMON = (("…", "⋯"), *((sign, normalize("NFKC", sign)) for sign in "，！？：；（）～＃＠％＋\u3000"))

_LINK = re.compile(r"(?:https?://|www\.)[!-~]+|(?<![a-zA-Z0-9])t\.cn/[a-zA-Z0-9]+")
_NAME = re.compile(r"(?:回复|回覆)?[@＠][\w\-·]{1,30}(?:[:：](?=\S))?")
_CUT_TAIL = re.compile(
    r"(?:(?:\.{3}|…+)\s?(?:全文|展开c?|收起d?)|\s(?:展开c|收起d|收起全文d?|展开全文c?))\s*$"
    r"|[(（]\s?(?:分享自|来自|来源|转自|via|下载|免费下载|图片?来[自源]|视频来[自源]|想看更多)[^()（）\n]{0,40}[)）]?\s*$"
    r"|(?:\s|^)L?[\w\-·]{1,30}的(?:秒拍|微博|梨)视频\s*$"
    r"|\s*(?:查看图片|评论配图|我在(?:这里)?[:：])\s*$",
    re.IGNORECASE,
)
_TAIL_REACH = 60  # characters in which a share button's words stand
_TAIL_ENDS = frozenset("文开起cd)）频片图:：")
_SHOWN_LINK = re.compile(r"O?网页链接")
_CHAIN = re.compile(r"/\s?/\s?[@＠]|／／\s?[@＠]|[|｜]{2}\s?[@＠]")
_EMPTY_REPOST = frozenset(("转发微博", "轉發微博", "转发", "repost", "分享图片", "分享视频"))

_OPENCC = OpenCC("t2s")
# Which characters it changes, asked one by one: a text without any of them is not handed to it
ALONE = {
    character: other
    for character in map(chr, [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)])
    if len(other := _OPENCC.convert(character)) == 1 and other != character
}
_TRADITIONAL = re.compile(f"[{''.join(ALONE)}]")

Edit = tuple[int, int, str]  # start, end, replacement


class NormalForm:
    """`text` and its way back. Immutable by convention; equal inputs give equal maps."""

    __slots__ = ("_begins", "_ends", "_starts", "text")

    def __init__(self, text: str, starts: Sequence[int], begins: Sequence[int], ends: Sequence[int]) -> None:
        self.text = text
        self._starts = starts  # where each piece begins in the normal form
        self._begins = begins  # where it begins in the original
        self._ends = ends  # where it ends there if it was rewritten as a whole; -1: character by character

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the original of the normal form's [start, end), `start < end`."""
        if len(self._starts) == 1 and self._ends[0] < 0:  # nothing was cut or rewritten, as in most texts
            offset = self._begins[0]
            return offset + start, offset + end
        first = bisect_right(self._starts, start) - 1
        begin = self._begins[first]
        if self._ends[first] < 0:
            begin += start - self._starts[first]
        last = bisect_right(self._starts, end - 1) - 1
        stop = self._ends[last]
        if stop < 0:
            stop = self._begins[last] + end - self._starts[last]
        return begin, stop


def own_end(text: str) -> int:
    """Where the author's own words end: before the first `//@somebody:` of a repost chain."""
    if "@" not in text and "＠" not in text:
        return len(text)
    chain = _CHAIN.search(text)
    return chain.start() if chain else len(text)


def is_empty_repost(own: str) -> bool:
    """Nothing but what the platform writes when somebody reposts without a word."""
    return len(own) <= 12 and own.strip(" 。.!！\n").lower() in _EMPTY_REPOST


def normalise(text: str, start: int = 0, end: int | None = None, cut: Iterable[tuple[int, int]] = ()) -> NormalForm:
    """The normal form of `text[start:end]`; each span of `cut` (offsets into `text`) becomes one space."""
    if end is None:
        end = len(text)
    edits: list[Edit] = [(a, b, " ") for a, b in cut if start <= a and b <= end]
    body = text if start == 0 and end == len(text) else text[start:end]
    if "://" in body or "www." in body or "t.cn/" in body:
        edits += [(start + m.start(), start + m.end(), " ") for m in _LINK.finditer(body)]
    if "@" in body or "＠" in body:
        edits += [(start + m.start(), start + m.end(), " ") for m in _NAME.finditer(body)]
    if "网页链接" in body:
        edits += [(start + m.start(), start + m.end(), " ") for m in _SHOWN_LINK.finditer(body)]
    if tail := _cut_tail(body):
        edits.append((start + tail[0], start + tail[1], " "))
    if _NOT_EASY.search(body):
        edits += [(start + m.start(), start + m.end(), "") for m in _DROP.finditer(body)]
        edits += [(start + m.start(), start + m.end(), _rewrite(m.group())) for m in _HARD.finditer(body)]
        if len(edits) > 1:
            edits.sort(key=_outermost_first)
    elif not edits:
        return NormalForm(simplified(_fold(body)), (0,), (start,), (-1,))
    elif len(edits) > 1:
        edits.sort(key=_outermost_first)
    return _apply(text, start, end, edits)


def simplified(text: str) -> str:
    """The text in simplified characters, each in the place of the one it stands for.

    >>> simplified("頭髮亂了，乾隆幹嘛")
    '头发乱了，乾隆干嘛'
    """
    if not _TRADITIONAL.search(text):
        return text
    converted = str(_OPENCC.convert(text))
    return converted if len(converted) == len(text) else "".join([ALONE.get(sign, sign) for sign in text])


def _cut_tail(body: str) -> tuple[int, int] | None:
    """What the platform or a share button wrote at the end, links after it apart."""
    end = len(body)
    if end and body[-1].isascii() and "://" in body[-_TAIL_REACH:]:
        links = [m for m in _LINK.finditer(body, max(0, end - 2 * _TAIL_REACH)) if not body[m.end() :].strip()]
        end = links[-1].start() if links else end
    written = body[max(0, end - _TAIL_REACH) : end]
    bare = written.rstrip()
    if not bare or bare[-1] not in _TAIL_ENDS:
        return None
    tail = _CUT_TAIL.search(written)
    return (end - len(written) + tail.start(), end - len(written) + tail.end()) if tail else None


def _outermost_first(edit: Edit) -> tuple[int, int]:
    return edit[0], -edit[1]


def _fold(easy: str) -> str:
    for sign, plain in _COMMON:
        easy = easy.replace(sign, plain)
    return (easy if is_normalized("NFKC", easy) else normalize("NFKC", easy)).lower()


def _rewrite(hard: str) -> str:
    hard = _SURROGATE.sub("\ufffd", hard)
    return "".join(
        part if _KEPT_SIGNS.fullmatch(part) else normalize("NFKC", part.replace("…", "⋯")).lower()
        for part in _KEPT_SIGNS.split(hard)
    )


def _apply(text: str, start: int, end: int, edits: list[Edit]) -> NormalForm:
    """`edits` in order; what one shares with an earlier one belongs to the earlier."""
    parts: list[str] = []
    starts, begins, ends = array("q"), array("q"), array("q")
    length, position = 0, start
    for begin, stop, replacement in edits:
        if begin < position:
            if stop <= position:
                continue
            begin = position
        if position < begin:
            parts.append(_fold(text[position:begin]))
            starts.append(length)
            begins.append(position)
            ends.append(-1)
            length += begin - position
        if replacement:
            parts.append(replacement)
            starts.append(length)
            begins.append(begin)
            ends.append(stop)
            length += len(replacement)
        position = stop
    if position < end or not parts:
        parts.append(_fold(text[position:end]))
        starts.append(length)
        begins.append(position)
        ends.append(-1)
    return NormalForm(simplified("".join(parts)), starts, begins, ends)
