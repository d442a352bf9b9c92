"""WeCom: Markdown that only we write, 4096 bytes, 20 messages a minute, errcode."""

import json
import re
from dataclasses import replace
from typing import Any, ClassVar

import httpx

from collectors.secret import Secret
from monitor.alerts.types import Severity
from monitor.channels.wecom import WeCom, WeComSettings
from tests.contracts.channel_contract import MESSAGE, SECRET
from tests.contracts.provider_contract import Judged, ProviderContract, clock, refused


class TestWeCom(ProviderContract):
    acceptance = (200, b'{"errcode":0,"errmsg":"ok"}')
    most_bytes = 4096
    judged: ClassVar[tuple[Judged, ...]] = (
        ({"errcode": 93000}, False, None),
        ({"errcode": 45009}, True, 60.0),
        ({"errcode": -1}, True, None),
        ({"errcode": 40058}, False, None),
        ({"errcode": False}, True, None),
        ({"errcode": "0"}, True, None),
    )

    def make_at(self, base: str) -> WeCom:
        url = Secret(f"{base}/cgi-bin/webhook/send?key={SECRET}")
        return WeCom(WeComSettings(url=url, mention=("li-si",)), clock())

    def shown_in(self, fields: Any) -> str:
        content = re.sub(r"</?font[^>]*>|\*\*", "", fields["markdown"]["content"])
        return re.sub(r"\[[^\]]*\]\(([^)]*)\)", r"\1", content)

    def counted(self, content: bytes) -> bytes:
        return str(json.loads(content)["markdown"]["content"]).encode()

    def check_markup(self, arrived: bytes) -> None:
        for body in arrived.split(b"\n"):
            content = json.loads(body)["markdown"]["content"]
            assert re.fullmatch(r'\*\*<font color="\w+">[^<>]*</font>\*\*(\n> [^<>]*)*(\n<@li-si>)?', content), content
            assert {url.split("/")[2] for url in re.findall(r"\]\(([^)]*)\)", content)} <= {
                "weibo.example",
                "wiki.example",
            }

    def test_reads_well(self) -> None:
        _, request = self.answered(self.accept)
        assert request.url.path == "/cgi-bin/webhook/send"
        assert request.url.params["key"] == SECRET
        assert json.loads(request.content) == {
            "msgtype": "markdown",
            "markdown": {
                "content": '**<font color="warning">[PAGE] complaints above normal: 奶茶</font>**\n'
                "> Since 10:34\n"
                "> “付不了” [weibo.example](https://weibo.example/1)\n"
                "> [runbook](https://wiki.example/r)\n"
                "<@li-si>"
            },
        }

    def test_only_a_page_calls_people(self) -> None:
        for quiet in (replace(MESSAGE, severity=Severity.WARN), replace(MESSAGE, event="resolved")):
            _, request = self.answered(self.accept, quiet)
            assert b"<@" not in request.content

    def test_parts_are_numbered(self) -> None:
        lines = tuple(f"{n} “{'字' * 80}” https://weibo.example/{n}" for n in range(20))
        _, requests = self.exchanged(self.accept, replace(MESSAGE, lines=lines))
        assert [re.search(r"\((\d/\d)\)", self.shown(r.content))[1] for r in requests] == ["1/2", "2/2"]  # type: ignore[index]

    def test_the_twenty_first_message_of_a_minute_waits(self) -> None:
        channel, time = WeCom(self.make_at("https://x").settings, ticking := clock()), ticking
        with httpx.Client(transport=httpx.MockTransport(self.accept)) as client:
            for _ in range(20):
                channel.send(client, MESSAGE)
            error = refused(lambda: channel.send(client, MESSAGE))
            assert (error.retry, error.retry_after_s) == (True, 3.0)
            time.wait(3)
            channel.send(client, MESSAGE)
