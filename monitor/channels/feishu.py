"""A custom bot of Feishu or Lark (飞书自定义机器人): signed, an interactive card, judged by `code`.

The signature is the base64 of the HMAC-SHA256 of nothing, whose key is the time in seconds, a line feed and the secret.
What posts say stands in `plain_text` elements, which Feishu does not interpret; only names to call are `lark_md`.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import httpx
from pydantic import StringConstraints

from collectors.clock import Clock, WallClock
from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.bucket import Bucket
from monitor.channels.channel import Receipt
from monitor.channels.codes import Codes, judge
from monitor.channels.lines import Line, lines_of, title_of
from monitor.channels.parts import in_parts, numbered, shortened
from monitor.channels.posting import as_bytes, need_address, post_json
from monitor.channels.urgency import Urgency, calls_people, urgency

ROOM = 18_000  # bytes of the lines; the whole body may have 20 KB
LONGEST_TITLE = 400
COLOURS = {Urgency.BAD: "red", Urgency.WARN: "orange", Urgency.NOTE: "blue", Urgency.GOOD: "green"}
CODES = Codes(
    keys=("code", "StatusCode"),
    again={11232: 60.0},
    meaning={
        11232: "more than 100 messages a minute or 5 a second, or a busy full hour",
        19001: "the token in url is not that of a bot, or the bot was removed",
        19021: "the secret is not the bot's, or this machine's clock is more than an hour off",
        19022: "this machine's address is not in the bot's list",
        19024: "the bot wants a keyword that the message has not",
    },
)


OpenId = Annotated[str, StringConstraints(pattern=r"^[\w-]{1,64}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeishuSettings:
    """`url`: the bot's webhook address; `secret`: of its signature check; `mention`: open ids that a page calls."""

    url: Secret
    secret: Secret
    mention: tuple[OpenId, ...] = ()

    def __post_init__(self) -> None:
        need_address(self.url)


class Feishu:
    kind: ClassVar[str] = "feishu"
    addressee: ClassVar[str] = "mention"
    Settings: ClassVar[type[FeishuSettings]] = FeishuSettings

    def __init__(self, settings: FeishuSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._clock = clock or WallClock()
        self._bucket = Bucket(5, 3.0, self._clock)

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        cards = self._cards(message)
        self._bucket.take(len(cards))
        for card in cards:
            body = {**self._signature(), "msg_type": "interactive", "card": card}
            judge(post_json(client, self.settings.url.reveal(), body), CODES)
        return Receipt()

    def _signature(self) -> Mapping[str, str]:
        time_s = str(int(self._clock.now().timestamp()))
        key = f"{time_s}\n{self.settings.secret.reveal()}".encode()
        return {"timestamp": time_s, "sign": base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()}

    def _cards(self, message: Message) -> list[Mapping[str, Any]]:
        title = shortened(title_of(message), LONGEST_TITLE)
        calls = "".join(f"<at id={user}></at>" for user in self.settings.mention) if calls_people(message) else ""
        called = [{"tag": "div", "text": {"tag": "lark_md", "content": calls}}] if calls else []
        parts = in_parts(
            lines_of(message), ROOM - len(as_bytes(called)), lambda each: len(as_bytes(_element(each))) + 1
        )
        return [
            {
                "config": {"wide_screen_mode": True},
                "header": {
                    "template": COLOURS[urgency(message)],
                    "title": _plain(numbered(title, number, len(parts))),
                },
                "elements": [*_joined(map(_element, part)), *called],
            }
            for number, part in enumerate(parts, start=1)
        ]


def _joined(elements: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Buttons that follow each other in one row."""
    joined: list[Mapping[str, Any]] = []
    for element in elements:
        if joined and element["tag"] == joined[-1]["tag"] == "action":
            joined[-1] = {**element, "actions": [*joined[-1]["actions"], *element["actions"]]}
        else:
            joined.append(element)
    return joined


def _plain(text: str) -> Mapping[str, str]:
    return {"tag": "plain_text", "content": text}


def _element(line: Line) -> Mapping[str, Any]:
    """A line of text, with its link as a button beside it; a link alone as a button."""
    button = {"tag": "button", "type": "default", "text": _plain(line.label), "url": line.url}
    if not line.url:
        return {"tag": "div", "text": _plain(line.text)}
    if not line.text:
        return {"tag": "action", "actions": [button]}
    return {"tag": "div", "text": _plain(line.text), "extra": button}
