"""DingTalk: the signature in the address, encoded once; Markdown that only we write; 20,000 bytes; errcode."""

import base64
import hmac
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx

from collectors.clock import EventClock
from collectors.secret import Secret
from monitor.alerts.types import Severity
from monitor.channels.dingtalk import DingTalk, DingTalkSettings
from tests.contracts.channel_contract import AT, MESSAGE, SECRET
from tests.contracts.local_provider import provider
from tests.contracts.provider_contract import Judged, ProviderContract, clock, refused


class TestDingTalk(ProviderContract):
    acceptance = (200, b'{"errcode":0,"errmsg":"ok"}')
    most_bytes = 20_000
    judged: ClassVar[tuple[Judged, ...]] = (
        ({"errcode": 310000}, False, None),
        ({"errcode": 300001}, False, None),
        ({"errcode": 130101}, True, 600.0),
        ({"errcode": 410100}, True, 600.0),
        ({"errcode": -1}, True, None),
        ({"errcode": 40035}, False, None),
    )

    def make_at(self, base: str) -> DingTalk:
        url = Secret(f"{base}/robot/send?access_token={SECRET}")
        return DingTalk(DingTalkSettings(url=url, secret=Secret(SECRET), mention=("13800138000",)), clock())

    def shown_in(self, fields: Any) -> str:
        text = fields["markdown"]["text"].removeprefix("### ").replace("\n\n", "\n")
        return re.sub(r"\[[^\]]*\]\(([^)]*)\)", r"\1", text)

    def check_markup(self, arrived: bytes) -> None:
        for body in arrived.split(b"\n"):
            fields = json.loads(body)
            assert not fields["at"]["isAtAll"]
            assert not re.search(r"[<>`*|\\]", fields["markdown"]["text"])
            links = re.findall(r"\]\(([^)]*)\)", fields["markdown"]["text"])
            assert {url.split("/")[2] for url in links} <= {"weibo.example", "wiki.example"}

    def test_reads_well(self) -> None:
        _, request = self.answered(self.accept)
        assert json.loads(request.content) == {
            "msgtype": "markdown",
            "markdown": {
                "title": "[PAGE] complaints above normal: 奶茶",
                "text": "### [PAGE] complaints above normal: 奶茶\n\n"
                "Since 10:34\n\n"
                "“付不了” [weibo.example](https://weibo.example/1)\n\n"
                "[runbook](https://wiki.example/r)\n\n"
                "@13800138000",
            },
            "at": {"atMobiles": ["13800138000"], "isAtAll": False},
        }

    def test_only_a_page_calls_people(self) -> None:
        _, request = self.answered(self.accept, replace(MESSAGE, severity=Severity.WARN))
        assert json.loads(request.content)["at"] == {"atMobiles": [], "isAtAll": False}
        assert b"138" not in request.content

    def test_the_signature_is_the_documented_one_encoded_once(self) -> None:
        # Of these moments one has a signature with + and one with /, the signs that a second encoding would spoil.
        seen = ""
        for second in range(40):
            time = EventClock(AT.replace(second=second, microsecond=250_000))
            with provider((200, {}, self.acceptance[1])) as there, httpx.Client(trust_env=False) as client:
                DingTalk(self.make_at(there.url).settings, time).send(client, MESSAGE)
            stamp = f"{int(AT.timestamp()) + second}250"
            digest = hmac.new(SECRET.encode(), (stamp + "\n" + SECRET).encode("utf-8"), "sha256").digest()
            sign = base64.b64encode(digest).decode()
            once = sign.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
            assert there.paths == [f"/robot/send?access_token={SECRET}&timestamp={stamp}&sign={once}"]
            seen += sign
            if "+" in seen and "/" in seen:
                return
        raise AssertionError("no signature with + and / was tried")

    def test_the_signature_is_the_one_that_openssl_computes(self) -> None:
        # printf '1763606460250\n%s' "$S" | openssl dgst -sha256 -hmac "$S" -binary | base64
        time = EventClock(datetime.fromtimestamp(1_763_606_460.25, UTC))
        paths = []

        def take(request: httpx.Request) -> httpx.Response:
            paths.append(request.url.params["sign"])
            return self.accept(request)

        with httpx.Client(transport=httpx.MockTransport(take)) as client:
            DingTalk(self.make_at("https://x.example").settings, time).send(client, MESSAGE)
        assert paths == ["/Vu+H8DNkiLfWkt2ctTphboNOIehB2ooOKRfQPxB+9c="]

    def test_twenty_a_minute_and_no_more_lest_it_blocks_for_ten(self) -> None:
        channel = self.make_at("https://x.example")
        with httpx.Client(transport=httpx.MockTransport(self.accept)) as client:
            for _ in range(20):
                channel.send(client, MESSAGE)
            error = refused(lambda: channel.send(client, MESSAGE))
        assert (error.retry, error.retry_after_s) == (True, 3.0)
