"""What a backtest found, for a person and for a program."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.backtest.labels import Incident
from monitor.backtest.measures import Measures, measures
from monitor.backtest.replay import Episode, Period, Replayed
from monitor.backtest.variants import Variant
from monitor.config import RuleConfig

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One variant over all topics."""

    variant: Variant
    episodes: Mapping[str, Sequence[Episode]]  # topic → its alerts
    measures: Measures
    failure: str  # why the rule failed last, where it did


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    period: Period
    zone: ZoneInfo
    topics: Sequence[Replayed]
    results: Sequence[Result]
    left_out: Sequence[RuleConfig]  # rules that cannot be replayed
    setting: str | None  # that is swept


def report(
    told: Sequence[Replayed],
    variants: Sequence[Variant],
    period: Period,
    zone: ZoneInfo,
    *,
    labelled: bool,
    left_out: Sequence[RuleConfig],
    setting: str | None,
) -> Report:
    covered: dict[Incident, int] = {incident: seen for each in told for incident, seen in each.covered.items()}
    results = []
    for variant in variants:
        replays = [replay for each in told for replay in each.replays if replay.variant is variant]
        episodes = {replay.topic: replay.episodes for replay in replays}
        watched = {incident: seen for incident, seen in covered.items() if incident.topic in episodes}
        results.append(
            Result(
                variant=variant,
                episodes=episodes,
                measures=measures(episodes, period, watched if labelled else None),
                failure=next((replay.failure for replay in replays if replay.failure), ""),
            )
        )
    return Report(period=period, zone=zone, topics=told, results=results, left_out=left_out, setting=setting)


# -- for a person ----------------------------------------------------------------------------------------------


def lines(of: Report) -> Iterator[str]:
    clock = _Clock(of.zone)
    yield f"{clock.full(of.period.since)} to {clock.full(of.period.until)} ({of.zone.key}), {of.period.weeks:.1f} weeks"
    for each in of.topics:
        unseen = f"{each.unseen:,} of them not seen" if each.unseen else "all of them seen"
        yield f"{each.topic.name}: {each.minutes:,} minutes judged, {unseen}"
        if each.otherwise:
            told = "of them count otherwise than when they were judged: more is known of their posts now"
            yield f"  {each.otherwise:,} {told}"
    if of.left_out:
        yield f"not replayed, for they judge no minutes of talk: {', '.join(rule.name for rule in of.left_out)}"
    for result in of.results:
        if result.failure:
            yield f"rule {result.variant.rule.name} FAILED: {result.failure}"
        if result.variant.configured:
            yield from _alerts(result, clock)
    if of.setting:
        yield ""
        yield from _table(of)


def _alerts(result: Result, clock: "_Clock") -> Iterator[str]:
    for topic, episodes in result.episodes.items():
        for each in episodes:
            ended = each.alert.resolved_at
            over = f"resolved {clock.full(ended)} after {_minutes(ended - each.fired_at)}" if ended else "not resolved"
            yield ""
            yield f"{each.severity.value:5} {each.alert.rule} on {topic}: fired {clock.full(each.fired_at)}, {over}"
            yield f"      {each.because}"
    yield ""
    yield _summary(result)
    for found in result.measures.detections:
        incident = found.incident
        what = "not collected: no minute of it was seen" if not found.seen else "MISSED"
        if found.after is not None:
            what = f"detected after {_minutes(found.after)}"
        yield f"      {clock.full(incident.starts_at)} {incident.name or incident.topic}: {what}"


def _summary(result: Result) -> str:
    found = result.measures
    told = f"rule {result.variant.rule.name}: {_count(found.alerts, 'alert')}, {_count(found.pages, 'page')}"
    told += f" ({found.pages_per_week:.1f} a week)"
    if found.right is not None:
        told += f"; precision {_part(found.right, found.alerts)}, recall {_part(found.detected, len(found.judged))}"
        if found.median_time is not None:
            told += f", median time to detect {_minutes(found.median_time)}"
    return told


def _table(of: Report) -> Iterator[str]:
    setting = of.setting or ""
    yield f"{'rule':16}{setting:>16}{'alerts':>8}{'pages/week':>12}{'precision':>16}{'recall':>16}{'to detect':>12}"
    for result in of.results:
        found = result.measures
        mark = " *" if result.variant.configured else ""
        labelled = found.right is not None
        time = _minutes(found.median_time) if found.median_time is not None else "-"
        yield (
            f"{result.variant.rule.name:16}{f'{result.variant.value:g}{mark}':>16}{found.alerts:>8,}"
            f"{found.pages_per_week:>12.1f}"
            f"{_part(found.right or 0, found.alerts) if labelled else '-':>16}"
            f"{_part(found.detected, len(found.judged)) if labelled else '-':>16}{time:>12}"
        )
    yield "* as configured"


def _part(some: int, of: int) -> str:
    return f"{some / of:.2f} ({some} of {of})" if of else "- (0 of 0)"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _minutes(lasted: timedelta) -> str:
    return f"{lasted / MINUTE:,.0f} min"


@dataclass(frozen=True, slots=True)
class _Clock:
    zone: ZoneInfo

    def full(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"


# -- for a program ---------------------------------------------------------------------------------------------


def facts(of: Report) -> dict[str, Any]:
    return {
        "from": of.period.since.isoformat(),
        "to": of.period.until.isoformat(),
        "topics": [
            {"topic": t.topic.name, "minutes": t.minutes, "unseen": t.unseen, "judged_otherwise": t.otherwise}
            for t in of.topics
        ],
        "not_replayed": [rule.name for rule in of.left_out],
        "results": [_result(result, of.setting) for result in of.results],
    }


def _result(result: Result, setting: str | None) -> dict[str, Any]:
    found = result.measures
    return {
        "rule": result.variant.rule.name,
        "setting": setting,
        "value": result.variant.value,
        "configured": result.variant.configured,
        "failure": result.failure or None,
        "alerts": [_alert(topic, each) for topic, episodes in result.episodes.items() for each in episodes],
        "pages": found.pages,
        "pages_per_week": round(found.pages_per_week, 3),
        "precision": found.precision,
        "recall": found.recall,
        "median_time_to_detect_s": found.median_time.total_seconds() if found.median_time is not None else None,
        "incidents": [
            {
                "topic": each.incident.topic,
                "name": each.incident.name,
                "starts_at": each.incident.starts_at.isoformat(),
                "ends_at": each.incident.ends_at.isoformat(),
                "seen": each.seen,
                "detected_after_s": each.after.total_seconds() if each.after is not None else None,
            }
            for each in found.detections
        ],
    }


def _alert(topic: str, each: Episode) -> dict[str, Any]:
    alert = each.alert
    return {
        "topic": topic,
        "severity": alert.severity.value,
        "breached_at": alert.breached_at.isoformat() if alert.breached_at else None,
        "fired_at": each.fired_at.isoformat(),
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
        "because": each.because,
        "peak": alert.peak,
        "limit": alert.limit,
        "unit": alert.unit,
    }
