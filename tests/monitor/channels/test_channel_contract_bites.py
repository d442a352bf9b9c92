"""A contract is code: each channel here breaks it in one way, and is refused for it."""

from collections.abc import Callable

import httpx
import pytest

from monitor.alerts.types import Message
from monitor.channels.channel import DeliveryError, Receipt
from monitor.channels.plain_text import as_json
from monitor.channels.webhook import Webhook
from tests.contracts.channel_contract import HOSTILE, HttpChannelContract
from tests.monitor.channels.test_built_in_channels import TestWebhook as Webhooks


class Swallows(Webhook):
    """Takes every answer for an acceptance."""

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        client.post(self.settings.url.reveal(), content=as_json(message))
        return Receipt()


class Tells(Webhook):
    """Puts the address into its error."""

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        try:
            return super().send(client, message)
        except DeliveryError as error:
            raise DeliveryError(f"{self.settings.url.reveal()}: {error}", retry=error.retry) from None


class Chains(Webhook):
    """Drags the request along as the cause of its error."""

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        try:
            client.post(self.settings.url.reveal(), content=as_json(message)).raise_for_status()
        except httpx.HTTPError as error:
            raise DeliveryError("no", retry=isinstance(error, httpx.TransportError)) from error
        return Receipt()


class GivesUp(Webhook):
    """Tries nothing again."""

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        try:
            return super().send(client, message)
        except DeliveryError as error:
            raise DeliveryError(str(error), retry=False) from None


class Forgets(Webhook):
    """Leaves the event id out, and how long it was asked to wait."""

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        answer = client.post(self.settings.url.reveal(), content=message.title.encode())
        if answer.status_code == 429:
            raise DeliveryError("429", retry=True)
        return Receipt()


class Pastes(Webhook):
    """Builds its body by hand."""

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        client.post(self.settings.url.reveal(), content=f'{{"title": "{message.title}"}}'.encode("utf-8", "replace"))
        return Receipt()


Check = Callable[[HttpChannelContract], None]

BROKEN: list[tuple[type[Webhook], Check]] = [
    (Swallows, lambda contract: contract.test_knows_which_statuses_to_try_again(500, retry=True)),
    (Swallows, lambda contract: contract.test_knows_which_statuses_to_try_again(301, retry=False)),
    (Tells, lambda contract: contract.test_a_refusal_tells_no_secret()),
    (Chains, lambda contract: contract.test_a_failing_connection_tells_no_secret(httpx.ConnectError)),
    (GivesUp, lambda contract: contract.test_knows_which_statuses_to_try_again(503, retry=True)),
    (GivesUp, lambda contract: contract.test_what_time_may_mend_is_to_be_tried_again()),
    (Forgets, lambda contract: contract.test_the_message_arrives_with_its_event_id()),
    (Forgets, lambda contract: contract.test_tells_how_long_it_was_asked_to_wait({"Retry-After": "90"}, 90.0)),
    (Pastes, lambda contract: contract.test_hostile_text_is_inert(HOSTILE[0])),
]


@pytest.mark.parametrize(("broken", "check"), BROKEN, ids=[f"{kind.__name__}{n}" for n, (kind, _) in enumerate(BROKEN)])
def test_the_contract_refuses_a_broken_channel(broken: type[Webhook], check: Check) -> None:
    class Contract(Webhooks):
        def make(self) -> Webhook:
            return broken(super().make().settings)

    Contract.__test__ = False
    check(Webhooks())
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(Contract())
