"""What a store must do, whatever engine is behind it.

Every method that writes is ONE transaction, and repeating it changes nothing: a visit by its `slot`, a judgement by
what was judged before, a delivery by its event id. Rows and dicts never leave an engine's module; what crosses this
line are the types below and those of `collectors`, `analysis` and `monitor.alerts.types`. All times are aware UTC.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from analysis.annotation import Annotation
from analysis.emerging import TermCount
from analysis.rules.rule import SourceHealth, Verdict
from analysis.series import Observation, Series
from collectors.circuit import Circuit
from collectors.pace import HostPace
from collectors.post import HotEntry, Post, Rejected, Withdrawn
from collectors.session import SessionState
from collectors.stretch import Stretch
from monitor.alerts.matchers import Matcher
from monitor.alerts.silences import Silence
from monitor.alerts.types import Acknowledgement, Alert, Delivery, Message, Telling, Transition
from monitor.store.reanalysis import Reanalysis


class StoreError(Exception):
    """The database cannot be used: locked, read-only, full, corrupt, newer, or held by another process.

    The text says which, names the file, and tells what to do. `temporary`: trying again later may be all it takes.
    """

    def __init__(self, text: str, *, temporary: bool = False) -> None:
        super().__init__(text)
        self.temporary = temporary


# -- what is written -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """A target whose coverage decides which minutes of a topic are complete, sampled or missing.

    Deciders with the same `query` see the same posts: the best of them counts. Across queries the worst counts.
    """

    topic: str
    query: str
    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedTopic:
    """A topic as configured. `definition` is a hash of its matching words: a change of it means a recount."""

    name: str
    definition: str
    rivals: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One sweep of one target, annotated: the unit of ingestion. `annotations` go with `posts` one to one."""

    slot: str  # unique name of this visit; a slot stored before is not stored again
    source: str
    target: str
    platform: str
    at: datetime  # event time of the visit
    asked_from: datetime | None = None  # the window asked for
    asked_until: datetime | None = None
    posts: tuple[Post, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    hot_entries: tuple[HotEntry, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    watermark: datetime | None = None  # new cursor of the target; None: as it was
    pages: int = 0
    paces: tuple[HostPace, ...] = ()  # where the hosts that were asked stand now
    error: str | None = None  # class of the SourceError; None: went well
    reason: str | None = None
    is_blocked: bool = False  # the error is a wall
    session: SessionState | None = None  # of the login that the source reads with; None: it uses none
    circuit: Circuit = field(default_factory=Circuit)  # of the source, after this visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What a visit changed."""

    repeated: bool = False  # the slot was known: nothing was changed
    new_posts: int = 0
    new_comments: int = 0  # of new_posts, those of kind comment
    known_posts: int = 0
    enriched_posts: int = 0  # of known_posts, those of which more is known now: a whole text, an author, followers
    new_mentions: int = 0
    rejected: int = 0
    observed: Mapping[str, int] = field(default_factory=dict)  # topic → minutes newly observed


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """Where a rule on a subject stands. `judged_until` is the end of the newest minute (or round) judged."""

    judged_until: datetime | None = None
    state: bytes | None = None
    alert: Alert | None = None  # newest episode


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    alert: str | None  # key of the alert it tells of: what `told` looks up; None: a digest or a test
    channel: str
    recipient: str
    message: Message  # message.event_id is unique in the outbox: a second one is ignored
    next_attempt_at: datetime
    group: str = ""  # what is due together in one group goes out as one message; "": alone


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSilence:
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    author: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All that judging one rule on one subject changed: stored together or not at all."""

    rule: str
    subject: str
    judged_until: datetime
    state: bytes
    alerts: tuple[Alert, ...] = ()  # new or changed episodes, oldest first
    transitions: tuple[Transition, ...] = ()
    verdicts: tuple[tuple[str, Verdict], ...] = ()  # (alert key, verdict): the evidence kept
    deliveries: tuple[NewDelivery, ...] = ()


# -- what is read ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which posts or mentions: all conditions given must hold. Ordered by time, then key."""

    since: datetime
    until: datetime
    topic: str | None = None
    platform: str | None = None
    category: str | None = None  # complaint category
    hashtag: str | None = None  # folded key
    newest_first: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPost:
    post: Post
    source: str  # that stored it first
    topics: tuple[str, ...]
    hashtags: tuple[str, ...]  # folded keys
    categories: tuple[str, ...]
    polarity: float | None
    duplicate_of: str | None  # key of the earlier post with the same text
    tokens: tuple[str, ...]
    version: str
    gone_at: datetime | None = None  # when it was noticed that its platform no longer has it
    gone_because: str | None = None  # which source noticed, and what the platform said


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCounts:
    """The counts of a post as a source told them at a time; None: it did not tell."""

    post: str  # key
    at: datetime
    source: str
    reposts: int | None
    comments: int | None
    likes: int | None
    views: int | None
    followers: int | None  # of the author, persons


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMention:
    topic: str
    post: str  # key
    platform: str
    kind: str
    published_at: datetime
    author_id: str | None
    term: str
    start: int  # span in the text as published
    end: int
    categories: tuple[str, ...]
    polarity: float | None
    original: bool  # neither a repost nor a copy
    followers: int | None
    observed_at: datetime | None  # the Observation (its minute) that counted it; None: history only
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    source: str
    target: str
    at: datetime
    asked_from: datetime | None
    asked_until: datetime | None
    pages: int
    new_posts: int
    known_posts: int
    rejected: int
    error: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredStretch:
    source: str
    target: str
    stretch: Stretch
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    name: str
    watched_since: datetime  # when this definition was first watched
    observed_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTimes:
    """When a group of one recipient speaks: next (None: nothing waits in it), and when it did last."""

    next_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxCounts:
    pending: int
    dead: int
    delivered: int
    failing_since: datetime | None  # when the oldest was made that was tried and still waits


class Store(Protocol):
    # topics
    def watch(self, topics: Sequence[WatchedTopic], deciders: Sequence[Decider], now: datetime) -> tuple[str, ...]:
        """Make these the watched topics; the names of those whose past must be recounted (new or changed)."""
        ...

    def recount(
        self,
        topic: str,
        annotate: Callable[[Sequence[Post]], Sequence[Annotation]],
        progress: Callable[[int], None],
    ) -> int:
        """Rewrite the topic's mentions and buckets from all stored posts, at once; Observations stay as they were.
        `progress` is told how many posts were read. Returns the number of mentions."""
        ...

    def reanalysis(self, version: str, topics: Sequence[str], since: datetime, until: datetime | None) -> Reanalysis:
        """A second reading of the posts of [since, until) under another version of the annotations, for these topics.
        A read-only store can stage and compare it."""
        ...

    def topics(self) -> tuple[TopicState, ...]: ...

    # the round
    def done(self, slot: str) -> bool:
        """Was the visit of this slot stored?"""
        ...

    def paces(self) -> tuple[HostPace, ...]:
        """Where each host stood at the newest visit."""
        ...

    def circuit(self, source: str) -> Circuit:
        """The circuit of a source as its newest visit left it."""
        ...

    def session_end(self, source: str, mark: str) -> datetime | None:
        """When the login of this mark nominally ends, as far as a visit with it was told."""
        ...

    def watermark(self, source: str, target: str) -> datetime | None: ...

    def ingest(self, visit: Visit) -> Ingested:
        """Posts, annotations, mentions, coverage, cursor, touched buckets, and every Observation that the coverage
        now reaches: one transaction."""
        ...

    def observations(
        self, topic: str, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Observation]:
        """In order of time."""
        ...

    def rebuilt(self, topic: str) -> Iterator[Observation]:
        """All Observations of a topic once more, from what each visit brought and from the posts as they are read
        today: equal to the stored ones where nothing was learnt of the posts since. Streamed, in order of time."""
        ...

    def rule_state(self, rule: str, subject: str) -> RuleState: ...

    def record(self, judgement: Judgement) -> None: ...

    def tellings(self, alerts: Sequence[str]) -> tuple[Telling, ...]:
        """What the outbox ever held on alerts with these keys, in order of its making."""
        ...

    def group_times(self, channel: str, recipient: str, group: str) -> GroupTimes: ...

    # what people say; these three may be called beside a process that writes (see `open_store`)
    def acknowledge(self, said: Acknowledgement) -> None:
        """The newest word on an alert counts."""
        ...

    def silence(self, new: NewSilence) -> int:
        """Its id; the same words again make no second one."""
        ...

    def expire_silence(self, number: int, at: datetime) -> bool:
        """False where there is none of this number, or it is over already."""
        ...

    def acknowledgements(self, alerts: Sequence[str]) -> tuple[Acknowledgement, ...]: ...

    def silences(self, since: datetime | None = None) -> tuple[Silence, ...]:
        """All, or those that end after `since`."""
        ...

    # outbox
    def lease(self, now: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
        """Deliveries that are due, oldest first, held for this caller `until` then. Those of one group that are due for
        the first time become one batch, and stay it."""
        ...

    def withdraw(self, deliveries: Sequence[int]) -> int:
        """Take back those that were never tried; how many these were."""
        ...

    def retry(self, delivery: int, now: datetime) -> bool:
        """Make a delivery due that waits or was given up; False where it is delivered, on its way, or not there."""
        ...

    def delivered(self, delivery: int, at: datetime, reference: str) -> None: ...

    def failed(self, delivery: int, at: datetime, error: str, next_attempt_at: datetime | None) -> None:
        """The holder of the lease gives it back: another attempt at `next_attempt_at`; None: a dead letter."""
        ...

    def enqueue(self, deliveries: Sequence[NewDelivery], now: datetime) -> None: ...

    def outbox(self) -> OutboxCounts: ...

    def deliveries(self, *, dead_only: bool = False) -> Iterator[Delivery]: ...

    # reading
    def posts(self, selection: Selection) -> Iterator[StoredPost]: ...

    def post(self, key: str) -> StoredPost | None: ...

    def counts(self, selection: Selection) -> Iterator[StoredCounts]:
        """Every reading that told something new of a post's counts, the first one included: in order of the posts,
        then of time. `limit` counts readings."""
        ...

    def mentions(self, selection: Selection) -> Iterator[StoredMention]:
        """Streamed: memory does not grow with the number of rows."""
        ...

    def series(
        self, topic: str, since: datetime, until: datetime, resolution_s: int, platform: str | None = None
    ) -> Series:
        """Buckets of 60, 3,600 or 86,400 s (days of Asia/Shanghai); `since` and `until` on bucket borders."""
        ...

    def hashtags(self, topic: str, since: datetime, until: datetime, limit: int) -> tuple[tuple[str, str, int], ...]:
        """(folded key, most used spelling, mentions), most first."""
        ...

    def hashtag_counts(
        self,
        topic: str,
        since: datetime,
        until: datetime,
        past_since: datetime,
        at_least: int,
        *,
        observed: bool = False,
    ) -> tuple[TermCount, ...]:
        """Hashtags with `at_least` mentions in [since, until) (`observed`: of those that its Observations counted, to
        which nothing is added later), most first; `before` counts the whole hours from
        `past_since` to `since`. Costs the window, and at most one number an hour of the past for each hashtag."""
        ...

    def companions(
        self, topic: str, key: str, since: datetime, until: datetime, limit: int
    ) -> tuple[tuple[str, str, int], ...]:
        """Hashtags that stand in the same mentions as the hashtag `key`: (folded key, most used spelling, mentions with
        both), most first."""
        ...

    def usual_hashtags(
        self, topic: str, since: datetime, until: datetime, at_least: int
    ) -> tuple[tuple[str, int], ...]:
        """(folded key, mentions) in the whole hours of [since, until), most first."""
        ...

    def hashtag_series(
        self, topic: str, key: str, since: datetime, until: datetime
    ) -> tuple[tuple[datetime, int], ...]:
        """(start, mentions) of the hours that begin in [since, until) and have any mention with the hashtag."""
        ...

    def word_counts(self, topic: str, words: Sequence[str], since: datetime, until: datetime) -> Mapping[str, int]:
        """Word → texts (no copies, no reposts) with it on the days of Asia/Shanghai that begin in [since, until);
        since on such a border. Words without any are left out."""
        ...

    def frequent_words(
        self, topic: str, since: datetime, until: datetime, at_least: int
    ) -> tuple[tuple[str, int], ...]:
        """(word, texts) of the days as `word_counts` counts them, with `at_least` texts, most first."""
        ...

    def categories(self, topic: str, since: datetime, until: datetime) -> tuple[tuple[str, int, int], ...]:
        """(complaint category, mentions, distinct authors), most first."""
        ...

    def alerts(
        self, since: datetime | None = None, until: datetime | None = None, *, open_only: bool = False
    ) -> tuple[Alert, ...]:
        """Episodes that were not over before `since` and had begun by `until`, oldest first."""
        ...

    def alert(self, key: str) -> Alert | None: ...

    def transitions(self, alert: str) -> tuple[Transition, ...]: ...

    def evidence(self, alert: str) -> tuple[Verdict, ...]: ...

    def visits(self, since: datetime, until: datetime) -> Iterator[VisitRecord]: ...

    def stretches(self, since: datetime, until: datetime, source: str | None = None) -> Iterator[CoveredStretch]: ...

    def health(self, source: str, targets: Sequence[str], every_s: float, at: datetime) -> SourceHealth: ...

    def rejected(self, since: datetime, until: datetime) -> Iterator[tuple[str, datetime, Rejected]]:
        """(source, seen at, what could not be read)."""
        ...

    def hot_entries(self, since: datetime, until: datetime, words: Sequence[str] | None = None) -> Iterator[HotEntry]:
        """Hot-list lines by time, platform, rank: those whose word contains one of `words` (folded), or all."""
        ...

    def save_digest(
        self, day: str, topic: str, as_of: datetime, facts: bytes, deliveries: Sequence[NewDelivery] = ()
    ) -> None:
        """Keep a revision, and take up what is owed because of it, together or not at all."""
        ...

    def digest(self, day: str, topic: str, revision: int | None = None) -> tuple[datetime, bytes] | None:
        """(as_of, facts) of the newest revision, or of the one with that number, from 1."""
        ...

    def digest_revisions(self, day: str, topic: str) -> tuple[tuple[int, datetime], ...]:
        """(number, as_of) of each, oldest first."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
