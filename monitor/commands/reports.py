"""`monitor digest` and `monitor export`: what is written from the store."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO
from zoneinfo import ZoneInfo

import typer

from monitor.commands.shared_options import (
    CONFIG,
    ConfigPath,
    Json,
    begun_database,
    moment,
    opened,
    read_config,
    told_in_one_line,
    until_moment,
)

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.digest.render import Paths

EARLIEST = date(2009, 8, 14)  # Weibo opened
RESOLUTIONS = {"minute": 60, "hour": 3_600, "day": 86_400}


class Table(StrEnum):
    POSTS = "posts"
    COUNTS = "counts"
    HOT_LIST = "hot-list"
    MENTIONS = "mentions"
    SERIES = "series"
    ALERTS = "alerts"


class Resolution(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


def digest(
    day: Annotated[str | None, typer.Option("--date", help="The day, e.g. 2026-11-20. Default: yesterday.")] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="Only this topic. Default: all of them.")] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Gather the day's facts anew; else a digest made before stays as it was.")
    ] = False,
    revisions: Annotated[bool, typer.Option("--revisions", help="List what was made of the day, and when.")] = False,
    revision: Annotated[
        int | None, typer.Option("--revision", min=1, help="Write this one again: DATE-TOPIC-revision-N.html and .txt.")
    ] = None,
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Write the digest of a day: digests/DATE-TOPIC.html and .txt in the data folder.

    Example: monitor digest --date 2026-11-20
    """
    from collectors.clock import WallClock

    settings, now = read_config(config), WallClock().now()
    topics = [known_topic(settings, topic)] if topic else [each.name for each in settings.topics]
    asked = asked_day(day, now, ZoneInfo(settings.time_zone))
    begun_database(settings)
    if revisions:
        with told_in_one_line():
            list_revisions(settings, asked, topics, as_json=as_json)
        return
    with told_in_one_line():
        made = (
            written_revision(settings, asked, topics, revision)
            if revision
            else written_digests(settings, asked, topics, now, refresh=refresh)
        )
    if as_json:
        paths = {name: {"html": str(at.html), "text": str(at.text)} for name, at in made.items()}
        typer.echo(json.dumps(paths, ensure_ascii=False))
        return
    for at in made.values():
        typer.echo(at.html)
        typer.echo(at.text)


def written_digests(
    settings: "Config", day: date, topics: list[str], now: datetime, *, refresh: bool
) -> dict[str, "Paths"]:
    """Topic → its files. Beside a process that writes the database the facts are read and shown, but not stored."""
    from collectors.clock import WallClock
    from monitor.digest.daily import make_for
    from monitor.digest.make import next_revision, stored_facts
    from monitor.digest.render import write
    from monitor.service import database, deciders, make_jobs
    from monitor.store.sqlite import open_store
    from monitor.store.store import StoreError

    try:
        with opened(settings, WallClock()) as service:
            return {name: make_for(service, day, name, now, refresh=refresh) for name in topics}
    except StoreError as error:
        if not error.temporary:
            raise
    typer.echo("the database is in use by a process that writes it: the digest is written, but not stored", err=True)
    titles = {topic.name: topic.title for topic in settings.topics}
    searched = deciders(make_jobs(settings))
    with open_store(database(settings), read_only=True) as store:
        made = {}
        for name in topics:
            facts = None if refresh else stored_facts(store, day, name)
            facts = facts or next_revision(
                store,
                day=day,
                topic=name,
                now=now,
                title=titles[name],
                deciders=searched,
                external_url=settings.external_url,
            )
            made[name] = write(facts, settings.storage.folder / "digests", settings.language)
    return made


def list_revisions(settings: "Config", day: date, topics: list[str], *, as_json: bool) -> None:
    from monitor.service import database
    from monitor.store.sqlite import open_store

    with open_store(database(settings), read_only=True) as store:
        made = {name: store.digest_revisions(day.isoformat(), name) for name in topics}
    if as_json:
        rows = {name: [{"revision": n, "as_of": at.isoformat()} for n, at in found] for name, found in made.items()}
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    zone = ZoneInfo(settings.time_zone)
    for name, found in made.items():
        for number, at in found:
            typer.echo(f"{day} {name} revision {number} as of {at.astimezone(zone):%Y-%m-%d %H:%M}")
        if not found:
            typer.echo(f"{day} {name}: no digest was made")


