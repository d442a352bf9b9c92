"""URLs as they may be shown: in errors, logs and kept pages."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

HIDDEN = "<hidden>"

_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|auth|session|cookie|credential|ticket|sign|api[_-]?key|^(k|key|sig|sub|subp|gsid|pass)$",
    re.IGNORECASE,
)


def shown(url: str) -> str:
    """The URL without user name, password and fragment, and with the values of telling parameters hidden.

    >>> shown("https://me:pw@feeds.example/all.xml?k=abc&page=2")
    'https://feeds.example/all.xml?k=<hidden>&page=2'
    """
    try:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that is no URL"
    query = "&".join(_shown_pair(pair) for pair in parts.query.split("&")) if parts.query else ""
    return quote(urlunsplit((parts.scheme, host + port, parts.path, query, "")), safe="/:?&=%<>#@!$'()*+,;~[]")


def _shown_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}={HIDDEN}" if equals and _SECRET_NAME.search(name) else pair
