"""A message as lines that any markup can be made of: inert text, and at its end at most one link that is ours.

What a post says stands in quotation marks; the address at the end of a line is the source's own. Any other address in
a line is somebody's text: it is shown so that no client makes a link of it.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from monitor.alerts.types import Message
from monitor.channels.plain_text import inert
from monitor.config.words import is_address

LONGEST_URL = 1000
_AT_THE_END = re.compile(r"(?:^|\s)(https?://[^\s\"'“”‘’「」]+)$")
_ADDRESS = re.compile(
    r"(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{1,20}://[!-~]*|www\.[!-~]*|(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}/[!-~]*)",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Text without control signs, and the address that belongs to it, if any, under its name."""

    text: str
    url: str = ""
    label: str = ""


def lines_of(message: Message) -> list[Line]:
    """The facts, one a line, and then each link on a line of its own."""
    return [line_of(line) for line in message.lines] + [
        Line(text="", url=safe, label=unlinked(inert(label)))
        if (safe := safe_url(url))
        else Line(text=unlinked(inert(f"{label}: {url}")))
        for label, url in message.links.items()
    ]


def line_of(text: str) -> Line:
    """
    >>> line_of("“见 https://bad.example/x” https://weibo.example/1")
    Line(text='“见 https：//bad．example/x”', url='https://weibo.example/1', label='weibo.example')
    """
    shown = inert(text).strip()
    found = _AT_THE_END.search(shown)
    if not found or not (url := safe_url(found[1])):
        return Line(text=unlinked(shown))
    return Line(text=unlinked(shown[: found.start()]), url=url, label=urlsplit(url).hostname or "")


def plain(line: Line) -> str:
    """A line as bare text: `text address`, or `label: address` of a link alone."""
    if not line.url:
        return line.text
    return f"{line.text} {line.url}" if line.text else f"{line.label}: {line.url}"


def title_of(message: Message) -> str:
    return unlinked(inert(message.title)).strip()


def safe_url(text: str) -> str:
    """The address with every sign encoded that a markup could obey; empty where it is none, or too long."""
    if not is_address(text) or "@" in urlsplit(text).netloc:
        return ""
    url = quote(text.encode("utf-8", "replace"), safe=":/?#@!$&+,;=%-._")
    return url if len(url) <= LONGEST_URL else ""


def unlinked(text: str) -> str:
    """The text with its addresses written in wide signs, which are read alike and lead nowhere.

    >>> unlinked("看www.bad.example吧，t.cn/A6x，8.2 条")
    '看www．bad．example吧，t．cn/A6x，8.2 条'
    """
    return _ADDRESS.sub(lambda found: found.group().replace("://", "：//").replace(".", "．"), text)
