"""An incoming webhook of Slack: blocks of rich text, judged by the body `ok`.

Rich text holds text and links as fields of their own: nothing in the text is interpreted, mentions included. Only the
line that phones show beforehand is in Slack's own markup, hence escaped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from collectors.clock import Clock, WallClock
from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.bucket import Bucket
from monitor.channels.channel import DeliveryError, Receipt
from monitor.channels.lines import Line, lines_of, title_of
from monitor.channels.parts import in_parts, numbered, shortened
from monitor.channels.posting import Answer, accepted, as_bytes, need_address, post_json
from monitor.channels.urgency import Urgency, urgency

ROOM = 12_000  # bytes of the lines of one message
LONGEST_TITLE = 400
SIGNS = {
    Urgency.BAD: "red_circle",
    Urgency.WARN: "large_orange_circle",
    Urgency.NOTE: "large_blue_circle",
    Urgency.GOOD: "large_green_circle",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """`url`: the address of the incoming webhook."""

    url: Secret

    def __post_init__(self) -> None:
        need_address(self.url)


class Slack:
    kind: ClassVar[str] = "slack"
    Settings: ClassVar[type[SlackSettings]] = SlackSettings

    def __init__(self, settings: SlackSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._bucket = Bucket(10, 10.0, clock or WallClock())

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        bodies = _bodies(message)
        self._bucket.take(len(bodies))
        for body in bodies:
            _judge(post_json(client, self.settings.url.reveal(), body))
        return Receipt()


def _judge(answer: Answer) -> None:
    """A 200 that does not say `ok` is not Slack's acceptance: a proxy's page, or another product."""
    if accepted(answer).body.strip() != b"ok":
        raise DeliveryError(f"{answer.host}: an answer other than ok, not Slack's own", retry=True)


def _bodies(message: Message) -> list[Mapping[str, Any]]:
    title = shortened(title_of(message), LONGEST_TITLE)
    parts = in_parts(lines_of(message), ROOM, lambda line: len(as_bytes(_elements(line))))
    return [_body(numbered(title, number, len(parts)), part, message) for number, part in enumerate(parts, start=1)]


def _body(title: str, lines: Sequence[Line], message: Message) -> Mapping[str, Any]:
    head = [
        {"type": "emoji", "name": SIGNS[urgency(message)]},
        {"type": "text", "text": f" {title}", "style": {"bold": True}},
    ]
    elements = [*head, *(element for line in lines for element in _elements(line))]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]
    beforehand = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": beforehand, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _elements(line: Line) -> list[Mapping[str, Any]]:
    """One line, on its own by the line feed before it."""
    text = {"type": "text", "text": f"\n{line.text}" + (" " if line.text and line.url else "")}
    return [text, {"type": "link", "url": line.url, "text": line.label}] if line.url else [text]
