"""`monitor reanalyse`: stored posts annotated again, as the configuration and the program are now."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.commands.shared_options import (
    CONFIG,
    ConfigPath,
    Json,
    begun_database,
    moment,
    progress_bar,
    read_config,
    told_in_one_line,
    until_moment,
)
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from analysis.matching import Topic
    from monitor.store.reanalysis import Comparison, Reanalysis

EXAMPLES = 3  # of each aspect
DAYS = 40  # shown; --json has all


def reanalyse(
    since: Annotated[str, typer.Option("--since", help="First day or moment, e.g. 2026-11-20.")],
    until: Annotated[
        str | None, typer.Option("--until", help="Last day (whole) or end moment. Default: no end.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Processes. Default: one per core.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read again and compare, but change nothing.")] = False,
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Annotate stored posts again after a change of topics, lexicons or program; compare; swap in at once.

    The service may go on meanwhile; only the swap, a few seconds at the end, needs it stopped. Interrupted, the same
    command goes on where it was. What rules judged stays as it was judged.

    Example: monitor reanalyse --since 2026-11-01 --dry-run
    """
    from monitor.service import make_annotator, topics

    settings = read_config(config)
    zone = ZoneInfo(settings.time_zone)
    starts, ends = moment(since, zone), until_moment(until, zone) if until else None
    if ends is not None and ends <= starts:
        raise typer.BadParameter(f"nothing lies between --since {since} and --until {until}")
    database = begun_database(settings)
    with told_in_one_line():
        known, version = topics(settings), make_annotator(settings).version
        comparison = read_again(database, version, known, starts, ends, jobs or os.cpu_count() or 1)
        swapped = False
        if comparison and not dry_run:
            swapped = swap(database, version, known, starts, ends)
    if as_json:
        told = {"version": version, "swapped": swapped, "comparison": asdict(comparison) if comparison else None}
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    if comparison is None:
        typer.echo(f"nothing to do: every post from {since} on was read by version {version}")
        return
    for line in lines(comparison):
        typer.echo(line)
    typer.echo(f"swapped in: version {version}" if swapped else "nothing was changed (--dry-run)")


def read_again(
    database: "Path", version: str, topics: "list[Topic]", since: "datetime", until: "datetime | None", jobs: int
) -> "Comparison | None":
    """Stage everything beside whoever writes the database; None where every post is of this version already."""
    from monitor.store.sqlite import open_store

    with (
        open_store(database, read_only=True) as store,
        store.reanalysis(version, [topic.name for topic in topics], since, until) as reading,
    ):
        if not reading.due():
            reading.discard()
            return None
        stage(reading, version, topics, jobs)
        return reading.compare(EXAMPLES)


def stage(reading: "Reanalysis", version: str, topics: "list[Topic]", jobs: int) -> None:
    """With a bar on a terminal; Ctrl-C keeps what is staged and ends with 75."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    from monitor.reanalyse import stage as stage_posts

    total = reading.posts()
    try:
        with progress_bar(TextColumn("reading again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as bar:
            task = bar.add_task("", total=total, completed=reading.staged())
            stage_posts(reading, version, topics, jobs=jobs, progress=lambda posts: bar.advance(task, posts))
    except KeyboardInterrupt:
        told = f"stopped after {reading.staged():,} of {total:,} posts: the same command goes on from there"
        typer.echo(told, err=True)
        raise typer.Exit(Exit.TEMPORARY) from None


def swap(database: "Path", version: str, topics: "list[Topic]", since: "datetime", until: "datetime | None") -> bool:
    """Read what came meanwhile, then put all of it in its place; exit 75 while another process writes the database."""
    from monitor.store.sqlite import open_store
    from monitor.store.store import StoreError

    try:
        store = open_store(database)
    except StoreError as error:
        if not error.temporary:
            raise
        typer.echo(f"{error}\nWhat was read is kept: the same command then only swaps it in.", err=True)
        raise typer.Exit(Exit.TEMPORARY) from None
    with store, store.reanalysis(version, [topic.name for topic in topics], since, until) as reading:
        stage(reading, version, topics, 1)
        swapped = reading.swap()
        reading.discard()
    return swapped


def lines(comparison: "Comparison") -> Iterator[str]:
    """The comparison for a person."""
    yield f"{comparison.posts:,} posts read again, {comparison.changed:,} of them differ"
    for aspect, posts in comparison.aspects.items():
        if posts:
            yield f"  {aspect:12}{posts:>9,} posts"
            for example in comparison.examples:
                if example.aspect == aspect:
                    yield f"    {example.post}: {example.before or '-'} -> {example.after or '-'}"
    if not comparison.days:
        yield "no day of any topic moves"
        return
    yield f"{'topic':16}{'day':12}{'mentions':>16}{'originals':>16}{'complaints':>16}{'negative':>16}"
    for day in comparison.days[:DAYS]:
        counts = (day.mentions, day.originals, day.complaints, day.negative)
        moved = (f"{before:,} -> {after:,}" if before != after else f"{after:,}" for before, after in counts)
        yield f"{day.topic:16}{day.day.isoformat():12}" + "".join(f"{cell:>16}" for cell in moved)
    if len(comparison.days) > DAYS:
        yield f"… and {len(comparison.days) - DAYS:,} more days (--json has all)"
