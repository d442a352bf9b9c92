"""Who is told of an alert: the channels of every route whose labels agree with the alert's."""

from collections.abc import Iterable, Mapping

from monitor.alerts.types import Alert
from monitor.config import RouteConfig

Recipient = tuple[str, str]  # (channel, recipient); the recipient is "" where the channel has only one


def recipients(routes: Iterable[RouteConfig], alert: Alert) -> tuple[Recipient, ...]:
    """All who are told that the alert fires, each once, in the order of the routes."""
    return tuple(dict.fromkeys((channel, "") for route in matching(routes, alert) for channel in route.channels))


def wants_resolved(routes: Iterable[RouteConfig], alert: Alert, channel: str) -> bool:
    """Is a channel that was told of the alert told also that it is over? Yes, unless all its routes say no."""
    wishes = [route.on_resolved for route in matching(routes, alert) if channel in route.channels]
    return any(wishes) or not wishes


def matching(routes: Iterable[RouteConfig], alert: Alert) -> list[RouteConfig]:
    labels = {**alert.labels, "rule": alert.rule, "kind": alert.kind, "severity": alert.severity.value}
    return [route for route in routes if all(agrees(labels, *wanted) for wanted in route.match.items())]


def agrees(labels: Mapping[str, str], label: str, wanted: str) -> bool:
    """Equal, or one of the values of a label that lists several with commas (categories)."""
    value = labels.get(label)
    return value is not None and (value == wanted or wanted in value.split(","))
