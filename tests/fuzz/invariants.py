"""What must hold of a page whatever it was read from; above all that no date in it was invented."""

import html
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property

from collectors.post import Page
from collectors.source import Reading
from collectors.weibo.ids import given_at, is_mid, mid_of

_EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[0-9]{9,20}")
_BID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{7,12}(?![0-9A-Za-z])")
_CLOCK = re.compile(r"(?=([0-9]{1,2})\s*:\s*([0-9]{2})(?:\s*:\s*([0-9]{2}))?)")  # overlapping, as days are
_COMPACT_CLOCK = re.compile(r"[0-9][T ]([0-9]{2})([0-9]{2})([0-9]{2})?(?![0-9])")
_DAY = re.compile(r"(?=([0-9]{1,2})[-/月]([0-9]{1,2})(?![0-9]))")  # overlapping: 2026-11-23 shows 11-23
_COMPACT_DAY = re.compile(r"20[0-9]{2}([0-9]{2})([0-9]{2})")
_NAMED_DAY = re.compile(r"([0-9]{1,2})\s+([A-Z][a-z]{2})|([A-Z][a-z]{2})\s+([0-9]{1,2})")
_AGO = re.compile(r"([0-9]{1,5}) ?(秒|分钟|小时)前")
_UNIT_S = {"秒": 1, "分钟": 60, "小时": 3600}
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_ZONE = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")
_ZONE_NAMES = {"EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AST": -4}
_OF_BARE_DAYS = (timedelta(0), timedelta(hours=8))
_UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # readers of XML leave them out
_TAG = re.compile("<[^<>]*>")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def broken(page: Page, body: bytes, reading: Reading) -> str | None:
    """What is wrong with a page that was read from `body`; None where nothing is."""
    keys = [post.key for post in page.posts]
    if len(set(keys)) != len(keys):
        return "a post appears twice"
    moments = [moment for moment in (page.covered_from, page.covered_until) if moment is not None]
    moments += [post.published_at for post in page.posts] + [entry.seen_at for entry in page.hot_entries]
    if any(moment.tzinfo is None or moment.utcoffset() != timedelta(0) for moment in moments):
        return "a time is not UTC"
    if (page.covered_from is None) != (page.covered_until is None):
        return "coverage has one end"
    if page.covered_from and page.covered_until and page.covered_from > page.covered_until:
        return "coverage ends before it begins"
    texts = [text for post in page.posts for text in (post.text, post.native_id, post.author_name or "")]
    texts += [text for entry in page.hot_entries for text in (entry.word, entry.label or "", entry.url or "")]
    texts += [text for each in page.rejected for text in (each.reason, each.where, each.excerpt)]
    if any(_UNSTORABLE.search(text) for text in texts):
        return "a text that no store takes"
    if any(len(each.excerpt) > 300 or len(each.reason) > 400 for each in page.rejected):
        return "a rejected item that is not short"
    counts = [n for p in page.posts for n in (p.reposts, p.comments, p.likes, p.views, p.followers) if n is not None]
    if any(number < 0 for number in counts):
        return "a negative count"
    if any(post.native_id == "" or post.collected_at != reading.at for post in page.posts):
        return "a post without an id, or received at another time"
    if any(not _EARLIEST <= post.published_at <= reading.at + timedelta(days=1) for post in page.posts):
        return "an impossible date"
    if any(entry.seen_at > reading.at for entry in page.hot_entries):
        return "a list from the future"
    told = Told(body, reading.at)
    for moment in [post.published_at for post in page.posts] + [
        entry.onboard_at for entry in page.hot_entries if entry.onboard_at is not None
    ]:
        if not told.has(moment):
            return f"an invented date: {moment.isoformat()}"
    return None


class Told:
    """The moments that a body tells in any notation: wide, so that what is not among them was made up."""

    def __init__(self, body: bytes, at: datetime) -> None:
        texts = [body.decode("utf-8", "replace")]
        if "\ufffd" in texts[0]:
            texts += [body.decode("gb18030", "replace"), body.decode("utf-16", "replace")]
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), "\n".join(texts))
        if "&" in text:
            text = "\n".join((text, html.unescape(text), html.unescape(html.unescape(text))))
        self._text = _UNPRINTED.sub("", "\n".join((text, _TAG.sub("", text))))
        self._at = at

    def has(self, moment: datetime) -> bool:
        if moment.microsecond and f"{moment.microsecond:06d}".rstrip("0") not in self._text:
            return False
        moment = moment.replace(microsecond=0)
        return (
            moment in self._bare
            or any(self._is_shown(moment + offset) for offset in self._offsets)
            or any(self._is_bare_day(moment + offset) for offset in _OF_BARE_DAYS)
        )

    @cached_property
    def _bare(self) -> set[datetime]:
        """Unix seconds and milliseconds, ids, and times that count back."""
        moments = set()
        numbers = set(_NUMBER.findall(self._text))
        for shown in numbers:
            told = {int(shown[:11]), int(shown[:10]), int(shown[:9]), int(shown) // 1000}
            moments |= {datetime.fromtimestamp(seconds, UTC) for seconds in told if 0 < seconds < 20_000_000_000}
        mids = {shown for shown in numbers if is_mid(shown) and len(shown) > 12}
        for shown in set(_BID.findall(self._text)):
            with suppress(ValueError):
                mids.add(mid_of(shown))
        for mid in mids:
            with suppress(ValueError, OverflowError, OSError):
                given = given_at(mid)
                moments |= {given, given.replace(second=0)}
        back = [timedelta(seconds=int(number) * _UNIT_S[unit]) for number, unit in set(_AGO.findall(self._text))]
        back += [timedelta(0)] if "刚刚" in self._text else []
        return moments | {(self._at - each).replace(second=0, microsecond=0) for each in back}

    @cached_property
    def _offsets(self) -> set[timedelta]:
        """From UTC: none, Beijing's, and those that are written there."""
        offsets = {timedelta(0), timedelta(hours=8)}
        for sign, hours, minutes in _ZONE.findall(self._text):
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            offsets.add(-offset if sign == "-" else offset)
        return offsets | {timedelta(hours=hours) for name, hours in _ZONE_NAMES.items() if name in self._text}

    @cached_property
    def _clocks(self) -> set[tuple[int, int, int]]:
        """(hour, minute, second)."""
        clocks = {
            (int(h), int(m), int(s or 0)) for each in (_CLOCK, _COMPACT_CLOCK) for h, m, s in each.findall(self._text)
        }
        return clocks | {(hour, minute, 0) for hour, minute, _ in clocks}

    @cached_property
    def _days(self) -> set[tuple[int, int]]:
        """(month, day)."""
        days = {(int(m), int(d)) for each in (_DAY, _COMPACT_DAY) for m, d in each.findall(self._text)}
        for day, name, name_before, day_after in _NAMED_DAY.findall(self._text):
            if (month := name or name_before) in _MONTHS:
                days.add((_MONTHS.index(month) + 1, int(day or day_after)))
        if "今天" in self._text or "昨天" in self._text:
            today = (self._at + timedelta(hours=8)).date()
            days |= {(each.month, each.day) for each in (today, today - timedelta(days=1))}
        return days

    def _is_shown(self, local: datetime) -> bool:
        """Whether the body shows this wall time, as its clock and its day."""
        return (local.hour, local.minute, local.second) in self._clocks and (local.month, local.day) in self._days

    def _is_bare_day(self, local: datetime) -> bool:
        """Whether it is the midnight that a day without a clock means."""
        return (local.hour, local.minute, local.second) == (0, 0, 0) and (local.month, local.day) in self._days
