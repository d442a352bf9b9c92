"""Bark, to an iPhone: plain text, judged by `code`, which is 200 where it was taken."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import httpx

from collectors.clock import Clock, WallClock
from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.bucket import Bucket
from monitor.channels.channel import Receipt
from monitor.channels.codes import Codes, judge
from monitor.channels.incident import links_of, page_of
from monitor.channels.lines import lines_of, plain, title_of
from monitor.channels.parts import in_parts, numbered, shortened
from monitor.channels.posting import as_bytes, post_json
from monitor.channels.urgency import Urgency, urgency
from monitor.config.words import BaseUrl

ROOM = 2200  # bytes of the text; Apple takes 4096 of the whole notification
LONGEST_TITLE = 240
LONGEST_LINK = 400
CODES = Codes(
    keys=("code",),
    accepted=200,
    again={429: None, 500: None, 502: None, 503: None},
    meaning={400: "the device key is not known there, or Apple refused the notification"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarkSettings:
    """`device_key`: as the app shows it; `url`: of the server; `page_level`: "critical" rings in silent mode, too."""

    device_key: Secret
    url: BaseUrl = "https://api.day.app"
    page_level: Literal["timeSensitive", "critical"] = "timeSensitive"


class Bark:
    kind: ClassVar[str] = "bark"
    Settings: ClassVar[type[BarkSettings]] = BarkSettings

    def __init__(self, settings: BarkSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._bucket = Bucket(30, 60.0, clock or WallClock())

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        title = shortened(title_of(message), LONGEST_TITLE)
        parts = in_parts(lines_of(message), ROOM, lambda line: len(as_bytes(plain(line))))
        link = page_of(message) or next(iter(links_of(message).values()), "")
        self._bucket.take(len(parts))
        for number, part in enumerate(parts, start=1):
            fields = {
                "device_key": self.settings.device_key.reveal(),
                "title": numbered(title, number, len(parts)),
                "body": "\n".join(map(plain, part)) or title,
                "group": "Trend Monitor",
                "level": self._level(message),
            } | ({"url": link} if link and len(link) <= LONGEST_LINK else {})
            judge(post_json(client, f"{self.settings.url}/push", fields), CODES)
        return Receipt()

    def _level(self, message: Message) -> str:
        match urgency(message):
            case Urgency.BAD:
                return self.settings.page_level
            case Urgency.WARN:
                return "timeSensitive"
            case _:
                return "active"
