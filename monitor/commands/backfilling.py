"""`monitor collect --backfill`: the windows that nothing was read of, asked for again, with what stays open and why."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from monitor.commands.shared_options import progress_bar
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from collectors.clock import Clock
    from monitor.backfill import Backfill, Filled
    from monitor.pipeline import Job, Window
    from monitor.service import Service
    from monitor.store.store import Ingested


def fill_all(
    service: "Service",
    clock: "Clock",
    jobs: "Sequence[Job]",
    since: datetime,
    until: datetime,
    *,
    stopping: Callable[[], bool],
) -> "list[Filled]":
    """One result a target. A source that refuses is not asked for its other targets."""
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from monitor.backfill import Backfill

    zone = ZoneInfo(service.config.time_zone)
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with progress_bar(*columns) as bar:
        task = bar.add_task("", total=None)

        def told(job: "Job", window: "Window", ingested: "Ingested") -> None:
            line = f"{job.name}: {span(window.since, window.until, zone)}: {ingested.new_posts} new posts"
            left = sum((_length(backfill, each) for each in jobs), timedelta(0))
            bar.update(task, description=line, completed=(total - left).total_seconds())
            if not sys.stderr.isatty():
                typer.echo(line, err=True)

        backfill = Backfill(service.pipeline, service.store, clock, since, until, on_visit=told, stopping=stopping)
        total = sum((_length(backfill, job) for job in jobs), timedelta(0))
        bar.update(task, total=total.total_seconds())
        results: list[Filled] = []
        refused: dict[str, Filled] = {}
        for job in jobs:
            result = backfill.skipped(job, refused[job.source]) if job.source in refused else backfill.fill(job)
            if result.error:
                refused[job.source] = result
            results.append(result)
        return results


def _length(backfill: "Backfill", job: "Job") -> timedelta:
    return sum((window.until - window.since for window in backfill.open(job)), timedelta(0))


def show(results: "Sequence[Filled]", zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"targets": [_plain(result) for result in results]}, ensure_ascii=False))
        return
    for result in results:
        gave = f"{result.visits} visits, {result.new_posts} new posts, {result.known_posts} known"
        typer.echo(f"{result.target}: {gave}; {len(result.open) or 'no'} windows open")
        for each in result.open:
            typer.echo(f"  open  {span(each.since, each.until, zone)}  {each.why}")


def _plain(result: "Filled") -> dict[str, object]:
    return {
        "target": result.target,
        "visits": result.visits,
        "new_posts": result.new_posts,
        "known_posts": result.known_posts,
        "error": result.error,
        "open": [{"from": w.since.isoformat(), "to": w.until.isoformat(), "why": w.why} for w in result.open],
    }


def exit_code(results: "Sequence[Filled]") -> Exit:
    """0: nothing is open. 69: every target that had to be asked ended in an error with nothing read."""
    asked = [result for result in results if result.visits or result.error]
    if asked and all(result.error and result.visits <= 1 for result in asked):
        return Exit.UNREACHABLE
    return Exit.DEGRADED if any(result.open or result.error for result in results) else Exit.OK


def span(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    """Both ends, the date of the second only where it is another one."""
    begins, ends = since.astimezone(zone), until.astimezone(zone)
    same_day = begins.date() == ends.date()
    return f"{begins:%Y-%m-%d %H:%M} to {ends:{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}}"
