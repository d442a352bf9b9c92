"""A channel that speaks to certain people instead of those of its own configuration."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from monitor.channels.channel import Channel, DeliveryError

GROUP = "mention"  # the key of those who are called by name within a group


def addressed(channel: Channel, addresses: Sequence[str]) -> Channel:
    """The same channel, its limits shared, with these addresses in the key that its kind names as `addressee`.

    Raises DeliveryError where an address is none, or the kind addresses nobody.
    """
    key = getattr(channel, "addressee", None)
    if key is None or not addresses:
        raise DeliveryError("no such person is configured with an address on this channel", retry=False)
    other: Any = copy(channel)
    try:
        other.settings = replace(other.settings, **{key: tuple(addresses)})
    except ValueError as error:
        raise DeliveryError(str(error), retry=False) from None
    return other  # type: ignore[no-any-return]
