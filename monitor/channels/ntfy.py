"""ntfy, the public server or your own: plain text to a topic; accepted with a message id in the body.

Whoever knows a topic of the public server reads it and writes to it: its name is a password.
"""

from dataclasses import dataclass
from typing import ClassVar

import httpx

from collectors.clock import Clock, WallClock
from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.bucket import Bucket
from monitor.channels.channel import DeliveryError, Receipt
from monitor.channels.codes import fields_of
from monitor.channels.incident import links_of, page_of
from monitor.channels.lines import lines_of, plain, title_of
from monitor.channels.parts import in_parts, numbered, shortened, size_of
from monitor.channels.posting import Answer, accepted, post_json
from monitor.channels.urgency import Urgency, urgency
from monitor.config.words import BaseUrl

MOST_BYTES = 4000  # of a message; beyond 4096 it becomes an attachment
LONGEST_TITLE = 240
PRIORITIES = {Urgency.BAD: 5, Urgency.WARN: 4, Urgency.NOTE: 3, Urgency.GOOD: 3}
TAGS = {
    Urgency.BAD: "rotating_light",
    Urgency.WARN: "warning",
    Urgency.NOTE: "information_source",
    Urgency.GOOD: "white_check_mark",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NtfySettings:
    """`topic`: its name; `url`: of the server; `token`: where it wants one."""

    topic: Secret
    url: BaseUrl = "https://ntfy.sh"
    token: Secret | None = None


class Ntfy:
    kind: ClassVar[str] = "ntfy"
    Settings: ClassVar[type[NtfySettings]] = NtfySettings

    def __init__(self, settings: NtfySettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._bucket = Bucket(60, 300.0, clock or WallClock())

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        title = shortened(title_of(message), LONGEST_TITLE)
        parts = in_parts(lines_of(message), MOST_BYTES, lambda line: size_of(plain(line)) + 1)
        self._bucket.take(len(parts))
        token = self.settings.token
        headers = {"Authorization": f"Bearer {token.reveal()}"} if token else {}
        reference = ""
        for number, part in enumerate(parts, start=1):
            fields = {
                "topic": self.settings.topic.reveal(),
                "title": numbered(title, number, len(parts)),
                "message": "\n".join(map(plain, part)) or title,
                "priority": PRIORITIES[urgency(message)],
                "tags": [TAGS[urgency(message)]],
            }
            if page := page_of(message) or next(iter(links_of(message).values()), ""):
                fields["click"] = page
            reference = _id(post_json(client, self.settings.url, fields, headers))
        return Receipt(reference=reference)


def _id(answer: Answer) -> str:
    given = fields_of(accepted(answer).body).get("id")
    if not isinstance(given, str) or not given:
        raise DeliveryError(f"{answer.host}: an answer without id, not ntfy's own", retry=True)
    return given[:64]
