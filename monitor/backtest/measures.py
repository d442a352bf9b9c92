"""How good the alerts of a replay would have been, event by event.

An incident is detected where an alert on its topic was firing at any moment of it; the time to detect is that from
its start to the first such alert (0 where one was firing already). An alert is right where it was firing during an
incident. Incidents of which no minute was seen are told apart: no rule could have found them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from monitor.alerts.types import Severity
from monitor.backtest.labels import Incident
from monitor.backtest.replay import Episode, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    incident: Incident
    after: timedelta | None  # None: not detected
    seen: bool  # was any minute of it?


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    alerts: int
    pages: int
    pages_per_week: float
    right: int | None = None  # alerts that were right; None: there are no labels
    detections: tuple[Detection, ...] = ()

    @property
    def precision(self) -> float | None:
        return self.right / self.alerts if self.right is not None and self.alerts else None

    @property
    def judged(self) -> list[Detection]:
        """Those that could have been detected."""
        return [each for each in self.detections if each.seen]

    @property
    def detected(self) -> int:
        return sum(each.after is not None for each in self.judged)

    @property
    def recall(self) -> float | None:
        return self.detected / len(self.judged) if self.judged else None

    @property
    def median_time(self) -> timedelta | None:
        times = [each.after.total_seconds() for each in self.judged if each.after is not None]
        return timedelta(seconds=median(times)) if times else None


def measures(
    episodes: Mapping[str, Sequence[Episode]],
    period: Period,
    covered: Mapping[Incident, int] | None,
) -> Measures:
    """`episodes`: topic → its alerts. `covered`: incident of the period → minutes of it that were seen; None: there
    are no labels."""
    every = [each for of_topic in episodes.values() for each in of_topic]
    pages = sum(each.severity is Severity.PAGE for each in every)
    counts = Measures(alerts=len(every), pages=pages, pages_per_week=pages / period.weeks)
    if covered is None:
        return counts
    right = sum(
        any(incident.topic == topic and _meet(each, incident, period) for incident in covered)
        for topic, of_topic in episodes.items()
        for each in of_topic
    )
    detections = tuple(
        Detection(incident=each, after=_after(each, episodes.get(each.topic, ()), period), seen=minutes > 0)
        for each, minutes in covered.items()
    )
    return replace(counts, right=right, detections=detections)


def _after(incident: Incident, episodes: Sequence[Episode], period: Period) -> timedelta | None:
    fired = [each.fired_at for each in episodes if _meet(each, incident, period)]
    return max(min(fired) - incident.starts_at, timedelta(0)) if fired else None


def _meet(episode: Episode, incident: Incident, period: Period) -> bool:
    ended: datetime = episode.alert.resolved_at or period.until
    return episode.fired_at < incident.ends_at and incident.starts_at < ended
