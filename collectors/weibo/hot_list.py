"""Weibo's hot list: 50 ranked words, pinned ones, and ads, from the first of three doors that opens.

weibo.com shows it beside its pages (side/hotSearch) and gives it once more as the hot band (hot_band); s.weibo.com has
it as a table (top/summary), for which it wants a session, if only a visitor's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

import msgspec

from collectors.errors import PayloadChanged
from collectors.fallback import first_that_answers
from collectors.normalise import clean, count, from_epoch, is_plausible
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.post import HotEntry, HotKind, Page, Rejected
from collectors.secret import Secret
from collectors.session import Session
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.weibo.answers import unlike
from collectors.weibo.hot_summary import AD_LABELS, read_summary
from collectors.weibo.identity import desktop_user
from collectors.weibo.visitor import DESKTOP, Visitor
from collectors.weibo.walls import check_address, check_json, check_visitor_page

URL = "https://weibo.com/ajax/side/hotSearch"
BAND_URL = "https://weibo.com/ajax/statuses/hot_band"
SUMMARY_URL = "https://s.weibo.com/top/summary"
_MOST_ENTRIES = 1000


class _Word(msgspec.Struct):
    """What is read of one line. Numbers may come as text, and icons only where there is a label."""

    word: str = ""
    word_scheme: str = ""
    num: int | float | str | None = None
    rank: int | str | None = None  # from 0, counts ads
    realpos: int | str | None = None  # from 1, the rank shown
    label_name: str | None = None
    icon_desc: str | None = None
    is_ad: int | str | None = None
    onboard_time: int | str | None = None
    stime: int | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HotListSettings:
    """`cookie` is needed only where the platform answers 403 without one; `visitor`: where there is none and the other
    doors are closed, ask for a visitor session; `pace_s` between two visits.
    """

    cookie: Session | None = None
    visitor: bool = False
    pace_s: float = 60.0


class WeiboHotList:
    """The list at the moment of reading; it proves nothing about posts."""

    kind: ClassVar[str] = "weibo-hot-list"
    platform: ClassVar[str] = "weibo"
    scope: ClassVar[Scope] = Scope.LIST
    Settings: ClassVar[type[Any]] = HotListSettings

    def __init__(self, settings: HotListSettings) -> None:
        self.settings = settings
        self._visitor = Visitor(DESKTOP)

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """One, whatever the topics: everybody sees the same list."""
        del watched
        return (Target(name="hot-list"),)

    def fetch(self, client: Client, ask: Ask) -> Page:
        """The list of the first door that opens, each with its own wall."""
        cookie = self.settings.cookie
        doors = [
            ("hotSearch", lambda: self._json(client, URL, ask, self.settings.pace_s)),
            ("hot_band", lambda: self._json(client, BAND_URL, ask)),
        ]
        if cookie is not None:
            doors.append(("summary", lambda: self._summary(client, ask, cookie)))
        elif self.settings.visitor:
            doors.append(("summary", lambda: self._visitor.read(client, lambda it: self._summary(client, ask, it))))
        return first_that_answers(doors)

    def _json(self, client: Client, url: str, ask: Ask, pace_s: float | None = None) -> Page:
        headers = {"Accept": "application/json, text/plain, */*", "Referer": "https://weibo.com/"}
        body = client.get(url, headers=headers, cookie=self.settings.cookie, pace_s=pace_s)
        return self.parse(body.content, Reading(at=client.now(), url=body.url, authors=ask.authors))

    def _summary(self, client: Client, ask: Ask, cookie: Secret) -> Page:
        headers = {"Accept": "text/html,application/xhtml+xml", "Referer": "https://s.weibo.com/"}
        body = client.get(SUMMARY_URL, params={"cate": "realtimehot"}, headers=headers, cookie=cookie)
        return self.parse(body.content, Reading(at=client.now(), url=body.url, authors=ask.authors))

    def who(self, client: Client) -> str | None:
        return desktop_user(client)

    def parse(self, body: bytes, reading: Reading) -> Page:
        check_address(reading.url)
        check_visitor_page(body)
        found, rejected = _from_table(body, reading.at) if body.lstrip()[:1] == b"<" else _from_json(body, reading.at)
        entries: dict[tuple[HotKind, str], HotEntry] = {}
        for entry in found:
            entries.setdefault((entry.kind, entry.word), entry)
        if not any(entry.kind is HotKind.RANKED for entry in entries.values()):
            raise PayloadChanged("ranked word in the hot list")
        return Page(hot_entries=tuple(entries.values()), rejected=tuple(rejected))


def _from_table(body: bytes, at: datetime) -> tuple[list[HotEntry], list[Rejected]]:
    return list(read_summary(body, at)), []


def _from_json(body: bytes, at: datetime) -> tuple[list[HotEntry], list[Rejected]]:
    entries, rejected = [], []
    for where, line, is_pinned in _lines(_data(body)):
        try:
            entry = _entry(msgspec.convert(_cleaned(line), _Word), at, is_pinned=is_pinned)
        except msgspec.ValidationError as error:
            rejected.append(Rejected(reason=f"another shape: {error}", where=where, excerpt=clean(str(line))[:300]))
            continue
        if entry is None:
            rejected.append(Rejected(reason="no word", where=where, excerpt=clean(str(line))[:300]))
        else:
            entries.append(entry)
    return entries, rejected


def _cleaned(line: Any) -> Any:
    """What is read of a line; half an emoji at the end of a word must not cost it."""
    if not isinstance(line, dict):
        return None
    read = {name: line[name] for name in _Word.__struct_fields__ if name in line}
    return {name: clean(value) if isinstance(value, str) else value for name, value in read.items()}


def _data(body: bytes) -> dict[str, Any]:
    """What a JSON door gives, the list under the one name `realtime`."""
    payload = json_object(body)
    check_json(payload)
    data = payload.get("data")
    listed = (data.get("realtime") or data.get("band_list")) if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(listed, list):
        raise unlike("data.realtime[0] or data.band_list[0]", payload)
    return data | {"realtime": listed}


def _lines(data: dict[str, Any]) -> Iterator[tuple[str, Any, bool]]:
    """(where, line, is pinned): first the pinned words, which come singly, as a list, or both."""
    pinned = [data["hotgov"]] if isinstance(data.get("hotgov"), dict) else []
    several = data.get("hotgovs")
    pinned += several if isinstance(several, list) else []
    for number, line in enumerate(pinned[:_MOST_ENTRIES], 1):
        yield f"pinned {number}", line, True
    for number, line in enumerate(data["realtime"][:_MOST_ENTRIES], 1):
        yield f"line {number}", line, False


def _entry(line: _Word, at: datetime, *, is_pinned: bool) -> HotEntry | None:
    word = (line.word or line.word_scheme).strip().strip("#＃").strip()
    if not word:
        return None
    label = (line.label_name or line.icon_desc or "").strip() or None
    onboard = from_epoch(line.onboard_time or line.stime)
    is_ad = str(line.is_ad) == "1" or label in AD_LABELS
    kind = HotKind.PINNED if is_pinned else HotKind.AD if is_ad else HotKind.RANKED
    return HotEntry(
        platform="weibo",
        word=word,
        seen_at=at,
        kind=kind,
        rank=_rank(line) if kind is HotKind.RANKED else None,
        heat=count(str(line.num)) if line.num is not None and not is_pinned else None,
        label=label,
        onboard_at=onboard if onboard and is_plausible(onboard, at) else None,
        url=f"https://s.weibo.com/weibo?q={quote(line.word_scheme or word, safe='')}&Refer=top",
    )


def _rank(line: _Word) -> int | None:
    shown, from_zero = count(str(line.realpos)), count(str(line.rank))
    if shown:
        return shown
    return None if from_zero is None else from_zero + 1
