"""URLs and bodies as they may be shown: in errors, logs and kept pages."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

HIDDEN = "<hidden>"

_TELLING = 6  # shorter values occur by chance, and say nothing
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


def secrets_of(url: str, cookie: str | None = None) -> tuple[str, ...]:
    """The values in a request that must not be shown: of its cookies and of the telling parameters of its URL."""
    pairs = [pair.partition("=") for pair in (cookie or "").split(";")]
    values = [value.strip() or name.strip() for name, _, value in pairs]
    try:
        parts = urlsplit(url)
    except ValueError:
        return tuple(values)
    values += [value for name, value in parse_qsl(parts.query) if _SECRET_NAME.search(name)]
    values += [unquote(parts.password)] if parts.password else []
    return tuple(value for value in values if len(value) >= _TELLING)


def without(body: bytes, secrets: Iterable[str]) -> bytes:
    """The body with every appearance of a secret, plain or percent-encoded, hidden."""
    for secret in secrets:
        for form in {secret, quote(secret, safe="")}:
            body = body.replace(form.encode(), HIDDEN.encode())
    return body
