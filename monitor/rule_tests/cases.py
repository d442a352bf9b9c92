"""A file of rule tests: rules of its own or of a configuration, series written as text, what is expected of them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, Gt, Lt, MinLen

from analysis.rules.rule import Subject
from analysis.series import Completeness, Estimate, Observation, Tally
from collectors.registry import load as load_kind
from monitor.alerts.types import Severity, State
from monitor.config import Config, ConfigError, RuleConfig, load
from monitor.config.problems import Key, nearest
from monitor.config.reading import Reading, begun
from monitor.config.settings import keys
from monitor.rule_tests.notation import Minute, Unreadable, minutes

EXPECTED = re.compile(r"(\d+) +([a-z]+)(?: +([a-z]+))?")
COUNTS = ("mentions", "complaints", "authors", "negative", "positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictTest:
    """What the verdict on one minute must be, as far as it is given."""

    at: Annotated[int, Ge(0)]  # minute of the series, the first is 0
    answer: Literal["breach", "clear", "unknown"] | None = None
    because: str = ""  # is part of the sentence
    above: float | None = None  # the value is more than this …
    below: float | None = None  # … and less than this


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """A table [[tests]] as it is written."""

    name: Annotated[str, MinLen(1)]
    rule: str
    mentions: str
    complaints: str = "0"
    authors: str = ""  # complaining people; left out: as many as complaints
    negative: str = "0"
    positive: str = "0"
    start: str = "2026-11-23T09:00:00+08:00"  # a Monday
    share: Annotated[float, Gt(0), Lt(1)] = 0.5  # how much was read of the minutes that are marked as sampled
    transitions: tuple[str, ...] | None = None  # "MINUTE STATE" or "MINUTE STATE SEVERITY": all of them, in order
    verdicts: tuple[VerdictTest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A change of the alert's state. `severity` None: whatever it is."""

    minute: int
    state: State
    severity: Severity | None

    def __str__(self) -> str:
        return f"{self.minute} {self.state}" + (f" {self.severity}" if self.severity else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    line: int | None
    rule: RuleConfig
    observations: tuple[Observation, ...]
    transitions: tuple[Expected, ...] | None  # None: not tested
    verdicts: tuple[VerdictTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    file: str
    cases: tuple[Case, ...]
    config: Config | None  # that it names: its calendar and time zone hold


def read_cases(path: Path, env: Mapping[str, str]) -> Cases:
    """Raises ConfigError with every problem, each with its line."""
    tables, reading = begun(path, env)
    tables = reading.unknown((), tables, ("config", "rules", "tests"))
    config = _config(tables, reading, path, env)
    own = reading.rules(tables)
    rules = {rule.name: rule for rule in (*(config.rules if config else ()), *own)}
    zone = ZoneInfo(config.time_zone if config else "Asia/Shanghai")
    written = tables.get("tests")
    named = tables.get("rules")
    broken = set(named) - set(rules) if isinstance(named, dict) else set()  # what is wrong with them is told already
    cases = []
    if not written:
        reading.tell(("tests",), "there is nothing to test: add a table [[tests]]")
    elif not isinstance(written, list) or not all(isinstance(table, dict) for table in written):
        reading.tell(("tests",), "should be a list of tables: [[tests]]")
    else:
        for number, table in enumerate(written):
            at = ("tests", number)
            test = reading.table(RuleTest, reading.unknown(at, table, keys(RuleTest)), at)
            if test and test.rule not in broken and (case := _Writing(reading, at, test, zone).case(rules)):
                cases.append(case)
    if reading.problems:
        raise ConfigError(reading.problems)
    return Cases(file=path.name, cases=tuple(cases), config=config)


def _config(tables: Mapping[str, Any], reading: Reading, path: Path, env: Mapping[str, str]) -> Config | None:
    name = tables.get("config")
    if name is None:
        return None
    if not isinstance(name, str):
        reading.tell(("config",), "should be the path of a configuration, from this file's folder")
        return None
    return load(path.parent / name, env)


class _Writing:
    """From one table [[tests]] to a case; problems are told to `reading`."""

    def __init__(self, reading: Reading, at: Key, test: RuleTest, zone: ZoneInfo) -> None:
        self._reading = reading
        self._at = at
        self._test = test
        self._zone = zone

    def case(self, rules: Mapping[str, RuleConfig]) -> Case | None:
        before = len(self._reading.problems)
        rule = self._rule(rules)
        start = self._start()
        counts = self._counts()
        length = len(counts["mentions"])
        transitions = self._transitions(length)
        for number, verdict in enumerate(self._test.verdicts):
            if length and verdict.at >= length:
                self._tell(("verdicts", number, "at"), f"there are {length} minutes, the last is {length - 1}")
        if rule is None or start is None or len(self._reading.problems) > before:
            return None
        topic = rule.topics[0] if rule.topics else "tested"
        return Case(
            name=self._test.name,
            line=self._reading.line(self._at),
            rule=rule,
            observations=tuple(self._observation(topic, start, n, counts) for n in range(length)),
            transitions=transitions,
            verdicts=self._test.verdicts,
        )

    def _tell(self, key: Key, what: str) -> None:
        self._reading.tell((*self._at, *key), what)

    def _rule(self, rules: Mapping[str, RuleConfig]) -> RuleConfig | None:
        rule = rules.get(self._test.rule)
        if rule is None:
            told = nearest(self._test.rule, rules, "rule")
            self._tell(("rule",), f"there is no rule {self._test.rule} here or in `config` ({told})")
        elif load_kind("trend_monitor.rules", rule.kind).subject is not Subject.TOPIC:
            self._tell(("rule",), f"a rule of kind {rule.kind} judges no minutes of a topic: it cannot be tested so")
            return None
        return rule

    def _start(self) -> datetime | None:
        try:
            at = datetime.fromisoformat(self._test.start)
        except ValueError:
            self._tell(("start",), "is no time such as 2026-11-23T09:00")
            return None
        at = at if at.tzinfo else at.replace(tzinfo=self._zone)
        return at.astimezone(UTC).replace(second=0, microsecond=0)

    def _counts(self) -> dict[str, list[Minute]]:
        """Every series in the length of the mentions. One that says a single count says it of every minute."""
        counts: dict[str, list[Minute]] = {"mentions": []}
        for name in COUNTS:
            text = getattr(self._test, name) or self._test.complaints
            try:
                found = minutes(text)
            except Unreadable as wrong:
                self._tell((name,), str(wrong))
                found = []
            length = len(counts["mentions"] or found)
            found = found * length if len(found) == 1 and text.strip().isdigit() else found
            if found and len(found) != length:
                self._tell((name,), f"tells {len(found)} minutes, mentions tells {length}")
            counts[name] = found
        for small, large in (("complaints", "mentions"), ("authors", "complaints")):
            pairs = zip(counts[small], counts[large], counts["mentions"], strict=False)
            for number, (few, many, seen) in enumerate(pairs):
                if seen.completeness is not Completeness.MISSING and few.count > many.count:
                    self._tell((small,), f"minute {number}: {few.count} {small}, but {many.count} {large}")
                    break
        return counts

    def _transitions(self, length: int) -> tuple[Expected, ...] | None:
        if self._test.transitions is None:
            return None
        found = []
        for number, text in enumerate(self._test.transitions):
            key = ("transitions", number)
            parts = EXPECTED.fullmatch(text.strip())
            if not parts:
                self._tell(key, f'{text!r} should be "MINUTE STATE", such as "31 firing" or "31 firing page"')
                continue
            self._known(key, parts[2], list(State), "state")
            self._known(key, parts[3] or Severity.PAGE, list(Severity), "severity")
            if length and int(parts[1]) >= length:
                self._tell(key, f"there are {length} minutes, the last is {length - 1}")
            elif parts[2] in list(State) and (parts[3] or Severity.PAGE) in list(Severity):
                severity = Severity(parts[3]) if parts[3] else None
                found.append(Expected(minute=int(parts[1]), state=State(parts[2]), severity=severity))
        return tuple(found)

    def _known(self, key: Key, word: str, words: Collection[str], what: str) -> None:
        if word not in words:
            self._tell(key, f"there is no {what} {word}: it is one of {', '.join(words)}")

    def _observation(self, topic: str, start: datetime, number: int, counts: Mapping[str, list[Minute]]) -> Observation:
        mentions = counts["mentions"][number]
        share = {Completeness.COMPLETE: 1.0, Completeness.MISSING: 0.0}.get(mentions.completeness, self._test.share)
        whole = mentions.count / share if share else 0.0
        negative, positive = counts["negative"][number].count, counts["positive"][number].count
        tally = Tally(
            mentions=mentions.count,
            authors=mentions.count,
            originals=mentions.count,
            complaints=counts["complaints"][number].count,
            complaint_authors=counts["authors"][number].count,
            negative=negative,
            positive=positive,
            neutral=max(mentions.count - negative - positive, 0),
            polarity_sum=1000 * (positive - negative),
        )
        sampled = mentions.completeness is Completeness.SAMPLED
        return Observation(
            topic=topic,
            start=start + number * timedelta(minutes=1),
            completeness=mentions.completeness,
            share=share,
            tally=tally if share else None,
            estimated=Estimate(low=whole, mid=whole, high=whole) if sampled else None,
        )
