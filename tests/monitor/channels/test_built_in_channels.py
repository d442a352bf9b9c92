"""console, file and webhook keep the channel contract, and what each adds to it."""

import hashlib
import hmac
import io
import json
import sys
from pathlib import Path

import httpx
import pytest

from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.channel import Channel, DeliveryError, Receipt
from monitor.channels.configured import configured_channels
from monitor.channels.console import Console, ConsoleSettings
from monitor.channels.file import File, FileSettings
from monitor.channels.plain_text import as_json, inert
from monitor.channels.webhook import Webhook, WebhookSettings
from monitor.config import ChannelConfig
from tests.contracts.channel_contract import MESSAGE, SECRET, ChannelContract, HttpChannelContract

URL = f"https://hooks.example.org/{SECRET}?token={SECRET}"


class TestWebhook(HttpChannelContract):
    def make(self) -> Webhook:
        return Webhook(WebhookSettings(url=Secret(URL), secret=Secret(SECRET)))

    def check_inert(self, arrived: bytes, text: str) -> None:
        super().check_inert(arrived, text)
        expected = text.encode("utf-8", "replace").decode()
        assert json.loads(arrived)["title"] == expected
        assert set(json.loads(arrived)) == set(json.loads(as_json(MESSAGE)))

    def test_the_signature_is_that_of_the_body(self) -> None:
        _, request = self.answered(lambda _: httpx.Response(204))
        assert request.url == URL
        assert request.method == "POST"
        expected = hmac.new(SECRET.encode(), request.content, hashlib.sha256).hexdigest()
        assert request.headers["X-Signature"] == f"sha256={expected}"
        assert request.headers["X-Event-Id"] == "0123456789abcdef:1:firing:\\u540d:"
        assert request.headers["Content-Type"] == "application/json; charset=utf-8"
        assert json.loads(request.content)["facts"] == {"value": 0.061, "limit": None}

    def test_a_redirect_is_not_followed(self) -> None:
        def move(request: httpx.Request) -> httpx.Response:
            assert request.url.host == "hooks.example.org"
            return httpx.Response(307, headers={"Location": "https://elsewhere.example/"})

        with pytest.raises(DeliveryError, match="status 307"):
            self.answered(move)

    def test_an_endless_answer_is_not_read_to_its_end(self) -> None:
        class Endless(httpx.SyncByteStream):
            read = 0

            def __iter__(self):  # type: ignore[no-untyped-def]
                while True:
                    self.read += 1
                    assert self.read < 100
                    yield b"x" * 10_000

        receipt, _ = self.answered(lambda _: httpx.Response(200, stream=Endless()))
        assert receipt == Receipt()

    def test_an_address_that_is_none_is_refused_at_start(self) -> None:
        with pytest.raises(ValueError, match="not an http or https address") as caught:
            WebhookSettings(url=Secret(SECRET), secret=Secret("k"))
        assert SECRET not in str(caught.value)


class TestFile(ChannelContract):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "not yet" / "alerts.jsonl"

    def make(self) -> File:
        return File(FileSettings(path=self.path))

    def deliver(self, channel: Channel, message: Message) -> tuple[Receipt, bytes]:
        with httpx.Client() as client:
            return channel.send(client, message), self.path.read_bytes()

    def broken(self) -> File:
        self.path.mkdir(parents=True)
        return self.make()

    def test_every_message_is_one_line_of_json(self) -> None:
        for _ in range(2):
            _, arrived = self.deliver(self.make(), MESSAGE)
        assert [json.loads(line)["event_id"] for line in arrived.splitlines()] == [MESSAGE.event_id] * 2

    def test_a_line_cut_short_by_a_crash_spoils_no_other(self) -> None:
        self.path.parent.mkdir()
        self.path.write_bytes(b'{"event_id": "cut sh')
        _, arrived = self.deliver(self.make(), MESSAGE)
        assert arrived.splitlines()[0] == b'{"event_id": "cut sh'
        assert json.loads(arrived.splitlines()[1])["title"] == MESSAGE.title

    def test_it_is_on_the_disk_before_it_counts_as_accepted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(DeliveryError, match="No space left on device") as caught:
            self.deliver(self.make(), MESSAGE)
        assert caught.value.retry


class Closed(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError(32, text)


class TestConsole(ChannelContract):
    has_event_id = False

    @pytest.fixture(autouse=True)
    def terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def make(self) -> Console:
        return Console(ConsoleSettings())

    def deliver(self, channel: Channel, message: Message) -> tuple[Receipt, bytes]:
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        self.monkeypatch.setattr(sys, "stderr", out)
        with httpx.Client() as client:
            receipt = channel.send(client, message)
        return receipt, out.buffer.getvalue()  # type: ignore[attr-defined]

    def broken(self) -> Console:
        self.monkeypatch.setattr(sys, "stderr", Closed())
        return self.make()

    def test_reads_well(self) -> None:
        _, arrived = self.deliver(self.make(), MESSAGE)
        assert arrived.decode() == (
            "[PAGE] complaints above normal: 奶茶\n"
            "  Since 10:34\n"
            "  “付不了” https://weibo.example/1\n"
            "  runbook: https://wiki.example/r\n"
        )

    def test_a_terminal_without_chinese_loses_signs_and_not_the_message(self) -> None:
        out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        self.monkeypatch.setattr(sys, "stdout", out)
        with httpx.Client() as client:
            Console(ConsoleSettings(stream="stdout")).send(client, MESSAGE)
        assert out.buffer.getvalue().startswith(b"[PAGE] complaints above normal: ??\n")


def test_marks_that_turn_the_writing_or_hide_are_gone_and_emoji_stay() -> None:
    assert inert("a\u202eb\u2066c\u200bd") == "abcd"
    assert inert("👩‍💻 ok") == "👩‍💻 ok"
    assert inert("one\u2028two\x85three\ttab") == "one two three tab"


def test_configured_channels_write_below_the_data_folder(tmp_path: Path) -> None:
    channels = configured_channels(
        [
            ChannelConfig(name="log", kind="file", settings=FileSettings(path=Path("told/a.jsonl"))),
            ChannelConfig(name="tty", kind="console", settings=ConsoleSettings()),
        ],
        tmp_path / "data",
    )
    assert list(channels) == ["log", "tty"]
    with httpx.Client() as client:
        channels["log"].send(client, MESSAGE)
    assert len((tmp_path / "data" / "told" / "a.jsonl").read_bytes().splitlines()) == 1
