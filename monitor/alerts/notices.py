"""What is owed to whom on one alert now: a pure function of the alert, what was told, what people said, and the time.

Asked again it owes the same under the same ids, so that it can be asked at every step and after every interruption.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts.directory import Directory
from monitor.alerts.escalation import is_taken, steps_due
from monitor.alerts.grouping import group_due, group_of
from monitor.alerts.own_rules import CONTROL
from monitor.alerts.routes import Recipient, matching, recipients, wants_resolved
from monitor.alerts.types import Acknowledgement, Alert, Occasion, Severity, State, Telling
from monitor.config import RouteConfig
from monitor.store.store import GroupTimes

EVENTS = {Occasion.OVER: "resolved", Occasion.TAKEN: "acknowledged"}  # all others: firing


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of an alert besides itself. `may_begin`: may those be told who were not yet."""

    told: Sequence[Telling] = ()
    said: Acknowledgement | None = None
    held_back: bool = False  # silenced or inhibited
    may_begin: bool = True
    zone: ZoneInfo
    group_times: Callable[[str, str, str], GroupTimes] = lambda _channel, _recipient, _group: GroupTimes()
    alone: frozenset[str] = frozenset()  # channels that take one alert at a time
    directory: Directory = field(default_factory=Directory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    occasion: Occasion
    channel: str
    recipient: str
    event_id: str
    due_at: datetime
    group: str = ""
    quiet_until: datetime | None = None  # it waits for the end of quiet hours

    @property
    def event(self) -> str:
        return EVENTS.get(self.occasion, "firing")


def notices(alert: Alert, routes: Sequence[RouteConfig], standing: Standing, now: datetime) -> list[Notice]:
    """All that is owed and not yet in the outbox, in the order in which it is to be told."""
    known = {each.event_id for each in standing.told}
    return [each for each in _owed(alert, routes, standing, now) if each.event_id not in known]


def outdated(alert: Alert, standing: Standing) -> list[Telling]:
    """What waits in the outbox and is to be told no more: held back now, or less urgent than what became of it."""
    return [
        each
        for each in standing.told
        if each.event == "firing"
        and each.untried
        and alert.state is not State.RESOLVED
        and (standing.held_back or each.severity.rank > alert.severity.rank)
    ]


def _owed(alert: Alert, routes: Sequence[RouteConfig], standing: Standing, now: datetime) -> Iterator[Notice]:
    if CONTROL in alert.labels:
        return
    told = heard(standing.told)
    begun = (
        [who for who in recipients(routes, alert, standing.directory) if who not in told] if standing.may_begin else []
    )
    if alert.state is State.RESOLVED:
        begun = [] if standing.held_back else begun
        for who in begun:
            yield _notice(alert, routes, standing, now, who, Occasion.BEGUN, "firing")
        for who in (*sorted(told), *begun):
            if wants_resolved(routes, alert, who[0]):
                yield _end(alert, routes, standing, now, who, told.get(who, ()))
        return
    if not alert.fires:
        return
    if standing.said:
        for who in sorted(told):
            if not all(each.untried for each in told[who]):
                event = f"acknowledged-{standing.said.severity}"
                yield _notice(alert, routes, standing, now, who, Occasion.TAKEN, event)
    if standing.held_back:
        return
    for who in begun:
        yield _notice(alert, routes, standing, now, who, Occasion.BEGUN, "firing")
    for who, tellings in sorted(told.items()):
        if all(each.severity.rank > alert.severity.rank for each in tellings):
            event = f"firing-{alert.severity}"
            yield _notice(alert, routes, standing, now, who, Occasion.MORE_URGENT, event)
        elif _is_repeated(alert, routes, standing, now, who, tellings):
            yield _notice(alert, routes, standing, now, who, Occasion.AGAIN, f"firing-again-{len(tellings)}")
    for route in matching(routes, alert):
        of_route = [each for who, tellings in told.items() if who[0] in route.channels for each in tellings]
        for step in steps_due(route, alert, of_route, standing.said, now):
            event = f"firing-{alert.severity}-unheard-{step.after_s:g}"
            for channel in step.channels:
                for recipient in standing.directory.recipients(channel, step.people):
                    yield _notice(alert, routes, standing, now, (channel, recipient), Occasion.NOBODY, event)


def heard(tellings: Sequence[Telling]) -> dict[Recipient, list[Telling]]:
    """Who was told, or is about to be, that the alert fires; a message that was given up reached nobody."""
    found: dict[Recipient, list[Telling]] = {}
    for each in tellings:
        if each.event == "firing" and not each.dead:
            found.setdefault((each.channel, each.recipient), []).append(each)
    return found


def _is_repeated(
    alert: Alert,
    routes: Sequence[RouteConfig],
    standing: Standing,
    now: datetime,
    who: Recipient,
    tellings: Sequence[Telling],
) -> bool:
    """Is it time to remind them? Of what fires, nobody has taken on, and asks for something: a note does not."""
    if alert.state is not State.FIRING or alert.severity is Severity.NOTE or is_taken(alert, standing.said):
        return False
    every_s = [r.repeat_interval_s for r in matching(routes, alert) if who[0] in r.channels and r.repeat_interval_s]
    newest = max(each.next_attempt_at for each in tellings)
    return bool(every_s) and now >= newest + timedelta(seconds=min(every_s))


def _end(
    alert: Alert,
    routes: Sequence[RouteConfig],
    standing: Standing,
    now: datetime,
    who: Recipient,
    tellings: Sequence[Telling],
) -> Notice:
    """Never before the beginning."""
    waits = [each.next_attempt_at for each in tellings if each.untried]
    return _notice(alert, routes, standing, max([now, *waits]), who, Occasion.OVER, "resolved")


def _notice(
    alert: Alert,
    routes: Sequence[RouteConfig],
    standing: Standing,
    now: datetime,
    who: Recipient,
    occasion: Occasion,
    event: str,
) -> Notice:
    """With its time: the end of quiet hours of the first route that lets it go, and of the waiting of its group."""
    channel, recipient = who
    through = [route for route in matching(routes, alert) if channel in route.reaches]
    ends = [hours.end(now, standing.zone) if (hours := route.quiet) else now for route in through]
    due = quiet = now if alert.severity is Severity.PAGE else min(ends, default=now)
    group = group_of(through[0], alert) if through and channel not in standing.alone else ""
    if group:
        due = max(due, group_due(through[0], alert, standing.group_times(channel, recipient, group), now))
    return Notice(
        occasion=occasion,
        channel=channel,
        recipient=recipient,
        event_id=f"{alert.key}:{event}:{channel}:{recipient}",
        due_at=due,
        group=group,
        quiet_until=quiet if quiet > now else None,
    )
