"""One POST to a provider, and what its status means: shared by every channel that speaks HTTP.

Errors name the host and the kind of failure, never the address, the headers or the answer: any of them may hold a key.
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx

from monitor.channels.channel import DeliveryError

MAX_ANSWER_BYTES = 64_000
AGAIN_LATER = frozenset({408, 425, 429})


def post(client: httpx.Client, url: str, content: bytes, headers: Mapping[str, str]) -> bytes:
    """The first bytes of the answer where the status is 2xx; raises DeliveryError otherwise."""
    host = _host(url)
    try:
        with client.stream("POST", url, content=content, headers=headers, follow_redirects=False) as answer:
            status, wait = answer.status_code, _retry_after_s(answer.headers)
            body = _first_bytes(answer) if answer.is_success else b""
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        failure = DeliveryError(
            f"{host}: no answer ({type(error).__name__})",
            retry=isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol),
        )
    except ValueError as error:  # a header or an address that cannot be written
        failure = DeliveryError(f"{host}: cannot be asked ({type(error).__name__})", retry=False)
    else:
        if 200 <= status < 300:
            return body
        failure = DeliveryError(
            f"{host}: HTTP status {status}", retry=status in AGAIN_LATER or status >= 500, retry_after_s=wait
        )
    raise failure  # outside the handler: an error that is kept must not drag the request along


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host or "no host"
    except httpx.InvalidURL:
        return "an invalid address"


def _first_bytes(answer: httpx.Response) -> bytes:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) >= MAX_ANSWER_BYTES:
            break
    return body[:MAX_ANSWER_BYTES]


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds, or a date that is compared with the answer's own clock; None where neither is told."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal() and text.isascii():
        return float(text[:9])
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())
