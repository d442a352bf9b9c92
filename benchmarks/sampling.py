"""How many posts there were, where a search shows more than may be read: what the ledger estimates, against the truth.

    python -m benchmarks.sampling [--seeds 3]

The service as configured by default (12 pages a visit, 3 s between them) asks the s.weibo.com adapter once a minute,
over loopback HTTP, on a clock of its own. Ten minutes are compared. Ends with 1 where, in a search that shows posts
at once, the mean of the estimates is further than 15 % from the truth, or the 90 % intervals hold it in less than 85 %
of the minutes, or the pace was broken; with posts shown up to a minute late, it only tells.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from analysis.series import Bucket
from benchmarks.surge import CALM, NOON, PHRASE, Surge, published_in
from benchmarks.topics import shipped
from collectors.clock import EventClock
from collectors.secret import Secret
from collectors.source import Target
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from monitor.config import TopicConfig
from monitor.demo.answers import Platforms
from monitor.demo.drive import event_time
from monitor.demo.exchange import Answer, Request
from monitor.demo.platform import RequestLog, StandIn
from monitor.demo.scenario import SEARCH
from monitor.pipeline import Job
from monitor.service import Service, build
from monitor.store.store import Decider, WatchedTopic

MINUTES = 10
WARM_UP = timedelta(minutes=3)
PACE_S = 3.0
WITHIN, HELD = 0.15, 0.85
RATES = (100.0, 5000.0)
LATE_RATES = (100.0, 300.0, 600.0, 1000.0, 1500.0, 5000.0)
UNTIL = NOON + timedelta(minutes=MINUTES)
TEA = TopicConfig(name="tea", title="茶", any=(PHRASE,), owner="brand")


@dataclass(frozen=True, slots=True)
class Minute:
    """`low`, `mid`, `high` None: nothing is known of the minute."""

    truth: int
    low: float | None
    mid: float | None
    high: float | None

    @property
    def holds(self) -> bool:
        return self.low is not None and self.high is not None and self.low <= self.truth <= self.high


@dataclass(frozen=True, slots=True)
class Run:
    minutes: tuple[Minute, ...]
    requests: int
    least_gap_s: float

    @property
    def known(self) -> tuple[Minute, ...]:
        return tuple(minute for minute in self.minutes if minute.mid is not None)

    @property
    def deviation(self) -> float:
        """Of the mean estimate from the mean truth, as a share of it, over the minutes that are known."""
        return sum(m.mid or 0.0 for m in self.known) / max(1, sum(m.truth for m in self.known)) - 1

    @property
    def held(self) -> float:
        """Share of all minutes whose interval holds the truth."""
        return sum(m.holds for m in self.minutes) / len(self.minutes)

    @property
    def width(self) -> float:
        """Mean width of the interval, as a share of the truth."""
        return sum(((m.high or 0) - (m.low or 0)) / m.truth for m in self.known) / max(1, len(self.known))


class Asked(Platforms):
    """Remembers when it was asked."""

    def __init__(self, surge: Surge) -> None:
        self.written = surge.posts()
        super().__init__(CALM, shown=self.written)
        self.asked_at: list[datetime] = []

    def answer(self, request: Request) -> Answer:
        self.asked_at.append(request.at)
        return super().answer(request)


def run(surge: Surge, folder: Path, *, every_s: float = 60.0, max_pages: int = 12) -> Run:
    """Visit every `every_s` seconds, and read off what the ledger knows of ten minutes afterwards."""
    platform = Asked(surge)
    stand_in = StandIn(platform, RequestLog(None))
    stand_in.start()
    try:
        clock = EventClock(NOON - WARM_UP)
        config = shipped(folder)
        local = replace(config.http, resolve={SEARCH: f"http://127.0.0.1:{stand_in.ports[SEARCH]}"})
        config = replace(config, sources=(), topics=(TEA,), rules=(), routes=(), http=local)
        with build(config, clock, request_headers=lambda: event_time(clock)) as service:
            _visit(service, clock, every_s, max_pages)
            buckets = service.store.series(TEA.name, NOON, UNTIL, 60).buckets
    finally:
        stand_in.close()
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(platform.asked_at)]
    minutes = tuple(_minute(bucket, published_in(platform.written, bucket.start)) for bucket in buckets)
    return Run(minutes, len(platform.asked_at), min(gaps))


def _visit(service: Service, clock: EventClock, every_s: float, max_pages: int) -> None:
    decider = Decider(topic=TEA.name, query=PHRASE, source="search", target=PHRASE)
    service.store.watch([WatchedTopic(name=TEA.name, definition=TEA.definition)], [decider], clock.now())
    job = Job(
        source="search",
        adapter=WeiboSearchWeb(SearchWebSettings(cookie=Secret("SUB=any"), pace_s=PACE_S)),
        target=Target(name=PHRASE, query=PHRASE, topic=TEA.name),
        every_s=every_s,
        max_pages=max_pages,
    )
    tick = clock.now()
    while tick <= UNTIL + timedelta(minutes=2):
        clock.move_to(tick)
        collected = service.pipeline.collect(job, tick)
        assert collected is not None
        assert collected.error is None, collected.reason
        tick = max(tick + timedelta(seconds=every_s), clock.now())


def _minute(bucket: Bucket, truth: int) -> Minute:
    seen, told = bucket.tally.mentions, bucket.estimated
    if told is not None:
        return Minute(truth, told.low, told.mid, told.high)
    if bucket.coverage >= 1.0:
        return Minute(truth, seen, seen, seen)
    return Minute(truth, None, None, None)


def measure(per_min: float, *, lags: bool, worlds: int) -> Run:
    """Ten minutes of each world, put together."""
    runs = []
    for seed in range(1, worlds + 1):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(run(Surge(per_min=per_min, lags=lags, seed=seed), Path(folder)))
    minutes = tuple(minute for each in runs for minute in each.minutes)
    return Run(minutes, sum(each.requests for each in runs), min(each.least_gap_s for each in runs))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sampling", description="Estimates against the truth.")
    parser.add_argument("--seeds", type=int, default=3, help="worlds of each kind")
    worlds = parser.parse_args(arguments).seeds
    out = sys.stdout
    out.write("posts/min  shown after  mean estimate  held  width  known  requests  least gap\n")
    short = False
    for lags, shown in ((False, "0-2 s"), (True, "10-58 s")):
        for rate in LATE_RATES if lags else RATES:
            m = measure(rate, lags=lags, worlds=worlds)
            known = f"{len(m.known)}/{len(m.minutes)}"
            out.write(f"{rate:9.0f}  {shown:11}  {m.deviation:+13.1%}  {m.held:4.0%}  {m.width:5.0%}  {known:5}")
            out.write(f"  {m.requests:8}  {m.least_gap_s:7.1f} s\n")
            out.flush()
            fell_short = abs(m.deviation) > WITHIN or m.held < HELD or m.least_gap_s < PACE_S
            short = short or (fell_short and not lags)
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
