"""A local stand-in for Weibo and WeChat, in a process of its own: one loopback port for each host.

    python -m monitor.demo.platform --scenario tea-morning --seed 7 --log requests.jsonl

prints one JSON line, host → port (`control` is for tests), and serves until its standard input closes or SIGTERM
comes. The hosts are those that the demo asks; with `--all` every host that an adapter asks. It has no clock: each
request says what time it is (`X-Event-Time`, ISO 8601), and sees what was published until then. The control port takes
`POST /faults` with `{"host", "kind", "from", "until", "retry_after"}`; kind `off` switches all faults of a host off.
"""

import argparse
import json
import signal
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

from monitor.demo.answers import Platforms
from monitor.demo.exchange import Answer, Manner, Request
from monitor.demo.faults import read_fault
from monitor.demo.scenario import HOSTS, SCENARIOS, scenario_named

CONTROL = "control"
EVENT_TIME = "X-Event-Time"
_HANG_S = 120.0
_DRIP_S = 0.02  # from byte to byte
_MOST_ORDERED = 10_000  # bytes of an order to the control port
_MOST_POSTED = 100_000  # bytes of a question


class RequestLog:
    """One JSON line for each request, flushed at once: event_time, wall_time, host, path, status, 0 for no answer."""

    def __init__(self, file: IO[str] | None) -> None:
        self._file = file
        self._lock = threading.Lock()

    def write(self, request: Request, status: int) -> None:
        if self._file is None:
            return
        line = {
            "event_time": request.at.isoformat(),
            "wall_time": datetime.now(UTC).isoformat(),
            "host": request.host,
            "path": request.target,
            "status": status,
        }
        with self._lock:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()


class _Handler(BaseHTTPRequestHandler):
    """Keep-alive HTTP/1.1; an answer leaves in one write, so that no delayed acknowledgement holds it up."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def send(self, answer: Answer) -> None:
        self.wfile.write(_head(answer) + answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error quiet: the request log tells more."""


class _HostHandler(_Handler):
    def __init__(self, *args: Any, host: str, platforms: Platforms, log: RequestLog, closing: threading.Event):
        self._host, self._platforms, self._log, self._closing = host, platforms, log, closing
        super().__init__(*args)

    def do_POST(self) -> None:
        self.do_GET(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _MOST_POSTED)))

    def do_GET(self, body: bytes = b"") -> None:
        try:
            at = datetime.fromisoformat(self.headers.get(EVENT_TIME, "")).astimezone(UTC)
        except ValueError:
            self.send(Answer(status=400, body=f"the request must say what time it is: {EVENT_TIME}".encode()))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(host=self._host, target=self.path, at=at, headers=headers, body=body)
        answer = self._platforms.answer(request)
        answer = replace(answer, headers={"Date": format_datetime(at, usegmt=True), **answer.headers})
        self._log.write(request, answer.status)
        if answer.manner is Manner.WHOLE:
            self.send(answer)
            return
        self.close_connection = True
        with suppress(OSError):  # the client gives up first
            self._send_badly(answer)

    def _send_badly(self, answer: Answer) -> None:
        match answer.manner:
            case Manner.HANGS:
                self._closing.wait(_HANG_S)
            case Manner.DRIPS:
                self.wfile.write(_head(answer))
                for place in range(len(answer.body)):
                    if self._closing.wait(_DRIP_S):
                        return
                    self.wfile.write(answer.body[place : place + 1])
            case Manner.RESET:
                self.wfile.write(_head(answer) + answer.body[: len(answer.body) // 2])
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()


class _ControlHandler(_Handler):
    def __init__(self, *args: Any, platforms: Platforms):
        self._platforms = platforms
        super().__init__(*args)

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _MOST_ORDERED))
        try:
            order = json.loads(body)
            if self.path != "/faults" or not isinstance(order, dict):
                raise ValueError("POST a JSON object to /faults")
            if order.get("kind") == "off":
                self._platforms.faults.clear(str(order.get("host")))
            else:
                self._platforms.faults.add(read_fault(order))
        except ValueError as error:
            self.send(Answer(status=400, body=str(error).encode()))
            return
        self.send(Answer(status=204))


class StandIn:
    """The servers of `hosts` and of the control port; `ports` are open as soon as it is built."""

    def __init__(self, platforms: Platforms, log: RequestLog, hosts: Sequence[str] = HOSTS) -> None:
        self._closing = threading.Event()
        self._servers: dict[str, ThreadingHTTPServer] = {}
        for host in hosts:
            handler = partial(_HostHandler, host=host, platforms=platforms, log=log, closing=self._closing)
            self._servers[host] = _server(handler)
        self._servers[CONTROL] = _server(partial(_ControlHandler, platforms=platforms))
        self._threads = [
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            for server in self._servers.values()
        ]

    @property
    def ports(self) -> dict[str, int]:
        return {host: server.server_port for host, server in self._servers.items()}

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening; requests that hang are let go."""
        self._closing.set()
        for server in self._servers.values():
            server.shutdown()
            server.server_close()


def _server(handler: "partial[_HostHandler] | partial[_ControlHandler]") -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    return server


def _head(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
    headers = {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body)), **answer.headers}
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"  # 432 is Weibo's own


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m monitor.demo.platform", description="The demo's local platforms.")
    parser.add_argument("--scenario", default="tea-morning", choices=tuple(SCENARIOS))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1.0, help="thins the world: 0.1 is a tenth of the posts")
    parser.add_argument("--log", type=Path, help="file that gets one JSON line for each request")
    parser.add_argument("--all", action="store_true", help="serve every host that an adapter asks")
    options = parser.parse_args(arguments)
    scenario = scenario_named(options.scenario, seed=options.seed)
    log = options.log.open("a", encoding="utf-8") if options.log else None
    platforms = Platforms(scenario, options.scale)
    stand_in = StandIn(platforms, RequestLog(log), platforms.hosts if options.all else HOSTS)
    stand_in.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stdout.write(json.dumps(stand_in.ports) + "\n")
    sys.stdout.flush()
    try:
        sys.stdin.read()
    finally:
        stand_in.close()
        if log is not None:
            log.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
