"""When the steps of a round run: APScheduler decides the time, `pipeline.py` the rest.

Every source runs on its own interval, one at a time; a late run is run, not skipped; runs that piled up become one.
Judging and delivering has its own minute job, so that blindness is noticed even while a source hangs.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from collectors.clock import Clock
from monitor.pipeline import Job
from monitor.service import Service
from monitor.store.store import StoreError

log = logging.getLogger(__name__)

JITTER = 0.1  # of a source's interval: installations must not all ask at :00
JUDGE_EVERY_S = 60
OTHER_JOBS = 2  # judging, digests


class SlotTrigger(BaseTrigger):  # type: ignore[misc]
    """Once in every slot of `every_s` seconds, a little after its start: each slot is met, none twice."""

    def __init__(self, every_s: float) -> None:
        self.every_s = every_s
        self._chance = Random()

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        after = max(previous_fire_time or now, now).timestamp()
        start = (after // self.every_s + 1) * self.every_s
        return datetime.fromtimestamp(start + self._chance.uniform(0, self.every_s * JITTER), now.tzinfo)


class Rounds:
    """The scheduled work of one service. `stop` ends it.

    `make_digests(now)` is called at the digest's hour, and at the start when that has passed: a service that was down
    makes up for it.
    """

    def __init__(
        self, service: Service, clock: Clock, make_digests: Callable[[datetime], None], stop: threading.Event
    ) -> None:
        self._service = service
        self._clock = clock
        self._make_digests = make_digests
        self._concluding = threading.Lock()
        self._failure: StoreError | None = None
        self.stop = stop
        self._sources: dict[str, list[Job]] = {}
        for job in service.jobs:
            self._sources.setdefault(job.source, []).append(job)
        self._scheduler = BackgroundScheduler(
            timezone=ZoneInfo(service.config.time_zone),
            executors={"default": ThreadPoolExecutor(len(self._sources) + OTHER_JOBS)},  # no source holds others up
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def run(self) -> None:
        """Run until told to stop, then end the steps under way and drain. Raises the StoreError that stopped it."""
        self.plan()
        self._scheduler.start()
        log.info("watching %d targets of %d sources", len(self._service.jobs), len(self._sources))
        self.stop.wait()
        log.info("stopping: ending the step under way")
        self._scheduler.shutdown(wait=True)
        if self._failure:
            raise self._failure
        self._conclude()

    def plan(self) -> None:
        """Tell the scheduler what runs when."""
        now = self._clock.now()
        for source, jobs in self._sources.items():
            trigger = SlotTrigger(jobs[0].every_s)
            self._scheduler.add_job(self._guarded(self._collect), trigger, args=[jobs], id=source, next_run_time=now)
        self._scheduler.add_job(
            self._guarded(self._round),
            IntervalTrigger(seconds=JUDGE_EVERY_S),
            id="judge",
            next_run_time=now + timedelta(seconds=JUDGE_EVERY_S),
        )
        hour, minute = map(int, self._service.config.digest.at.split(":"))
        zone = ZoneInfo(self._service.config.time_zone)
        daily = CronTrigger(hour=hour, minute=minute, timezone=zone)
        overdue = (now.astimezone(zone).hour, now.astimezone(zone).minute) >= (hour, minute)
        first = {"next_run_time": now} if overdue else {}
        self._scheduler.add_job(self._guarded(self._digests), daily, id="digest", **first)

    def _guarded(self, step: Callable[..., None]) -> Callable[..., None]:
        """A step whose database is gone stops the service: going on would only pretend to watch."""

        def run(*args: object) -> None:
            try:
                step(*args)
            except StoreError as error:
                self._failure = self._failure or error
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

    def _round(self) -> None:
        """Judged and delivered once a minute, and a sign of life where that went well."""
        self._conclude()
        self._service.beat(self._clock.now())

    def _digests(self) -> None:
        self._make_digests(self._clock.now())
