"""What alerting stores: alerts (one row an episode), their transitions, and the deliveries these cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from analysis.rules.rule import Figures
from analysis.series import Estimate

RULE_FAILING = "rule-failing"  # rule and kind of the alert that tells of a rule's own failure
PLATFORM_ELEVATED = "platform-elevated"  # and of the one that is told where control topics breach, too


class State(StrEnum):
    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """Most urgent first."""

    PAGE = "page"
    WARN = "warn"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Severity).index(self)


def least_urgent(*severities: Severity) -> Severity:
    return max(severities, key=lambda severity: severity.rank)


def most_urgent(*severities: Severity) -> Severity:
    return min(severities, key=lambda severity: severity.rank)


class Occasion(StrEnum):
    """Why somebody is told."""

    BEGUN = "begun"
    MORE_URGENT = "more urgent"
    AGAIN = "again"
    NOBODY = "nobody acknowledged"
    TAKEN = "acknowledged"
    OVER = "over"


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
    warranted: Severity = Severity.PAGE  # the most urgent that a verdict of this episode allowed
    figures: Figures | None = None  # of the newest breach
    version: str = ""  # of the rule's method, at the newest breach

    @property
    def key(self) -> str:
        return f"{self.fingerprint}:{self.episode}"

    @property
    def fires(self) -> bool:
        """Has it fired, and is not over?"""
        return self.state in (State.FIRING, State.RECOVERING)

    @property
    def all_labels(self) -> Mapping[str, str]:
        """What routes, silences and inhibitions match."""
        own = {"rule": self.rule, "kind": self.kind, "severity": self.severity.value}
        return {**self.labels, **own}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A change of state. Where `before` is `after`, the alert became more urgent."""

    alert: str  # Alert.key
    at: datetime  # event time
    before: State
    after: State
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told to people, before a channel gives it its form. Nothing in it is trusted markup."""

    event_id: str  # idempotency key: equal for every attempt of one delivery
    event: str  # firing / resolved / acknowledged / channel / test / digest
    severity: Severity
    title: str  # one line
    lines: tuple[str, ...]  # plain text, one fact a line
    labels: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None  # event time
    links: Mapping[str, str] = field(default_factory=dict)  # label → URL
    facts: Mapping[str, object] = field(default_factory=dict)  # JSON-able, for machines
    page: str = ""  # HTML for a mail, made by us, in place of the lines
    text: str = ""  # and its plain-text twin
    pictures: Mapping[str, bytes] = field(default_factory=dict)  # content id → PNG, which `page` shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Mentions of the last `span`; `before` those seen in as long a time just before it. None: nothing was covered."""

    span: timedelta
    seen: int | None
    estimated: Estimate | None = None  # where `seen` is a sample
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much can be seen: sources that went well at their last visit, and the age of the newest post."""

    working: int
    sources: int
    newest_post_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody has taken on an alert: nobody is reminded of it, and nobody else is called, until it is over.

    It covers the severity that the alert had then (`severity`), not a more urgent one.
    """

    alert: str  # Alert.key
    at: datetime
    author: str
    comment: str = ""
    severity: Severity = Severity.PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One row of the outbox as far as it decides what is still to be told."""

    id: int
    alert: str
    event: str
    event_id: str
    channel: str
    recipient: str
    severity: Severity
    created_at: datetime
    next_attempt_at: datetime
    untried: bool  # it waits for its first attempt, and may still be withdrawn
    delivered: bool = False
    dead: bool = False


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
    batch: int | None = None  # id of the first of the deliveries that go out as one message; None: it goes alone
