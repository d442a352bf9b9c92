"""What alerting stores: alerts (one row an episode), their transitions, and the deliveries these cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    RESOLVED = "resolved"


class Severity(StrEnum):
    PAGE = "page"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One episode of one rule on one subject: from the first breach to the resolution.

    All times are event times of judged minutes or rounds. `episode` counts up per fingerprint from 1; together
    they identify the alert.
    """

    fingerprint: str  # hash of rule and subject: stable across episodes
    episode: int
    rule: str
    kind: str
    subject: str  # topic or source
    severity: Severity
    state: State = State.OK
    labels: Mapping[str, str] = field(default_factory=dict)
    breached_at: datetime | None = None  # first breach of this episode ("since when")
    fired_at: datetime | None = None
    cleared_at: datetime | None = None  # first clear since the last breach
    resolved_at: datetime | None = None
    judged_at: datetime | None = None  # the newest verdict taken in
    unknown_since: datetime | None = None  # set while verdicts are UNKNOWN
    unseen_s: float = 0.0  # of the time since `cleared_at`: how long nothing could be seen
    value: float | None = None
    peak: float | None = None
    limit: float | None = None
    unit: str = ""
    because: str = ""

    @property
    def key(self) -> str:
        return f"{self.fingerprint}:{self.episode}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    alert: str  # Alert.key
    at: datetime  # event time
    before: State
    after: State
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told to people, before a channel gives it its form. Nothing in it is trusted markup."""

    event_id: str  # idempotency key: equal for every attempt of one delivery
    event: str  # firing / resolved / test / digest
    severity: Severity
    title: str  # one line
    lines: tuple[str, ...]  # plain text, one fact a line
    labels: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None  # event time
    links: Mapping[str, str] = field(default_factory=dict)  # label → URL
    facts: Mapping[str, object] = field(default_factory=dict)  # JSON-able, for machines


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: int
    channel: str  # name of the configured channel
    recipient: str  # "" where the channel has only one
    message: Message
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    delivered_at: datetime | None = None
    dead_at: datetime | None = None
    last_error: str | None = None
