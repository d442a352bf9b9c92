"""`monitor outbox`: messages that wait for their channel, or were given up."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.commands.alerts import opened
from monitor.commands.shared_options import CONFIG, ConfigPath, Json, read_config, told_in_one_line
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from monitor.alerts.types import Delivery

app = typer.Typer(no_args_is_help=True, help="Messages that wait for their channel, or were given up.")


@app.command("list")
def list_deliveries(
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    all_of_them: Annotated[bool, typer.Option("--all", help="Also those that were delivered.")] = False,
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """What is owed to whom, since when, and why it did not get through.

    Example: monitor outbox list
    """
    settings = read_config(config)
    zone = ZoneInfo(settings.time_zone)
    shown = 0
    with told_in_one_line(), opened(settings, write=False) as store:
        chosen = (each for each in store.deliveries(dead_only=dead) if all_of_them or each.delivered_at is None)
        if as_json:
            typer.echo(json.dumps({"deliveries": [as_json_of(each) for each in chosen]}, ensure_ascii=False))
            return
        for each in chosen:
            shown += 1
            typer.echo(as_text(each, zone))
    if not shown:
        typer.echo("nothing was given up" if dead else "nothing waits, nothing was given up")


@app.command()
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="ID...", help="As `outbox list` shows them.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All that were given up.")] = False,
    config: ConfigPath = CONFIG,
) -> None:
    """Make messages due now; those given up get a new life. The service, or `monitor collect`, sends them.

    Example: monitor outbox retry 17
    """
    settings = read_config(config)
    if bool(numbers) == dead:
        raise typer.BadParameter("give the ids of messages, or --dead")
    with told_in_one_line(), opened(settings, write=True) as store:
        chosen = [each.id for each in store.deliveries(dead_only=True)] if dead else numbers or []
        now = datetime.now(UTC)
        refused = [number for number in chosen if not store.retry(number, now)]
    typer.echo(f"{len(chosen) - len(refused)} due now")
    if refused:
        typer.echo(f"not there, delivered, or on their way: {', '.join(map(str, refused))}", err=True)
        raise typer.Exit(Exit.FAILURE)


def state(delivery: "Delivery") -> str:
    if delivery.delivered_at:
        return "delivered"
    return "given up" if delivery.dead_at else "waits"


def as_text(delivery: "Delivery", zone: ZoneInfo) -> str:
    due = f", next at {delivery.next_attempt_at.astimezone(zone):%m-%d %H:%M}" if state(delivery) == "waits" else ""
    tried = f"{delivery.attempts} attempts" if delivery.attempts != 1 else "1 attempt"
    head = (
        f"{delivery.id:5} {state(delivery):9} {delivery.channel}"
        f"{' ' + delivery.recipient if delivery.recipient else ''}, {tried}{due}: {delivery.message.title}"
    )
    return f"{head}\n{'':16}{delivery.last_error}" if delivery.last_error else head


def as_json_of(delivery: "Delivery") -> dict[str, object]:
    return {
        "id": delivery.id,
        "state": state(delivery),
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "event_id": delivery.message.event_id,
        "title": delivery.message.title,
        "attempts": delivery.attempts,
        "created_at": delivery.created_at.isoformat(),
        "next_attempt_at": delivery.next_attempt_at.isoformat(),
        "delivered_at": delivery.delivered_at.isoformat() if delivery.delivered_at else None,
        "last_error": delivery.last_error,
    }
