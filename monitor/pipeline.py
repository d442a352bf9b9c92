"""One round, top to bottom: fetch → annotate → store → judge → deliver. The page to read first.

A `Job` is one target of one source. `collect` visits it, as often as it takes to catch up within its slot; `conclude`
judges every rule on what is new and hands due messages to their channels. Both are driven by an explicit `now`: the
service, the demo, an import and a backtest run the same code with another clock. Whatever is interrupted anywhere
is done again, without effect where it had been stored.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from analysis.annotate import Annotator
from analysis.annotation import Annotation, Document
from collectors.authors import Authors
from collectors.clock import Clock
from collectors.errors import Blocked, SourceError
from collectors.polite import Client
from collectors.post import Post
from collectors.session import Session
from collectors.source import FromNow, Late, Reading, Scope, Source, Target
from collectors.stretch import KeptPage, Sweep
from collectors.sweep import sweep
from monitor.alerts.dispatch import Dispatcher
from monitor.alerts.judge import Judge
from monitor.kept import KeptPages
from monitor.store.store import Ingested, Store, Visit

log = logging.getLogger(__name__)

LIVE_REACH = timedelta(hours=1)  # a longer way back is read in windows of an hour, oldest first
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
GIVEN_UP = timedelta(minutes=15)  # a gap this old in a window whose newest part is read again and again is left
OLD = timedelta(hours=6)  # so is the rest of an hour of the past that could be read only in part
PUSH = "push"  # the target of what is pushed to us
OVERLAP = timedelta(seconds=60)  # is read twice of a search that does not say how late it shows a post


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One target of one source, and how it is asked."""

    source: str  # name in the configuration
    adapter: Source
    target: Target
    every_s: float
    max_pages: int
    backfill: timedelta = timedelta(0)  # how far back a target that was never visited is read
    session: Session | None = None  # the login that the source reads with

    @property
    def name(self) -> str:
        return f"{self.source}/{self.target.name}"

    @property
    def shows_within(self) -> timedelta:
        """How long after its publication a post may appear: so much is asked for again."""
        return self.adapter.shows_within if isinstance(self.adapter, Late) else timedelta(0)

    @property
    def mark(self) -> str:
        """Tells the login of now from another one."""
        return self.session.state().mark if self.session else ""

    def slot(self, now: datetime) -> datetime:
        """The start of the interval of `every_s` seconds that `now` lies in."""
        return datetime.fromtimestamp(now.timestamp() // self.every_s * self.every_s, now.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    since: datetime
    until: datetime
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What the visits of one slot gave together; `error` is the last one's."""

    visits: int = 0
    new_posts: int = 0
    known_posts: int = 0
    error: str | None = None
    reason: str | None = None

    def plus(self, ingested: Ingested, visit: Visit) -> Self:
        return replace(
            self,
            visits=self.visits + 1,
            new_posts=self.new_posts + ingested.new_posts,
            known_posts=self.known_posts + ingested.known_posts,
            error=visit.error,
            reason=visit.reason,
        )


class Pipeline:
    """The steps of a round over one store."""

    def __init__(
        self,
        *,
        store: Store,
        annotator: Annotator,
        client: Client,
        clock: Clock,
        authors: Authors,
        judge: Judge,
        dispatcher: Dispatcher,
        kept: KeptPages,
        on_stage: Callable[[str], None] = lambda _: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._annotator = annotator
        self._client = client
        self._clock = clock
        self._authors = authors
        self._judge = judge
        self._dispatcher = dispatcher
        self._kept = kept
        self._on_stage = on_stage
        self._stopping = stopping
        self._troubles: dict[str, type[SourceError] | None] = {}

    def collect(self, job: Job, now: datetime, *, once: bool = False, by_hand: bool = False) -> Collected | None:
        """Visit the job's target for the slot of `now`; None when that was done before. `by_hand`: done or not.

        A target that lies further back than LIVE_REACH is read hour by hour, oldest first, until it has caught up, an
        hour could not be read, the slot is over (or after one visit, with `once`), or the service is stopping. A source
        that failed again and again rests, unless it is asked `by_hand`.
        """
        slot = job.slot(now)
        ends = max(slot + timedelta(seconds=job.every_s), now)
        collected: Collected | None = None
        while True:
            window = self._window(job, now)
            name = f"{job.name}@{slot:%Y%m%dT%H%M%SZ}" + ("" if window.live else f"/{window.since:%Y%m%dT%H%M%SZ}")
            if by_hand:
                name += f"/by-hand-{self._clock.now():%Y%m%dT%H%M%S.%fZ}"
            if self._store.done(name) or (not by_hand and self._rests(job)):
                return collected
            visit = self._visit(job, window, name)
            ingested = self._store.ingest(visit)
            collected = (collected or Collected()).plus(ingested, visit)
            if not window.live and not visit.error:
                told = "%s: read %s to %s UTC, %d new posts"
                log.info(told, job.name, f"{window.since:%m-%d %H:%M}", f"{window.until:%H:%M}", ingested.new_posts)
            caught_up = window.live or visit.error
            if caught_up or once or self._clock.now() >= ends or self._stopping():
                return collected

    def receive(self, source: str, adapter: Source, body: bytes, now: datetime) -> Ingested:
        """Store what was pushed to us; the same bytes again change nothing.

        Raises the SourceError of an unreadable body, which is kept, and the StoreError of a store that took nothing.
        """
        slot = f"{source}/{PUSH}@{hashlib.sha256(body).hexdigest()}"
        visit = Visit(slot=slot, source=source, target=PUSH, platform=adapter.platform, at=now)
        try:
            page = adapter.parse(body, Reading(at=now, authors=self._authors))
        except SourceError as error:
            reason = f"{type(error).__name__}: {error}"
            self._kept.keep(source, KeptPage(url=PUSH, at=now, body=body, reason=reason))
            log.warning("%s: a push could not be read: %s", source, reason)
            self._store.ingest(replace(visit, slot=f"{slot}/unread", error=type(error).__name__, reason=str(error)))
            raise
        annotations = tuple(self.annotate(page.posts))
        return self._store.ingest(
            replace(visit, posts=page.posts, annotations=annotations, rejected=page.rejected, pages=1)
        )

    def revisit(self, job: Job, window: Window, *, max_pages: int) -> tuple[Visit, Ingested]:
        """Ask for a window again, whatever was visited before; the cursor of the target stays where it is."""
        name = f"{job.name}@again/{window.since:%Y%m%dT%H%M%SZ}/{self._clock.now():%Y%m%dT%H%M%S.%fZ}"
        while self._store.done(name):  # on a clock that stands still
            name += "+"
        visit = replace(self._visit(replace(job, max_pages=max_pages), window, name), watermark=None)
        return visit, self._store.ingest(visit)

    def conclude(self, now: datetime) -> None:
        """Judge what is new, then deliver what is due."""
        self._judge.judge(now)
        self.deliver(now)

    def deliver(self, now: datetime) -> None:
        """Hand the deliveries that are due to their channels."""
        self._dispatcher.dispatch(now)

    def annotate(self, posts: Sequence[Post]) -> list[Annotation]:
        return self._annotator.annotate(
            [Document(text=p.text, platform=p.platform, kind=p.kind, author_id=p.author_id) for p in posts]
        )

    def _rests(self, job: Job) -> bool:
        return self._store.circuit(job.source).is_open(self._clock.now(), job.mark)

    def _window(self, job: Job, now: datetime) -> Window:
        """What to ask for next: the live window, or the oldest hour still to be read."""
        moment = max(now, self._clock.now())
        mark = self._store.watermark(job.source, job.target.name)
        if job.adapter.scope is not Scope.TOPIC:
            return Window(since=mark or moment - job.backfill, until=moment, live=True)
        if mark is None:
            back = max(job.backfill, timedelta(seconds=job.every_s))
            mark = max(self._observed_until(job), moment - job.shows_within - back)
        from_now = isinstance(job.adapter, FromNow) and job.adapter.lists_from_now
        if from_now or moment - job.shows_within - mark <= LIVE_REACH:
            since = mark if job.shows_within else mark - OVERLAP
            return Window(since=since, until=moment, live=True)
        hour = mark.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return Window(since=mark, until=hour, live=False)

    def _observed_until(self, job: Job) -> datetime:
        """A question that joins a topic which is being judged begins there: its past must not hold up the present."""
        known = (state.observed_until for state in self._store.topics() if state.name == job.target.topic)
        return next(known, None) or LONG_AGO

    def _visit(self, job: Job, window: Window, slot: str) -> Visit:
        swept = self._sweep(job, window)
        self._on_stage("fetch")
        for page in swept.kept:
            self._kept.keep(job.source, page)
        self._say(job, swept.error)
        return self._as_visit(slot, job, window, swept)

    def _sweep(self, job: Job, window: Window) -> Sweep:
        """What the source gives; a fault in its own code proves nothing, and stops no other source."""
        try:
            return sweep(
                job.adapter,
                self._client,
                job.target,
                window.since,
                window.until,
                live=window.live,
                max_pages=job.max_pages,
                clock=self._clock,
                authors=self._authors,
            )
        except Exception as error:
            log.exception("%s: the source itself failed", job.name)
            told = SourceError(f"the source itself failed ({type(error).__name__}); the log tells where")
            return Sweep(reached=False, error=told)

    def _say(self, job: Job, error: SourceError | None) -> None:
        """Log a trouble when it begins, when it becomes another one, and when it is over: once each."""
        told, self._troubles[job.name] = self._troubles.get(job.name), type(error) if error else None
        if error and told is not type(error):
            log.warning("%s: %s: %s", job.name, type(error).__name__, told_whole(error))
        elif told and not error:
            log.warning("%s: works again", job.name)

    def _settled(self, job: Job, window: Window, swept: Sweep) -> datetime | None:
        """Up to when the target needs no further visit; None: no further than before.

        What could not be read stays missing once asking again has lost its point: watching the present comes first.
        """
        seen_until = max((s.ends_at for s in swept.stretches), default=None)
        if job.shows_within and window.live and (swept.posts or swept.stretches):
            seen_until = window.until - job.shows_within  # what is newer is asked for again, sampled or not
        if swept.reached and not swept.error:
            return seen_until
        if job.adapter.scope is not Scope.TOPIC:
            return None
        now = self._clock.now()
        if window.live:
            return seen_until if now - window.since > GIVEN_UP else None
        if swept.error and not (seen_until and now - window.until > OLD):
            return None
        return window.until

    def _as_visit(self, slot: str, job: Job, window: Window, swept: Sweep) -> Visit:
        circuit = self._store.circuit(job.source).after(swept.error, self._clock.now(), job.mark)
        return Visit(
            slot=slot,
            source=job.source,
            target=job.target.name,
            platform=job.adapter.platform,
            at=self._clock.now(),
            asked_from=window.since,
            asked_until=window.until,
            posts=swept.posts,
            annotations=tuple(self.annotate(swept.posts)),
            hot_entries=swept.hot_entries,
            rejected=swept.rejected,
            withdrawn=swept.withdrawn,
            stretches=swept.stretches,
            watermark=self._settled(job, window, swept),
            pages=swept.pages,
            paces=self._client.paces(),
            error=type(swept.error).__name__ if swept.error else None,
            reason=told_whole(swept.error) if swept.error else None,
            is_blocked=isinstance(swept.error, Blocked),
            session=job.session.state() if job.session else None,
            circuit=circuit,
        )


def told_whole(error: SourceError) -> str:
    """The reason, and at a wall what a person can do."""
    return f"{error}. {error.advice}" if isinstance(error, Blocked) and error.advice else str(error)
