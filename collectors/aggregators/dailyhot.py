"""A hot list as DailyHotApi shows it (`/weibo`): the words in order, with the time at which each came onto the list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from collectors.aggregators.age import seen_at, told_time
from collectors.errors import Blocked, PayloadChanged, Transient
from collectors.normalise import clean, count
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.post import HotEntry, Page, Rejected
from collectors.source import Ask, Reading, Scope, Target, Watched

_MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyhotSettings:
    """`site`: the address of an installation, best your own. `route`: which of its lists; `platform`: whose it is.

    `max_age_s`: an older list is not taken. `pace_s` between two requests.
    """

    site: str = ""
    route: str = "weibo"
    platform: str = "weibo"
    max_age_s: float = 1_800.0
    pace_s: float = 60.0


class Dailyhot:
    """The list as of the time that its data bears; it proves nothing about posts."""

    kind: ClassVar[str] = "dailyhot"
    platform: ClassVar[str] = "weibo"
    scope: ClassVar[Scope] = Scope.LIST
    Settings: ClassVar[type[Any]] = DailyhotSettings

    def __init__(self, settings: DailyhotSettings) -> None:
        self.settings = settings

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The one list, whatever the topics."""
        del watched
        return (Target(name=f"dailyhot/{self.settings.route}"),) if self.settings.site else ()

    def fetch(self, client: Client, ask: Ask) -> Page:
        if not self.settings.site:
            raise Blocked("no site is configured", 'set site = "https://…", the address of a DailyHotApi installation')
        body = client.get(
            f"{self.settings.site.rstrip('/')}/{self.settings.route}",
            params={"cache": "false"},
            headers={"Accept": "application/json"},
            pace_s=self.settings.pace_s,
        )
        return self.parse(body.content, Reading(at=client.now(), url=body.url, authors=ask.authors))

    def parse(self, body: bytes, reading: Reading) -> Page:
        """Raises Transient where the list is older than `max_age_s`."""
        told = json_object(body)
        if str(told.get("code", 200)) != "200":
            raise Transient(f"DailyHotApi has no list: {clean(str(told.get('message', '')))[:200]}")
        listed = told.get("data")
        if not isinstance(listed, list) or not listed:
            raise PayloadChanged("data[0]")
        entries: dict[str, HotEntry] = {}
        rejected = []
        for number, item in enumerate(listed[:_MOST_ENTRIES], 1):
            entry = self._entry(item, number, reading.at)
            if entry is None:
                rejected.append(Rejected(reason="no word", where=f"item {number}", excerpt=clean(str(item))[:300]))
            else:
                entries.setdefault(entry.word, entry)
        if not entries:
            raise PayloadChanged("data[].title")
        entered = [entry.onboard_at for entry in entries.values() if entry.onboard_at is not None]
        seen = seen_at(told_time(told.get("updateTime")), entered, reading.at, self.settings.max_age_s)
        return Page(
            hot_entries=tuple(replace(entry, seen_at=seen) for entry in entries.values()), rejected=tuple(rejected)
        )

    def _entry(self, item: object, rank: int, at: datetime) -> HotEntry | None:
        fields = item if isinstance(item, dict) else {}
        word = clean(str(fields.get("title") or "")).strip().strip("#＃").strip()
        if not word:
            return None
        hot, url = fields.get("hot"), str(fields.get("url") or "")
        return HotEntry(
            platform=self.settings.platform,
            word=word[:200],
            seen_at=at,  # until the age of the whole list is known
            rank=rank,
            heat=count(str(hot)) if isinstance(hot, int | str) and not isinstance(hot, bool) else None,
            onboard_at=told_time(fields.get("timestamp")),
            url=clean(url)[:2000] if url.startswith(("https://", "http://")) else None,
        )
