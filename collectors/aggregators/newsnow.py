"""A hot list as NewsNow shows it (`/api/s?id=weibo`): thirty words, in order, mostly without their heat.

It answers "success" with the present time also where it took the list from its own cache, minutes old; with "cache" it
tells the list's own time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from collectors.aggregators.age import seen_at, told_time
from collectors.errors import Blocked, PayloadChanged, Transient
from collectors.normalise import clean, count
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.post import HotEntry, Page, Rejected
from collectors.source import Ask, Reading, Scope, Target, Watched

_STATUSES = ("success", "cache")
_MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsnowSettings:
    """`site`: the address of an installation, best your own. `list_id`: which of its lists; `platform`: whose it is.

    `max_age_s`: an older list is not taken. `pace_s` between two requests.
    """

    site: str = ""
    list_id: str = "weibo"
    platform: str = "weibo"
    max_age_s: float = 1_800.0
    pace_s: float = 60.0


class Newsnow:
    """The list as of the time that its data bears; it proves nothing about posts."""

    kind: ClassVar[str] = "newsnow"
    platform: ClassVar[str] = "weibo"
    scope: ClassVar[Scope] = Scope.LIST
    Settings: ClassVar[type[Any]] = NewsnowSettings

    def __init__(self, settings: NewsnowSettings) -> None:
        self.settings = settings

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The one list, whatever the topics."""
        del watched
        return (Target(name=f"newsnow/{self.settings.list_id}"),) if self.settings.site else ()

    def fetch(self, client: Client, ask: Ask) -> Page:
        if not self.settings.site:
            raise Blocked("no site is configured", 'set site = "https://…", the address of a NewsNow installation')
        body = client.get(
            f"{self.settings.site.rstrip('/')}/api/s",
            params={"id": self.settings.list_id, "latest": "true"},
            headers={"Accept": "application/json"},
            pace_s=self.settings.pace_s,
        )
        return self.parse(body.content, Reading(at=client.now(), url=body.url, authors=ask.authors))

    def parse(self, body: bytes, reading: Reading) -> Page:
        """Raises Transient where the list is older than `max_age_s`."""
        told = json_object(body)
        if told.get("error") is True or told.get("statusCode") == 500:
            raise Transient(f"NewsNow has no list: {clean(str(told.get('message', '')))[:200]}")
        listed = told.get("items")
        if told.get("status") not in _STATUSES or not isinstance(listed, list) or not listed:
            raise PayloadChanged("status and items[0]")
        if told.get("id") != self.settings.list_id:
            raise PayloadChanged(f"list {self.settings.list_id} (it is {clean(str(told.get('id')))[:40]})")
        moment = told_time(told.get("updatedTime"))
        if moment is None:
            raise PayloadChanged("updatedTime")
        seen = seen_at(moment, (), reading.at, self.settings.max_age_s)
        entries: dict[str, HotEntry] = {}
        rejected = []
        for number, item in enumerate(listed[:_MOST_ENTRIES], 1):
            entry = self._entry(item, number, seen)
            if entry is None:
                rejected.append(Rejected(reason="no word", where=f"item {number}", excerpt=clean(str(item))[:300]))
            else:
                entries.setdefault(entry.word, entry)
        if not entries:
            raise PayloadChanged("items[].title")
        return Page(hot_entries=tuple(entries.values()), rejected=tuple(rejected))

    def _entry(self, item: object, rank: int, seen: datetime) -> HotEntry | None:
        fields = item if isinstance(item, dict) else {}
        word = clean(str(fields.get("title") or "")).strip().strip("#＃").strip()
        if not word:
            return None
        extra = fields.get("extra")
        info = extra.get("info") if isinstance(extra, dict) else None
        url = str(fields.get("url") or "")
        return HotEntry(
            platform=self.settings.platform,
            word=word[:200],
            seen_at=seen,
            rank=rank,
            heat=_heat(info) if isinstance(info, str) else None,
            url=clean(url)[:2000] if url.startswith(("https://", "http://")) else None,
        )


def _heat(info: str) -> int | None:
    """The figure in "综艺 85万" or "85.1万"; None where there is none.

    >>> _heat("综艺 85万"), _heat("85.1万"), _heat("综艺")
    (850000, 851000, None)
    """
    words = info.split()
    return count(words[-1]) if words else None
