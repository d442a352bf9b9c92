"""Escalation: who is called besides while nobody acknowledges an alert that fires."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from monitor.alerts.types import Acknowledgement, Alert, State, Telling
from monitor.config import EscalationStep, RouteConfig


def is_taken(alert: Alert, said: Acknowledgement | None) -> bool:
    """Does somebody's word cover the alert as urgent as it is now?"""
    return said is not None and said.severity.rank <= alert.severity.rank


def steps_due(
    route: RouteConfig, alert: Alert, told: Sequence[Telling], said: Acknowledgement | None, now: datetime
) -> Iterator[EscalationStep]:
    """The steps whose time has come, counted from when the alert was first told as urgent as it is now.

    A recovery calls nobody, and what waits for the end of quiet hours has not been told yet.
    """
    if alert.state is not State.FIRING or is_taken(alert, said):
        return
    heard = [each.next_attempt_at for each in told if each.severity.rank <= alert.severity.rank]
    if heard:
        yield from (step for step in route.escalate if now >= min(heard) + timedelta(seconds=step.after_s))
