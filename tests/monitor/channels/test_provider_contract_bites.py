"""The contract for providers of chats: each channel here breaks it in one way, and is refused for it."""

from collections.abc import Callable

import httpx
import pytest

from monitor.alerts.types import Message
from monitor.channels.channel import Receipt
from monitor.channels.lines import line_of, plain
from monitor.channels.posting import accepted, post_json
from monitor.channels.wecom import WeCom
from tests.contracts.provider_contract import TRICKS, clock
from tests.monitor.channels.test_wecom_channel import TestWeCom as WeComs


class Believes(WeCom):
    """Takes HTTP 200 for an acceptance."""

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        for content in self._contents(message):
            body = {"msgtype": "markdown", "markdown": {"content": content}}
            accepted(post_json(client, self.settings.url.reveal(), body))
        return Receipt()


class Pastes(WeCom):
    """Puts what posts say into its Markdown as it is."""

    def _contents(self, message: Message) -> list[str]:
        return ["\n".join([message.title, *message.lines])]


class Counts(WeCom):
    """Cuts by characters instead of bytes."""

    def _contents(self, message: Message) -> list[str]:
        return ["\n".join([message.title, *(plain(line_of(line)) for line in message.lines)])[:4096]]


class Chops(WeCom):
    """Cuts by bytes, in the middle of a sign."""

    def _contents(self, message: Message) -> list[str]:
        whole = super()._contents(message)[0].encode()
        return [whole[:1001].decode(errors="replace") + "…"]


Check = Callable[[WeComs], None]

BROKEN: list[tuple[type[WeCom], Check]] = [
    (Believes, lambda contract: contract.test_the_body_s_own_code_decides()),
    (Believes, lambda contract: contract.test_a_200_that_is_not_the_provider_s_own_is_no_acceptance(b"<html>")),
    (Pastes, lambda contract: contract.test_a_post_makes_no_link_mention_or_format(TRICKS[0])),
    (Pastes, lambda contract: contract.test_a_post_makes_no_link_mention_or_format(TRICKS[1])),
    (Counts, lambda contract: contract.test_one_endless_line_is_cut_between_signs()),
    (Chops, lambda contract: contract.test_one_endless_line_is_cut_between_signs()),
    (Chops, lambda contract: contract.test_a_long_message_loses_nothing_that_fits_and_cuts_no_sign()),
]


@pytest.mark.parametrize(("broken", "check"), BROKEN, ids=[f"{kind.__name__}{n}" for n, (kind, _) in enumerate(BROKEN)])
def test_the_contract_refuses_a_broken_channel(broken: type[WeCom], check: Check) -> None:
    class Contract(WeComs):
        __test__ = False

        def make_at(self, base: str) -> WeCom:
            return broken(super().make_at(base).settings, clock())

    check(WeComs())
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(Contract())
