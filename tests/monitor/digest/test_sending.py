"""Who gets a digest, once, and what of it: through a real store, the outbox and a mail server on this machine."""

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import resvg_py
from selectolax.lexbor import LexborHTMLParser

from collectors.clock import EventClock
from monitor.alerts.directory import Directory
from monitor.channels.mail import Mail, MailSettings
from monitor.config import load
from monitor.config.types import DigestConfig, DigestRoute
from monitor.digest.daily import make_due_digests
from monitor.digest.facts import Facts
from monitor.digest.png import png
from monitor.digest.sending import ROOM, card, deliveries
from monitor.service import Service, build
from tests.contracts.local_mail import MailServer, mail_server
from tests.monitor.digest.tea_day import NOW

ZONE = ZoneInfo("Asia/Shanghai")
EIGHT = datetime(2026, 11, 21, 8, tzinfo=ZONE)
CONFIG = """\
language = "zh"
[topics.tea]
any = ["奶茶"]
[topics.coffee]
any = ["咖啡"]
[channels.post]
kind = "mail"
host = "127.0.0.1"
port = PORT
security = "none"
sender = "monitor@example.org"
to = ["team@example.org"]
[people.li]
post = "li@example.org"
[digest]
[[digest.send]]
channels = ["post"]
[[digest.send]]
topics = ["tea"]
channels = ["post"]
people = ["li"]
language = "en"
"""


def service(tmp_path: Path, clock: EventClock, server: MailServer) -> Service:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.replace("PORT", str(server.port)), encoding="utf-8")
    return build(load(path, {}), clock)


def sent(service: Service, server: MailServer, now: datetime) -> list[tuple[str, str, str]]:
    """(to, subject, text) of what the mail server took since."""
    before = len(server.mails)
    make_due_digests(service, now)
    service.pipeline.deliver(now)
    mails = [(to, message_from_bytes(mail, policy=default)) for to, mail in server.mails[before:]]
    return sorted((", ".join(to), str(m["Subject"]), m.get_body(("plain",)).get_content()) for to, m in mails)


@pytest.mark.slow
def test_each_topic_goes_to_its_own_people_once_and_a_silent_unseen_day_says_so(tmp_path: Path) -> None:
    with mail_server() as server, service(tmp_path, EventClock(EIGHT - timedelta(days=2)), server) as running:
        first = sent(running, server, EIGHT)
        of_friday = [mail for mail in first if "20" in mail[1]]
        assert [(to, subject) for to, subject, _ in of_friday] == [
            ("li@example.org", "[Daily digest] tea, 20 Nov: incomplete data"),
            ("team@example.org", "【舆情日报】coffee 11月20日：采集不完整"),
            ("team@example.org", "【舆情日报】tea 11月20日：采集不完整"),
        ]
        english = of_friday[0][2].replace("\r\n", "\n")
        assert "Low does not mean a fall." in english
        assert "Mentions  —\n    not compared: day not fully collected" in english
        assert "▼" not in english
        assert sent(running, server, EIGHT + timedelta(minutes=1)) == []
    with mail_server() as server, service(tmp_path, EventClock(EIGHT), server) as restarted:
        assert sent(restarted, server, EIGHT + timedelta(minutes=2)) == []


@pytest.mark.slow
def test_what_was_missed_while_the_service_was_down_is_sent_once_and_marked(tmp_path: Path) -> None:
    with mail_server() as server, service(tmp_path, EventClock(EIGHT - timedelta(days=1)), server) as running:
        late = [mail for mail in sent(running, server, EIGHT + timedelta(hours=5)) if mail[0] == "li@example.org"]
        assert [text.splitlines()[0] for _, _, text in late] == [
            "Late: due 21 Nov 08:00, when the service was not running"
        ]
        assert sent(running, server, EIGHT + timedelta(hours=6)) == []


