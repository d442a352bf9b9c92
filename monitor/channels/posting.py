"""One POST to a provider, and what its status means: shared by every channel that speaks HTTP.

Errors name the host and the kind of failure, never the address, the headers or the answer: any of them may hold a key.
"""

import json
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from collectors.secret import Secret
from monitor.channels.channel import DeliveryError
from monitor.channels.discreet import discreet
from monitor.config.words import is_address

MAX_ANSWER_BYTES = 64_000
AGAIN_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider answered, whatever its status; never shown, since it may repeat what it was asked."""

    host: str
    status: int
    body: bytes  # the first MAX_ANSWER_BYTES
    retry_after_s: float | None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def need_address(url: Secret, key: str = "url") -> None:
    """Raises ValueError where the secret is no http or https address."""
    if not is_address(url.reveal()):
        raise ValueError(f"what {key} refers to is not an http or https address")


def post(client: httpx.Client, url: str, content: bytes, headers: Mapping[str, str]) -> bytes:
    """The first bytes of the answer where the status is 2xx; raises DeliveryError otherwise."""
    return accepted(exchange(client, url, content, headers)).body


def post_json(client: httpx.Client, url: str, fields: object, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer, whatever it says. Raises DeliveryError where there is none."""
    return exchange(
        client, url, as_bytes(fields), {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    )


def as_bytes(fields: object) -> bytes:
    """The JSON that is sent, for counting its bytes beforehand."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def accepted(answer: Answer) -> Answer:
    """The same answer where its status is 2xx; raises DeliveryError otherwise."""
    if answer.is_success:
        return answer
    raise DeliveryError(
        f"{answer.host}: HTTP status {answer.status}",
        retry=answer.status in AGAIN_LATER or answer.status >= 500,
        retry_after_s=answer.retry_after_s,
    )


def exchange(client: httpx.Client, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
    """POST, and the answer, whatever it says. Raises DeliveryError where there is none."""
    host = _host(url)
    try:
        with discreet(), client.stream("POST", url, content=content, headers=headers, follow_redirects=False) as answer:
            return Answer(
                host=host,
                status=answer.status_code,
                body=_first_bytes(answer),
                retry_after_s=_retry_after_s(answer.headers),
            )
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        failure = DeliveryError(
            f"{host}: no answer ({type(error).__name__})",
            retry=isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol),
        )
    except ValueError as error:  # a header or an address that cannot be written
        failure = DeliveryError(f"{host}: cannot be asked ({type(error).__name__})", retry=False)
    raise failure  # outside the handler: an error that is kept must not drag the request along


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host or "no host"
    except httpx.InvalidURL:
        return "an invalid address"


def _first_bytes(answer: httpx.Response) -> bytes:
    """A refusal may break off in its body and stays a refusal; an acceptance that breaks off is none."""
    body = b""
    with nullcontext() if answer.is_success else suppress(httpx.HTTPError):
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
