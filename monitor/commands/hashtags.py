"""`monitor hashtags`: what the posts of a topic are tagged with; one hashtag over time and beside others."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from monitor.commands.reports import known_topic
from monitor.commands.shared_options import (
    CONFIG,
    ConfigPath,
    Json,
    begun_database,
    moment,
    read_config,
    told_in_one_line,
    until_moment,
)

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store.store import Store

BAR = 40  # characters of the longest bar


def hashtags(
    topic: Annotated[str, typer.Option("--topic", help="Whose mentions.")],
    since: Annotated[str, typer.Option("--from", help="First day or moment, e.g. 2026-11-20 or 2026-11-20T09:00.")],
    until: Annotated[
        str | None, typer.Option("--to", help="Last day (whole) or end moment. Default: the day of --from.")
    ] = None,
    hashtag: Annotated[
        str | None, typer.Option("--hashtag", help="Only this one: its hours, and what stands beside it.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Hashtags listed at most.")] = 30,
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """List the hashtags of a topic's mentions, most used first; of one hashtag, mentions an hour and its companions.

    Spellings that differ in case, width, traditional characters or 超话 marks are one hashtag, and so are the
    configuration's aliases; shown is the most used spelling.

    Example: monitor hashtags --topic first-ai-tea --from 2026-11-20 --hashtag TheFirstAITea
    """
    from monitor.store.sqlite import open_store

    settings = read_config(config)
    zone = ZoneInfo(settings.time_zone)
    name = known_topic(settings, topic)
    starts, ends = moment(since, zone), until_moment(until or since, zone)
    if ends <= starts:
        raise typer.BadParameter(f"nothing lies between --from {since} and --to {until or since}")
    with told_in_one_line(), open_store(begun_database(settings), read_only=True) as store:
        if hashtag is None:
            facts: dict[str, Any] = {"hashtags": as_rows(store.hashtags(name, starts, ends, limit))}
        else:
            facts = course(store, settings, name, hashtag, starts, ends, limit)
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
    elif hashtag is None:
        show("mentions", facts["hashtags"])
    else:
        show_hours(facts["hours"], zone)
        show("mentions with both", facts["companions"])


def course(
    store: "Store", settings: "Config", topic: str, hashtag: str, since: datetime, until: datetime, limit: int
) -> dict[str, Any]:
    """One hashtag's hours with any mention, and the hashtags beside it; an alias stands for its hashtag."""
    from analysis.hashtags import alias_table, fold_hashtag

    key = fold_hashtag(hashtag)
    key = alias_table(each.hashtags for each in settings.topics).get(key, key)
    hours = store.hashtag_series(topic, key, since, until)
    return {
        "hashtag": key,
        "hours": [{"start": start.isoformat(), "mentions": mentions} for start, mentions in hours],
        "companions": as_rows(store.companions(topic, key, since, until, limit)),
    }


def as_rows(found: tuple[tuple[str, str, int], ...]) -> list[dict[str, Any]]:
    return [{"key": key, "spelling": spelling, "mentions": mentions} for key, spelling, mentions in found]


def show(heading: str, rows: list[dict[str, Any]]) -> None:
    typer.echo(heading)
    for row in rows:
        typer.echo(f"{row['mentions']:>8}  #{row['spelling']}#")
    if not rows:
        typer.echo("    none")


def show_hours(hours: list[dict[str, Any]], zone: ZoneInfo) -> None:
    most = max((hour["mentions"] for hour in hours), default=1)
    for hour in hours:
        start = datetime.fromisoformat(hour["start"]).astimezone(zone)
        bar = "█" * max(1, round(BAR * hour["mentions"] / most))
        typer.echo(f"{start:%Y-%m-%d %H:%M} {hour['mentions']:>8}  {bar}")
    if not hours:
        typer.echo("no mention with this hashtag in the time")
