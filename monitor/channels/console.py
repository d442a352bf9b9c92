"""The terminal, or the journal of whatever runs the service."""

import sys
from dataclasses import dataclass
from typing import ClassVar, Literal

import httpx

from monitor.alerts.types import Message
from monitor.channels.channel import DeliveryError, Receipt
from monitor.channels.plain_text import as_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """`stream`: where to write; "stderr" keeps stdout for the output of commands."""

    stream: Literal["stderr", "stdout"] = "stderr"


class Console:
    kind: ClassVar[str] = "console"
    Settings: ClassVar[type[ConsoleSettings]] = ConsoleSettings

    def __init__(self, settings: ConsoleSettings) -> None:
        self.settings = settings

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        del client
        out = sys.stdout if self.settings.stream == "stdout" else sys.stderr
        text = as_text(message)
        try:
            out.write(text.encode(out.encoding or "utf-8", "replace").decode(out.encoding or "utf-8"))
            out.flush()
        except (OSError, ValueError) as error:  # a closed pipe, a closed stream
            raise DeliveryError(f"{self.settings.stream}: {type(error).__name__}", retry=True) from None
        return Receipt()
