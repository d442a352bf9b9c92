"""Reading a response body within bounds: of time, of size on the wire, and of size once unpacked."""

import zlib
from collections.abc import Callable

import httpx

from collectors.errors import PayloadChanged, Transient

_WBITS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}

MOST_ENCODINGS = 2


def read_body(response: httpx.Response, max_bytes: int, check_deadline: Callable[[], None]) -> bytes:
    """The decoded body of a streamed response.

    httpx unpacks whatever it receives and takes a cut gzip stream for a whole one; here a body that unpacks beyond
    `max_bytes` raises PayloadChanged before it is in memory, and a cut one raises Transient.
    """
    if response.is_stream_consumed:  # a response made in memory, as tests do: read and decoded when it was built
        _check_size(response.content, max_bytes)
        return response.content
    raw = bytearray()
    for chunk in response.iter_raw():
        check_deadline()
        raw += chunk
        _check_size(raw, max_bytes)
    told = response.headers.get("Content-Length", "")
    if told.isascii() and told.isdigit() and int(told) != len(raw):
        raise Transient(f"body cut off: {len(raw)} of {told} bytes")
    body = bytes(raw)
    encodings = [e.strip().lower() for e in response.headers.get("Content-Encoding", "").split(",")]
    encodings = [encoding for encoding in encodings if encoding not in ("", "identity")]
    if len(encodings) > MOST_ENCODINGS:  # a body that unpacks to itself would keep us busy as often as is said here
        raise PayloadChanged(f"body packed {MOST_ENCODINGS} times at most")
    for encoding in reversed(encodings):
        body = unpack(body, encoding, max_bytes)
    return body


def unpack(raw: bytes, encoding: str, max_bytes: int) -> bytes:
    """Undo gzip or deflate. Raises Transient for a cut or damaged stream, PayloadChanged for other encodings."""
    if not raw:
        return b""
    if encoding not in _WBITS:
        raise PayloadChanged(f"Content-Encoding that was asked for (it is {encoding[:20]})")
    try:
        return _inflate(raw, _WBITS[encoding], max_bytes)
    except zlib.error as error:
        if encoding != "deflate":
            raise Transient("compressed body is damaged") from error
    try:  # servers disagree whether "deflate" has the zlib header
        return _inflate(raw, -zlib.MAX_WBITS, max_bytes)
    except zlib.error as error:
        raise Transient("compressed body is damaged") from error


def _inflate(raw: bytes, wbits: int, max_bytes: int) -> bytes:
    body = bytearray()
    while raw:  # gzip may hold several members one after the other
        stream = zlib.decompressobj(wbits)
        body += stream.decompress(raw, max_bytes + 1 - len(body))
        _check_size(body, max_bytes)
        if not stream.eof:
            raise Transient("compressed body is cut off")
        raw = stream.unused_data.lstrip(b"\0")
    return bytes(body)


def _check_size(body: bytes | bytearray, max_bytes: int) -> None:
    if len(body) > max_bytes:
        raise PayloadChanged(f"body of at most {max_bytes} bytes")
