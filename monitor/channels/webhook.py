"""A POST of JSON to an address of one's own, signed, so that the receiver knows who speaks.

`X-Signature` is `sha256=` and the HMAC-SHA256 of the body in hex, by the shared secret; `X-Event-Id` is the same for
every attempt of one delivery, so that the receiver can drop what it has. Any 2xx status is an acceptance.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import ClassVar

import httpx

from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.channel import Receipt
from monitor.channels.plain_text import as_json
from monitor.channels.posting import post
from monitor.config.words import is_address


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """`url`: where to post, a secret as far as it holds a token; `secret`: signs the body."""

    url: Secret
    secret: Secret

    def __post_init__(self) -> None:
        if not is_address(self.url.reveal()):
            raise ValueError("what url refers to is not an http or https address")


class Webhook:
    kind: ClassVar[str] = "webhook"
    alone: ClassVar[bool] = True
    Settings: ClassVar[type[WebhookSettings]] = WebhookSettings

    def __init__(self, settings: WebhookSettings) -> None:
        self.settings = settings

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        body = as_json(message)
        signature = hmac.new(self.settings.secret.reveal().encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Event-Id": _header_text(message.event_id),
            "X-Signature": f"sha256={signature}",
        }
        post(client, self.settings.url.reveal(), body, headers)
        return Receipt()


def _header_text(text: str) -> str:
    """As a header may hold it: names of channels can be Chinese."""
    return text.encode("ascii", "backslashreplace").decode()
