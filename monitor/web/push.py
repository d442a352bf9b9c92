"""One door for pushes: who may come in, how much they may bring, and that it is stored before they are told so."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from collectors.errors import SourceError
from collectors.secret import Secret
from monitor.store.store import Ingested, StoreError

log = logging.getLogger(__name__)

MAX_BYTES = 2 * 1024 * 1024
READ_S = 15.0  # for the whole body, however slowly it drips
SIGNATURE = "X-Hub-Signature-256"


class Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """The door of one source. `take` stores a body in one transaction; it raises SourceError for one that it cannot
    read and StoreError where nothing could be stored.
    """

    source: str
    token: Secret | None  # None: nobody may come in
    take: Callable[[bytes], Ingested]
    max_bytes: int = MAX_BYTES
    read_s: float = READ_S

    @property
    def path(self) -> str:
        return f"/push/{quote(self.source)}"

    async def answer(self, request: Request) -> JSONResponse:
        """2xx once it is stored (again: no matter), 4xx where trying again is useless, 5xx where it is not."""
        try:
            signed = self._admit(request)
            body = await self._read(request)
            if signed is not None and not hmac.compare_digest(signed, self._signature(body)):
                raise Refused(401, f"{SIGNATURE} does not fit")
            stored = await run_in_threadpool(self.take, body)
        except Refused as refused:
            log.warning("%s: a push was refused: %s", self.source, refused)
            # The rest of the body is not waited for.
            return JSONResponse({"error": str(refused)}, refused.status, {"Connection": "close"})
        except SourceError as error:
            return JSONResponse({"error": f"cannot be read: {error}"}, 422)
        except StoreError as error:
            log.error("%s: a push could not be stored: %s", self.source, error)
            return JSONResponse({"error": "cannot be stored now, try again"}, 503)
        told = {"new": stored.new_posts, "known": stored.known_posts, "rejected": stored.rejected}
        return JSONResponse({**told, "repeated": stored.repeated})

    def _admit(self, request: Request) -> bytes | None:
        """Look at the token before the body. A signature is handed on: it can be judged with the body only."""
        if self.token is None:
            raise Refused(401, "the source has no token")
        if signature := request.headers.get(SIGNATURE):
            return signature.encode()
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = request.query_params.get("token", "")
        if not hmac.compare_digest(given.strip().encode(), self.token.reveal().encode()):
            raise Refused(401, "no token, or a wrong one")
        return None

    def _signature(self, body: bytes) -> bytes:
        key = self.token.reveal().encode() if self.token else b""
        return b"sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest().encode()

    async def _read(self, request: Request) -> bytes:
        told = request.headers.get("Content-Length", "")
        too_large = Refused(413, f"larger than {self.max_bytes} bytes")
        if told.isascii() and told.isdigit() and int(told[:18]) > self.max_bytes:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(self.read_s):
                async for piece in request.stream():
                    body += piece
                    if len(body) > self.max_bytes:
                        raise too_large
        except TimeoutError:
            raise Refused(408, f"not whole within {self.read_s:g} s") from None
        except ClientDisconnect:
            raise Refused(400, "cut off") from None
        return bytes(body)
