"""ntfy, Bark and ServerChan: to phones, each with its own limit and its own way to say no."""

import json
import re
from dataclasses import replace
from typing import Any, ClassVar

import httpx
import pytest

from collectors.secret import Secret
from monitor.alerts.types import Severity
from monitor.channels.bark import Bark, BarkSettings
from monitor.channels.ntfy import Ntfy, NtfySettings
from monitor.channels.serverchan import ServerChan, ServerChanSettings
from tests.contracts.channel_contract import MESSAGE, SECRET
from tests.contracts.incidents import fires
from tests.contracts.provider_contract import Judged, ProviderContract, clock, refused


class TestNtfy(ProviderContract):
    acceptance = (200, b'{"id":"xE73Iyuabi","time":1673542291,"event":"message"}')
    obeyed: ClassVar[tuple[str, ...]] = ()  # plain text
    most_bytes = 4096

    def make_at(self, base: str) -> Ntfy:
        return Ntfy(NtfySettings(topic=Secret(SECRET), url=base, token=Secret(SECRET)), clock())

    def shown_in(self, fields: Any) -> str:
        return f"{fields['title']}\n{fields['message']}"

    def counted(self, content: bytes) -> bytes:
        return str(json.loads(content)["message"]).encode()

    def test_reads_well(self) -> None:
        receipt, request = self.answered(self.accept, fires())
        assert receipt.reference == "xE73Iyuabi"
        assert request.url.path == "/"
        assert request.headers["Authorization"] == f"Bearer {SECRET}"
        fields = json.loads(request.content)
        assert fields["topic"] == SECRET
        assert (fields["priority"], fields["tags"]) == (5, ["rotating_light"])
        assert fields["click"] == "https://m.example/alerts/89abcdef01234567%3A1"
        assert fields["message"].splitlines()[-2] == "runbook: https://wiki.example/r"

    def test_only_a_page_is_urgent(self) -> None:
        for quiet, priority in (
            (replace(MESSAGE, severity=Severity.WARN), 4),
            (replace(MESSAGE, event="resolved"), 3),
            (replace(MESSAGE, event="digest"), 3),
        ):
            assert json.loads(self.answered(self.accept, quiet)[1].content)["priority"] == priority

    @pytest.mark.parametrize("body", [b"", b"<html>", b'{"id":7}', b'{"http":200}', b"[]"])
    def test_a_200_without_an_id_is_no_acceptance(self, body: bytes) -> None:
        assert refused(lambda: self.answered(lambda _: httpx.Response(200, content=body))).retry


class TestBark(ProviderContract):
    acceptance = (200, b'{"code":200,"message":"success","timestamp":1700000000}')
    obeyed: ClassVar[tuple[str, ...]] = ()  # plain text
    most_bytes = 4096
    judged: ClassVar[tuple[Judged, ...]] = (
        ({"code": 400}, False, None),
        ({"code": 500}, True, None),
        ({"code": 0}, False, None),
    )

    def make_at(self, base: str) -> Bark:
        return Bark(BarkSettings(device_key=Secret(SECRET), url=base), clock())

    def shown_in(self, fields: Any) -> str:
        return f"{fields['title']}\n{fields['body']}"

    def test_reads_well(self) -> None:
        _, request = self.answered(self.accept)
        assert request.url.path == "/push"
        assert json.loads(request.content) == {
            "device_key": SECRET,
            "title": "[PAGE] complaints above normal: 奶茶",
            "body": "Since 10:34\n“付不了” https://weibo.example/1\nrunbook: https://wiki.example/r",
            "group": "Trend Monitor",
            "level": "timeSensitive",
            "url": "https://wiki.example/r",
        }

    def test_a_page_may_ring_in_silent_mode_and_nothing_else_does(self) -> None:
        loud = Bark(BarkSettings(device_key=Secret(SECRET), page_level="critical"), clock())
        levels = []

        def take(request: httpx.Request) -> httpx.Response:
            levels.append(json.loads(request.content)["level"])
            return self.accept(request)

        with httpx.Client(transport=httpx.MockTransport(take)) as client:
            for message in (
                MESSAGE,
                replace(MESSAGE, severity=Severity.WARN),
                replace(MESSAGE, event="resolved"),
                replace(MESSAGE, event="test"),
            ):
                loud.send(client, message)
        assert levels == ["critical", "timeSensitive", "active", "active"]


class TestServerChan(ProviderContract):
    acceptance = (200, b'{"code":0,"message":"","data":{"pushid":"1","errno":0,"error":"SUCCESS"}}')
    most_bytes = 32_000
    judged: ClassVar[tuple[Judged, ...]] = (
        ({"code": 40001}, False, None),
        ({"code": 20001}, False, None),
        ({"errno": 1024}, False, None),
    )

    def make_at(self, base: str) -> ServerChan:
        return ServerChan(ServerChanSettings(url=Secret(f"{base}/{SECRET}.send")), clock())

    def shown_in(self, fields: Any) -> str:
        assert len(fields["title"]) <= 32
        text = fields["desp"].removeprefix("### ").replace("\n\n", "\n")
        return re.sub(r"\[[^\]]*\]\(([^)]*)\)", r"\1", text)

    def check_markup(self, arrived: bytes) -> None:
        desp = json.loads(arrived)["desp"]
        assert not re.search(r"[<>`*|\\]", desp)
        assert {url.split("/")[2] for url in re.findall(r"\]\(([^)]*)\)", desp)} <= {"weibo.example", "wiki.example"}

    def test_a_title_that_is_too_long_is_cut_and_whole_in_the_text(self) -> None:
        title = "【紧急】第一杯AI奶茶：投诉异常（支付、下单失败、客服无应答、退款），始于 2026-11-20 10:36"
        _, request = self.answered(self.accept, replace(MESSAGE, title=title))
        fields = json.loads(request.content)
        assert fields["title"] == "【紧急】第一杯AI奶茶：投诉异常（支付、下单失败、客服无应答、…"
        assert fields["short"] == title
        assert fields["desp"].startswith(f"### {title}\n\n")
