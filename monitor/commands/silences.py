"""`monitor silence`: what nobody shall be told of for a while."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.commands.alerts import Author, opened
from monitor.commands.shared_options import CONFIG, ConfigPath, Json, moment, read_config, told_in_one_line
from monitor.exit_codes import Exit

app = typer.Typer(no_args_is_help=True, help="What nobody shall be told of for a while.")

_UNITS = {"m": 60, "h": 3_600, "d": 86_400}


@app.command()
def add(
    conditions: Annotated[
        list[str], typer.Argument(metavar="CONDITION...", help="LABEL=VALUE, LABEL!=VALUE, LABEL=~REGEX, LABEL!~REGEX.")
    ],
    by: Author,
    lasting: Annotated[str, typer.Option("--for", help="How long: 30m, 2h, 1d.")] = "",
    until: Annotated[str, typer.Option("--until", help="Until when (a day, or ISO time).")] = "",
    start: Annotated[str, typer.Option("--from", help="From when; left out: now.")] = "",
    comment: Annotated[str, typer.Option("--comment", help="Why.")] = "",
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Tell nobody of alerts on which all conditions agree. Those that still fire when it ends are told then.

    Example: monitor silence add topic=first-ai-tea 'severity!=page' --for 2h --by Li --comment "campaign, expected"
    """
    from monitor.alerts.matchers import matcher
    from monitor.store.store import NewSilence

    settings = read_config(config)
    zone = ZoneInfo(settings.time_zone)
    if bool(lasting) == bool(until):
        raise typer.BadParameter("give either --for (30m, 2h, 1d) or --until")
    try:
        matchers = tuple(map(matcher, conditions))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    now = datetime.now(UTC)
    starts_at = moment(start, zone) if start else now
    ends_at = starts_at + duration(lasting) if lasting else moment(until, zone)
    if ends_at <= max(starts_at, now):
        raise typer.BadParameter("it would end before it begins, or is over already")
    with told_in_one_line(), opened(settings, write=True) as store:
        number = store.silence(
            NewSilence(matchers=matchers, starts_at=starts_at, ends_at=ends_at, author=by, comment=comment)
        )
    told = {"id": number, "matchers": [str(each) for each in matchers], "ends_at": ends_at.isoformat()}
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        what = " ".join(map(str, matchers))
        typer.echo(f"silence {number}: {what} until {ends_at.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})")


@app.command("list")
def list_silences(
    all_of_them: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """The silences that hold or are to come.

    Example: monitor silence list
    """
    settings = read_config(config)
    zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
    with told_in_one_line(), opened(settings, write=False) as store:
        silences = store.silences(None if all_of_them else now)
    if as_json:
        told = [
            {
                "id": each.id,
                "state": each.state(now).value,
                "matchers": [str(m) for m in each.matchers],
                "starts_at": each.starts_at.isoformat(),
                "ends_at": each.ends_at.isoformat(),
                "author": each.author,
                "comment": each.comment,
            }
            for each in silences
        ]
        typer.echo(json.dumps({"silences": told}, ensure_ascii=False))
        return
    for each in silences:
        spell = f"{each.starts_at.astimezone(zone):%m-%d %H:%M} to {each.ends_at.astimezone(zone):%m-%d %H:%M}"
        why = f": {each.comment}" if each.comment else ""
        typer.echo(f"{each.id:4} {each.state(now):8} {spell}  {' '.join(map(str, each.matchers))}  {each.author}{why}")
    if not silences:
        typer.echo("no silence")


@app.command()
def expire(
    number: Annotated[int, typer.Argument(metavar="ID", help="As `monitor silence list` shows it.")],
    config: ConfigPath = CONFIG,
) -> None:
    """End a silence now: what still fires is told.

    Example: monitor silence expire 3
    """
    settings = read_config(config)
    with told_in_one_line(), opened(settings, write=True) as store:
        ended = store.expire_silence(number, datetime.now(UTC))
    if not ended:
        typer.echo(f"there is no silence {number}, or it is over", err=True)
        raise typer.Exit(Exit.FAILURE)
    typer.echo(f"silence {number} is over")


def duration(text: str) -> timedelta:
    """
    >>> duration("1h30m")
    datetime.timedelta(seconds=5400)
    """
    found = re.fullmatch(r"(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?", text.strip())
    if not found or not any(found.groups()):
        raise typer.BadParameter(f"{text!r} is no duration such as 30m, 2h or 1d")
    return timedelta(seconds=sum(int(n) * _UNITS[unit] for n, unit in zip(found.groups(), "dhm", strict=True) if n))
