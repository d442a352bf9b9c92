"""The demo's platforms for commands that live in real time: on loopback, in a launch that began a moment ago."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from monitor.demo.answers import Platforms
from monitor.demo.exchange import Request
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.scenario import BEIJING, BRIDGE, HOSTS, TEA_MORNING
from monitor.demo.world import posts

SCALE = 0.3
COOKIE = {"WEIBO_COOKIE": "SUB=_2A25-any-will-do-here"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """`bases`: real host → loopback URL; `keys`: of all posts of this world; `asked`: (host, path) of each request."""

    bases: dict[str, str]
    keys: frozenset[str]
    platforms: Platforms
    asked: list[tuple[str, str]]
    all_answered: threading.Event = field(default_factory=threading.Event)  # every host has answered once

    def fail(self, host: str, kind: FaultKind) -> None:
        self.platforms.faults.add(Fault(host=host, kind=kind))

    def mend(self) -> None:
        for host in HOSTS:
            self.platforms.faults.clear(host)

    def config(self, folder: Path, more: str = "") -> Path:
        """A configuration in `folder` that asks these platforms, one page a visit."""
        resolve = ", ".join(f'"{host}" = "{base}"' for host, base in self.bases.items())
        path = folder / "config.toml"
        path.write_text(CONFIG.replace("RESOLVE", resolve) + more, encoding="utf-8")
        return path


CONFIG = f"""\
[topics.tea]
any = ["知夏"]

[sources.hot]
kind = "weibo-hot-list"

[sources.search]
kind = "weibo-search-web"
max_pages = 1
cookie = {{ env = "WEIBO_COOKIE" }}

[sources.feed]
kind = "wechat-feed"
urls = ["http://{BRIDGE}/feeds/all.json"]

[rules.blind]
kind = "source-blind"

[channels.log]
kind = "file"
path = "alerts.jsonl"

[[routes]]
channels = ["log"]

[http]
resolve = {{ RESOLVE }}
"""


@contextmanager
def live_platforms() -> Iterator[Live]:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    scenario = replace(
        TEA_MORNING,
        launched_at=now - timedelta(minutes=40),
        outage_started_at=None,
        repaired_at=None,
        gaps=(),
        quiet_days=1,
        launch_day=now.astimezone(BEIJING).date(),
    )
    platforms = Platforms(scenario, SCALE)
    live = Live(
        bases={},
        keys=frozenset(f"weibo:{post.mid}" for post in posts(scenario, SCALE)),
        platforms=platforms,
        asked=[],
    )

    def handler(host: str) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                live.asked.append((host, self.path))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = platforms.answer(Request(host=host, target=self.path, at=datetime.now(UTC), headers=headers))
                self.send_response(answer.status)
                told = {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body)), **answer.headers}
                for name, value in told.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)
                if {host for host, _ in live.asked} == set(HOSTS):
                    live.all_answered.set()

            def log_message(self, format: str, *args: object) -> None: ...

        return Handler

    servers = {host: ThreadingHTTPServer(("127.0.0.1", 0), handler(host)) for host in HOSTS}
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}) for server in servers.values()
    ]
    for thread in threads:
        thread.start()
    try:
        live.bases.update((host, f"http://127.0.0.1:{server.server_port}") for host, server in servers.items())
        yield live
    finally:
        for server in servers.values():
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()
