"""Slack and Teams: structured text in which nothing is interpreted; acceptances that are theirs and nobody else's."""

import json
from dataclasses import replace
from typing import Any, ClassVar

import httpx
import pytest

from collectors.secret import Secret
from monitor.alerts.types import Severity
from monitor.channels.channel import DeliveryError
from monitor.channels.slack import Slack, SlackSettings
from monitor.channels.teams import Teams, TeamsSettings
from tests.contracts.channel_contract import MESSAGE, SECRET
from tests.contracts.provider_contract import ProviderContract, clock, refused


class TestSlack(ProviderContract):
    acceptance = (200, b"ok")
    obeyed: ClassVar[tuple[str, ...]] = ()  # rich text obeys nothing; check_markup sees to the rest
    most_bytes = 16_000

    def make_at(self, base: str) -> Slack:
        return Slack(SlackSettings(url=Secret(f"{base}/services/T0/B0/{SECRET}")), clock())

    def elements(self, fields: Any) -> list[Any]:
        [block] = fields["blocks"]
        [section] = block["elements"]
        assert (block["type"], section["type"]) == ("rich_text", "rich_text_section")
        return list(section["elements"])

    def shown_in(self, fields: Any) -> str:
        return "".join(element.get("url") or element.get("text", "") for element in self.elements(fields))

    def check_markup(self, arrived: bytes) -> None:
        for body in arrived.split(b"\n"):
            fields = json.loads(body)
            assert "<" not in fields["text"]
            for element in self.elements(fields):
                assert element["type"] in ("emoji", "text", "link")
                if element["type"] == "link":
                    assert element["url"].split("/")[2] in ("weibo.example", "wiki.example")

    def test_reads_well(self) -> None:
        _, request = self.answered(self.accept)
        assert json.loads(request.content) == {
            "text": "[PAGE] complaints above normal: 奶茶",
            "blocks": [
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [
                                {"type": "emoji", "name": "red_circle"},
                                {
                                    "type": "text",
                                    "text": " [PAGE] complaints above normal: 奶茶",
                                    "style": {"bold": True},
                                },
                                {"type": "text", "text": "\nSince 10:34"},
                                {"type": "text", "text": "\n“付不了” "},
                                {"type": "link", "url": "https://weibo.example/1", "text": "weibo.example"},
                                {"type": "text", "text": "\n"},
                                {"type": "link", "url": "https://wiki.example/r", "text": "runbook"},
                            ],
                        }
                    ],
                }
            ],
            "unfurl_links": False,
            "unfurl_media": False,
        }

    def test_the_line_shown_beforehand_is_escaped(self) -> None:
        _, request = self.answered(self.accept, replace(MESSAGE, title="<!channel> & <https://bad.example|x>"))
        assert json.loads(request.content)["text"] == "&lt;!channel&gt; &amp; &lt;https：//bad．example|x&gt;"

    @pytest.mark.parametrize("body", [b"", b"no_service", b"<html>ok</html>", b"okay"])
    def test_a_200_that_does_not_say_ok_is_no_acceptance(self, body: bytes) -> None:
        error = refused(lambda: self.answered(lambda _: httpx.Response(200, content=body)))
        assert error.retry


class TestTeams(ProviderContract):
    acceptance = (202, b"")
    obeyed: ClassVar[tuple[str, ...]] = ("{{DATE", "${secret}")
    most_bytes = 28_000

    def make_at(self, base: str) -> Teams:
        return Teams(
            TeamsSettings(url=Secret(f"{base}/workflows/1/triggers/manual/paths/invoke?sig={SECRET}")), clock()
        )

    def shown_in(self, fields: Any) -> str:
        lines = []
        for block in fields["attachments"][0]["content"]["body"]:
            runs = [run["selectAction"]["url"] if "selectAction" in run else run["text"] for run in block["inlines"]]
            lines.append("".join(runs))
        return "\n".join(lines)

    def check_markup(self, arrived: bytes) -> None:
        for body in arrived.split(b"\n"):
            for block in json.loads(body)["attachments"][0]["content"]["body"]:
                assert block["type"] == "RichTextBlock"  # TextBlock would know Markdown
                for run in block["inlines"]:
                    assert run["type"] == "TextRun"
                    if "selectAction" in run:
                        assert run["selectAction"]["url"].split("/")[2] in ("weibo.example", "wiki.example")

    def test_reads_well(self) -> None:
        _, request = self.answered(self.accept)
        [card] = json.loads(request.content)["attachments"]
        assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
        body = card["content"]["body"]
        assert body[0]["inlines"] == [
            {
                "type": "TextRun",
                "text": "[PAGE] complaints above normal: 奶茶",
                "weight": "Bolder",
                "size": "Medium",
                "color": "Attention",
            }
        ]
        assert body[2]["inlines"][0] == {"type": "TextRun", "text": "“付不了” "}
        assert body[2]["inlines"][1]["selectAction"] == {"type": "Action.OpenUrl", "url": "https://weibo.example/1"}

    @pytest.mark.parametrize(
        ("event", "severity", "colour"),
        [
            ("resolved", Severity.PAGE, "Good"),
            ("firing", Severity.WARN, "Warning"),
            ("firing", Severity.NOTE, "Accent"),
            ("digest", Severity.PAGE, "Accent"),
        ],
    )
    def test_the_colour_tells_how_urgent_it_is(self, event: str, severity: Severity, colour: str) -> None:
        _, request = self.answered(self.accept, replace(MESSAGE, event=event, severity=severity))
        head = json.loads(request.content)["attachments"][0]["content"]["body"][0]["inlines"][0]
        assert head["color"] == colour

    def test_a_200_is_not_a_workflow_s_acceptance(self) -> None:
        with pytest.raises(DeliveryError, match="202") as caught:
            self.answered(lambda _: httpx.Response(200, text="Webhook message delivery failed with error 413"))
        assert caught.value.retry
