"""What connections the client makes: TLS that is verified, HTTP/2 where it is served, the proxy of the environment."""

import itertools
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import httpx
import pytest

from collectors.clock import EventClock
from collectors.errors import Transient
from collectors.polite import Client
from tests.collectors.loopback import serving

START = datetime(2026, 11, 23, tzinfo=UTC)
CERTIFICATE = Path(__file__).parents[1] / "payloads" / "tls" / "loopback.pem"  # signed by itself, for 127.0.0.1
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextmanager
def http2_server() -> Iterator[str]:
    """Answers one request over TLS with the protocol that was agreed on."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    context.set_alpn_protocols(["h2", "http/1.1"])
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            plain, _ = listener.accept()
            with plain, context.wrap_socket(plain, server_side=True) as connection:
                answer(connection)

    def answer(connection: ssl.SSLSocket) -> None:
        talk = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        talk.initiate_connection()
        connection.sendall(talk.data_to_send())
        while received := connection.recv(65536):
            for event in talk.receive_data(received):
                if isinstance(event, h2.events.RequestReceived):
                    talk.send_headers(event.stream_id, [(":status", "200")])
                    talk.send_data(event.stream_id, str(connection.selected_alpn_protocol()).encode(), end_stream=True)
            connection.sendall(talk.data_to_send())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.close()
        thread.join(5)


def test_http_2_is_spoken_where_it_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with http2_server() as url, Client(clock=EventClock(START)) as client:
        assert client.get(url).content == b"h2"


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with http2_server() as url, Client(clock=EventClock(START)) as client, pytest.raises(Transient, match="Connect"):
        client.get(url)


def test_the_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        with Client(clock=EventClock(START)) as client:
            assert client.get("http://s.example.com/x").content == b"hi"


def test_a_proxy_does_not_stand_before_a_host_that_is_resolved_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with (
        serving([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"]) as base,
        Client(clock=EventClock(START), resolve={"s.example.com": base}) as client,
    ):
        assert client.get("http://s.example.com/x").content == b"hi"


def test_all_requests_of_one_fetch_together_have_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = itertools.count(0, 20)
    monkeypatch.setattr("collectors.polite.monotonic", lambda: next(passed))  # each request takes 20 s
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    with Client(clock=EventClock(START), transport=httpx.MockTransport(answer), fetch_s=50) as client:

        def fetch(requests: int) -> None:
            with client.one_fetch():
                for _ in range(requests):
                    client.get("https://s.example.com/x")

        fetch(3)
        with pytest.raises(Transient, match="all requests of this fetch together took longer than 50 s"):
            fetch(4)
        assert len(asked) == 3 + 3
        fetch(3)  # the next one has its own
        for _ in range(4):
            client.get("https://s.example.com/x")  # and what belongs to no fetch has none


def test_a_request_ends_with_its_fetch() -> None:
    def drip() -> Iterator[bytes]:
        while True:
            yield b"HTTP/1.1 100 Continue\r\n\r\n"
            threading.Event().wait(0.005)

    with (
        serving(drip()) as base,
        Client(clock=EventClock(START), resolve={"s.example.com": base}, deadline_s=60, fetch_s=0.05) as client,
        client.one_fetch(),
        pytest.raises(Transient, match=r"no whole answer within 0\.0"),
    ):
        client.get("https://s.example.com/x")