def test_the_card_tells_what_happened_within_the_room_of_a_chat(facts: Facts) -> None:
    message = card(facts, "zh", "digest:daily:2026-11-20:tea:chat:")
    assert message.event == "digest"
    assert message.title.startswith("【舆情日报】一杯茶 11月20日：1起疑似故障（已恢复）")
    assert message.lines[0].startswith("09:41 起投诉增多")
    assert sum(line.startswith(("声量", "负面占比", "独立作者", "投诉数")) for line in message.lines) == 4
    assert any(
        line.startswith("疑似故障（已恢复）：开始 09:41，告警 09:46，恢复 12:08，持续 ") for line in message.lines
    )
    endless = replace(facts, incidents=facts.incidents * 40, hashtags=facts.hashtags * 40, title="茶" * 300)
    for shown in (facts, endless):
        long = card(shown, "zh", "id")
        assert len("\n".join([long.title, *long.lines]).encode()) <= ROOM
        assert long.lines[0].startswith("09:41")


def test_a_day_without_mentions_is_sent_like_any_other(facts: Facts) -> None:
    nothing = replace(facts.headline.mentions, value=0, estimated=None)
    silent = replace(facts, incidents=(), headline=replace(facts.headline, mentions=nothing))
    (owed,) = deliveries(silent, DigestConfig(send=(DigestRoute(channels=("chat",)),)), Directory(), "en", ZONE, NOW)
    assert owed.message.title == "[Daily digest] 一杯茶, 20 Nov: no mentions"
    assert owed.message.lines[0] == "Nobody mentioned it all day; collection worked."
    assert owed.message.event_id == "digest:daily:2026-11-20:tea:chat:"


def test_who_is_named_by_two_entries_gets_it_once_in_the_language_of_the_first(facts: Facts) -> None:
    routes = (
        DigestRoute(channels=("chat",), language="en"),
        DigestRoute(channels=("chat", "mail"), topics=("tea",)),
        DigestRoute(channels=("other",), topics=("coffee",)),
    )
    owed = deliveries(facts, DigestConfig(send=routes), Directory(), "zh", ZONE, NOW)
    assert [(each.channel, each.message.title[:3]) for each in owed] == [("chat", "[Da"), ("mail", "【舆情")]


def test_a_mail_has_its_page_its_text_and_its_charts_as_pictures(facts: Facts) -> None:
    config = DigestConfig(send=(DigestRoute(channels=("post",)),))
    with mail_server() as server:
        (owed,) = deliveries(facts, config, Directory(), "zh", ZONE, NOW, pages=["post"])
        settings = MailSettings(
            host="127.0.0.1", port=server.port, security="none", sender="m@example.org", to=("li@example.org",)
        )
        with httpx.Client() as client:
            for _ in range(2):
                Mail(settings, EventClock(NOW)).send(client, owed.message)
        (_, first), (_, again) = server.mails
        assert first == again, "sent again it is the same mail"
    mail = message_from_bytes(first, policy=default)
    parts = [part.get_content_type() for part in mail.walk()]
    assert parts == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
    ]
    html = mail.get_body(("html",)).get_content()
    assert len(html.encode()) < 100_000
    page = LexborHTMLParser(html)
    assert page.css("svg, script, link") == []
    assert [img.attributes["src"] for img in page.css("img")] == ["cid:week", "cid:day"]
    assert [part["Content-ID"] for part in mail.walk() if part.get_content_type() == "image/png"] == ["<week>", "<day>"]
    assert all("最高" in (img.attributes["alt"] or "") for img in page.css("img"))
    heading = page.css_first("h1")
    assert "font-size" in (heading.attributes["style"] or "")
    assert page.css_first("body > div").text().startswith("声量")
    assert mail.get_body(("plain",)).get_content().splitlines()[0] == str(mail["Subject"])


def test_the_words_of_a_chart_are_in_its_picture() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="24"><text x="4" y="18" {}>{}</text></svg>'
    style = 'font-size="14" font-family="sans-serif"'
    drawn, empty = png(svg.format(style, "负面")), png(svg.format(style, ""))
    assert drawn != empty
    without_font = bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg.format(style, "负面"), background="#ffffff", zoom=2, skip_system_fonts=True
        )
    )
    assert without_font == empty, "this is what a missing font looks like"
    assert png(svg.format(style, "负面")) == drawn
