"""A group robot of WeCom (企业微信群机器人): Markdown, judged by `errcode`.

Set up in the group: add a robot, copy its webhook address; whoever knows that address can write to the group.
"""

from dataclasses import dataclass
from typing import ClassVar

import httpx

from collectors.clock import Clock, WallClock
from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.bucket import Bucket
from monitor.channels.channel import Receipt
from monitor.channels.codes import Codes, judge
from monitor.channels.lines import lines_of, title_of
from monitor.channels.markdown import line, marked
from monitor.channels.parts import in_parts, numbered, shortened, size_of
from monitor.channels.posting import need_address, post_json
from monitor.channels.urgency import Urgency, calls_people, urgency

MOST_BYTES = 4096
LONGEST_TITLE = 400
COLOURS = {Urgency.BAD: "warning", Urgency.WARN: "warning", Urgency.NOTE: "comment", Urgency.GOOD: "info"}
CODES = Codes(
    keys=("errcode",),
    again={45009: 60.0, -1: None},
    meaning={
        45009: "more than 20 messages a minute",
        93000: "the key in url is not that of a robot, or the robot was removed",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeComSettings:
    """`url`: the robot's webhook address; `mention`: user ids that a page calls by name."""

    url: Secret
    mention: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        need_address(self.url)


class WeCom:
    kind: ClassVar[str] = "wecom"
    addressee: ClassVar[str] = "mention"
    Settings: ClassVar[type[WeComSettings]] = WeComSettings

    def __init__(self, settings: WeComSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._bucket = Bucket(20, 60.0, clock or WallClock())

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        contents = self._contents(message)
        self._bucket.take(len(contents))
        for content in contents:
            fields = {"msgtype": "markdown", "markdown": {"content": content}}
            judge(post_json(client, self.settings.url.reveal(), fields), CODES)
        return Receipt()

    def _contents(self, message: Message) -> list[str]:
        title = shortened(marked(title_of(message)), LONGEST_TITLE)
        calls = "".join(f"<@{marked(user)}>" for user in self.settings.mention) if calls_people(message) else ""
        colour = COLOURS[urgency(message)]
        room = MOST_BYTES - size_of(calls) - LONGEST_TITLE - 60
        parts = in_parts(lines_of(message), room, lambda each: size_of(line(each)) + 3)
        contents = []
        for number, part in enumerate(parts, start=1):
            head = f'**<font color="{colour}">{numbered(title, number, len(parts))}</font>**'
            contents.append("\n".join([head, *(f"> {line(each)}" for each in part), *([calls] if calls else [])]))
        return contents
