"""What a run of the demo tells on a terminal: what truly happened, beside what was noticed, each at its time."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.alerts.types import Alert, Severity
from monitor.alerts.wording import EN
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.scenario import Scenario

WIDEST = 112
TRUTH = 31  # characters of the column of what happened
LONG_MIN = 90  # minutes after which a delay says nothing of how quickly something was noticed
WALLS: Mapping[FaultKind, str] = {
    FaultKind.LOGIN_WALL: "search asks for a login",
    FaultKind.BLOCKED: "search refuses (status 432)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """An alert with what was known when it fired."""

    alert: Alert
    because: str
    categories: tuple[str, ...]

    @property
    def figures(self) -> str:
        """The first clause of the sentence: how bad it was. The rest is statistics."""
        return self.because.split(";")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    at: datetime
    happened: str = ""
    noticed: str = ""


def timeline(scenario: Scenario, noticed: Sequence[Noticed], zone: ZoneInfo, width: int | None = None) -> list[str]:
    """Two columns by time; what was noticed says how many minutes after the newest turn of events."""
    width = width or min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)
    truth = sorted(happened(scenario), key=lambda line: line.at)
    lines = sorted([*truth, *_told(noticed, truth)], key=lambda line: (line.at, not line.happened))
    shown = [f"{'':7}{'what happened':{TRUTH}}what was noticed", f"{'':7}{'-' * 13:{TRUTH}}{'-' * 16}"]
    for line in lines:
        texts = textwrap.wrap(line.noticed, max(30, width - 7 - TRUTH)) or [""]
        shown.append(f"{line.at.astimezone(zone):%H:%M}  {line.happened:{TRUTH}}{texts[0]}".rstrip())
        shown += [f"{'':{7 + TRUTH}}{text}" for text in texts[1:]]
    return shown


def happened(scenario: Scenario) -> Iterator[Line]:
    """The story as it was written."""
    for what, at in (
        ("THE CAMPAIGN IS LAUNCHED", scenario.launched_at),
        ("THE OUTAGE BEGINS", scenario.outage_started_at),
        ("IT IS REPAIRED", scenario.repaired_at),
    ):
        if at is not None:
            yield Line(at=at, happened=what)
    for gap in scenario.gaps:
        yield from _wall(gap)


def _wall(gap: Fault) -> Iterator[Line]:
    if gap.starts_at is not None:
        yield Line(at=gap.starts_at, happened=WALLS.get(gap.kind, f"search fails ({gap.kind})"))
    if gap.ends_at is not None:
        yield Line(at=gap.ends_at, happened="search answers again")


def _told(noticed: Sequence[Noticed], truth: Sequence[Line]) -> Iterator[Line]:
    for each in noticed:
        alert = each.alert
        name = EN.kinds.get(alert.kind, alert.kind)
        if alert.fired_at:
            about = ", ".join(EN.categories.get(key, key) for key in each.categories)
            text = f"{EN.severities[alert.severity]}{_after(alert.fired_at, truth)}: {name}. {each.figures}."
            yield Line(at=alert.fired_at, noticed=text + (f" About: {about}." if about else ""))
        if alert.resolved_at:
            yield Line(at=alert.resolved_at, noticed=f"resolved{_after(alert.resolved_at, truth)}: {name}")


def _after(at: datetime, truth: Sequence[Line]) -> str:
    """How long after the newest turn of events; nothing where that lies long back."""
    turns = [line.at for line in truth if line.at <= at]
    minutes = (at - turns[-1]).total_seconds() / 60 if turns else LONG_MIN
    return f" after {minutes:.0f} min" if minutes < LONG_MIN else ""


def verdict_line(scenario: Scenario, noticed: Sequence[Noticed]) -> str:
    """The one sentence that says how well it went."""
    pages = [each.alert for each in noticed if each.alert.severity is Severity.PAGE]
    began, mended = scenario.outage_started_at, scenario.repaired_at
    if began is None:
        return f"Nothing broke, and {'nobody was paged' if not pages else f'people were paged {len(pages)} times'}."
    fired = next((alert.fired_at for alert in pages if alert.fired_at and alert.fired_at >= began), None)
    if fired is None:
        return "The outage was not noticed."
    sentence = f"The outage was paged {_minutes(began, fired)} after it began"
    over = next((alert.resolved_at for alert in pages if alert.fired_at == fired), None)
    if over is None:
        return sentence + ", and is still open."
    return sentence + (f", and called over {_minutes(mended, over)} after the repair." if mended else ".")


def _minutes(since: datetime, until: datetime) -> str:
    return f"{(until - since).total_seconds() / 60:.0f} minutes"


def further(paths: Mapping[str, str], scenario: Scenario, topic: str) -> list[str]:
    """Where everything lies, and commands that work on it."""
    config, day = near(paths["config"]), scenario.launch_day
    tables = near(str(Path(paths["mentions (CSV)"]).parent))
    commands = (
        ("What the service knows now", f"status -c {config}"),
        ("The day, minute by minute", f"export series -c {config} --from {day} --resolution minute"),
        (
            "One hour, mention by mention",
            f"export mentions -c {config} --from {day}T10:00 --to {day}T11:00 --topic {topic}",
        ),
        ("The digest of a quiet day", f"digest -c {config} --date {day - timedelta(days=1)} --topic {topic}"),
        ("The same morning, but nobody mends it (or: no-outage, outage-first)", "demo --scenario no-repair"),
    )
    return [
        f"Digest      {near(paths['digest'])}  (open it in a browser)",
        f"Messages    {near(paths['messages'])}  (what people were told, one JSON line each)",
        f"Tables      {tables}{os.sep}  (posts, mentions, series, alerts as CSV)",
        f"Requests    {near(paths['requests'])}  (what the collectors asked, and when)",
        "",
        "Look further",
        *(line for what, command in commands for line in (f"  {what}:", f"    {program()} {command}")),
    ]


def program() -> str:
    """The command as it can be typed here."""
    return "monitor" if shutil.which("monitor") else near(sys.argv[0])


def near(path: str) -> str:
    """The shorter of the path from here and the whole path."""
    return min(path, os.path.relpath(path), key=len)
