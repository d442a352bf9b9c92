"""The demo's drive: the production pipeline on a fast clock, against the stand-in platforms.

Nothing here collects, judges or tells: it starts the stand-in, moves the clock from slot to slot, and calls the same
`collect` and `conclude` that the scheduler calls.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import gcd
from pathlib import Path

from collectors.clock import EventClock
from monitor.demo.platform import CONTROL, EVENT_TIME
from monitor.pipeline import Job
from monitor.service import Service


@contextmanager
def platforms(scenario: str, *, seed: int, scale: float = 1.0, log: Path | None = None) -> Iterator[Mapping[str, str]]:
    """The stand-in in a process of its own; yields real host → loopback URL. It ends with the block."""
    command = [sys.executable, "-m", "monitor.demo.platform", "--scenario", scenario, "--seed", str(seed)]
    command += ["--scale", str(scale)] + (["--log", str(log)] if log else [])
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        ports: dict[str, int] = json.loads(process.stdout.readline())
        yield {host: f"http://127.0.0.1:{port}" for host, port in ports.items() if host != CONTROL}
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


def event_time(clock: EventClock) -> Mapping[str, str]:
    """The request header by which the stand-in learns what time it is."""
    return {EVENT_TIME: clock.now().isoformat()}


def step_s(jobs: tuple[Job, ...]) -> int:
    """Seconds from tick to tick: the longest that meets every slot of every job."""
    return gcd(60, *(int(job.every_s) for job in jobs))


def drive(service: Service, clock: EventClock, since: datetime, until: datetime) -> Iterator[datetime]:
    """Run every slot in [since, until); yields each tick when all its work is stored.

    The jobs of one tick run side by side in event time (each starts at the tick); requests to one host keep their
    pace all the same. A catching-up that takes longer than a tick moves the following ticks past it.
    """
    step = timedelta(seconds=step_s(service.jobs))
    tick = since
    while tick < until:
        ends = tick
        for job in service.jobs:
            if job.slot(tick) == tick:
                clock.move_to(tick)
                service.pipeline.collect(job, tick)
                ends = max(ends, clock.now())
        clock.move_to(tick)
        service.pipeline.conclude(tick)
        yield tick
        tick += step
