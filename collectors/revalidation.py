"""Conditional requests: a page that has not changed is not sent again (RFC 9111, by hishel).

The server is asked every time, with the ETag or Last-Modified that it gave; it alone says that a page is still the
same. What is fresh by its own word is asked for all the same: a page that was not asked for proves nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from uuid import uuid4

import httpx
from hishel import (
    AnyState,
    CacheMiss,
    Entry,
    Headers,
    IdleClient,
    InvalidateEntries,
    NeedRevalidation,
    NeedToBeUpdated,
    Request,
    Response,
    StoreAndUse,
)

Send = Callable[[Mapping[str, str]], tuple[httpx.Response, bytes]]


@dataclass(frozen=True, slots=True)
class _Known:
    entry: Entry
    response: httpx.Response
    content: bytes


class Revalidation:
    """Safe to share between threads. Pages are held in memory: the first request after a start is a full one."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._guard = Lock()

    def answer(self, url: str, headers: Mapping[str, str], send: Send) -> tuple[httpx.Response, bytes]:
        """What `send` gives for the headers, or, where the server says that nothing changed, what it gave before."""
        request = Request("GET", url, Headers({**headers, "Cache-Control": "no-cache"}))
        with self._guard:
            known = self._known.get(url)
        state: AnyState = IdleClient(options={"shared": False}).next(request, [known.entry] if known else [])
        response, content = httpx.Response(304), b""
        while True:
            if isinstance(state, CacheMiss | NeedRevalidation):
                response, content = send(dict(state.request.headers))
                if not response.is_success and response.status_code != httpx.codes.NOT_MODIFIED:
                    return response, content
                state = state.next(Response(response.status_code, Headers(dict(response.headers))))
            elif isinstance(state, NeedToBeUpdated):
                assert known is not None
                response, content = known.response, known.content
                self._keep(url, _Known(state.updating_entries[0], response, content))
                state = state.next()
            elif isinstance(state, InvalidateEntries):
                self._keep(url, None)
                state = state.next()
            else:
                if isinstance(state, StoreAndUse) and {"etag", "last-modified"} & set(response.headers):
                    self._keep(url, _Known(Entry(uuid4(), request, state.response), response, content))
                return response, content

    def _keep(self, url: str, known: _Known | None) -> None:
        with self._guard:
            if known is None:
                self._known.pop(url, None)
            else:
                self._known[url] = known