def written_revision(settings: "Config", day: date, topics: list[str], number: int) -> dict[str, "Paths"]:
    """Topic → its files, of the topics that have a revision of this number."""
    from monitor.digest.facts import load
    from monitor.digest.render import write
    from monitor.service import database
    from monitor.store.sqlite import open_store

    made = {}
    with open_store(database(settings), read_only=True) as store:
        for name in topics:
            stored = store.digest(day.isoformat(), name, number)
            facts = load(stored[1]) if stored else None
            if facts:
                folder = settings.storage.folder / "digests"
                made[name] = write(facts, folder, settings.language, f"-revision-{number}")
            elif stored:
                typer.echo(f"{name}: revision {number} was written by another version of this program", err=True)
    if not made:
        raise typer.BadParameter(f"{day} has no revision {number} that can be read; --revisions lists those there are")
    return made


def export(
    table: Annotated[Table, typer.Argument(help="What to write.")],
    since: Annotated[str, typer.Option("--from", help="First day or moment, e.g. 2026-11-20 or 2026-11-20T09:00.")],
    until: Annotated[
        str | None, typer.Option("--to", help="Last day (whole) or end moment. Default: the day of --from.")
    ] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="Only this topic.")] = None,
    resolution: Annotated[Resolution, typer.Option("--resolution", help="Of the series.")] = Resolution.HOUR,
    kind: Annotated[str, typer.Option("--format", help="An installed exporter.")] = "csv",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file. Default: stdout.")] = None,
    config: ConfigPath = CONFIG,
) -> None:
    """Write a table as CSV that Excel and pandas read; columns are told in docs/data-dictionary.md.

    Example: monitor export mentions --from 2026-11-20 --to 2026-11-20 -o mentions.csv
    """
    from collectors.registry import NotRegistered, load
    from monitor.exporters.export import export as write
    from monitor.store.sqlite import open_store

    settings = read_config(config)
    zone = ZoneInfo(settings.time_zone)
    try:
        exporter = load("trend_monitor.exporters", kind)()
    except NotRegistered as error:
        raise typer.BadParameter(str(error)) from None
    name = known_topic(settings, topic) if topic else None
    starts, ends = moment(since, zone), until_moment(until or since, zone)
    if ends <= starts:
        raise typer.BadParameter(f"nothing lies between --from {since} and --to {until or since}")
    with told_in_one_line(), open_store(begun_database(settings), read_only=True) as store, sink(output) as out:
        written = write(
            store,
            table.value,
            since=starts,
            until=ends,
            topic=name,
            exporter=exporter,
            out=out,
            resolution_s=RESOLUTIONS[resolution.value],
        )
    typer.echo(f"{written} rows" + (f" in {output}" if output else ""), err=True)


@contextmanager
def sink(output: Path | None) -> Iterator[BinaryIO]:
    """The file, which appears only when it is whole, or stdout."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    in_place = output.exists() and not output.is_file()  # a pipe, a device; a folder cannot be opened
    part = output if in_place else output.with_name(output.name + ".part")
    try:
        with part.open("wb") as file:
            try:
                yield file
                file.close()
                if not in_place:
                    part.replace(output)
            finally:
                if not in_place:
                    part.unlink(missing_ok=True)
    except OSError as error:  # of a full disk it does not tell the file
        raise OSError(error.errno, error.strerror, error.filename or str(output)) from None


def known_topic(settings: "Config", topic: str) -> str:
    names = [each.name for each in settings.topics]
    if topic not in names:
        raise typer.BadParameter(f"no topic {topic} in the configuration; there are: {', '.join(names)}")
    return topic


def asked_day(text: str | None, now: datetime, zone: ZoneInfo) -> date:
    today = now.astimezone(zone).date()
    if text is None:
        return today - timedelta(days=1)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write it as 2026-11-20") from None
    if not EARLIEST <= day <= today:
        raise typer.BadParameter(f"{day} has no digest: it is {today} now, and nothing was posted before {EARLIEST}")
    return day
