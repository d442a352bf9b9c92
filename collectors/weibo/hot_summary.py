"""Weibo's hot list as a table of s.weibo.com: rank, word, heat and label of each line."""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collectors.errors import Blocked, PayloadChanged
from collectors.normalise import clean, count, folded
from collectors.page_text import text_of
from collectors.post import HotEntry, HotKind
from collectors.weibo.walls import SIGN_IN

TABLE = "#pl_top_realtimehot table tbody tr"
AD_LABELS = frozenset({"商", "荐"})
_HEAT = re.compile(r"([0-9]+)\s*$")
_MOST_ROWS = 300
_MOST_TAGS = 40_000


def read_summary(body: bytes, at: datetime) -> Iterator[HotEntry]:
    """The lines in the order of the page. Raises Blocked or PayloadChanged where there is no table."""
    if body.count(b"<") > _MOST_TAGS:
        raise PayloadChanged(f"page of less than {_MOST_TAGS} tags")
    rows = LexborHTMLParser(text_of(body)).css(TABLE)
    if not rows and b"passport.weibo.com" in body:
        raise Blocked("login page", SIGN_IN)
    if not rows or len(rows) > _MOST_ROWS or b"</html" not in body[-4096:].lower():
        raise PayloadChanged(f"{TABLE}, up to {_MOST_ROWS} of them, before </html>")
    for place, row in enumerate(rows):
        if (entry := _entry(row, at, is_first=place == 0)) is not None:
            yield entry


def _entry(row: LexborNode, at: datetime, *, is_first: bool) -> HotEntry | None:
    link = row.css_first("td.td-02 a")
    word = _said(link).strip("#＃").strip()
    if link is None or not word:
        return None
    label = _said(row.css_first("td.td-03")) or None
    rank = count(_said(row.css_first("td.td-01")))
    href = link.attributes.get("href") or ""
    bought = label in AD_LABELS or (href.startswith("javascript") and not link.attributes.get("href_to"))
    kind = HotKind.AD if bought else HotKind.RANKED if rank else HotKind.PINNED if is_first else HotKind.AD
    heat = _HEAT.search(_said(row.css_first("td.td-02 span")))
    return HotEntry(
        platform="weibo",
        word=word,
        seen_at=at,
        kind=kind,
        rank=rank if kind is HotKind.RANKED else None,
        heat=count(heat[1]) if heat and kind is not HotKind.PINNED else None,
        label=label,
        url=f"https://s.weibo.com/weibo?q={quote(f'#{word}#', safe='')}&Refer=top",
    )


def _said(node: LexborNode | None) -> str:
    return folded(clean(node.text())) if node is not None else ""
