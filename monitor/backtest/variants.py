"""Which rules are replayed, each as configured or with one setting at several values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from analysis.rules.rule import Subject, TopicRule
from collectors.registry import load
from monitor.config import RuleConfig
from monitor.config.settings import Surroundings, Wrong, keys, read

SWEEP = re.compile(r"(\w+)=([^.:]+(?:\.\d+)?)\.\.([^:]+?)(?::(.+))?")
MOST = 100  # values of one sweep
OF_THE_ALERT = ("hold_s", "keep_firing_s")  # settings that every rule has


class Impossible(ValueError):
    """Rules that cannot be replayed so; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A rule, and the value that its swept setting has in it (None: as configured, and not swept)."""

    rule: RuleConfig
    value: float | None = None
    configured: bool = True

    @property
    def kind(self) -> type[TopicRule]:
        kind: type[TopicRule] = load("trend_monitor.rules", self.rule.kind)
        return kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    setting: str
    values: tuple[float, ...]


def sweep(text: str) -> Sweep:
    """From `SETTING=FIRST..LAST[:STEP]`; the step is 1 where none is given.

    >>> sweep("threshold=6..8:0.5").values
    (6.0, 6.5, 7.0, 7.5, 8.0)
    """
    form = "a sweep is SETTING=FIRST..LAST or SETTING=FIRST..LAST:STEP, e.g. threshold=6..12:0.5"
    found = SWEEP.fullmatch(text.replace(" ", ""))
    if not found:
        raise Impossible(f"{text!r}: {form}")
    try:
        first, last, step = (Decimal(part) for part in (found[2], found[3], found[4] or "1"))
    except InvalidOperation:
        raise Impossible(f"{text!r}: {form}") from None
    if not (first.is_finite() and last.is_finite() and step.is_finite()) or step <= 0 or last < first:
        raise Impossible(f"{text!r}: the last value lies before the first, or the step leads nowhere")
    count = int((last - first) / step) + 1
    if count > MOST:
        raise Impossible(f"{text!r}: these are {count} values, {MOST} at most: take a larger step")
    return Sweep(setting=found[1], values=tuple(float(first + step * number) for number in range(count)))


def replayable(rules: Sequence[RuleConfig], names: Sequence[str]) -> tuple[list[RuleConfig], list[RuleConfig]]:
    """Rules that judge minutes of a topic, and the others, of those named (none named: all)."""
    known = [rule.name for rule in rules]
    for name in names:
        if name not in known:
            raise Impossible(f"there is no rule {name}: the configuration has {', '.join(known) or 'none'}")
    chosen = [rule for rule in rules if not names or rule.name in names]
    fits = [rule for rule in chosen if load("trend_monitor.rules", rule.kind).subject is Subject.TOPIC]
    others = [rule for rule in chosen if rule not in fits]
    if names and others:
        told = ", ".join(f"{rule.name} ({rule.kind})" for rule in others)
        raise Impossible(f"only rules that judge a topic's minutes can be replayed, not {told}")
    if not fits:
        raise Impossible("the configuration has no rule that judges a topic's minutes")
    return fits, others


def variants(rules: Sequence[RuleConfig], swept: Sweep | None) -> list[Variant]:
    """Each rule as configured; with a sweep, those that have the setting, with each of its values, too."""
    if swept is None:
        return [Variant(rule=rule) for rule in rules]
    having = [rule for rule in rules if swept.setting in (*OF_THE_ALERT, *_own(rule))]
    if not having:
        known = sorted({key for rule in rules for key in (*OF_THE_ALERT, *_own(rule))})
        raise Impossible(f"no rule that is replayed has a setting {swept.setting}: there are {', '.join(known)}")
    found: list[Variant] = []
    for rule in having:
        now = _value(rule, swept.setting)
        if isinstance(now, bool) or not isinstance(now, int | float):
            raise Impossible(f"{swept.setting} of rule {rule.name} is no number")
        found += [
            Variant(rule=_with(rule, swept.setting, value, now), value=value, configured=value == float(now))
            for value in sorted({*swept.values, float(now)})
        ]
    return found


def _own(rule: RuleConfig) -> tuple[str, ...]:
    settings: Any = rule.settings
    return keys(type(settings)) if settings is not None else ()


def _value(rule: RuleConfig, setting: str) -> object:
    return getattr(rule.settings if setting in _own(rule) else rule, setting)


def _with(rule: RuleConfig, setting: str, value: float, now: float) -> RuleConfig:
    if isinstance(now, int) and not value.is_integer():
        raise Impossible(f"{setting} of rule {rule.name} takes whole numbers, not {value:g}")
    fit: Any = int(value) if isinstance(now, int) else value
    if setting not in _own(rule):
        if value < 0:
            raise Impossible(f"{setting} of rule {rule.name} cannot be {value:g}")
        return replace(rule, **{setting: fit})
    settings: Any = rule.settings
    table = {each.name: getattr(settings, each.name) for each in fields(settings) if each.init}
    given = {key: each for key, each in {**table, setting: fit}.items() if each is not None}
    try:
        return replace(rule, settings=read(type(settings), given, Surroundings(env={}, folder=Path())))
    except Wrong as wrong:
        told = "; ".join(what for _, what in wrong.faults)
        raise Impossible(f"{setting} of rule {rule.name} cannot be {value:g}: {told}") from None
