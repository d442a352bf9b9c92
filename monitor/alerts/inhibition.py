"""Inhibition: while one alert fires, others that it explains are told to nobody, as in Alertmanager.

Some inhibitions hold without being configured. A source that cannot be seen makes volumes look low. And where control
topics (everyday words that have nothing to do with the brands) breach too, it is the platform, and not a brand.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.alerts.matchers import Matcher, Sign, all_match
from monitor.alerts.types import PLATFORM_ELEVATED, Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """Alerts that agree with `target` are held back while another fires that agrees with `source`, and whose labels
    of these names are `equal` (where neither has one, they are)."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()


BUILT_IN = (
    Inhibition(
        source=(Matcher("kind", Sign.EQUAL, "source-blind"),),
        target=(Matcher("side", Sign.EQUAL, "low"),),  # of rules that watch for too little
    ),
    Inhibition(
        source=(Matcher("kind", Sign.EQUAL, PLATFORM_ELEVATED),),
        target=(Matcher("kind", Sign.EQUAL, "complaint-share"),),
    ),
)


def inhibited_by(alert: Alert, firing: Iterable[Alert], inhibitions: Iterable[Inhibition]) -> Alert | None:
    """The first of the alerts that are `firing` which holds this one back; none holds itself back."""
    labels = alert.all_labels
    against = [each for each in inhibitions if all_match(each.target, labels)]
    if not against:
        return None
    for other in firing:
        others = other.all_labels
        if (
            other.fires
            and other.fingerprint != alert.fingerprint
            and any(
                all_match(each.source, others)
                and all(labels.get(name, "") == others.get(name, "") for name in each.equal)
                for each in against
            )
        ):
            return other
    return None
