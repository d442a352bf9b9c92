"""`monitor backtest`: what the rules would have told of the past."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
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
    from monitor.backtest.labels import Incident
    from monitor.backtest.replay import Period
    from monitor.config import Config


def backtest(
    since: Annotated[str, typer.Option("--from", help="First day or moment, e.g. 2026-11-20.")],
    until: Annotated[str, typer.Option("--to", help="Last day (whole) or end moment.")],
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be repeated.")] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="CSV of known incidents: topic,start,end and, if wanted, name.")
    ] = None,
    sweep: Annotated[
        str | None, typer.Option("--sweep", help="SETTING=FIRST..LAST[:STEP]: a setting of the rules at many values.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Also write a page with charts to this file.")] = None,
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Replay what was collected through the rules as they are now, and tell nobody.

    The minutes are rebuilt from what each visit brought, so that a rule sees no more than it would have seen live, and
    judged from the beginning of the record on, so that what is normal is known when the period begins. The database is
    only read; the service may go on meanwhile. Exit 1: there was nothing to judge, or a rule failed.

    Example: monitor backtest --from 2026-11-01 --to 2026-11-20 --rule complaints --sweep threshold=6..12
    """
    from monitor.backtest.replay import Period, replay
    from monitor.backtest.report import facts, lines, report
    from monitor.backtest.variants import Impossible, replayable, variants
    from monitor.backtest.variants import sweep as swept
    from monitor.store.sqlite import open_store

    settings = read_config(config)
    zone = ZoneInfo(settings.time_zone)
    period = Period(since=moment(since, zone), until=until_moment(until, zone))
    if period.until <= period.since:
        raise typer.BadParameter(f"nothing lies between --from {since} and --to {until}")
    try:
        rules, others = replayable(settings.rules, rule or ())
        setting = swept(sweep) if sweep else None
        chosen = variants(rules, setting)
    except Impossible as wrong:
        raise typer.BadParameter(str(wrong)) from None
    with told_in_one_line():
        incidents = labelled(labels, settings, period) if labels else ()
        with open_store(begun_database(settings), read_only=True) as store, judged(settings, period) as progress:
            told = [
                replay(
                    store,
                    topic,
                    chosen,
                    period,
                    incidents=incidents,
                    calendar=settings.calendar,
                    time_zone=settings.time_zone,
                    progress=partial(progress, topic.name),
                )
                for topic in settings.topics
            ]
        found = report(
            [each for each in told if each.minutes],
            chosen,
            period,
            zone,
            labelled=labels is not None,
            left_out=others,
            setting=setting.setting if setting else None,
        )
        if not found.topics:
            typer.echo("nothing was judged in this time: no topic has any minute in it", err=True)
            raise typer.Exit(Exit.FAILURE)
        written = list(lines(found))
        if html:
            from monitor.backtest.picture import page

            html.write_text(page(found.topics, period, zone, written), encoding="utf-8")
    typer.echo(json.dumps(facts(found), ensure_ascii=False) if as_json else "\n".join(written))
    if html:
        typer.echo(f"charts: {html}", err=True)
    if any(result.failure for result in found.results):
        raise typer.Exit(Exit.FAILURE)


def labelled(labels: Path, settings: "Config", period: "Period") -> tuple["Incident", ...]:
    """The known incidents that begin in the period; a file that is wrong ends the command."""
    from monitor.backtest.labels import LabelError, read_labels

    try:
        known = read_labels(labels, [topic.name for topic in settings.topics], ZoneInfo(settings.time_zone))
    except LabelError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.FAILURE) from None
    incidents = tuple(each for each in known if each.starts_at in period)
    if left := len(known) - len(incidents):
        typer.echo(f"{left} of {len(known)} labelled incidents do not begin in the period", err=True)
    return incidents


@contextmanager
def judged(settings: "Config", period: "Period") -> Iterator[Callable[[str, datetime], None]]:
    """A bar on a terminal: hours judged of each topic."""
    from rich.progress import BarColumn, TaskID, TextColumn

    with progress_bar(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[at]}")) as bar:
        tasks: dict[str, tuple[TaskID, datetime]] = {}

        def told(topic: str, at: datetime) -> None:
            if topic not in tasks:
                hours = max((period.until - at) / timedelta(hours=1), 1.0)
                tasks[topic] = (bar.add_task(topic, total=hours, at=""), at)
            task, first = tasks[topic]
            bar.update(
                task,
                completed=(at - first) / timedelta(hours=1),
                at=f"{at.astimezone(ZoneInfo(settings.time_zone)):%Y-%m-%d}",
            )

        yield told
