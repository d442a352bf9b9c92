"""The past judged once more, by the code that judges the present, and told to nobody.

A topic's Observations are rebuilt and streamed once; every variant of every rule takes them in on the way. Rules begin
where the record begins, so that what is normal was learnt when the period begins, as it was live.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

from analysis.series import Observation
from monitor.alerts.minutes import MINUTE, TopicJudging, watches
from monitor.alerts.types import Alert, Severity, State
from monitor.backtest.labels import Incident
from monitor.backtest.variants import Variant
from monitor.config import CalendarConfig, TopicConfig
from monitor.store.store import Store

STEPS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))
MOST_POINTS = 400  # of a picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    since: datetime
    until: datetime

    @property
    def weeks(self) -> float:
        return (self.until - self.since) / timedelta(days=7)

    @property
    def step(self) -> timedelta:
        """The length of a point of a picture."""
        return next((s for s in STEPS if (self.until - self.since) / s <= MOST_POINTS), STEPS[-1])

    def __contains__(self, at: datetime) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An alert that would have fired within the period. `alert` is how it stood at the period's end."""

    alert: Alert
    fired_at: datetime
    because: str  # when it fired

    @property
    def severity(self) -> Severity:
        return self.alert.severity


@dataclass(slots=True)
class Point:
    """Counts of the minutes of one step, as they were seen."""

    mentions: int = 0
    complaints: int = 0
    minutes: int = 0
    seen: int = 0


@dataclass(slots=True)
class Replay:
    """One variant on one topic."""

    variant: Variant
    topic: str
    episodes: list[Episode] = field(default_factory=list)
    failure: str = ""  # why the rule failed last


@dataclass(slots=True)
class Replayed:
    """What the replay of one topic gave."""

    topic: TopicConfig
    replays: list[Replay]
    points: dict[datetime, Point] = field(default_factory=dict)  # start → counts
    minutes: int = 0  # of the period that were judged
    unseen: int = 0  # of these
    otherwise: int = 0  # of these: those that were judged on other counts, live
    covered: dict[Incident, int] = field(default_factory=dict)  # minutes of it that were seen


def replay(
    store: Store,
    topic: TopicConfig,
    variants: Sequence[Variant],
    period: Period,
    *,
    incidents: Sequence[Incident] = (),
    calendar: Sequence[CalendarConfig] = (),
    time_zone: str = "Asia/Shanghai",
    progress: Callable[[datetime], None] = lambda _: None,
) -> Replayed:
    """`progress` is told the minutes as they are judged, one in an hour."""
    running = [_Running(variant, topic, calendar, time_zone) for variant in variants if watches(variant.rule, topic)]
    here = [incident for incident in incidents if incident.topic == topic.name]
    told = Replayed(topic=topic, replays=[each.replay for each in running], covered=dict.fromkeys(here, 0))
    for rebuilt, judged in zip_longest(store.rebuilt(topic.name), store.observations(topic.name)):
        if rebuilt is None or rebuilt.start >= period.until:
            break
        if rebuilt.start.minute == 0:
            progress(rebuilt.start)
        for each in running:
            each.take(rebuilt, period)
        if rebuilt.start in period:
            _count(told, rebuilt, period)
            told.otherwise += rebuilt != judged
    for each in running:
        each.end()
    return told


def _count(told: Replayed, seen: Observation, period: Period) -> None:
    told.minutes += 1
    start = period.since + (seen.start - period.since) // period.step * period.step
    point = told.points.setdefault(start, Point())
    point.minutes += 1
    if seen.tally is None:
        told.unseen += 1
        return
    point.seen += 1
    point.mentions += seen.tally.mentions
    point.complaints += seen.tally.complaints
    for incident in told.covered:
        if incident.starts_at < seen.start + MINUTE and seen.start < incident.ends_at:
            told.covered[incident] += 1


class _Running:
    def __init__(
        self, variant: Variant, topic: TopicConfig, calendar: Sequence[CalendarConfig], time_zone: str
    ) -> None:
        self.replay = Replay(variant, topic.name)
        self._judging = TopicJudging(variant.rule, variant.kind, topic, None, calendar=calendar, time_zone=time_zone)
        self._begun = self._judging.begin(None)
        self._open: Episode | None = None

    def take(self, seen: Observation, period: Period) -> None:
        if not self._begun:
            return
        self._judging.take(seen)
        course = self._judging.course
        for alert in course.changed.values():
            self._note(alert, period)
        course.changed.clear()
        course.transitions.clear()
        course.verdicts.clear()

    def _note(self, alert: Alert, period: Period) -> None:
        if alert.fired_at is None or alert.fired_at not in period:
            return
        if self._open is None or self._open.alert.key != alert.key:
            self._open = Episode(alert=alert, fired_at=alert.fired_at, because=alert.because)
        else:
            self._open = Episode(alert=alert, fired_at=alert.fired_at, because=self._open.because)
        if alert.state is State.RESOLVED:
            self.replay.episodes.append(self._open)
            self._open = None

    def end(self) -> None:
        self.replay.failure = self._judging.failure
        if self._open:
            self.replay.episodes.append(self._open)
