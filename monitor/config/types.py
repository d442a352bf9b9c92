"""What `config.toml` says, as frozen types. Their fields are the keys of the file, their annotations its bounds.

`name` is the name of a table (`[topics.NAME]`), `settings` an instance of the kind's own `Settings`, whose keys stand
in the same table as the common ones. Durations are seconds.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MinLen

from analysis.matching import Terms, Topic
from analysis.terms import Word as PlainWord
from analysis.terms import parse_term
from collectors.hosts import FLOOR_S
from collectors.polite import MAX_BYTES
from collectors.secret import Secret
from collectors.source import Watched
from monitor.alerts.inhibition import Inhibition
from monitor.alerts.matchers import matcher
from monitor.alerts.quiet_hours import QuietHours, quiet_hours
from monitor.alerts.types import Severity
from monitor.config.words import (
    Account,
    BaseUrl,
    Condition,
    Day,
    Hashtag,
    Hours,
    Listen,
    Platform,
    Term,
    TimeOfDay,
    Url,
    Word,
    Zone,
    is_address,
)

Duration = Annotated[float, Ge(0), Le(366 * 86_400)]
Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsConfig:
    """What is added to a topic's terms on one platform."""

    any: tuple[Term, ...] = ()
    all: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicConfig:
    """What is watched. `hashtags` maps each hashtag, without # signs, to other spellings that count as the same."""

    name: str
    title: str = ""  # for people; the name where it is not given
    hashtags: Mapping[Hashtag, tuple[Hashtag, ...]] = field(default_factory=dict)
    any: tuple[Term, ...] = ()
    all: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    platforms: tuple[Platform, ...] = ()  # posts of these only; empty: all
    on: Mapping[Platform, TermsConfig] = field(default_factory=dict)  # platform → terms that hold there besides
    exclude_authors: tuple[Account, ...] = ()  # official and marketing accounts: their posts are no mentions
    subjects: tuple[Word, ...] = ()  # what a complaint may be about: their nearness makes a weak word count
    queries: tuple[Word, ...] = ()  # what searches ask for; where not given, the hashtags and then the `any` words
    rivals: tuple[str, ...] = ()  # names of other topics
    owner: str = ""  # a label for routes
    control: bool = False  # everyday words to compare with: where they breach, too, it is the platform

    def to_topic(self, author_id: Callable[[str, str], str | None] = lambda _platform, _id: None) -> Topic:
        """`author_id`: platform and the platform's own id → the id that posts carry."""
        kept = [author_id(*account.split(":", 1)) for account in self.exclude_authors]
        return Topic(
            name=self.name,
            hashtags=self.hashtags,
            any=self.any,
            all=self.all,
            none=self.none,
            subjects=self.subjects,
            platforms=self.platforms,
            on={platform: Terms(any=t.any, all=t.all, none=t.none) for platform, t in self.on.items()},
            exclude_authors=frozenset(each for each in kept if each is not None),
        )

    def watched(self) -> Watched:
        hashtags = tuple(f"#{hashtag}#" for hashtag in self.hashtags)
        any_words, all_words = (
            tuple(term.text for text in terms if isinstance(term := parse_term(text), PlainWord))
            for terms in (self.any, self.all)
        )
        return Watched(topic=self.name, queries=self.queries or hashtags + any_words or all_words)

    @property
    def definition(self) -> str:
        """A hash of all that decides what counts as a mention or a complaint: another one means a recount."""
        words = [
            sorted((hashtag, sorted(aliases)) for hashtag, aliases in self.hashtags.items()),
            *(sorted(words) for words in (self.any, self.all, self.none, self.subjects)),
        ]
        if self.platforms or self.on or self.exclude_authors:
            on = sorted((platform, asdict(terms)) for platform, terms in self.on.items())
            words += [sorted(self.platforms), on, sorted(self.exclude_authors)]
        return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    name: str
    kind: str
    enabled: bool = True
    every_s: Annotated[float, Ge(10), Le(86_400)] = 300.0
    topics: tuple[str, ...] = ()  # names; empty: all
    backfill_s: Duration = 0.0  # how far back a target is read that was never visited
    max_pages: Annotated[int, Ge(1), Le(1000)] = 12  # pages read of one question
    settings: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleConfig:
    name: str
    kind: str
    topics: tuple[str, ...] = ()  # names; empty: all
    sources: tuple[str, ...] = ()  # names; empty: all
    severity: Severity = Severity.WARN
    hold_s: Duration = 0.0  # a breach must last this long before it fires
    keep_firing_s: Duration = 600.0  # a clear must last this long before it resolves
    labels: Mapping[str, str] = field(default_factory=dict)  # added to the alert's, for routes
    runbook: Url = ""
    settings: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarConfig:
    """A known campaign or holiday, in days of `time_zone`: what passes as normal then. It silences nothing."""

    name: str
    first_day: Day
    last_day: Day | None = None  # left out: one day
    tolerance: Annotated[float, Ge(1), Le(20)] = 1.5  # times what is normal
    topics: tuple[str, ...] = ()  # names; empty: all

    def __post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("last_day lies before first_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    name: str
    kind: str
    settings: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """Who else is told when an alert was told `after_s` seconds ago, and nobody has acknowledged it."""

    after_s: Annotated[float, Ge(60), Le(7 * 86_400)]
    channels: Annotated[tuple[str, ...], MinLen(1)]
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonConfig:
    """A person, and as what channels know them. `[people.NAME]` has a key for each channel."""

    name: str
    addresses: Mapping[str, Annotated[str, MinLen(1)]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteConfig:
    """Alerts whose labels are all as in `match` are told to `channels`. Every matching route counts."""

    channels: Annotated[tuple[str, ...], MinLen(1)]
    people: tuple[str, ...] = ()  # names; who has an address on one of the channels is told, or called, there
    match: Mapping[str, str] = field(default_factory=dict)  # empty: every alert
    on_resolved: bool = True  # tell also when it is over
    group_by: tuple[str, ...] = ()  # labels; alerts that have them equal are told together. Empty: each alone, at once
    group_wait_s: Duration = 30.0  # how long the first alert of a group waits for others
    group_interval_s: Duration = 300.0  # after a message, the group is silent so long
    repeat_interval_s: Duration = 14_400.0  # what still fires, and nobody acknowledged, is told again; 0: never
    quiet_hours: Hours = ""  # in `time_zone`: what is less than a page waits until they are over
    escalate: tuple[EscalationStep, ...] = ()

    @property
    def quiet(self) -> QuietHours | None:
        return quiet_hours(self.quiet_hours) if self.quiet_hours else None

    @property
    def reaches(self) -> tuple[str, ...]:
        """Its channels, and those of its escalation."""
        return (*self.channels, *(channel for step in self.escalate for channel in step.channels))


@dataclass(frozen=True, slots=True, kw_only=True)
class InhibitConfig:
    """While an alert fires that agrees with `source`, those that agree with `target` are held back, where both have
    the labels `equal`."""

    source: Annotated[tuple[Condition, ...], MinLen(1)]
    target: Annotated[tuple[Condition, ...], MinLen(1)]
    equal: tuple[str, ...] = ()

    def to_inhibition(self) -> Inhibition:
        return Inhibition(
            source=tuple(map(matcher, self.source)), target=tuple(map(matcher, self.target)), equal=self.equal
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatConfig:
    """`url` is asked for after every good round, so that another service notices when there is none any more."""

    url: Secret | None = None

    def __post_init__(self) -> None:
        if self.url is not None and not is_address(self.url.reveal()):
            raise ValueError("what url refers to is not an http or https address")


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRoute:
    """To whom digests go: the channels, or on them the people who have an address there."""

    channels: Annotated[tuple[str, ...], MinLen(1)]
    people: tuple[str, ...] = ()  # names
    topics: tuple[str, ...] = ()  # names; empty: all
    language: Language | None = None  # None: that of the configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestConfig:
    at: TimeOfDay = "08:00"  # in `time_zone`: when the digest of the day before is made and sent
    topics: tuple[str, ...] = ()  # names; empty: all
    send: tuple[DigestRoute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageConfig:
    folder: Path = Path("data")  # database, digests, kept pages; relative to the configuration file
    keep_pages_mb: Annotated[int, Ge(1)] = 200  # unreadable pages kept for inspection
    keep_pages_days: Annotated[int, Ge(1), Le(36_500)] = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyConfig:
    author_key: Secret | None = None  # of the author hashes; None: made once, in the data folder
    author_names: bool = False  # keep names as published; shown masked all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpConfig:
    """Bounds of every request to a platform. `resolve` sends a host's requests to another base URL."""

    pace_s: Mapping[str, Annotated[float, Ge(FLOOR_S), Le(86_400)]] = field(default_factory=dict)  # host → floor
    resolve: Mapping[str, BaseUrl] = field(default_factory=dict)
    connect_s: Annotated[float, Gt(0)] = 10.0
    read_s: Annotated[float, Gt(0)] = 20.0
    deadline_s: Annotated[float, Gt(0)] = 60.0
    fetch_s: Annotated[float, Gt(0)] = 180.0
    max_bytes: Annotated[int, Ge(10_000)] = MAX_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """Where this service listens: for pushes of sources that cannot be asked."""

    listen: Listen = "127.0.0.1:8600"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    path: Path  # of the file
    topics: tuple[TopicConfig, ...] = ()
    sources: tuple[SourceConfig, ...] = ()
    rules: tuple[RuleConfig, ...] = ()
    calendar: tuple[CalendarConfig, ...] = ()
    channels: tuple[ChannelConfig, ...] = ()
    people: tuple[PersonConfig, ...] = ()
    routes: tuple[RouteConfig, ...] = ()
    inhibit: tuple[InhibitConfig, ...] = ()
    heartbeat: HeartbeatConfig = field(default_factory=HeartbeatConfig)
    digest: DigestConfig = field(default_factory=DigestConfig)
    storage: StorageConfig = field(default_factory=StorageConfig)
    privacy: PrivacyConfig = field(default_factory=PrivacyConfig)
    http: HttpConfig = field(default_factory=HttpConfig)
    web: WebConfig = field(default_factory=WebConfig)
    external_url: BaseUrl | None = None  # where people reach this service: makes links in messages
    time_zone: Zone = "Asia/Shanghai"  # of days, hours shown, and the digest's time
    language: Language = "en"  # of messages and digests
