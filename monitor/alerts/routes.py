"""Who is told of an alert: the channels of every route whose labels agree with the alert's."""

from collections.abc import Iterable, Mapping

from monitor.alerts.directory import Directory
from monitor.alerts.matchers import Matcher, Sign
from monitor.alerts.types import Alert
from monitor.config import RouteConfig

Recipient = tuple[str, str]  # (channel, recipient); the recipient is "" where it is whomever the channel reaches


def recipients(
    routes: Iterable[RouteConfig], alert: Alert, directory: Directory | None = None
) -> tuple[Recipient, ...]:
    """All who are told that the alert fires, each once, in the order of the routes."""
    known = directory or Directory()
    return tuple(
        dict.fromkeys(
            (channel, who)
            for route in matching(routes, alert)
            for channel in route.channels
            for who in known.recipients(channel, route.people)
        )
    )


def wants_resolved(routes: Iterable[RouteConfig], alert: Alert, channel: str) -> bool:
    """Is a channel that was told of the alert told also that it is over? Yes, unless all its routes say no."""
    wishes = [route.on_resolved for route in matching(routes, alert) if channel in route.reaches]
    return any(wishes) or not wishes


def matching(routes: Iterable[RouteConfig], alert: Alert) -> list[RouteConfig]:
    return [route for route in routes if not disagreeing(route, alert.all_labels)]


def disagreeing(route: RouteConfig, labels: Mapping[str, str]) -> list[str]:
    """The labels by which the route does not match: absent, or neither equal nor, of several values, one of them."""
    return [
        label
        for label, wanted in route.match.items()
        if label not in labels or not Matcher(label, Sign.EQUAL, wanted).matches(labels)
    ]
