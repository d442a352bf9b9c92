"""A bound on a whole request, however slowly its bytes drip: timeouts of single reads do not give one."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Any, Self

from collectors.errors import Transient

_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Deadline:
    """Use around one request: when `seconds` of real time are over, its connection is cut, in whatever phase it is.

    `connection` is the one that the previous request to the same host left open, or None; `trace` learns of a new one
    (it is httpx's request extension of that name).
    """

    def __init__(self, seconds: float, connection: socket.socket | None = None) -> None:
        self.connection = connection
        self._seconds = seconds
        self._over = threading.Event()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if error is None or isinstance(error, Exception):
            self.check()  # a cut connection raises an error of its own, or looks like the end of the body

    def trace(self, event: str, told: dict[str, Any]) -> None:
        if event.endswith(_CONNECTED):
            self.connection = told["return_value"].get_extra_info("socket")
            if self._over.is_set():
                self._cut()

    def check(self) -> None:
        """Raise Transient if the time is over."""
        if self._over.is_set():
            raise Transient(f"no whole answer within {self._seconds:g} s") from None

    def _cut(self) -> None:
        self._over.set()
        if self.connection is not None:
            with contextlib.suppress(OSError):  # closed already
                self.connection.shutdown(socket.SHUT_RDWR)
