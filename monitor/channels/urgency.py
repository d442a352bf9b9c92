"""How a message should look and sound: one scale for the colours, priorities and sounds of all providers."""

from enum import StrEnum

from monitor.alerts.types import Message, Severity


class Urgency(StrEnum):
    BAD = "bad"  # get up
    WARN = "warn"
    NOTE = "note"
    GOOD = "good"  # it is over


_OF = {Severity.PAGE: Urgency.BAD, Severity.WARN: Urgency.WARN, Severity.NOTE: Urgency.NOTE}


def urgency(message: Message) -> Urgency:
    """Of an alert that fires by its severity; what is over is good; digests and tests wake nobody."""
    match message.event:
        case "resolved":
            return Urgency.GOOD
        case "digest" | "test" | "acknowledged":
            return Urgency.NOTE
        case _:
            return _OF[message.severity]


def calls_people(message: Message) -> bool:
    """Are people called by name? For pages, and for a test, so that one sees that it works."""
    return urgency(message) is Urgency.BAD or message.event == "test"
