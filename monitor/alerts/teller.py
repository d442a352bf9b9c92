"""Who is told what of an alert: routes, wording and figures joined, one delivery per channel and recipient.

`resolved` goes only to those who got `firing`. What became firing while it was history (a backfill) is told when the
alert is still firing at a recent minute.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from analysis.rules.rule import SourceHealth
from analysis.series import Bucket, Estimate
from monitor.alerts.messages import (
    EXAMPLES,
    Audience,
    Coverage,
    Example,
    Volume,
    firing_message,
    resolved_message,
)
from monitor.alerts.routes import recipients, wants_resolved
from monitor.alerts.types import Alert, Message, State
from monitor.config import RouteConfig
from monitor.store.store import NewDelivery, Selection, Store

SPAN = timedelta(minutes=30)
COMPLAINTS = "complaint-share"  # the kind whose examples and total are complaints, not mentions
MOST_READ = 200  # posts looked through for the examples


class Teller:
    """Turns an alert's new state into the deliveries it causes.

    `titles` gives topics their names for people, `runbooks` rules their links.
    """

    def __init__(
        self,
        store: Store,
        routes: Sequence[RouteConfig],
        audience: Audience,
        *,
        titles: Mapping[str, str],
        runbooks: Mapping[str, str],
    ) -> None:
        self._store = store
        self._routes = routes
        self._audience = audience
        self._titles = titles
        self._runbooks = runbooks

    def tell(
        self,
        alert: Alert,
        state: State,
        at: datetime,
        health: Sequence[SourceHealth],
        telling: Iterable[NewDelivery] = (),
    ) -> list[NewDelivery]:
        """The deliveries of a transition into `state` at `at`: firing and resolved are told, other states are not.

        `telling` are deliveries that are about to be stored: who gets `firing` with them gets `resolved`, too.
        """
        told = self._store.told(alert.key) | {(d.channel, d.recipient) for d in telling if d.alert == alert.key}
        if state is State.FIRING:
            to = [who for who in recipients(self._routes, alert) if who not in told]
        elif state is State.RESOLVED:
            to = [who for who in sorted(told) if self.tells_the_end(alert, who)]
        else:
            return []
        return [
            NewDelivery(
                alert=alert.key,
                channel=channel,
                recipient=recipient,
                message=self._message(alert, state, f"{alert.key}:{state}:{channel}:{recipient}", at, health),
                next_attempt_at=at,
            )
            for channel, recipient in to
        ]

    def tells_the_end(self, alert: Alert, who: tuple[str, str]) -> bool:
        """Does the route by which `who` was told want to hear that it is over?"""
        return wants_resolved(self._routes, alert, who[0])

    def _message(
        self, alert: Alert, state: State, event_id: str, at: datetime, health: Sequence[SourceHealth]
    ) -> Message:
        topic = alert.labels.get("topic")
        title = self._titles.get(alert.subject) or alert.subject
        runbook = self._runbooks.get(alert.rule, "")
        if state is State.RESOLVED:
            total = self._total(alert, topic, at) if topic else None
            return resolved_message(alert, event_id, self._audience, now=at, title=title, total=total, runbook=runbook)
        return firing_message(
            alert,
            event_id,
            self._audience,
            now=at,
            title=title,
            examples=self._examples(alert, topic, at) if topic else (),
            volume=self._volume(topic, at) if topic else None,
            coverage=self._coverage(topic, at, health) if topic else None,
            runbook=runbook,
        )

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
