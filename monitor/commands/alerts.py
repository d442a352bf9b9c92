"""`monitor alerts`: what is open, why, and who has taken it on."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.commands.shared_options import (
    CONFIG,
    ConfigPath,
    Json,
    begun_database,
    moment,
    read_config,
    told_in_one_line,
)
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from monitor.alerts.types import Alert
    from monitor.config import Config
    from monitor.store.sqlite import SqliteStore

app = typer.Typer(no_args_is_help=True, help="What is open, why, and who has taken it on.")

AlertId = Annotated[str, typer.Argument(metavar="ID", help="As `monitor alerts list` shows it, or its beginning.")]
Author = Annotated[str, typer.Option("--by", help="Your name.")]


@app.command("list")
def list_alerts(
    all_of_them: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    since: Annotated[
        str | None, typer.Option("--from", help="With --all: over no earlier than this day or time.")
    ] = None,
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """What is pending, firing or recovering: since when, who has it, and what it is held back by.

    Example: monitor alerts list
    """
    from monitor.alerts.standing import standings

    settings = read_config(config)
    zone = ZoneInfo(settings.time_zone)
    with told_in_one_line(), opened(settings, write=False) as store:
        if all_of_them:
            alerts = [a for a in store.alerts(moment(since, zone) if since else None) if a.fired_at]
        else:
            alerts = list(store.alerts(open_only=True))
        found = standings(store, settings, alerts, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps({"alerts": [each.as_json() for each in found]}, ensure_ascii=False))
        return
    for each in found:
        typer.echo(each.as_text(zone))
    if not found:
        typer.echo("no alert is open" if not all_of_them else "no alert has fired")


@app.command()
def show(key: AlertId, config: ConfigPath = CONFIG, as_json: Json = False) -> None:
    """The evidence of one alert: transitions, evaluations with their figures, who was told what, and the posts.

    Example: monitor alerts show 0123456789abcdef:2
    """
    from monitor.alerts.casebook import casebook

    settings = read_config(config)
    with told_in_one_line(), opened(settings, write=False) as store:
        case = casebook(store, settings, found(store, key), datetime.now(UTC))
    typer.echo(
        json.dumps(case.as_json(), ensure_ascii=False) if as_json else case.as_text(ZoneInfo(settings.time_zone))
    )


@app.command("ack")
def acknowledge(
    key: AlertId,
    by: Author,
    comment: Annotated[str, typer.Option("--comment", help="What you do about it.")] = "",
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Take an alert on: nobody is reminded of it, and nobody else called, until it is over or more urgent.

    Example: monitor alerts ack 0123456789abcdef:2 --by Li --comment "calling the payment provider"
    """
    from monitor.alerts.types import Acknowledgement

    settings = read_config(config)
    with told_in_one_line(), opened(settings, write=True) as store:
        alert = found(store, key)
        if not alert.fires:
            typer.echo(f"{alert.key} is {alert.state}: there is nothing to take on", err=True)
            raise typer.Exit(Exit.FAILURE)
        said = Acknowledgement(
            alert=alert.key, at=datetime.now(UTC), author=by, comment=comment, severity=alert.severity
        )
        store.acknowledge(said)
    if as_json:
        typer.echo(json.dumps({"alert": alert.key, "author": by, "comment": comment}, ensure_ascii=False))
    else:
        typer.echo(f"{alert.key}: {alert.rule} on {alert.subject} is yours, {by}")


def opened(settings: "Config", *, write: bool) -> "SqliteStore":
    """The database beside whoever writes it."""
    from monitor.store.sqlite import open_store

    return open_store(begun_database(settings), read_only=not write, beside=write)


def found(store: "SqliteStore", key: str) -> "Alert":
    """The alert of this id or of the only one that begins so; a usage error otherwise."""
    if alert := store.alert(key):
        return alert
    alike = [alert for alert in store.alerts() if alert.key.startswith(key)]
    running = [alert for alert in alike if alert.fires] or alike
    if len(running) == 1:
        return running[0]
    which = ", ".join(alert.key for alert in running[:5]) or "`monitor alerts list --all` shows all"
    told = "several alerts begin with" if running else "there is no alert"
    raise typer.BadParameter(f"{told} {key}: {which}")
