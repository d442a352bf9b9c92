"""`monitor run` and `monitor collect`: the service, and one round of it by hand."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.commands.shared_options import CONFIG, ConfigPath, Json, read_config, told_in_one_line
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from monitor.service import Service


def run(config: ConfigPath = CONFIG) -> None:
    """Collect, judge, tell and digest on schedule until stopped (SIGTERM ends the round and drains).

    Example: monitor run --config config.toml
    """
    import threading
    from random import Random

    from collectors.clock import WallClock
    from monitor.digest.daily import make_due_digests
    from monitor.schedule import Rounds
    from monitor.service import build

    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings, clock, stop = read_config(config), WallClock(), threading.Event()
    with told_in_one_line(), build(settings, clock, stopping=stop.is_set, jitter=Random()) as service:

        def digests(now: datetime) -> None:
            make_due_digests(service, now)

        well = Rounds(service, clock, digests, stop).run()
    if not well:
        raise typer.Exit(Exit.FAILURE)


def collect(
    config: ConfigPath = CONFIG,
    source: Annotated[list[str] | None, typer.Option("--source", "-s", help="Only this source; repeatable.")] = None,
    once: Annotated[bool, typer.Option("--once", help="One visit a target, even where it lies far behind.")] = False,
    as_json: Json = False,
) -> None:
    """Visit every target now, judge, deliver, and end. Exit 3 when a source gave nothing, 69 when none did.

    Example: monitor collect --once --source weibo-hot
    """
    import json
    from random import Random

    from collectors.clock import WallClock
    from monitor.service import build

    settings, clock = read_config(config), WallClock()
    with told_in_one_line(), build(settings, clock, jitter=Random()) as service:
        results = visit_all(service, clock.now(), source or [], once)
        service.pipeline.conclude(clock.now())
    failed = [r for r in results if r["error"]]
    if as_json:
        typer.echo(json.dumps({"visits": results}, ensure_ascii=False))
    else:
        for r in results:
            typer.echo(f"{r['target']}: {r['new_posts']} new posts, {r['known_posts']} known; {told(r)}")
    if failed:
        raise typer.Exit(Exit.UNREACHABLE if len(failed) == len(results) else Exit.DEGRADED)


def visit_all(service: "Service", now: datetime, only: list[str], once: bool) -> list[dict[str, object]]:
    """One result a target: what its visit gave, or why it gave nothing."""
    unknown = set(only) - {job.source for job in service.jobs}
    if unknown:
        known = ", ".join(sorted({job.source for job in service.jobs}))
        raise typer.BadParameter(f"no source {', '.join(sorted(unknown))}; the enabled ones are: {known}")
    results: list[dict[str, object]] = []
    for job in service.jobs:
        if only and job.source not in only:
            continue
        outcome = service.pipeline.collect(job, now, once=once)
        results.append(
            {
                "target": job.name,
                "new_posts": outcome.new_posts if outcome else 0,
                "known_posts": outcome.known_posts if outcome else 0,
                "error": outcome.error if outcome else None,
                "reason": outcome.reason if outcome else "visited in this slot already",
            }
        )
    return results


def told(result: dict[str, object]) -> str:
    if result["error"]:
        return f"{result['error']}: {result['reason']}"
    return str(result["reason"] or "ok")
