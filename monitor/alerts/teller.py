"""Who is told what of alerts: what is owed (`notices`), with its words and figures, one delivery per recipient.

`resolved` goes only to those who got `firing`. What became firing while it was history (a backfill) is told when the
alert is still firing at a recent minute.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from analysis.rules.rule import SourceHealth
from analysis.series import Bucket, Estimate
from monitor.alerts.directory import Directory
from monitor.alerts.inhibition import BUILT_IN, Inhibition, inhibited_by
from monitor.alerts.messages import (
    EXAMPLES,
    Audience,
    Example,
    acknowledged_message,
    firing_message,
    resolved_message,
)
from monitor.alerts.notices import Notice, Standing, notices, outdated
from monitor.alerts.own_rules import CONTROL
from monitor.alerts.standing import held_back_by
from monitor.alerts.types import (
    PLATFORM_ELEVATED,
    Acknowledgement,
    Alert,
    Coverage,
    Message,
    Occasion,
    State,
    Telling,
    Volume,
)
from monitor.config import RouteConfig
from monitor.store.store import NewDelivery, Selection, Store

RECENT = timedelta(hours=1)  # what lies further back is history: it is judged, and nobody is woken for it
SPAN = timedelta(minutes=30)
COMPLAINTS = "complaint-share"  # the kind whose examples and total are complaints, not mentions
MOST_READ = 200  # posts looked through for the examples

Health = Callable[[], Sequence[SourceHealth]]
Moments = Mapping[tuple[str, State], datetime]  # (Alert.key, state) → when it came into it, where that is news


@dataclass(slots=True)
class Owed:
    deliveries: list[NewDelivery] = field(default_factory=list)
    outdated: list[Telling] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What decides for all alerts at once: what was told and said of each, and what holds others back."""

    told: Mapping[str, Sequence[Telling]]
    said: Mapping[str, Acknowledgement]
    firing: Sequence[Alert]
    held_back: Collection[str]  # Alert.key of those that are told to nobody now


