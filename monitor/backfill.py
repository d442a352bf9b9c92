"""Time that nothing was read of, asked for again: the open windows of the ledger.

A window is open until a visit proves it, completely or as a sample. What the service gave up to watch the present stays
open, and so does what a wall, an interruption or a search's last page left. The past is asked for by the day, and by
the hour where a day holds more than a search shows; every visit is stored before the next begins, so that whatever
interrupts a backfill, the next one asks only for what is still open.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collectors.clock import Clock
from collectors.source import FromNow, Paged, Scope
from collectors.sweep import HOUR, split
from monitor.pipeline import Job, Pipeline, Window
from monitor.store.store import Ingested, Store, Visit

DAY = timedelta(days=1)
REMEMBERED = timedelta(days=30)
MOST_PAGES = 50  # of one visit, where a source does not say how many there are
NO_MORE = "the source shows no more of it"
STOPPED = "stopped before it was asked for"
FROM_NOW = "the source lists from now on back only as far as this"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Time that is still missing, and why."""

    since: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the backfill of one target gave. `error`: the class of what ended it early."""

    target: str
    visits: int
    new_posts: int
    known_posts: int
    open: tuple[Open, ...]
    error: str | None = None


def open_windows(store: Store, source: str, target: str, since: datetime, until: datetime) -> tuple[Window, ...]:
    """The time in [since, until) that no visit of the target proved, oldest first."""
    found, at = [], since
    for covered in store.stretches(since, until, source):
        if covered.target != target:
            continue
        if covered.stretch.starts_at > at:
            found.append(Window(since=at, until=min(covered.stretch.starts_at, until), live=False))
        at = max(at, covered.stretch.ends_at)
    if at < until:
        found.append(Window(since=at, until=until, live=False))
    return tuple(found)


def missed(store: Store, jobs: Sequence[Job], now: datetime) -> Iterator[tuple[Job, Window]]:
    """What searches were asked for in the last 30 days and never gave, and will not be asked for again by themselves:
    open windows behind the watermark."""
    asked: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for visit in store.visits(now - REMEMBERED, now):
        if visit.asked_from and visit.asked_until:
            _join(asked[visit.source, visit.target], visit.asked_from, visit.asked_until)
    for job in jobs:
        if job.adapter.scope is Scope.TOPIC:
            mark = store.watermark(job.source, job.target.name) or now
            spans: list[tuple[datetime, datetime]] = []
            for since, until in sorted(asked[job.source, job.target.name]):
                _join(spans, since, until)
            for since, until in spans:
                for window in open_windows(store, job.source, job.target.name, since, min(until, mark)):
                    yield job, window


def _join(spans: list[tuple[datetime, datetime]], since: datetime, until: datetime) -> None:
    """Add a span; where it touches the last one, both become one."""
    if spans and since <= spans[-1][1] and until >= spans[-1][0]:
        since, until = min(since, spans[-1][0]), max(until, spans[-1][1])
        spans.pop()
    spans.append((since, until))


class Backfill:
    """Asks for the open windows of [since, until). `on_visit` is told each window when its visit was stored."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        clock: Clock,
        since: datetime,
        until: datetime,
        *,
        on_visit: Callable[[Job, Window, Ingested], None] = lambda *_: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._clock = clock
        self._since = since
        self._until = min(until, clock.now())
        self._on_visit = on_visit
        self._stopping = stopping

    def open(self, job: Job) -> tuple[Window, ...]:
        """What there is to ask for; a list of what is now has no past, and a search shows no more than it shows yet."""
        if job.adapter.scope is Scope.LIST:
            return ()
        until = min(self._until, self._clock.now() - job.shows_within)
        return open_windows(self._store, job.source, job.target.name, self._since, until)

    def fill(self, job: Job) -> Filled:
        """Ask for what is open, until it is closed, shown no further, refused, or the program is to stop."""
        visits: list[tuple[Visit, Ingested]] = []
        for visit, ingested in self._visits(job):
            visits.append((visit, ingested))
            if visit.error or self._stopping():
                break
        last = visits[-1][0] if visits else None
        if last and last.error:
            why = f"{last.error}: {last.reason}"
        elif self._stopping():
            why = STOPPED
        else:
            why = FROM_NOW if lists_from_now(job) else NO_MORE
        # Accounts and feeds gave what they have: there is no more to ask them for.
        is_done = job.adapter.scope is not Scope.TOPIC and last is not None and not last.error
        left = () if is_done else self.open(job)
        return Filled(
            target=job.name,
            visits=len(visits),
            new_posts=sum(ingested.new_posts for _, ingested in visits),
            known_posts=sum(ingested.known_posts for _, ingested in visits),
            open=tuple(Open(since=window.since, until=window.until, why=why) for window in left),
            error=last.error if last else None,
        )

    def skipped(self, job: Job, refused: Filled) -> Filled:
        """What stays open of a target that is not asked, since its source refused another one."""
        why = next((each.why for each in refused.open), str(refused.error))
        left = tuple(Open(since=window.since, until=window.until, why=why) for window in self.open(job))
        return Filled(target=job.name, visits=0, new_posts=0, known_posts=0, open=left, error=refused.error)

    def _visits(self, job: Job) -> Iterator[tuple[Visit, Ingested]]:
        windows = self.open(job)
        if windows and lists_from_now(job):
            yield self._visit(job, Window(since=windows[0].since, until=self._clock.now(), live=True))
            return
        for day in _cut(windows, DAY):
            yield self._visit(job, day)
            left = open_windows(self._store, job.source, job.target.name, day.since, day.until)
            if day.until - day.since > HOUR:
                for hour in _cut(left, HOUR):
                    yield self._visit(job, hour)

    def _visit(self, job: Job, window: Window) -> tuple[Visit, Ingested]:
        pages = job.adapter.max_pages_shown if isinstance(job.adapter, Paged) else MOST_PAGES
        done = self._pipeline.revisit(job, window, max_pages=max(pages, job.max_pages))
        self._on_visit(job, window, done[1])
        return done


def lists_from_now(job: Job) -> bool:
    """Whether it cannot be asked for a window of the past, but only how far back from now."""
    if job.adapter.scope is not Scope.TOPIC:
        return True
    return isinstance(job.adapter, FromNow) and job.adapter.lists_from_now


def _cut(windows: Iterable[Window], step: timedelta) -> Iterator[Window]:
    """Windows as a search can be asked for: whole hours, none longer than `step`, none twice."""
    done: datetime | None = None
    for window in windows:
        since = window.since.replace(minute=0, second=0, microsecond=0)
        until = window.until.replace(minute=0, second=0, microsecond=0)
        until += HOUR if until < window.until else timedelta(0)
        for begins, ends in split(max(since, done or since), until, step):
            yield Window(since=begins, until=ends, live=False)
        done = max(until, done or until)
