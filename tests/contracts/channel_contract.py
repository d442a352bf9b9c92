"""What every channel must do: accept or say why not, whether to try again, obey nothing, and never tell a secret."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from monitor.alerts.dispatch import Dispatcher
from monitor.alerts.types import Message, Severity
from monitor.channels.channel import Channel, DeliveryError, Receipt
from monitor.store.sqlite import open_store
from monitor.store.store import NewDelivery

SECRET = "s3cret-that-nobody-may-see"
AT = datetime(2026, 11, 20, 2, 40, tzinfo=UTC)

MESSAGE = Message(
    event_id="0123456789abcdef:1:firing:名:",
    event="firing",
    severity=Severity.PAGE,
    title="[PAGE] complaints above normal: 奶茶",
    lines=("Since 10:34", "“付不了” https://weibo.example/1"),
    labels={"topic": "tea", "categories": "slow,busy"},
    at=AT,
    links={"runbook": "https://wiki.example/r"},
    facts={"value": 0.061, "limit": None},
)
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07 cleared",  # terminal escapes
    "first\r\nSecond: forged line",  # a line of its own
    "\u202egnp.exe",  # turned writing direction
    '"},{"event":"forged"',
    "<script>alert(1)</script> [x](javascript:alert(1)) @all *bold*",
    "=HYPERLINK(1)",
    "half an emoji \ud83d",
    "nul \x00 byte",
    "长" * 10_000,
)


class ChannelContract:
    """Subclass it and give the three below."""

    def make(self) -> Channel:
        """The channel, its secrets being SECRET."""
        raise AssertionError("give make")

    def deliver(self, channel: Channel, message: Message) -> tuple[Receipt, bytes]:
        """Send where it is accepted; the receipt and the bytes that arrived."""
        raise AssertionError(f"give deliver for {channel} and {message}")

    def broken(self) -> Channel:
        """One that cannot deliver for a reason that time may mend."""
        raise AssertionError("give broken")

    has_event_id: ClassVar[bool] = True  # False only where a person reads and nothing could use it

    def test_the_message_arrives_with_its_event_id(self) -> None:
        receipt, arrived = self.deliver(self.make(), MESSAGE)
        assert isinstance(receipt, Receipt)
        text = self.shown(arrived)
        assert MESSAGE.title in text
        assert all(line in text for line in MESSAGE.lines)
        assert "https://wiki.example/r" in text
        assert (MESSAGE.event_id in text) or not self.has_event_id

    def shown(self, arrived: bytes) -> str:
        """What a reader sees, links as their addresses."""
        return arrived.decode()

    def test_sending_again_sends_the_same(self) -> None:
        channel = self.make()
        _, first = self.deliver(channel, MESSAGE)
        _, second = self.deliver(channel, MESSAGE)
        assert second.endswith(first)

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_text_is_inert(self, text: str) -> None:
        message = Message(
            event_id="e", event="firing", severity=Severity.NOTE, title=text, lines=(text,), labels={"topic": text}
        )
        _, arrived = self.deliver(self.make(), message)
        self.check_inert(arrived, text)

    def check_inert(self, arrived: bytes, text: str) -> None:
        """No sign that a terminal or a log reader obeys, and no line that was not ours."""
        del text
        told = arrived.decode("utf-8")
        assert not [sign for sign in told if ord(sign) < 32 and sign != "\n"]
        assert "\u202e" not in told
        assert len(told.splitlines()) <= 2
        assert "\nSecond" not in told

    def test_what_time_may_mend_is_to_be_tried_again(self) -> None:
        with (
            httpx.Client(transport=httpx.MockTransport(_unreachable)) as client,
            pytest.raises(DeliveryError) as caught,
        ):
            self.broken().send(client, MESSAGE)
        assert caught.value.retry
        assert str(caught.value)

    def test_no_secret_is_told(self) -> None:
        channel = self.make()
        assert SECRET not in repr(channel)
        assert SECRET not in repr(channel.settings)  # type: ignore[attr-defined]


class HttpChannelContract(ChannelContract):
    """For channels that POST to a provider."""

    def answered(
        self, answer: Callable[[httpx.Request], httpx.Response], message: Message = MESSAGE
    ) -> tuple[Receipt, httpx.Request]:
        """Send to a provider that answers so; the receipt and the newest request."""
        receipt, requests = self.exchanged(answer, message)
        return receipt, requests[-1]

    def exchanged(
        self, answer: Callable[[httpx.Request], httpx.Response], message: Message
    ) -> tuple[Receipt, list[httpx.Request]]:
        """The same with every request."""
        requests: list[httpx.Request] = []

        def provider(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            return answer(request)

        with httpx.Client(transport=httpx.MockTransport(provider)) as client:
            return self.make().send(client, message), requests

    def accept(self, request: httpx.Request) -> httpx.Response:
        """The provider's own answer to what it takes."""
        del request
        return httpx.Response(200)

    def deliver(self, channel: Channel, message: Message) -> tuple[Receipt, bytes]:
        del channel
        receipt, requests = self.exchanged(self.accept, message)
        return receipt, b"\n".join(request.content for request in requests)

    def broken(self) -> Channel:
        return self.make()

    @pytest.mark.parametrize(
        ("status", "retry"),
        [
            (301, False),
            (400, False),
            (401, False),
            (403, False),
            (404, False),
            (408, True),
            (410, False),
            (413, False),
            (429, True),
            (500, True),
            (502, True),
            (503, True),
        ],
    )
    def test_knows_which_statuses_to_try_again(self, status: int, *, retry: bool) -> None:
        with pytest.raises(DeliveryError, match=str(status)) as caught:
            self.answered(lambda _: httpx.Response(status, text=SECRET, headers={"Location": "http://elsewhere"}))
        assert caught.value.retry is retry

    @pytest.mark.parametrize(
        ("headers", "wait_s"),
        [
            ({"Retry-After": "90"}, 90.0),
            (
                {"Retry-After": "Fri, 20 Nov 2026 03:00:00 GMT", "Date": "Fri, 20 Nov 2026 02:58:00 GMT"},
                120.0,
            ),
            ({"Retry-After": "Fri, 20 Nov 2026 02:00:00 GMT", "Date": "Fri, 20 Nov 2026 02:58:00 GMT"}, 0.0),
            ({"Retry-After": "soon"}, None),
            ({"Retry-After": "²"}, None),
            ({}, None),
        ],
    )
    def test_tells_how_long_it_was_asked_to_wait(self, headers: dict[str, str], wait_s: float | None) -> None:
        with pytest.raises(DeliveryError) as caught:
            self.answered(lambda _: httpx.Response(429, headers=httpx.Headers(headers, encoding="utf-8")))
        assert caught.value.retry_after_s == wait_s

    @pytest.mark.parametrize(
        "error",
        [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ProxyError, httpx.DecodingError],
    )
    def test_a_failing_connection_tells_no_secret(self, error: type[httpx.RequestError]) -> None:
        def fail(request: httpx.Request) -> httpx.Response:
            raise error(f"{request.url} with {SECRET}", request=request)

        with pytest.raises(DeliveryError) as caught:
            self.answered(fail)
        assert caught.value.retry is issubclass(error, httpx.TransportError)
        self.check_silence(caught.value)

    def test_a_refusal_tells_no_secret(self) -> None:
        with pytest.raises(DeliveryError) as caught:
            self.answered(lambda request: httpx.Response(403, text=f"{request.url} {SECRET}"))
        self.check_silence(caught.value)

    @pytest.mark.parametrize("status", [0, 200, 403, 503])
    def test_no_secret_reaches_a_log_or_the_database(
        self, status: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        def provider(request: httpx.Request) -> httpx.Response:
            if not status:
                raise httpx.ConnectError(f"{request.url} {SECRET}", request=request)
            return httpx.Response(status, text=f"{request.url} {SECRET}", headers={"Location": f"http://x/{SECRET}"})

        caplog.set_level(logging.DEBUG)
        path = tmp_path / "monitor.sqlite"
        owed = [NewDelivery(alert=None, channel="c", recipient="", message=MESSAGE, next_attempt_at=AT)]
        with open_store(path) as store, httpx.Client(transport=httpx.MockTransport(provider)) as client:
            store.enqueue(owed, AT)
            Dispatcher(store, {"c": self.make(), "other": self.make()}, client).dispatch(AT)
            kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
            assert SECRET not in repr(list(store.deliveries()))
        assert MESSAGE.title.encode() in kept
        assert SECRET.encode() not in kept
        assert SECRET not in caplog.text

    def check_silence(self, error: DeliveryError) -> None:
        seen: BaseException | None = error
        while seen is not None:
            assert SECRET not in f"{seen!s} {seen!r} {vars(seen)}"
            seen = seen.__cause__ or seen.__context__


def _unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("unreachable", request=request)
