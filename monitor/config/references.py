"""Names that a configuration uses must be names that it gives: topics, sources, rules, channels, labels.

Works on the raw tables, so that a fault elsewhere in a table hides no wrong name.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from monitor.alerts.types import Severity
from monitor.config.problems import Key, nearest

Tell = Callable[[Key, str], None]

ALERT_LABELS = frozenset({"topic", "owner", "severity", "rule", "kind", "source", "platform", "categories"})
"""Labels that an alert can have without its rule's configuration adding any: what a route may match."""


def check_references(tables: Mapping[str, Any], tell: Tell) -> None:
    """Tell of every name that is not there."""
    topics, sources, channels = (_tables(tables, section) for section in ("topics", "sources", "channels"))
    rules = _tables(tables, "rules")
    for name, topic in topics.items():
        others = [other for other in topics if other != name]
        _check(topic.get("rivals"), others, "topic", ("topics", name, "rivals"), tell)
    for section, named in (("sources", sources), ("rules", rules)):
        for name, table in named.items():
            _check(table.get("topics"), topics, "topic", (section, name, "topics"), tell)
    for name, rule in rules.items():
        _check(rule.get("sources"), sources, "source", ("rules", name, "sources"), tell)
    digest = _table(tables.get("digest"))
    _check(digest.get("topics"), topics, "topic", ("digest", "topics"), tell)
    routes = tables.get("routes")
    values = _label_values(topics, sources, rules)
    for number, route in enumerate(routes if isinstance(routes, list) else []):
        _check(_table(route).get("channels"), channels, "channel", ("routes", number, "channels"), tell)
        for label, value in _table(_table(route).get("match")).items():
            at = ("routes", number, "match", label)
            possible = values.get(label)
            if label not in values:
                tell(at, f"no alert has this label ({nearest(label, values, 'label')})")
            elif isinstance(value, str) and possible is not None and value not in possible:
                tell(at, f"no alert has {value} here ({nearest(value, possible, 'value')})")


def _label_values(
    topics: Mapping[str, Any], sources: Mapping[str, Any], rules: Mapping[str, Any]
) -> dict[str, Collection[str] | None]:
    """Which labels alerts can have, and with which values; None: not known beforehand."""
    values: dict[str, Collection[str] | None] = dict.fromkeys(ALERT_LABELS)
    values |= {
        "topic": list(topics),
        "source": list(sources),
        "rule": list(rules),
        "severity": [severity.value for severity in Severity],
        "owner": [str(topic["owner"]) for topic in topics.values() if "owner" in topic],
        "kind": [str(rule["kind"]) for rule in rules.values() if "kind" in rule],
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


def _tables(tables: Mapping[str, Any], section: str) -> dict[str, dict[str, Any]]:
    return {name: table for name, table in _table(tables.get(section)).items() if isinstance(table, dict)}


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
