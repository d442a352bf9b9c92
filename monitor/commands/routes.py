"""`monitor routes test`: who would be told of an alert, when, and why others would not."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.commands.shared_options import CONFIG, ConfigPath, Json, moment, read_config
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from monitor.alerts.types import Alert
    from monitor.config import Config

app = typer.Typer(no_args_is_help=True, help="Who would be told of an alert.")


@app.callback()
def routes() -> None:
    """Who would be told of an alert."""


@app.command("test")
def try_routes(
    topic: Annotated[str, typer.Option("--topic", help="Name of a topic.")] = "",
    source: Annotated[str, typer.Option("--source", help="Name of a source, for an alert about one.")] = "",
    severity: Annotated[str, typer.Option("--severity", help="page, warn or note; left out: as the rule has it.")] = "",
    category: Annotated[str, typer.Option("--category", help="Complaint categories, with commas.")] = "",
    rule: Annotated[str, typer.Option("--rule", help="Name of a rule; left out: the first that fits.")] = "",
    at: Annotated[str, typer.Option("--at", help="When it fires (ISO time); left out: now.")] = "",
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Show who would be told of such an alert and when, who would be called later, and which routes do not agree.

    Example: monitor routes test --topic first-ai-tea --severity page --category payment --at 2026-11-20T03:00
    """
    from monitor.alerts.notices import Standing, notices
    from monitor.alerts.routes import disagreeing, matching
    from monitor.service import people

    settings = read_config(config)
    zone = ZoneInfo(settings.time_zone)
    when = moment(at, zone) if at else datetime.now(UTC)
    alert = imagined(settings, topic, source, rule, severity, category, when)
    told = notices(alert, settings.routes, Standing(zone=zone, directory=people(settings)), when)
    agreeing = matching(settings.routes, alert)
    facts = {
        "labels": dict(alert.all_labels),
        "told": [
            {
                "channel": each.channel,
                "recipient": each.recipient,
                "at": each.due_at.isoformat(),
                "group": each.group,
                "deferred": each.quiet_until is not None,
            }
            for each in told
        ],
        "escalation": [
            {"channels": list(step.channels), "people": list(step.people), "after_s": step.after_s}
            for route in agreeing
            for step in route.escalate
        ],
        "not_agreeing": [
            {"route": number, "channels": list(route.channels), "labels": {name: route.match[name] for name in wrong}}
            for number, route in enumerate(settings.routes, start=1)
            if (wrong := disagreeing(route, alert.all_labels))
        ],
    }
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
    else:
        typer.echo(
            "alert     " + ", ".join(f"{name}={value}" for name, value in sorted(alert.all_labels.items()) if value)
        )
        for each in told:
            who = f"{each.channel} {each.recipient}".strip()
            why = " (after quiet hours)" if each.quiet_until else ""
            group = f", with group {each.group}" if each.group else ""
            typer.echo(f"told      {who} at {each.due_at.astimezone(zone):%Y-%m-%d %H:%M:%S}{why}{group}")
        for route in agreeing:
            for step in route.escalate:
                who = ", ".join((*step.channels, *step.people))
                typer.echo(f"called    {who} if nobody acknowledges it within {timedelta(seconds=step.after_s)}")
        for number, route in enumerate(settings.routes, start=1):
            for label in disagreeing(route, alert.all_labels):
                has = alert.all_labels.get(label) or "none"
                names = ", ".join(route.channels)
                typer.echo(
                    f"not told  {names} by route {number}: it wants {label}={route.match[label]}, this has {has}"
                )
    if not told:
        typer.echo("nobody would be told", err=True)
        raise typer.Exit(Exit.FAILURE)


def imagined(
    settings: "Config", topic: str, source: str, rule: str, severity: str, category: str, at: datetime
) -> "Alert":
    """An alert as the judge would label it; a usage error where the configuration knows no such thing."""
    from analysis.rules.rule import Subject
    from collectors.registry import load
    from monitor.alerts.own_rules import CONTROL
    from monitor.alerts.types import Alert, Severity, State

    if bool(topic) == bool(source):
        raise typer.BadParameter("give either --topic or --source")
    wanted = Subject.TOPIC if topic else Subject.SOURCE
    names = [each.name for each in (settings.topics if topic else settings.sources)]
    if (topic or source) not in names:
        raise typer.BadParameter(f"there is no {wanted.value} {topic or source}; there are: {', '.join(names)}")
    fitting = [
        each
        for each in settings.rules
        if load("trend_monitor.rules", each.kind).subject is wanted and rule in ("", each.name)
    ]
    if severity and severity not in list(Severity):
        raise typer.BadParameter(f"{severity} is no severity: page, warn or note")
    chosen = next((each for each in fitting if not severity or each.severity == severity), next(iter(fitting), None))
    if chosen is None:
        raise typer.BadParameter(f"there is no rule {rule} on a {wanted.value}".replace("  ", " "))
    labels = {**chosen.labels, wanted.value: topic or source}
    watched = next((each for each in settings.topics if each.name == topic), None)
    if watched:
        labels["owner"] = watched.owner
        if watched.control:
            labels[CONTROL] = "true"
    else:
        kind = next(each.kind for each in settings.sources if each.name == source)
        labels["platform"] = load("trend_monitor.sources", kind).platform
    if category:
        labels["categories"] = category
    return Alert(
        fingerprint="imagined",
        episode=1,
        rule=chosen.name,
        kind=chosen.kind,
        subject=topic or source,
        severity=Severity(severity) if severity else chosen.severity,
        state=State.FIRING,
        labels=labels,
        breached_at=at,
        fired_at=at,
        judged_at=at,
    )
