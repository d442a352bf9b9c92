"""Every host that an adapter asks, on loopback, in one world whose posts are known."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from collectors.clock import EventClock
from collectors.pace import HostPace
from collectors.polite import Client
from monitor.demo.answers import Platforms
from monitor.demo.drive import event_time
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.platform import CONTROL, EVENT_TIME, RequestLog, StandIn
from monitor.demo.post import DemoPost
from monitor.demo.scenario import TEA_MORNING, beijing
from monitor.demo.world import posts

SCALE = 0.1
WORLD = replace(TEA_MORNING, gaps=())
LAUNCH = beijing(WORLD.launch_day, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    platforms: Platforms
    bases: Mapping[str, str]  # real host → loopback URL
    log: io.StringIO

    def client(
        self,
        clock: EventClock,
        *,
        deadline_s: float = 20.0,
        ahead: timedelta = timedelta(0),
        paces: tuple[HostPace, ...] = (),
    ) -> Client:
        """A polite client of these hosts; `ahead`: how far its clock is ahead of theirs."""

        def headers() -> Mapping[str, str]:
            return event_time(clock) if not ahead else {EVENT_TIME: (clock.now() - ahead).isoformat()}

        return Client(
            clock=clock,
            resolve=self.bases,
            request_headers=headers,
            read_s=deadline_s,
            deadline_s=deadline_s,
            paces=paces,
        )

    def fail(
        self,
        host: str,
        kind: FaultKind,
        since: datetime | None = None,
        until: datetime | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        self.platforms.faults.add(
            Fault(host=host, kind=kind, starts_at=since, ends_at=until, retry_after_s=retry_after_s)
        )

    def requests(self, host: str) -> list[tuple[datetime, int]]:
        """(event time, status) of each request to a host, in order."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [(datetime.fromisoformat(line["event_time"]), line["status"]) for line in lines if line["host"] == host]


@contextmanager
def serving() -> Iterator[Serving]:
    log = io.StringIO()
    platforms = Platforms(WORLD, SCALE)
    stand_in = StandIn(platforms, RequestLog(log), platforms.hosts)
    stand_in.start()
    try:
        bases = {host: f"http://127.0.0.1:{port}" for host, port in stand_in.ports.items() if host != CONTROL}
        yield Serving(platforms=platforms, bases=bases, log=log)
    finally:
        stand_in.close()


def said(query: str, since: datetime, until: datetime, shown_at: datetime | None = None) -> list[DemoPost]:
    """The posts of the world that a search finds, published in [since, until), shown at `shown_at`; oldest first."""
    at = (shown_at or until).timestamp()
    return [p for p in posts(WORLD, SCALE) if p.says(query) and since <= p.at < until and p.shown_from <= at]


def minute(post: DemoPost) -> datetime:
    """When it was published, as pages that show minutes tell."""
    return post.at.astimezone(UTC).replace(second=0)
