"""A provider on the loopback that answers as told: also by silence, and by a reset after it took the message."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANG = -1
RESET = -2


@dataclass(slots=True)
class Provider:
    """`answers` are (status, headers, body), one a request, the last one for ever; status HANG or RESET for worse."""

    answers: list[tuple[int, dict[str, str], bytes]]
    url: str = ""
    paths: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def next(self) -> tuple[int, dict[str, str], bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def answering(provider: Provider) -> Callable[..., BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            provider.paths.append(self.path)
            provider.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            status, headers, body = provider.next()
            if status == HANG:
                provider.stopping.wait(30)
                return
            if status == RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    return Answers


@contextmanager
def provider(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[Provider]:
    told = Provider(list(answers))
    server = ThreadingHTTPServer(("127.0.0.1", 0), answering(told))
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
