"""`monitor run` and `monitor collect`: the service, and one round of it by hand."""

import json
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.commands.shared_options import (
    CONFIG,
    ConfigPath,
    Json,
    moment,
    opened,
    progress_bar,
    read_config,
    told_in_one_line,
    until_moment,
)
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from collectors.clock import Clock
    from collectors.source import Pushed
    from monitor.config import Config
    from monitor.pipeline import Job
    from monitor.service import Service
    from monitor.store.store import Ingested

log = logging.getLogger(__name__)


def run(config: ConfigPath = CONFIG) -> None:
    """Collect, judge, tell and digest on schedule until stopped (SIGTERM ends the round and drains).

    Example: monitor run --config config.toml
    """
    from collectors.clock import WallClock
    from monitor.digest.daily import make_due_digests
    from monitor.schedule import Rounds

    logging.getLogger().setLevel(logging.INFO)
    for chatty in ("httpx", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    settings, clock, stop = read_config(config), WallClock(), stopped_by_signals()
    with told_in_one_line(), opened(settings, clock, stopping=stop.is_set) as service, listening(service, clock):

        def digests(now: datetime) -> None:
            make_due_digests(service, now)

        Rounds(service, clock, digests, stop).run()


@contextmanager
def listening(service: "Service", clock: "Clock") -> Iterator[None]:
    """Take in what is pushed, where a source of the configuration is pushed to."""
    from monitor.service import pushed_sources

    sources = pushed_sources(service.config)
    if not sources:
        yield
        return
    from monitor.web.app import make_app
    from monitor.web.push import Push
    from monitor.web.server import served

    doors = [
        Push(
            source=name,
            token=source.token,
            take=partial(taken, service, clock, name, source),
        )
        for name, source in sources
    ]
    with served(make_app(doors), service.config.web.listen) as address:
        for door in doors:
            lacks = "" if door.token else ", and refuses all: it has no token"
            log.info("%s: takes pushes at %s%s%s", door.source, address, door.path, lacks)
        yield


def taken(service: "Service", clock: "Clock", name: str, source: "Pushed", body: bytes) -> "Ingested":
    return service.pipeline.receive(name, source, body, clock.now())


def stopped_by_signals() -> threading.Event:
    """Set by SIGTERM or SIGINT. The second one ends the process at once, which loses nothing that was stored."""
    stop = threading.Event()

    def ask_to_stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    return stop


def collect(
    config: ConfigPath = CONFIG,
    source: Annotated[list[str] | None, typer.Option("--source", "-s", help="Only this source; repeatable.")] = None,
    once: Annotated[bool, typer.Option("--once", help="One visit a target, even where it lies far behind.")] = False,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="Ask again for the time of --from … --to that was never read.")
    ] = False,
    since: Annotated[
        str | None, typer.Option("--from", help="First day or moment, e.g. 2026-11-20 or 2026-11-20T09:00.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day (whole) or end moment. Default: now.")] = None,
    as_json: Json = False,
) -> None:
    """Visit every target now, judge, deliver, and end. Exit 3 when a source gave nothing or a window stays open, 69
    when nothing could be read.

    A backfill asks for what is missing, by the day or the hour, and stores each visit: stopped or killed, it goes on
    where it was.

    Example: monitor collect --backfill --from 2026-11-20 --to 2026-11-21
    """
    from collectors.clock import WallClock

    settings, clock = read_config(config), WallClock()
    if backfill:
        _backfill(settings, clock, source or [], since, until, as_json=as_json)
        return
    if since or until:
        raise typer.BadParameter("--from and --to go with --backfill")
    with told_in_one_line(), opened(settings, clock) as service:
        results = visit_all(service, clock, chosen(service, source or []), once)
        service.pipeline.conclude(clock.now())
    failed = [r for r in results if r["error"]]
    if as_json:
        typer.echo(json.dumps({"visits": results}, ensure_ascii=False))
    else:
        for r in results:
            typer.echo(f"{r['target']}: {r['new_posts']} new posts, {r['known_posts']} known; {told(r)}")
    if failed:
        raise typer.Exit(Exit.UNREACHABLE if len(failed) == len(results) else Exit.DEGRADED)


def _backfill(
    settings: "Config", clock: "Clock", names: list[str], since: str | None, until: str | None, *, as_json: bool
) -> None:
    from monitor.commands.backfilling import exit_code, fill_all, show

    zone, now = ZoneInfo(settings.time_zone), clock.now()
    if since is None:
        raise typer.BadParameter("--backfill needs --from, e.g. --from 2026-11-20")
    starts, ends = moment(since, zone), min(until_moment(until, zone) if until else now, now)
    if starts >= ends:
        raise typer.BadParameter(f"nothing that is over lies between --from {since} and --to {until or 'now'}")
    stop = stopped_by_signals()
    with told_in_one_line(), opened(settings, clock, stopping=stop.is_set) as service:
        results = fill_all(service, clock, chosen(service, names), starts, ends, stopping=stop.is_set)
        service.pipeline.conclude(clock.now())
    show(results, zone, as_json=as_json)
    if code := exit_code(results):
        raise typer.Exit(code)


def chosen(service: "Service", names: list[str]) -> list["Job"]:
    """The targets of the sources named, or all; a usage error where there is none."""
    known = sorted({job.source for job in service.jobs})
    if unknown := sorted(set(names) - set(known)):
        raise typer.BadParameter(f"no source {', '.join(unknown)}; the enabled ones are: {', '.join(known) or 'none'}")
    if not known:
        raise typer.BadParameter("no source is enabled that can be asked; files are read by `monitor import`")
    return [job for job in service.jobs if not names or job.source in names]


def visit_all(service: "Service", clock: "Clock", jobs: list["Job"], once: bool) -> list[dict[str, object]]:
    """One result a target: what its visit gave, or why it gave nothing."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

    results: list[dict[str, object]] = []
    with progress_bar(BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}")) as bar:
        task = bar.add_task("", total=len(jobs))
        for job in jobs:
            bar.update(task, description=job.name)
            outcome = service.pipeline.collect(job, clock.now(), once=once, by_hand=True)
            results.append(
                {
                    "target": job.name,
                    "new_posts": outcome.new_posts if outcome else 0,
                    "known_posts": outcome.known_posts if outcome else 0,
                    "error": outcome.error if outcome else None,
                    "reason": outcome.reason if outcome else "visited in this slot already",
                }
            )
            bar.advance(task)
    return results


def told(result: dict[str, object]) -> str:
    if result["error"]:
        return f"{result['error']}: {result['reason']}"
    return str(result["reason"] or "ok")
