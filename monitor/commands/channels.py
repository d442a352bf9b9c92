"""`monitor channels`: where messages can go, and whether one of yours works."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.commands.shared_options import CONFIG, ConfigPath, Json, read_config
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from monitor.channels.channel import Receipt
    from monitor.config import Config

app = typer.Typer(no_args_is_help=True, help="Where messages can go, and whether one of yours works.")

GROUP = "trend_monitor.channels"


@app.command("list")
def list_kinds(as_json: Json = False) -> None:
    """The kinds of channels that are installed, with their settings.

    Example: monitor channels list
    """
    from dataclasses import fields

    from collectors.registry import load, names

    kinds = {name: [field.name for field in fields(load(GROUP, name).Settings)] for name in names(GROUP)}
    if as_json:
        typer.echo(json.dumps({name: {"settings": settings} for name, settings in kinds.items()}))
        return
    for name, settings in kinds.items():
        typer.echo(f"{name:14} {', '.join(settings)}")


@app.command("test")
def try_channel(
    name: Annotated[str, typer.Argument(help="A channel of your configuration: NAME of [channels.NAME].")],
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Send a message that is marked as a test through one channel now. Exit 1: refused, 75: try again later.

    Example: monitor channels test duty
    """
    from monitor.channels.channel import DeliveryError

    settings = read_config(config)
    if name not in {channel.name for channel in settings.channels}:
        known = ", ".join(channel.name for channel in settings.channels) or "none"
        typer.echo(f"no channel {name} in {config}; there are: {known}", err=True)
        raise typer.Exit(Exit.USAGE)
    error: DeliveryError | None = None
    try:
        told = f"accepted {_send(settings, name).reference}".strip()
    except DeliveryError as refusal:
        error, told = refusal, f"not accepted: {refusal}"
    if as_json:
        typer.echo(json.dumps({"channel": name, "ok": error is None, "told": told}, ensure_ascii=False))
    else:
        typer.echo(f"{'FAIL' if error else 'ok  '} {name}: {told}")
    if error:
        raise typer.Exit(Exit.TEMPORARY if error.retry else Exit.FAILURE)


def _send(settings: "Config", name: str) -> "Receipt":
    import httpx

    from collectors.clock import WallClock
    from monitor.alerts.messages import Audience
    from monitor.channels.configured import configured_channels
    from monitor.channels.trial import trial_message

    chosen = [channel for channel in settings.channels if channel.name == name]
    channel = configured_channels(chosen, settings.storage.folder)[name]
    audience = Audience(language=settings.language, time_zone=settings.time_zone, external_url=settings.external_url)
    with httpx.Client(timeout=httpx.Timeout(10.0)) as client:
        return channel.send(client, trial_message(name, audience, now=WallClock().now()))
