"""The one interface a notification channel implements.

A channel is one class in one file, named by an entry point of the group `trend_monitor.channels`, built from its
`Settings` (a frozen dataclass whose fields are the keys of its `[channels.NAME]` section).
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import httpx

from monitor.alerts.types import Message


class DeliveryError(Exception):
    """The channel did not take the message. `retry` tells whether a later attempt can succeed."""

    def __init__(self, reason: str, *, retry: bool, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry = retry
        self.retry_after_s = retry_after_s


class Paced(DeliveryError):
    """Nothing was sent: the channel keeps to its provider's limit, and can go on after `retry_after_s`."""

    def __init__(self, reason: str, *, retry_after_s: float) -> None:
        super().__init__(reason, retry=True, retry_after_s=retry_after_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the channel answered when it accepted."""

    reference: str = ""  # the provider's own id of the message, where it gives one


class Channel(Protocol):
    """One that machines read also sets `alone: ClassVar[bool] = True`: it takes one alert a message, never a group
    of them. One that can speak to certain people names the key of its settings that holds them: `addressee`.
    One that shows `Message.page` with its pictures sets `takes_pages`: others get messages without them."""

    kind: ClassVar[str]
    Settings: ClassVar[type[Any]]

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        """Deliver, or raise DeliveryError. A 200 whose body refuses is a refusal. No secret in any error."""
        ...
