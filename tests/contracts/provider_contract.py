"""What channels to chats and phones must do besides: judge by the body, stay within limits, show post text inertly."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import httpx
import pytest

from collectors.clock import EventClock
from monitor.alerts.types import Message
from monitor.channels.channel import Channel, DeliveryError, Receipt
from tests.contracts.channel_contract import AT, MESSAGE, SECRET, HttpChannelContract
from tests.contracts.local_provider import HANG, RESET, provider

TRICKS = (
    "“[点我](https://bad.example/x) ![i](https://bad.example/i.png)” https://weibo.example/2",
    "“<at id=all></at> <@all> @all @所有人 <!channel> <!here> <https://bad.example|x>” https://weibo.example/3",
    "“**bold** __x__ `code` # head <b>b</b> <font color=red>r</font> &lt;b&gt; www.bad.example/y” https://weibo.example/4",
    "“{{DATE(2026-01-01T00:00:00Z)}} ${secret} <script>alert(1)</script>” https://weibo.example/5",
)
BAD_LINK = re.compile(r"https?://bad\.example|www\.bad\.example|javascript:alert\(1\)\)")
Judged = tuple[dict[str, Any], bool, float | None]  # body of an HTTP 200, to be tried again?, after how many seconds


def clock() -> EventClock:
    return EventClock(AT + timedelta(minutes=1))


class ProviderContract(HttpChannelContract):
    """Give `make_at`, `acceptance`, `most_bytes`, `shown_in`, and, where the body has a code, `judged`."""

    has_event_id: ClassVar[bool] = False
    acceptance: ClassVar[tuple[int, bytes]] = (200, b"{}")
    judged: ClassVar[tuple[Judged, ...]] = ()
    obeyed: ClassVar[tuple[str, ...]] = (
        "](https：",
        "<at id",
        "<@all",
        "@all",
        "<!",
        "<script",
        "<b>",
        "<font color=red",
    )
    most_bytes: ClassVar[int]  # of what `counted` gives

    def make_at(self, base: str) -> Channel:
        raise AssertionError(f"give make_at for {base}")

    def shown_in(self, fields: Any) -> str:
        """What a reader sees of one request's JSON, links as their addresses."""
        raise AssertionError(f"give shown_in for {fields}")

    def counted(self, content: bytes) -> bytes:
        """What the provider counts against its limit."""
        return content

    def make(self) -> Channel:
        return self.make_at("https://provider.example")

    def accept(self, request: httpx.Request) -> httpx.Response:
        del request
        return httpx.Response(self.acceptance[0], content=self.acceptance[1])

    def shown(self, arrived: bytes) -> str:
        return "\n".join(self.shown_in(json.loads(body)) for body in arrived.split(b"\n"))

    def check_inert(self, arrived: bytes, text: str) -> None:
        for body in arrived.split(b"\n"):
            super().check_inert(body, text)
            assert len(self.counted(body)) <= self.most_bytes
            json.loads(body)
        told = self.shown(arrived)
        assert not [sign for sign in told if ord(sign) < 32 and sign != "\n"]
        assert "\nSecond" not in told
        assert not [obeyed for obeyed in self.obeyed if obeyed in arrived.decode()]
        self.check_markup(arrived)

    def check_markup(self, arrived: bytes) -> None:
        """Nothing in it that this provider's markup obeys, but what is ours."""

    @pytest.mark.parametrize("trick", TRICKS, ids=range(len(TRICKS)))
    def test_a_post_makes_no_link_mention_or_format(self, trick: str) -> None:
        _, arrived = self.deliver(self.make(), replace(MESSAGE, lines=(trick,)))
        raw = arrived.decode()
        assert not BAD_LINK.search(raw)
        for obeyed in self.obeyed:
            assert obeyed not in raw
        assert trick.rpartition(" ")[2] in raw
        self.check_markup(arrived)

    def test_a_long_message_loses_nothing_that_fits_and_cuts_no_sign(self) -> None:
        lines = tuple(f"{n:02} “{'付不了款🧋' * 12}” https://weibo.example/{n}" for n in range(24))
        _, arrived = self.deliver(self.make(), replace(MESSAGE, lines=lines))
        for body in arrived.split(b"\n"):
            assert len(self.counted(body)) <= self.most_bytes
            assert "\N{REPLACEMENT CHARACTER}" not in body.decode()
        told = self.shown(arrived)
        missing = [line for line in lines if line not in told]
        assert not missing or "…" in told
        assert lines[0] in told

    def test_one_endless_line_is_cut_between_signs(self) -> None:
        _, arrived = self.deliver(self.make(), replace(MESSAGE, lines=("长🧋" * 20_000,)))
        for body in arrived.split(b"\n"):
            assert len(self.counted(body)) <= self.most_bytes
            assert "\N{REPLACEMENT CHARACTER}" not in body.decode()
        assert "…" in self.shown(arrived)

    def test_what_is_over_is_told_as_well(self) -> None:
        title = "[RESOLVED] complaints above normal: 奶茶"
        _, arrived = self.deliver(self.make(), replace(MESSAGE, event="resolved", title=title))
        assert title in self.shown(arrived)

    def test_the_body_s_own_code_decides(self) -> None:
        for fields, retry, wait_s in self.judged:
            with pytest.raises(DeliveryError) as caught:
                self.answered(lambda _, fields=fields: httpx.Response(200, json={**fields, "errmsg": SECRET}))  # type: ignore[misc]
            assert (caught.value.retry, caught.value.retry_after_s) == (retry, wait_s), fields
            self.check_silence(caught.value)

    @pytest.mark.parametrize("body", [b"", b"<html>Please log in</html>", b"[" * 50_000, b"[]", b'{"x": 1'])
    def test_a_200_that_is_not_the_provider_s_own_is_no_acceptance(self, body: bytes) -> None:
        if not self.judged:
            pytest.skip("this provider's status is its answer")
        with pytest.raises(DeliveryError) as caught:
            self.answered(lambda _: httpx.Response(200, content=body))
        assert caught.value.retry

    def send_to(self, base: str, message: Message = MESSAGE, *, timeout_s: float = 10.0) -> Receipt:
        with httpx.Client(timeout=timeout_s, trust_env=False) as client:
            return self.make_at(base).send(client, message)

    def test_over_a_real_socket_it_is_accepted(self) -> None:
        with provider((self.acceptance[0], {}, self.acceptance[1])) as there:
            assert isinstance(self.send_to(there.url), Receipt)
            assert MESSAGE.title in self.shown(there.bodies[0])

    def test_a_refusal_with_200_a_limit_a_hang_and_a_reset_are_no_acceptance(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        refusals: list[tuple[int, dict[str, str], bytes, bool, float | None]] = [
            (200, {}, json.dumps(fields).encode(), retry, wait_s) for fields, retry, wait_s in self.judged
        ]
        for status, headers, body, retry, wait_s in [
            *refusals,
            (429, {"Retry-After": "7"}, b"", True, 7.0),
            (503, {}, b"", True, None),
            (403, {}, SECRET.encode(), False, None),
            (RESET, {}, b"", True, None),
            (HANG, {}, b"", True, None),
        ]:
            with provider((status, headers, body)) as there, pytest.raises(DeliveryError) as caught:
                self.send_to(there.url, timeout_s=0.05 if status == HANG else 10.0)
            assert (caught.value.retry, caught.value.retry_after_s) == (retry, wait_s), (status, body)
            assert there.bodies
            self.check_silence(caught.value)
        assert SECRET not in caplog.text


def refused(send: Callable[[], object]) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send()
    return caught.value
