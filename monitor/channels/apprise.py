"""Any other service, by an address of the library apprise, which is an optional extra: `pip install .[apprise]`.

It tells only whether a message went out, not why not, and it takes a refusal in the body of an HTTP 200 for a success:
services that answer so have channels of their own here, and are refused. Which markup the service obeys is not known,
so signs that any of them could obey are written wide.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar

import httpx

from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.channel import DeliveryError, Receipt
from monitor.channels.discreet import discreet
from monitor.channels.lines import Line, lines_of, title_of
from monitor.channels.markdown import marked
from monitor.channels.parts import shortened
from monitor.channels.urgency import Urgency, urgency

LONGEST_TITLE = 240
LONGEST_TEXT = 16_000
KINDS = {Urgency.BAD: "failure", Urgency.WARN: "warning", Urgency.NOTE: "info", Urgency.GOOD: "success"}
OWN_KINDS = {
    "NotifyWeComBot": "wecom",
    "NotifyDingTalk": "dingtalk",
    "NotifyFeishu": "feishu",
    "NotifyLark": "feishu",
    "NotifyServerChan": "serverchan",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseSettings:
    """`url`: as apprise's own documents give it, with the service as its scheme."""

    url: Secret

    def __post_init__(self) -> None:
        if find_spec("apprise") is None:
            raise ValueError("needs the package apprise: pip install apprise")
        service = type(_service(self.url)).__name__
        if service == "NoneType":
            raise ValueError("what url refers to is no address that apprise knows")
        if service in OWN_KINDS:
            raise ValueError(f'apprise takes refusals of this service for successes: use kind = "{OWN_KINDS[service]}"')


class Apprise:
    kind: ClassVar[str] = "apprise"
    Settings: ClassVar[type[AppriseSettings]] = AppriseSettings

    def __init__(self, settings: AppriseSettings) -> None:
        self.settings = settings

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        del client
        title = shortened(marked(title_of(message)), LONGEST_TITLE)
        text = shortened("\n".join(map(_line, lines_of(message))), LONGEST_TEXT) or title
        with discreet():
            try:
                is_sent = bool(_service(self.settings.url).notify(body=text, title=title, notify_type=_kind(message)))
            except Exception as error:  # noqa: BLE001 - a hundred services, each with errors of its own
                failure = DeliveryError(f"apprise: failed ({type(error).__name__})", retry=True)
            else:
                if is_sent:
                    return Receipt()
                failure = DeliveryError("apprise: not sent; it does not tell why", retry=True)
        raise failure


def _service(url: Secret) -> Any:
    """The service made anew, so that apprise's own pauses between messages do not hold the sender; None: not known."""
    library: Any = import_module("apprise")
    with discreet():
        asset = library.AppriseAsset(async_mode=False, secure_logging=True)
        return library.Apprise.instantiate(url.reveal(), asset=asset, suppress_exceptions=True)


def _kind(message: Message) -> Any:
    library: Any = import_module("apprise")
    return library.NotifyType(KINDS[urgency(message)])


def _line(line: Line) -> str:
    """As bare text; addresses stay as they are."""
    if not line.url:
        return marked(line.text)
    return f"{marked(line.text)} {line.url}" if line.text else f"{marked(line.label)}: {line.url}"
