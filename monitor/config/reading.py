"""From the file to a `Config`, or to every problem it has."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from analysis.rules.rule import Subject
from collectors.registry import NotRegistered, names
from collectors.registry import load as load_kind
from monitor.config.lines import Lines
from monitor.config.problems import ConfigError, Key, Problem, nearest
from monitor.config.references import check_references
from monitor.config.settings import Surroundings, Wrong, anchored, keys, read
from monitor.config.types import (
    CalendarConfig,
    ChannelConfig,
    Config,
    DigestConfig,
    HeartbeatConfig,
    HttpConfig,
    InhibitConfig,
    PersonConfig,
    PrivacyConfig,
    RouteConfig,
    RuleConfig,
    SourceConfig,
    StorageConfig,
    TopicConfig,
    WebConfig,
)

T = TypeVar("T")
Kinded = TypeVar("Kinded", SourceConfig, RuleConfig, ChannelConfig)


def load(path: Path, env: Mapping[str, str]) -> Config:
    """Read and check the file; `env` is where secrets by name come from. Raises ConfigError with every problem."""
    tables, reading = begun(path, env)
    config = reading.config(tables)
    if reading.problems:
        raise ConfigError(reading.problems)
    return config


def begun(path: Path, env: Mapping[str, str]) -> tuple[dict[str, Any], "Reading"]:
    """The tables of a TOML file, and what reads them. Raises ConfigError where it is none."""
    text = _text(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax(path, text, str(error))]) from None
    except RecursionError:
        raise ConfigError([Problem(file=path.name, line=None, key=(), what="nested too deep")]) from None
    return tables, Reading(path, Lines(text), Surroundings(env=env, folder=path.absolute().parent))


def _text(path: Path) -> str:
    what = ""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        what = f"there is no such file: `monitor init {path}` writes one"
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(file=path.name, line=line, key=(), what="is not UTF-8 text")]) from None
    raise ConfigError([Problem(file=str(path), line=None, key=(), what=what)])


def _syntax(path: Path, text: str, message: str) -> Problem:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    line = int(place[1]) if place else text.count("\n") + 1
    what = re.sub(r" \(at [^)]*\)$", "", message)
    return Problem(
        file=path.name, line=line, key=(), what=f"not TOML: {what}" + (f" (column {place[2]})" if place else "")
    )


class Reading:
    """One pass over one file; problems add up."""

    def __init__(self, path: Path, lines: Lines, surroundings: Surroundings) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._lines = lines
        self._surroundings = surroundings

    def config(self, tables: Mapping[str, Any]) -> Config:
        sections = (
            *("topics", "sources", "rules", "calendar", "channels", "people", "routes", "inhibit"),
            *("digest", "heartbeat", "storage", "privacy", "http", "web"),
        )
        simple = [key for key in keys(Config) if key not in (*sections, "path")]
        self.unknown((), tables, [*sections, *simple])
        channels = self._kinds(tables, "channels", ChannelConfig)
        config = Config(
            path=self._path,
            topics=self._topics(tables),
            sources=tuple(
                replace(source, settings=anchored(source.settings, self._surroundings.folder))
                for source in self._kinds(tables, "sources", SourceConfig)
            ),
            rules=self.rules(tables),
            calendar=self._calendar(tables),
            channels=channels,
            people=self._people(tables, channels),
            routes=self.listed(tables, "routes", RouteConfig),
            inhibit=self.listed(tables, "inhibit", InhibitConfig),
            heartbeat=self._section(tables, "heartbeat", HeartbeatConfig),
            digest=self._section(tables, "digest", DigestConfig),
            storage=self._section(tables, "storage", StorageConfig),
            privacy=self._section(tables, "privacy", PrivacyConfig),
            http=self._section(tables, "http", HttpConfig),
            web=self._section(tables, "web", WebConfig),
        )
        given = {field: getattr(config, field) for field in (*sections, "path")}
        top = self.table(Config, {key: tables[key] for key in simple if key in tables}, (), **given) or config
        check_references(tables, self.tell)
        folder = self._surroundings.folder / top.storage.folder.expanduser()
        return replace(top, storage=replace(top.storage, folder=folder))

    def rules(self, tables: Mapping[str, Any]) -> tuple[RuleConfig, ...]:
        return self._kinds(tables, "rules", RuleConfig)

    def line(self, key: Key) -> int | None:
        return self._lines.of(key)

    def tell(self, key: Key, what: str) -> None:
        problem = Problem(file=self._path.name, line=self._lines.of(key), key=key, what=what)
        if problem not in self.problems:
            self.problems.append(problem)

    def table(self, kind: type[T], table: Mapping[str, Any], at: Key, **given: Any) -> T | None:
        try:
            return read(kind, table, self._surroundings, **given)
        except Wrong as wrong:
            for key, what in wrong.faults:
                self.tell((*at, *key), what)
            return None

    def unknown(self, at: Key, table: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
        """The table without its unknown keys, which are told."""
        for key in table:
            if key not in known:
                self.tell((*at, key), f"unknown key ({nearest(key, known)})")
        return {key: value for key, value in table.items() if key in known}

    def _named(self, tables: Mapping[str, Any], section: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The tables `[section.NAME]`."""
        named = tables.get(section, {})
        if not isinstance(named, dict):
            self.tell((section,), f"should be tables of their own: [{section}.NAME]")
            return
        for name, table in named.items():
            if not isinstance(table, dict):
                self.tell((section, name), f"should be a table: [{section}.NAME]")
            elif not re.fullmatch(r"\w[\w-]{0,63}", name):
                self.tell((section, name), "a name has letters, digits, _ and -, 64 at most")
            else:
                yield name, table

    def _section(self, tables: Mapping[str, Any], section: str, kind: type[T]) -> T:
        table = tables.get(section, {})
        if not isinstance(table, dict):
            self.tell((section,), f"should be a table: [{section}]")
            return kind()
        return self.table(kind, self.unknown((section,), table, keys(kind)), (section,)) or kind()

    def _topics(self, tables: Mapping[str, Any]) -> tuple[TopicConfig, ...]:
        topics = []
        for name, table in self._named(tables, "topics"):
            at = ("topics", name)
            known = self.unknown(at, table, [key for key in keys(TopicConfig) if key != "name"])
            if isinstance(known.get("hashtags"), list) and all(isinstance(tag, str) for tag in known["hashtags"]):
                known["hashtags"] = {tag: [] for tag in known["hashtags"]}
            topic = self.table(TopicConfig, known, at, name=name)
            if not any(known.get(words) for words in ("hashtags", "any", "all")):
                self.tell(at, "has no words: give hashtags, any, or all")
            elif topic and not topic.watched().queries:
                self.tell(at, "has expressions only, and searches ask for words: give queries")
            if topic:
                topics.append(replace(topic, title=topic.title or name))
        if not tables.get("topics"):
            self.tell(("topics",), "there is nothing to watch: add a table [topics.NAME]")
        return tuple(topics)

    def _calendar(self, tables: Mapping[str, Any]) -> tuple[CalendarConfig, ...]:
        entries = []
        for name, table in self._named(tables, "calendar"):
            at = ("calendar", name)
            known = self.unknown(at, table, [key for key in keys(CalendarConfig) if key != "name"])
            if entry := self.table(CalendarConfig, known, at, name=name):
                entries.append(entry)
        return tuple(entries)

    def _kinds(self, tables: Mapping[str, Any], section: str, common: type[Kinded]) -> tuple[Kinded, ...]:
        """Tables whose keys are the common ones of the section and those of their kind's Settings together."""
        found = []
        for name, table in self._named(tables, section):
            at = (section, name)
            kind: Any = self._kind(f"trend_monitor.{section}", table, at)
            if kind is None:
                continue
            shared: list[str] = [key for key in keys(common) if key not in ("name", "settings", *_not_watched(kind))]
            own: tuple[str, ...] = keys(kind.Settings)
            known = self.unknown(at, table, [*shared, *own])
            settings = self.table(kind.Settings, {key: known[key] for key in own if key in known}, at)
            # A key of both counts for both; what the file leaves out, the kind's own default decides.
            defaults = {key: getattr(settings, key) for key in shared if key in own and key not in known and settings}
            table = {key: known[key] for key in shared if key in known}
            config = self.table(common, table, at, name=name, settings=settings, **defaults)
            if config and settings is not None:
                found.append(config)
        return tuple(found)

    def _people(self, tables: Mapping[str, Any], channels: Collection[ChannelConfig]) -> tuple[PersonConfig, ...]:
        given = tables.get("channels")
        everything = tuple(given) if isinstance(given, dict) else ()
        found = []
        for name, table in self._named(tables, "people"):
            at = ("people", name)
            known = self.unknown(at, table, everything)
            for channel in channels:
                if isinstance(address := known.get(channel.name), str):
                    self._check_address((*at, channel.name), channel, address)
            person = self.table(PersonConfig, {"addresses": known}, at, name=name)
            if person:
                found.append(person)
        return tuple(found)

    def _check_address(self, at: Key, channel: ChannelConfig, address: str) -> None:
        key = getattr(load_kind("trend_monitor.channels", channel.kind), "addressee", None)
        if key is None:
            self.tell(at, f"channels of kind {channel.kind} speak to no single person")
            return
        settings: Any = channel.settings
        try:
            replace(settings, **{key: (address,)})
        except ValueError as error:
            self.tell(at, str(error))

    def _kind(self, group: str, table: Mapping[str, Any], at: Key) -> Any:
        try:
            known = names(group)
            kind = table.get("kind")
            if not isinstance(kind, str):
                self.tell((*at, "kind"), f"the key kind is missing; it is one of: {', '.join(known)}")
            elif kind not in known:
                self.tell((*at, "kind"), f"there is no kind {kind} ({nearest(kind, known, 'kind')})")
            else:
                return load_kind(group, kind)
        except NotRegistered as error:
            self.tell((*at, "kind"), str(error))
        return None

    def listed(self, tables: Mapping[str, Any], section: str, kind: type[T]) -> tuple[T, ...]:
        """The tables `[[section]]`."""
        listed = tables.get(section, [])
        if not isinstance(listed, list) or not all(isinstance(table, dict) for table in listed):
            self.tell((section,), f"should be a list of tables: [[{section}]]")
            return ()
        found = []
        for number, table in enumerate(listed):
            at = (section, number)
            each = self.table(kind, self.unknown(at, table, keys(kind)), at)
            if each:
                found.append(each)
        return tuple(found)


def _not_watched(kind: Any) -> tuple[str, ...]:
    """A rule on topics takes no `sources`, a rule on sources no `topics`."""
    subject = getattr(kind, "subject", None)
    return ("topics",) if subject is Subject.SOURCE else ("sources",) if isinstance(subject, Subject) else ()
