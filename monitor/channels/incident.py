"""What incident managers need of a message: which incident it belongs to, since when, and what it does to it."""

from datetime import datetime
from urllib.parse import urlsplit

from monitor.alerts.types import Message
from monitor.alerts.wording import WORDINGS
from monitor.channels.channel import DeliveryError
from monitor.channels.lines import safe_url

_ALERT_LABELS = frozenset(wording.alert_link for wording in WORDINGS.values())
UNSUITABLE = frozenset({"digest"})  # nobody is to be woken by it


def need_incident(message: Message, kind: str) -> None:
    """Raises DeliveryError where the message is none of an incident: it should not have been routed here."""
    if message.event in UNSUITABLE:
        raise DeliveryError(f"{kind} takes alerts, not a {message.event}: route that to another channel", retry=False)


def incident_of(message: Message) -> str:
    """Equal for all messages on one episode of one rule and subject, another one for the next episode.

    The key of the alert is just that (a hash of rule and subject, and the number of the episode); what is no alert is
    an incident of its own.
    """
    alert = message.facts.get("alert")
    return alert if isinstance(alert, str) and alert else message.event_id


def began_at(message: Message) -> datetime | None:
    """The first breach of the episode; else the time of the message."""
    for fact in ("breached_at", "fired_at"):
        text = message.facts.get(fact)
        if isinstance(text, str):
            return datetime.fromisoformat(text)
    return message.at


def links_of(message: Message) -> dict[str, str]:
    """Label → address, only those that are addresses."""
    return {label: url for label, each in message.links.items() if (url := safe_url(each)) and urlsplit(url).hostname}


def page_of(message: Message) -> str:
    """The address of the alert's own page, empty where there is none."""
    return next((url for label, url in links_of(message).items() if label in _ALERT_LABELS), "")
