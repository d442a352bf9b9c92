"""apprise as the road to any other service: with the real library, to a server of ours."""

import importlib.util
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.apprise import Apprise, AppriseSettings
from monitor.channels.channel import Channel, Receipt
from tests.contracts.channel_contract import MESSAGE, SECRET, ChannelContract
from tests.contracts.local_provider import RESET, Provider, provider
from tests.contracts.provider_contract import TRICKS, refused

pytest.importorskip("apprise", reason="an optional extra: pip install apprise")
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # by one of its plug-ins


def to(there: Provider) -> Apprise:
    address = there.url.removeprefix("http://")
    return Apprise(AppriseSettings(url=Secret(f"json://user:{SECRET}@{address}/{SECRET}")))


def send(channel: Channel, message: Message = MESSAGE) -> Receipt:
    with httpx.Client() as client:
        return channel.send(client, message)


class TestApprise(ChannelContract):
    has_event_id = False

    @pytest.fixture(autouse=True)
    def provider(self) -> Iterator[None]:
        with provider((200, {}, b"ok")) as self.there:
            yield

    def make(self) -> Apprise:
        return to(self.there)

    def deliver(self, channel: Channel, message: Message) -> tuple[Receipt, bytes]:
        return send(channel, message), self.there.bodies[-1]

    def broken(self) -> Apprise:
        self.there.answers[:] = [(RESET, {}, b"")]
        return self.make()

    def shown(self, arrived: bytes) -> str:
        fields = json.loads(arrived)
        return f"{fields['title']}\n{fields['message']}"

    def check_inert(self, arrived: bytes, text: str) -> None:
        super().check_inert(arrived, text)
        told = self.shown(arrived)
        assert not [sign for sign in told if ord(sign) < 32 and sign != "\n"]
        assert "\nSecond" not in told
        assert not [obeyed for obeyed in ("](", "<", "@", "*", "`") if obeyed in told]

    @pytest.mark.parametrize("trick", TRICKS, ids=range(len(TRICKS)))
    def test_a_post_makes_no_link_mention_or_format(self, trick: str) -> None:
        _, arrived = self.deliver(self.make(), replace(MESSAGE, lines=(trick,)))
        told = self.shown(arrived)
        assert "bad.example" not in told
        assert not [obeyed for obeyed in ("](", "<", "@", "**", "__", "`") if obeyed in told]

    def test_how_urgent_it_is_is_told_in_its_words(self) -> None:
        messages = (MESSAGE, replace(MESSAGE, event="resolved"), replace(MESSAGE, event="digest"))
        kinds = [json.loads(self.deliver(self.make(), message)[1])["type"] for message in messages]
        assert kinds == ["failure", "success", "info"]


@pytest.mark.parametrize("status", [403, 500, RESET])
def test_what_was_not_sent_is_tried_again_and_tells_no_secret(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with provider((status, {}, SECRET.encode())) as there:
        channel = to(there)
        error = refused(lambda: send(channel))
    assert error.retry
    assert there.bodies
    assert SECRET not in f"{error!r} {error.__cause__!r} {error.__context__!r} {channel.settings!r} {caplog.text}"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"wecombot://{SECRET}", 'use kind = "wecom"'),
        (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={SECRET}", 'use kind = "wecom"'),
        (f"nothing://{SECRET}", "no address that apprise knows"),
    ],
)
def test_addresses_that_would_lie_or_lead_nowhere_are_refused_at_start(
    url: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ValueError, match=reason) as caught:
        AppriseSettings(url=Secret(url))
    assert SECRET not in f"{caught.value} {caplog.text}"


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, package: str | None = None) -> Any:
        del name, package

    monkeypatch.setattr("monitor.channels.apprise.find_spec", missing)
    assert importlib.util.find_spec("apprise")
    with pytest.raises(ValueError, match="pip install apprise"):
        AppriseSettings(url=Secret("json://x"))
