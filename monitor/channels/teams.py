"""A workflow of Microsoft Teams ("when a webhook request is received"): an adaptive card, accepted with 202.

Text stands in `TextRun`s, which know no Markdown; links are actions beside it.
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
from monitor.channels.posting import accepted, as_bytes, need_address, post_json
from monitor.channels.urgency import Urgency, urgency

ROOM = 24_000  # bytes of the lines; the whole body may have 28 KB
LONGEST_TITLE = 400
COLOURS = {Urgency.BAD: "Attention", Urgency.WARN: "Warning", Urgency.NOTE: "Accent", Urgency.GOOD: "Good"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsSettings:
    """`url`: the address of the workflow; it holds a signature."""

    url: Secret

    def __post_init__(self) -> None:
        need_address(self.url)


class Teams:
    kind: ClassVar[str] = "teams"
    Settings: ClassVar[type[TeamsSettings]] = TeamsSettings

    def __init__(self, settings: TeamsSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._bucket = Bucket(4, 1.0, clock or WallClock())

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        title = shortened(title_of(message), LONGEST_TITLE)
        parts = in_parts(lines_of(message), ROOM, lambda line: len(as_bytes(_block(line))) + 1)
        self._bucket.take(len(parts))
        for number, part in enumerate(parts, start=1):
            card = _card(numbered(title, number, len(parts)), part, message)
            answer = accepted(post_json(client, self.settings.url.reveal(), card))
            if answer.status != 202:  # a proxy's page, or a connector of old, which answers 200 to refusals, too
                raise DeliveryError(f"{answer.host}: HTTP status {answer.status}, a workflow answers 202", retry=True)
        return Receipt()


def _card(title: str, lines: Sequence[Line], message: Message) -> Mapping[str, Any]:
    head = {**_run(title), "weight": "Bolder", "size": "Medium", "color": COLOURS[urgency(message)]}
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [{"type": "RichTextBlock", "inlines": [head]}, *map(_block, lines)],
    }
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [card]}


def _block(line: Line) -> Mapping[str, Any]:
    link = {**_run(line.label), "color": "Accent", "selectAction": {"type": "Action.OpenUrl", "url": line.url}}
    text = [_run(line.text + (" " if line.url else ""))] if line.text else []
    return {"type": "RichTextBlock", "inlines": [*text, *([link] if line.url else [])], "spacing": "Small"}


def _run(text: str) -> dict[str, Any]:
    """Cards replace {{DATE(…)}} and the like; a space between the braces ends that."""
    return {"type": "TextRun", "text": text.replace("{{", "{ {").replace("${", "$ {")}
