"""Feishu: the signature in the body, a card whose text is not interpreted, 20 KB, code or StatusCode."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx
import pytest

from collectors.clock import EventClock
from collectors.secret import Secret
from monitor.alerts.types import Severity
from monitor.channels.feishu import Feishu, FeishuSettings
from tests.contracts.channel_contract import AT, MESSAGE, SECRET
from tests.contracts.provider_contract import Judged, ProviderContract, clock, refused


class TestFeishu(ProviderContract):
    acceptance = (200, b'{"code":0,"msg":"success","data":{}}')
    obeyed = ()  # plain_text obeys nothing; check_markup sees to it that all else is ours
    most_bytes = 20 * 1024
    judged: ClassVar[tuple[Judged, ...]] = (
        ({"code": 19021}, False, None),
        ({"code": 19001}, False, None),
        ({"code": 11232}, True, 60.0),
        ({"StatusCode": 9499}, False, None),
    )

    def make_at(self, base: str) -> Feishu:
        url = Secret(f"{base}/open-apis/bot/v2/hook/{SECRET}")
        return Feishu(FeishuSettings(url=url, secret=Secret(SECRET), mention=("ou_7d8",)), clock())

    def shown_in(self, fields: Any) -> str:
        lines = [fields["card"]["header"]["title"]["content"]]
        for element in fields["card"]["elements"]:
            if element["tag"] == "action":
                lines += [f"{button['text']['content']} {button['url']}" for button in element["actions"]]
            else:
                link = element.get("extra")
                lines.append(element["text"]["content"] + (f" {link['url']}" if link else ""))
        return "\n".join(lines)

    def check_markup(self, arrived: bytes) -> None:
        for body in arrived.split(b"\n"):
            card = json.loads(body)["card"]
            assert card["header"]["title"]["tag"] == "plain_text"
            for element in card["elements"]:
                for button in [*element.get("actions", []), *([element["extra"]] if "extra" in element else [])]:
                    assert button["url"].split("/")[2] in ("weibo.example", "wiki.example")
                    assert button["text"]["tag"] == "plain_text"
                if element["tag"] == "div" and element["text"]["tag"] != "plain_text":
                    assert element["text"] == {"tag": "lark_md", "content": "<at id=ou_7d8></at>"}

    def test_reads_well(self) -> None:
        _, request = self.answered(self.accept)
        card = json.loads(request.content)["card"]
        assert request.url.path == f"/open-apis/bot/v2/hook/{SECRET}"
        assert card["header"] == {
            "template": "red",
            "title": {"tag": "plain_text", "content": "[PAGE] complaints above normal: 奶茶"},
        }
        assert self.shown(request.content).splitlines() == [
            "[PAGE] complaints above normal: 奶茶",
            "Since 10:34",
            "“付不了” https://weibo.example/1",
            "runbook https://wiki.example/r",
            "<at id=ou_7d8></at>",
        ]

    def test_links_that_follow_each_other_are_one_row_of_buttons(self) -> None:
        links = {"runbook": "https://wiki.example/r", "alert": "https://wiki.example/a"}
        _, request = self.answered(self.accept, replace(MESSAGE, links=links))
        rows = [e for e in json.loads(request.content)["card"]["elements"] if e["tag"] == "action"]
        assert [[button["url"] for button in row["actions"]] for row in rows] == [list(links.values())]

    def test_only_a_page_calls_people_and_what_is_over_is_green(self) -> None:
        _, request = self.answered(self.accept, replace(MESSAGE, severity=Severity.NOTE))
        assert b"<at" not in request.content
        _, request = self.answered(self.accept, replace(MESSAGE, event="resolved"))
        assert json.loads(request.content)["card"]["header"]["template"] == "green"
        assert b"<at" not in request.content

    def test_the_signature_is_the_one_that_openssl_computes(self) -> None:
        # openssl dgst -sha256 -mac HMAC -macopt hexkey:(hex of "1763606467\n" and the secret) -binary </dev/null
        time, bodies = EventClock(datetime.fromtimestamp(1_763_606_467, UTC)), []

        def take(request: httpx.Request) -> httpx.Response:
            bodies.append(json.loads(request.content))
            return self.accept(request)

        with httpx.Client(transport=httpx.MockTransport(take)) as client:
            Feishu(self.make_at("https://x.example").settings, time).send(client, MESSAGE)
        assert bodies[0]["sign"] == "6Krq3HXcoAPtrQHSYVWaIRot9WGb+zNbn4bpepHnBGw="

    def test_the_signature_is_the_documented_one(self) -> None:
        time = EventClock(AT.replace(second=7, microsecond=999_999))
        bodies = []

        def take(request: httpx.Request) -> httpx.Response:
            bodies.append(json.loads(request.content))
            return self.accept(request)

        with httpx.Client(transport=httpx.MockTransport(take)) as client:
            Feishu(self.make_at("https://x.example").settings, time).send(client, MESSAGE)
        stamp = str(int(AT.timestamp()) + 7)
        expected = hmac.HMAC(f"{stamp}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
        assert bodies[0]["timestamp"] == stamp
        assert base64.b64decode(bodies[0]["sign"], validate=True) == expected

    def test_older_bots_answer_with_a_status_code(self) -> None:
        self.answered(lambda _: httpx.Response(200, json={"StatusCode": 0, "StatusMessage": "success"}))

    def test_a_400_with_the_limit_s_code_is_tried_again(self) -> None:
        with pytest.raises(Exception, match="11232") as caught:
            self.answered(lambda _: httpx.Response(400, json={"code": 11232, "msg": SECRET}))
        assert caught.value.retry  # type: ignore[attr-defined]

    def test_five_in_three_seconds(self) -> None:
        channel = self.make_at("https://x.example")
        with httpx.Client(transport=httpx.MockTransport(self.accept)) as client:
            for _ in range(5):
                channel.send(client, MESSAGE)
            error = refused(lambda: channel.send(client, MESSAGE))
        assert error.retry
        assert error.retry_after_s == pytest.approx(0.6)
