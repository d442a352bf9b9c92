"""The one interface a rule kind implements: from what was seen to a verdict.

A rule kind is one class in one file, named by an entry point of the group `trend_monitor.rules`. It is built from its
`Settings` (a frozen dataclass whose fields are the keys of its `[[rules]]` section) and fed in order, one subject
(a topic, or a source) per instance. It is pure: the moment judged is part of what it is fed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self

from analysis.series import Observation


class Answer(StrEnum):
    BREACH = "breach"
    CLEAR = "clear"
    UNKNOWN = "unknown"  # could not see: neither fires nor resolves


class Subject(StrEnum):
    """What one instance of a rule kind watches."""

    TOPIC = "topic"  # fed the topic's Observations, minute by minute, in order
    SOURCE = "source"  # fed the health of one source, once a round


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
