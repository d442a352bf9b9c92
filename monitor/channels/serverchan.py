"""ServerChan (Server酱), to WeChat: Markdown, judged by `code`. Free accounts have a handful of messages a day: route
pages to it, and nothing else."""

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
from monitor.channels.parts import CUT, in_parts, shortened, size_of
from monitor.channels.posting import need_address, post_json

ROOM = 24_000  # bytes of the text; 32 KB are allowed
LONGEST_TITLE = 32  # characters; the whole title stands in the text
LONGEST_SHORT = 64  # characters on the card in WeChat: the product may stand late in a title
CODES = Codes(
    keys=("code", "errno"),
    meaning={40001: "the send key is not valid, or the messages of this day are used up"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerChanSettings:
    """`url`: the whole address with the send key in it, of either of its services."""

    url: Secret

    def __post_init__(self) -> None:
        need_address(self.url)


class ServerChan:
    kind: ClassVar[str] = "serverchan"
    Settings: ClassVar[type[ServerChanSettings]] = ServerChanSettings

    def __init__(self, settings: ServerChanSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._bucket = Bucket(5, 60.0, clock or WallClock())

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        title = marked(title_of(message))
        head = f"### {shortened(title, 1000)}"
        parts = in_parts(lines_of(message), ROOM - size_of(head), lambda each: size_of(line(each)) + 2)
        lines = [*map(line, parts[0]), *([CUT] if len(parts) > 1 else [])]  # a second message would cost one of the day
        fields = {
            "title": shortened(title, LONGEST_TITLE, len),
            "short": shortened(title, LONGEST_SHORT, len),
            "desp": "\n\n".join([head, *lines]),
        }
        self._bucket.take()
        judge(post_json(client, self.settings.url.reveal(), fields), CODES)
        return Receipt()
