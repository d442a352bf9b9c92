"""A custom robot of DingTalk (钉钉自定义机器人): signed, Markdown, judged by `errcode`.

The signature is the base64 of the HMAC-SHA256, by the secret, of the time in milliseconds, a line feed and the secret;
it goes into the address, encoded once. DingTalk refuses times that are more than an hour off.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

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
from monitor.channels.urgency import calls_people

ROOM = 16_000  # bytes of the text; the body, about 20,000, holds quotation marks twice
LONGEST_TITLE = 400
CODES = Codes(
    keys=("errcode",),
    again={130101: 600.0, 410100: 600.0, -1: None},
    meaning={
        130101: "more than 20 messages a minute: blocked for ten minutes",
        410100: "more than 20 messages a minute: blocked for ten minutes",
        300001: "the access_token in url is not that of a robot, or the robot was removed",
        310000: "the signature, the keyword or the address list of the robot's security settings does not agree",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DingTalkSettings:
    """`url`: the robot's webhook address; `secret`: the SEC… of "sign"; `mention`: mobile numbers that a page calls."""

    url: Secret
    secret: Secret
    mention: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        need_address(self.url)


class DingTalk:
    kind: ClassVar[str] = "dingtalk"
    addressee: ClassVar[str] = "mention"
    Settings: ClassVar[type[DingTalkSettings]] = DingTalkSettings

    def __init__(self, settings: DingTalkSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._clock = clock or WallClock()
        self._bucket = Bucket(20, 60.0, self._clock)

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        bodies = self._bodies(message)
        self._bucket.take(len(bodies))
        for body in bodies:
            judge(post_json(client, self._signed_url(), body), CODES)
        return Receipt()

    def _signed_url(self) -> str:
        time_ms = str(int(self._clock.now().timestamp() * 1000))
        secret = self.settings.secret.reveal()
        sign = base64.b64encode(hmac.new(secret.encode(), f"{time_ms}\n{secret}".encode(), hashlib.sha256).digest())
        url = self.settings.url.reveal()
        return f"{url}{'&' if '?' in url else '?'}{urlencode({'timestamp': time_ms, 'sign': sign})}"

    def _bodies(self, message: Message) -> list[dict[str, object]]:
        title = shortened(marked(title_of(message)), LONGEST_TITLE)
        mobiles = list(self.settings.mention) if calls_people(message) else []
        calls = [" ".join(f"@{marked(mobile)}" for mobile in mobiles)] if mobiles else []
        parts = in_parts(lines_of(message), ROOM - size_of("".join(calls)), lambda each: size_of(line(each)) + 4)
        bodies: list[dict[str, object]] = []
        for number, part in enumerate(parts, start=1):
            head = numbered(title, number, len(parts))
            text = "\n\n".join([f"### {head}", *(line(each) for each in part), *calls])  # one line feed is a space
            markdown = {"title": head, "text": text}
            bodies.append({"msgtype": "markdown", "markdown": markdown, "at": {"atMobiles": mobiles, "isAtAll": False}})
        return bodies
