"""Whatever is registered under an entry-point group, loaded by name when it is wanted.

The built-in sources, rules, channels and exporters come through the same door as those of other packages.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from collectors.source import Source

SOURCES = "trend_monitor.sources"


class NotRegistered(LookupError):
    """No such name in the group, or what is registered under it cannot be loaded."""


@cache
def _entries(group: str) -> dict[str, EntryPoint]:
    """By name. Reading the metadata of all installed packages is slow, hence once per process."""
    entries: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        first = entries.setdefault(entry.name, entry)
        if first.value != entry.value:
            raise NotRegistered(f"{group}: {entry.name} is registered twice, as {first.value} and as {entry.value}")
    return entries


def names(group: str) -> tuple[str, ...]:
    """The registered names, sorted; nothing is imported."""
    return tuple(sorted(_entries(group)))


def load(group: str, name: str) -> Any:
    """What is registered under `name`. Raises NotRegistered, which lists the known names."""
    entry = _entries(group).get(name)
    if entry is None:
        raise NotRegistered(f"no {name} in {group}; there are: {', '.join(names(group)) or 'none'}")
    try:
        return entry.load()
    except (ImportError, AttributeError) as error:
        raise NotRegistered(
            f"{group}: {name} is registered as {entry.value}, which cannot be loaded: {error}"
        ) from error


def source_names() -> tuple[str, ...]:
    return names(SOURCES)


def source_kind(name: str) -> type[Source]:
    """The adapter class of a source kind, e.g. "weibo-search-web"."""
    kind: type[Source] = load(SOURCES, name)
    return kind
