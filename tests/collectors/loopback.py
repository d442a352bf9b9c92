"""A server of raw answers on the loopback, for what only a socket can do: cut, drip, reset."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def serving(*answers: Iterable[bytes]) -> Iterator[str]:
    """The base URL of a server that gives each connection the next answer, piece by piece, and then closes it."""
    stopping = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    for piece in answer:
                        if stopping.is_set():
                            return
                        connection.sendall(piece)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopping.set()
        listener.close()
        thread.join(5)
