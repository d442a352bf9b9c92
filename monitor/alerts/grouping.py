"""Grouping, as in Alertmanager: alerts that belong together are told as one message, and not one by one.

The first alert of a group waits `group_wait_s` for others; after a message the group is silent for `group_interval_s`.
What is to wake somebody waits for no interval.
"""

from datetime import datetime, timedelta

from monitor.alerts.matchers import Matcher, Sign
from monitor.alerts.types import Alert, Severity
from monitor.config import RouteConfig
from monitor.store.store import GroupTimes


def group_of(route: RouteConfig, alert: Alert) -> str:
    """The name of the alert's group, "" where the route does not group: every alert is told alone, and at once."""
    labels = alert.all_labels
    return " ".join(str(Matcher(label, Sign.EQUAL, labels.get(label, ""))) for label in route.group_by)


def group_due(route: RouteConfig, alert: Alert, times: GroupTimes, now: datetime) -> datetime:
    """When the group speaks next, with this alert in it."""
    if times.next_at is not None and alert.severity is not Severity.PAGE:
        return max(now, times.next_at)
    due = now + timedelta(seconds=route.group_wait_s)
    if times.last_at is None or alert.severity is Severity.PAGE:
        return due
    return max(due, times.last_at + timedelta(seconds=route.group_interval_s))
