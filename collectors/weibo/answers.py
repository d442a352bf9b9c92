"""The JSON answers of Weibo's hosts, and what is said in them instead of data."""

import re
from collections.abc import Mapping
from typing import Any

from collectors.errors import PayloadChanged
from collectors.normalise import clean, count
from collectors.page_text import json_object
from collectors.secret import Secret
from collectors.source import Reading
from collectors.weibo.walls import check_address, check_json, check_visitor_page

_NOTHING = re.compile("还没有内容|暂无数据|没有更多")
_XSRF = re.compile(r"(?:^|;)\s*XSRF-TOKEN=([0-9A-Za-z_-]{1,64})(?:;|\s*$)")


def answer_of(body: bytes, reading: Reading, nothing: re.Pattern[str] = _NOTHING) -> dict[str, Any] | None:
    """The answer behind all walls; None where it says, in words of `nothing`, that there is nothing to read.

    Raises SourceError and nothing else.
    """
    check_address(reading.url)
    check_visitor_page(body)
    payload = json_object(body)
    if str(payload.get("ok")) == "0" and nothing.search(message_of(payload)):
        return None
    check_json(payload)
    return payload


def message_of(payload: Mapping[str, Any]) -> str:
    """What the answer says in words."""
    return clean(str(payload.get("msg") or payload.get("message") or ""))[:100]


def unlike(path: str, payload: Mapping[str, Any]) -> PayloadChanged:
    """The error for an answer without `path`, with what it says in words."""
    said = message_of(payload)
    return PayloadChanged(f"{path} (it says: {said})" if said else path)


def number_of(value: object) -> int | None:
    """A count as JSON has it: 28, "28", "1.2万", "100万+"; None where it is absent, negative, or no count.

    >>> [number_of(value) for value in (28, "28", "82.5万", -1, True, None)]
    [28, 28, 825000, None, None, None]
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return count(str(value))


def asking(referer: str, cookie: Secret | None) -> dict[str, str]:
    """The headers without which the JSON endpoints refuse, as the platform's own pages send them."""
    headers = {
        "Accept": "application/json, text/plain, */*",
        "Referer": referer,
        "X-Requested-With": "XMLHttpRequest",
    }
    if cookie is not None and (token := _XSRF.search(cookie.reveal())):
        headers["X-XSRF-TOKEN"] = token[1]
    return headers
