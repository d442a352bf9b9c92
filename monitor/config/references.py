"""Names that a configuration uses must be names that it gives: topics, sources, rules, channels, labels.

Works on the raw tables, so that a fault elsewhere in a table hides no wrong name.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from monitor.alerts.types import PLATFORM_ELEVATED, RULE_FAILING, Severity
from monitor.config.problems import Key, nearest

Tell = Callable[[Key, str], None]

OWN_RULES = (PLATFORM_ELEVATED, RULE_FAILING)
"""Names, and kinds, of the rules that judge what the others say."""

ALERT_LABELS = frozenset({"topic", "owner", "severity", "rule", "kind", "source", "platform", "categories"})
"""Labels that an alert can have without its rule's configuration adding any: what a route may match."""


def check_references(tables: Mapping[str, Any], tell: Tell) -> None:
    """Tell of every name that is not there."""
    topics, sources, channels = (_tables(tables, section) for section in ("topics", "sources", "channels"))
    rules = _tables(tables, "rules")
    for name, topic in topics.items():
        others = [other for other in topics if other != name]
        _check(topic.get("rivals"), others, "topic", ("topics", name, "rivals"), tell)
    for section, named in (("sources", sources), ("rules", rules), ("calendar", _tables(tables, "calendar"))):
        for name, table in named.items():
            _check(table.get("topics"), topics, "topic", (section, name, "topics"), tell)
    for name, rule in rules.items():
        _check(rule.get("sources"), sources, "source", ("rules", name, "sources"), tell)
    digest = _table(tables.get("digest"))
    _check(digest.get("topics"), topics, "topic", ("digest", "topics"), tell)
    for number, route in _listed(digest.get("send")):
        for key, known, what in (
            ("channels", channels, "channel"),
            ("people", _tables(tables, "people"), "person"),
            ("topics", topics, "topic"),
        ):
            _check(route.get(key), known, what, ("digest", "send", number, key), tell)
    values = _label_values(topics, sources, rules)
    for number, route in _listed(tables.get("routes")):
        _check_route(route, ("routes", number), channels, values, tell)
        _check(route.get("people"), _tables(tables, "people"), "person", ("routes", number, "people"), tell)
        for step, escalation in _listed(route.get("escalate")):
            at = ("routes", number, "escalate", step, "people")
            _check(escalation.get("people"), _tables(tables, "people"), "person", at, tell)
    for number, inhibition in _listed(tables.get("inhibit")):
        _check(inhibition.get("equal"), values, "label", ("inhibit", number, "equal"), tell)


def _check_route(
    route: Mapping[str, Any],
    at: Key,
    channels: Collection[str],
    values: Mapping[str, Collection[str] | None],
    tell: Tell,
) -> None:
    _check(route.get("channels"), channels, "channel", (*at, "channels"), tell)
    _check(route.get("group_by"), values, "label", (*at, "group_by"), tell)
    for number, step in _listed(route.get("escalate")):
        _check(step.get("channels"), channels, "channel", (*at, "escalate", number, "channels"), tell)
    for label, value in _table(route.get("match")).items():
        possible = values.get(label)
        if label not in values:
            tell((*at, "match", label), f"no alert has this label ({nearest(label, values, 'label')})")
        elif isinstance(value, str) and possible is not None and value not in possible:
            tell((*at, "match", label), f"no alert has {value} here ({nearest(value, possible, 'value')})")


def _label_values(
    topics: Mapping[str, Any], sources: Mapping[str, Any], rules: Mapping[str, Any]
) -> dict[str, Collection[str] | None]:
    """Which labels alerts can have, and with which values; None: not known beforehand."""
    values: dict[str, Collection[str] | None] = dict.fromkeys(ALERT_LABELS)
    values |= {
        "topic": list(topics),
        "source": list(sources),
        "rule": [*rules, *OWN_RULES],
        "severity": [severity.value for severity in Severity],
        "owner": [str(topic["owner"]) for topic in topics.values() if "owner" in topic],
        "kind": [*(str(rule["kind"]) for rule in rules.values() if "kind" in rule), *OWN_RULES],
    }
    return dict.fromkeys((label for rule in rules.values() for label in _table(rule.get("labels"))), None) | values


def _check(used: Any, known: Collection[str], what: str, at: Key, tell: Tell) -> None:
    for number, name in _texts(used):
        if name not in known:
            tell((*at, number), f"there is no {what} {name} ({nearest(name, known, what)})")


def _texts(listed: Any) -> Iterator[tuple[int, str]]:
    for number, text in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(text, str):
            yield number, text


def _listed(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    yield from ((number, _table(each)) for number, each in enumerate(value if isinstance(value, list) else []))


def _tables(tables: Mapping[str, Any], section: str) -> dict[str, dict[str, Any]]:
    return {name: table for name, table in _table(tables.get(section)).items() if isinstance(table, dict)}


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
