"""Which addresses may be asked: readable ones, and redirects that stay with their owner and lead to no wall."""

from collections.abc import Mapping

import httpx

from collectors.errors import Blocked, PayloadChanged
from collectors.redaction import shown

WALL_WORDS = ("passport", "visitor", "login", "signin", "captcha", "antispider", "verify")
_TWO_LABEL_ENDINGS = frozenset({"com", "net", "org", "gov", "edu", "ac", "co"})


def parsed(url: str, params: Mapping[str, str | int] | None) -> httpx.URL:
    """The address to ask. Raises PayloadChanged where it is none."""
    try:
        address = httpx.URL(url)
        address = address.copy_merge_params(params) if params else address
    except (httpx.InvalidURL, ValueError, TypeError):
        address = httpx.URL()
    if address.scheme not in ("http", "https") or not address.host or (address.port or 0) > 65_535:
        raise PayloadChanged(f"address that can be asked (got {shown(url)})")
    return address


def next_hop(here: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads, if it may be followed. A login, visitor or captcha page is a wall and never asked."""
    try:
        there = here.join(location)
    except (httpx.InvalidURL, ValueError):
        raise PayloadChanged(f"readable redirect at {shown(str(here))}") from None
    if any(word in f"{there.host}{there.path}".lower() for word in WALL_WORDS):
        raise Blocked(
            f"{shown(str(here))}: sent to {there.host}{there.path}", "log in with a browser, renew the cookie"
        )
    if site(there.host) != site(here.host) or there.scheme not in ("https", here.scheme):
        raise Blocked(
            f"{shown(str(here))}: sent elsewhere, to {there.host}", "if the page moved, configure the new address"
        )
    return there


def site(host: str) -> str:
    """The part of a host name that one owner has: its last two labels, three under endings such as com.cn.

    >>> site("s.weibo.com"), site("www.example.com.cn"), site("127.0.0.1")
    ('weibo.com', 'example.com.cn', '127.0.0.1')
    """
    labels = host.lower().rstrip(".").split(".")
    if labels[-1].isdigit() or ":" in host:
        return host
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _TWO_LABEL_ENDINGS else labels[-2:])
