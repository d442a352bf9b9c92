"""The alerts of a day as incidents: when, how large, about what, and what could not be judged meanwhile."""

import math
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from analysis.rules.rule import Verdict
from analysis.series import Completeness
from monitor.alerts.types import Alert
from monitor.digest.facts import Blind, Count, Incident, Origin, Point
from monitor.digest.points import by_ten_minutes, together
from monitor.digest.watching import MINUTE, spans
from monitor.store.store import Store

CATEGORIES = 5
TEN_MINUTES = timedelta(minutes=10)
COMPLAINTS = "complaint-share"  # the kind of rule whose worst minutes are those with most complaints
NEWS = frozenset({"hot-list", "hashtag-rising"})  # good to know, and told in sections of their own: nothing broke


def incidents(store: Store, topic: str, since: datetime, until: datetime, as_of: datetime) -> tuple[Incident, ...]:
    """Alerts of the topic that were told to people and lasted into [since, until): open ones first,
    then those about complaints, then by time."""
    found = [
        _incident(store, topic, alert, as_of)
        for alert in store.alerts(since, until)
        if alert.subject == topic and alert.kind not in NEWS and _told(alert, since, until)
    ]
    return tuple(sorted(found, key=lambda i: (i.resolved_at is not None, i.kind != COMPLAINTS, i.began_at, i.alert)))


def blind_times(
    store: Store, topic: str, sources: Sequence[str], since: datetime, until: datetime
) -> tuple[Blind, ...]:
    """When one of the sources was reported as blind."""
    return tuple(
        Blind(source=a.subject, fired_at=a.fired_at, resolved_at=a.resolved_at, because=a.because)
        for a in store.alerts(since, until)
        if a.subject in sources and a.subject != topic and a.fired_at and _told(a, since, until)
    )


def when_fired(store: Store, alert: Alert) -> Verdict | None:
    """The verdict that made it fire; `alert.because` is the newest one's. None: its evidence was not kept."""
    return next((verdict for verdict in store.evidence(alert.key) if verdict.at == alert.fired_at), None)


def _told(alert: Alert, since: datetime, until: datetime) -> bool:
    ended = alert.resolved_at
    return alert.fired_at is not None and alert.fired_at < until and (ended is None or ended > since)


def _incident(store: Store, topic: str, alert: Alert, as_of: datetime) -> Incident:
    assert alert.fired_at is not None
    began = alert.breached_at or alert.fired_at
    ended = min(alert.resolved_at or as_of, as_of)
    said = when_fired(store, alert)

    def origin(where: str) -> Origin:
        return Origin(table="mentions", since=began, until=ended, where=where)

    return Incident(
        alert=alert.key,
        rule=alert.rule,
        kind=alert.kind,
        severity=alert.severity.value,
        state=alert.state.value,
        began_at=began,
        fired_at=alert.fired_at,
        resolved_at=alert.resolved_at,
        peak=alert.peak,
        limit=alert.limit,
        unit=alert.unit,
        because=said.because if said else alert.because,
        first=_first(store, topic, began, alert.fired_at),
        worst=_worst(store, topic, began, ended, by_complaints=alert.kind == COMPLAINTS),
        categories=tuple(
            Count(name=name, label=name, mentions=mentions, authors=authors, origin=origin(having(name)))
            for name, mentions, authors in store.categories(topic, began, ended)[:CATEGORIES]
        ),
        unknown=spans(
            seen.start for seen in store.observations(topic, began, ended) if seen.completeness is Completeness.MISSING
        ),
        origin=origin(""),
    )


def _first(store: Store, topic: str, began: datetime, fired: datetime) -> Point | None:
    """The minutes that made it fire, as one point."""
    since, last = (at.replace(second=0, microsecond=0) for at in (began, fired))
    minutes = store.series(topic, since, last + MINUTE, 60).buckets
    return together(minutes) if minutes else None


def _worst(store: Store, topic: str, began: datetime, ended: datetime, *, by_complaints: bool) -> Point | None:
    """Ten minutes as the clock has them (09:10 to 09:20); the first of equals."""
    since = began - timedelta(minutes=began.minute % 10, seconds=began.second, microseconds=began.microsecond)
    until = since + math.ceil((ended - since) / TEN_MINUTES) * TEN_MINUTES
    points = [point for point in by_ten_minutes(store.series(topic, since, until, 60).buckets) if point.mentions]
    return max(points, key=lambda p: p.complaints if by_complaints else p.mentions, default=None)


def having(category: str) -> str:
    """The condition on exported mentions that finds a complaint category."""
    pattern = f"(?:^|;){re.escape(category)}(?:;|$)"
    return f"categories.str.contains({pattern!r}, na=False)"
