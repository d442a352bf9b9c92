"""Serving the app beside the rounds: a thread of its own, that ends after the requests under way."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

MOST_AT_ONCE = 64  # requests; more are told to come again
DRAIN_S = 10


@contextmanager
def served(app: ASGIApp, listen: str) -> Iterator[str]:
    """The base URL under which the app is served. `listen` is HOST:PORT; port 0 is one that is free.

    Raises OSError where it cannot be listened there.
    """
    with _listening(listen) as listener:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # addresses may hold tokens
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_AT_ONCE,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=DRAIN_S,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web")
        thread.start()
        try:
            yield _address(listener)
        finally:
            server.should_exit = True
            thread.join()


def _listening(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, int(port)), family=family)
    except OSError as error:
        raise OSError(error.errno, f"cannot listen there ({error.strerror}): set another web.listen", listen) from None


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