class Teller:
    """Turns what alerts have become, and the passing of time, into deliveries.

    `titles` gives topics their names for people, `runbooks` rules their links; `alone` are the channels that take one
    alert at a time, `directory` are the people.
    """

    def __init__(
        self,
        store: Store,
        routes: Sequence[RouteConfig],
        audience: Audience,
        *,
        titles: Mapping[str, str],
        runbooks: Mapping[str, str],
        inhibitions: Sequence[Inhibition] = (),
        alone: Collection[str] = (),
        directory: Directory | None = None,
    ) -> None:
        self._store = store
        self._routes = routes
        self._audience = audience
        self._titles = titles
        self._runbooks = runbooks
        self._inhibitions = (*BUILT_IN, *inhibitions)
        self._alone = frozenset(alone)
        self._directory = directory or Directory()

    def tell(
        self, alerts: Sequence[Alert], moments: Moments, at: datetime, now: datetime, health: Health
    ) -> list[NewDelivery]:
        """The deliveries that a judgement up to `at` causes, to be stored with it. `alerts` are as it leaves them."""
        return self._owed(alerts, moments, at, now, health).deliveries

    def remind(self, now: datetime, health: Health) -> None:
        """Store what time and people alone make due: the ends of silences, repetitions, escalations, acknowledgements.

        Who was not told yet is told only of what was seen lately.
        """
        firing = [alert for alert in self._store.alerts(open_only=True) if alert.fires]
        owed = self._owed(firing, {}, now, now, health)
        if owed.deliveries:
            self._store.enqueue(owed.deliveries, now)
        if owed.outdated:
            self._store.withdraw([each.id for each in owed.outdated])

    def _known(self, alerts: Sequence[Alert], now: datetime) -> Known:
        keys = [alert.key for alert in alerts]
        told: dict[str, list[Telling]] = {}
        for each in self._store.tellings(keys):
            told.setdefault(each.alert, []).append(each)
        new = {alert.fingerprint: alert for alert in alerts}
        stored = {alert.fingerprint: alert for alert in self._store.alerts(open_only=True)}
        firing = [alert for alert in (stored | new).values() if alert.fires]
        silences = self._store.silences(since=now)
        held_back = {alert.key for alert in alerts if held_back_by(alert, silences, firing, self._inhibitions, now)}
        said = {each.alert: each for each in self._store.acknowledgements(keys)}
        return Known(told=told, said=said, firing=firing, held_back=held_back)

    def _owed(self, alerts: Sequence[Alert], moments: Moments, at: datetime, now: datetime, health: Health) -> Owed:
        owed = Owed()
        if not alerts:
            return owed
        known = self._known(alerts, now)
        for alert in alerts:
            standing = Standing(
                told=known.told.get(alert.key, ()),
                said=known.said.get(alert.key),
                held_back=alert.key in known.held_back,
                may_begin=self._may_begin(alert, moments, now),
                zone=ZoneInfo(self._audience.time_zone),
                group_times=self._store.group_times,
                alone=self._alone,
                directory=self._directory,
            )
            owed.outdated += outdated(alert, standing)
            for notice in notices(alert, self._routes, standing, now):
                state = State.RESOLVED if notice.occasion is Occasion.OVER else State.FIRING
                moment = moments.get((alert.key, state), at)
                owed.deliveries.append(
                    NewDelivery(
                        alert=alert.key,
                        channel=notice.channel,
                        recipient=notice.recipient,
                        message=remembering(self._message(alert, notice, moment, known, health), alert, standing.told),
                        next_attempt_at=notice.due_at,
                        group=notice.group,
                    )
                )
        return owed

    def _may_begin(self, alert: Alert, moments: Moments, now: datetime) -> bool:
        """An episode that is over is begun only where its beginning is news, too."""
        if alert.state is State.RESOLVED:
            return (alert.key, State.FIRING) in moments
        return alert.judged_at is not None and now - alert.judged_at <= RECENT

    def _message(self, alert: Alert, notice: Notice, at: datetime, known: Known, health: Health) -> Message:
        topic = alert.labels.get("topic")
        title = self._titles.get(alert.subject) or alert.subject
        runbook = self._runbooks.get(alert.rule, "")
        said = known.said.get(alert.key)
        if notice.occasion is Occasion.TAKEN and said:
            return acknowledged_message(alert, notice.event_id, self._audience, said, title=title)
        if notice.occasion is Occasion.OVER:
            total = self._total(alert, topic, at) if topic else None
            return resolved_message(
                alert, notice.event_id, self._audience, now=at, title=title, total=total, runbook=runbook
            )
        return firing_message(
            alert,
            notice.event_id,
            self._audience,
            now=at,
            title=title,
            examples=self._examples(alert, topic, at) if topic else (),
            volume=self._volume(topic, at) if topic else None,
            coverage=self._coverage(topic, at, health()) if topic else None,
            runbook=runbook,
            occasion=notice.occasion,
            quiet_until=notice.quiet_until,
            holds_back=self._holds_back(alert, known),
        )

    def _holds_back(self, alert: Alert, known: Known) -> list[str]:
        """Titles of the topics whose alerts are not told while the whole platform is elevated."""
        if alert.kind != PLATFORM_ELEVATED:
            return []
        held = [each for each in known.firing if inhibited_by(each, [alert], BUILT_IN) and CONTROL not in each.labels]
        return [self._titles.get(each.subject) or each.subject for each in held]

    def _examples(self, alert: Alert, topic: str, at: datetime) -> list[Example]:
        """The newest posts, complaints where the alert is about them; no text twice."""
        since = min(alert.breached_at or at, at - SPAN)
        chosen: dict[str, Example] = {}
        newest = Selection(topic=topic, since=since, until=at + SPAN, newest_first=True, limit=MOST_READ)
        for stored in self._store.posts(newest):
            if (stored.categories or alert.kind != COMPLAINTS) and stored.duplicate_of is None:
                chosen.setdefault(stored.post.text, Example(text=stored.post.text, url=stored.post.url))
            if len(chosen) == EXAMPLES:
                break
        return list(chosen.values())

    def _volume(self, topic: str, at: datetime) -> Volume:
        until = at.replace(second=0, microsecond=0)
        recent = self._store.series(topic, until - SPAN, until, 60).buckets
        before = self._store.series(topic, until - 2 * SPAN, until - SPAN, 60).buckets
        return Volume(span=SPAN, seen=seen(recent), estimated=estimated(recent), before=seen(before))

    def _coverage(self, topic: str, at: datetime, health: Sequence[SourceHealth]) -> Coverage:
        newest = next(
            iter(
                self._store.posts(
                    Selection(topic=topic, since=at - timedelta(days=1), until=at + SPAN, newest_first=True, limit=1)
                )
            ),
            None,
        )
        return Coverage(
            working=sum(source.last_error is None and source.last_success_at is not None for source in health),
            sources=len(health),
            newest_post_at=newest.post.published_at if newest else None,
        )

    def _total(self, alert: Alert, topic: str, at: datetime) -> int:
        since = (alert.breached_at or alert.fired_at or at).replace(second=0, microsecond=0)
        until = (alert.cleared_at or at).replace(second=0, microsecond=0) + timedelta(minutes=1)
        buckets = self._store.series(topic, since, until, 60).buckets
        return sum(b.tally.complaints if alert.kind == COMPLAINTS else b.tally.mentions for b in buckets)


def remembering(message: Message, alert: Alert, told: Sequence[Telling]) -> Message:
    """With the severities as which the alert was told before: where these are part of its identity, they must end."""
    others = {each.severity for each in told if each.event == "firing"} - {alert.severity}
    return replace(message, facts={**message.facts, "told_as": sorted(others)}) if others else message


def seen(buckets: Sequence[Bucket]) -> int | None:
    """Mentions seen; None where nothing was covered."""
    if not any(bucket.coverage for bucket in buckets):
        return None
    return sum(bucket.tally.mentions for bucket in buckets)


def estimated(buckets: Sequence[Bucket]) -> Estimate | None:
    """The sum of the estimates, with what was seen where all was; None where nothing was sampled."""
    if not any(bucket.estimated for bucket in buckets):
        return None
    low = mid = high = 0.0
    for bucket in buckets:
        all_seen = float(bucket.tally.mentions)
        guess = bucket.estimated or Estimate(low=all_seen, mid=all_seen, high=all_seen)
        low, mid, high = low + guess.low, mid + guess.mid, high + guess.high
    return Estimate(low=low, mid=mid, high=high)
