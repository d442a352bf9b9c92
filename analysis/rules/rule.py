"""The one interface a rule kind implements: from what was seen to a verdict.

A rule kind is one class in one file, named by an entry point of the group `trend_monitor.rules`. It is built from its
`Settings` (a frozen dataclass whose fields are the keys of its `[[rules]]` section) and fed in order, one subject
(a topic, or a source) per instance. It is pure: the moment judged is part of what it is fed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self

from analysis.emerging import TermCount
from analysis.series import Observation


class Answer(StrEnum):
    BREACH = "breach"
    CLEAR = "clear"
    UNKNOWN = "unknown"  # could not see: neither fires nor resolves


class Subject(StrEnum):
    """What one instance of a rule kind watches."""

    TOPIC = "topic"  # fed the topic's Observations, minute by minute, in order
    SOURCE = "source"  # fed the health of one source, once a round
    HOT_LIST = "hot list"  # fed a topic's lines of the newest hot lists, whenever one was read
    HASHTAGS = "hashtags"  # fed how often hashtags stand beside a topic, as coverage gets on


class Urgency(StrEnum):
    """How urgent a breach is at most, whatever the configuration says of the rule."""

    PAGE = "page"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a verdict rests on, for the message and for the evidence kept. None: the rule does not look at it.

    Counts are those seen in the last `minutes`, the one judged included; the breach began with the first of them, as
    far as the rule remembers.
    """

    minutes: int
    mentions: int | None = None
    complaints: int | None = None
    authors: int | None = None  # distinct complaining people, each counted once in 30 minutes
    expected: float | None = None  # complaints where the rule judges these, else mentions, in the same minutes
    expected_for: str = ""  # the hour of the week that is expected of, "Mon 20:00"; "": of no certain hour
    share: float | None = None  # 0 … 1
    usual_share: float | None = None
    volume_surges: bool | None = None  # is there clearly more talk than usual, too
    volume_ratio: float | None = None  # talk lately, times what is usual at this hour
    by_floor: bool = False  # the baseline is too young: a static floor decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    at: datetime  # the minute (its start) or round that was judged
    answer: Answer
    because: str  # one sentence with the figures
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    labels: tuple[tuple[str, str], ...] = ()  # e.g. ("categories", "slow,busy")
    began_at: datetime | None = None  # when the breach began, where the rule can tell
    urgency: Urgency | None = None  # at most so urgent; None: as configured
    figures: Figures | None = None
    version: str = ""  # of the rule's method: another one may judge the same minutes otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """What is known of one source at the end of a round."""

    source: str
    platform: str
    at: datetime
    every_s: float  # how often it is asked
    last_success_at: datetime | None  # of the target that has waited longest for one; None: one of them never had any
    covered_until: datetime | None  # the oldest watermark of its targets; None: never covered, or has none
    last_error: str | None  # class of the last visit's error ("Blocked", …); None: it went well
    last_reason: str | None
    moved_at: datetime | None = None  # when the oldest watermark last went forward; None: never
    blocked_since: datetime | None = None  # before the wall that one of its targets met and has not passed; None: none
    blocked_reason: str | None = None  # what stands there, and what a person can do
    session_since: datetime | None = None  # first use of the login that it reads with; None: it uses none
    session_ends_at: datetime | None = None  # nominally; None: nobody told
    retry_at: datetime | None = None  # it failed so often that it is left alone until then; None: it is not


@dataclass(frozen=True, slots=True, kw_only=True)
class HotLine:
    platform: str
    word: str
    rank: int | None  # 1 is the top; None: a line without a place


@dataclass(frozen=True, slots=True, kw_only=True)
class HotLists:
    """The newest hot list of each platform, as far as it is fresh."""

    topic: str
    at: datetime
    read: tuple[str, ...]  # platforms of which there is a fresh list; empty: none could be read lately
    lines: tuple[HotLine, ...]  # those that are about the topic


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicHashtags:
    """Hashtags beside a topic in the window that ends at `at`."""

    topic: str
    at: datetime
    coverage: float  # share of the window that was seen, 0 … 1
    windows: float  # windows of the past that were seen; not looked at where there are no counts to compare
    counts: tuple[TermCount, ...]


class TopicRule(Protocol):
    kind: ClassVar[str]
    subject: ClassVar[Subject]
    Settings: ClassVar[type[Any]]

    def update(self, seen: Observation) -> Verdict: ...

    def dump(self) -> bytes:
        """The state, to be stored with the verdict; the same state gives the same bytes."""
        ...

    @classmethod
    def load(cls, settings: Any, state: bytes | None) -> Self:
        """A rule that goes on where `dump` left off; None starts anew."""
        ...


class SourceRule(Protocol):
    kind: ClassVar[str]
    subject: ClassVar[Subject]
    Settings: ClassVar[type[Any]]

    def judge(self, health: SourceHealth) -> Verdict:
        """One verdict on the newest state of one source."""
        ...


class HotListRule(Protocol):
    kind: ClassVar[str]
    subject: ClassVar[Subject]
    Settings: ClassVar[type[Any]]

    def judge(self, seen: HotLists) -> Verdict: ...


class HashtagRule(Protocol):
    kind: ClassVar[str]
    subject: ClassVar[Subject]
    Settings: ClassVar[type[Any]]  # with `window_min`, `support`

    def judge(self, seen: TopicHashtags) -> Verdict: ...
