"""When the steps of a round run: APScheduler decides the time, `pipeline.py` the rest.

Every source runs on its own interval, one at a time; a late run is run, not skipped; runs that piled up become one.
Judging and delivering has its own minute job, so that blindness is noticed even while a source hangs.
"""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from collectors.clock import Clock
from monitor.pipeline import Job
from monitor.service import Service
from monitor.store.store import StoreError

log = logging.getLogger(__name__)

JITTER = 0.1  # of a source's interval: installations must not all ask at :00
JUDGE_EVERY_S = 60


class Rounds:
    """The scheduled work of one service. `make_digests(now)` is called at the digest's hour. `stop` ends it."""

    def __init__(
        self, service: Service, clock: Clock, make_digests: Callable[[datetime], None], stop: threading.Event
    ) -> None:
        self._service = service
        self._clock = clock
        self._make_digests = make_digests
        self._concluding = threading.Lock()
        self._failed = threading.Event()
        self.stop = stop
        self._scheduler = BackgroundScheduler(
            timezone=ZoneInfo(service.config.time_zone),
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def run(self) -> bool:
        """Run until told to stop (SIGTERM, SIGINT), then end the step under way and drain. True: all went well."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.stop.set())
        self._plan()
        self._scheduler.start()
        self.stop.wait()
        log.info("stopping: ending the step under way")
        self._scheduler.shutdown(wait=True)
        if not self._failed.is_set():
            self._conclude()
        return not self._failed.is_set()

    def _plan(self) -> None:
        now = self._clock.now()
        by_source: dict[str, list[Job]] = {}
        for job in self._service.jobs:
            by_source.setdefault(job.source, []).append(job)
        for source, jobs in by_source.items():
            every_s = jobs[0].every_s
            trigger = IntervalTrigger(seconds=int(every_s), jitter=int(every_s * JITTER) or None)
            self._scheduler.add_job(self._guarded(self._collect), trigger, args=[jobs], id=source, next_run_time=now)
        self._scheduler.add_job(
            self._guarded(self._conclude),
            IntervalTrigger(seconds=JUDGE_EVERY_S),
            id="judge",
            next_run_time=now + timedelta(seconds=JUDGE_EVERY_S),
        )
        hour, minute = map(int, self._service.config.digest.at.split(":"))
        daily = CronTrigger(hour=hour, minute=minute, timezone=ZoneInfo(self._service.config.time_zone))
        self._scheduler.add_job(self._guarded(self._digests), daily, id="digest")

    def _guarded(self, step: Callable[..., None]) -> Callable[..., None]:
        """A step whose database is gone stops the service: going on would only pretend to watch."""

        def run(*args: object) -> None:
            try:
                step(*args)
            except StoreError as error:
                log.critical("%s", error)
                self._failed.set()
                self.stop.set()

        return run

    def _collect(self, jobs: list[Job]) -> None:
        for job in jobs:
            if self.stop.is_set():
                return
            self._service.pipeline.collect(job, self._clock.now())
            self._conclude()

    def _conclude(self) -> None:
        with self._concluding:
            self._service.pipeline.conclude(self._clock.now())

    def _digests(self) -> None:
        self._make_digests(self._clock.now())
