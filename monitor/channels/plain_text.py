"""A message as plain text and as JSON, with nothing in it that a terminal or a log reader would obey."""

import json
import re
import unicodedata

from monitor.alerts.types import Message

_SHOWN_AS = {"Cc": "\N{REPLACEMENT CHARACTER}", "Cf": "", "Cs": "\N{REPLACEMENT CHARACTER}"}
_OBEYED = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")  # JSON lets these stand
_JOINERS = frozenset("\u200c\u200d")  # parts of emoji and of words


def inert(text: str) -> str:
    """One line without control characters, terminal escapes, or marks that turn the writing direction.

    >>> inert("ok\\x1b[31m\\u202egnp.exe\\nnext")
    'ok\N{REPLACEMENT CHARACTER}[31mgnp.exe next'
    """
    line = " ".join(text.splitlines()).replace("\t", " ")
    return "".join(sign if sign in _JOINERS else _SHOWN_AS.get(unicodedata.category(sign), sign) for sign in line)


def as_text(message: Message) -> str:
    """Title, facts and links, one a line, for people."""
    links = [f"{inert(label)}: {inert(url)}" for label, url in message.links.items()]
    lines = [inert(message.title), *(f"  {inert(line)}" for line in message.lines), *(f"  {link}" for link in links)]
    return "\n".join(lines) + "\n"


def as_json(message: Message) -> bytes:
    """One line of UTF-8 JSON with every field; the time is ISO text in UTC, null where there is none."""
    fields = {
        "event_id": message.event_id,
        "event": message.event,
        "severity": message.severity.value,
        "title": message.title,
        "lines": list(message.lines),
        "labels": dict(message.labels),
        "at": message.at.isoformat() if message.at else None,
        "links": dict(message.links),
        "facts": dict(message.facts),
    }
    text = json.dumps(fields, ensure_ascii=False, default=str)
    return _OBEYED.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text).encode("utf-8", "replace")
