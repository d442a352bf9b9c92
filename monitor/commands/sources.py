"""`monitor sources`: what can be collected from, whether it works, and how a recorded page reads."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from monitor.commands.shared_options import (
    CONFIG,
    ConfigPath,
    Json,
    known_source,
    moment,
    read_config,
    told_in_one_line,
)
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.sources_check import KnownEnd

app = typer.Typer(no_args_is_help=True, help="What can be collected from, and whether it works.")

GROUP = "trend_monitor.sources"


@app.command("list")
def list_kinds(as_json: Json = False) -> None:
    """The kinds of sources that are installed, with their settings.

    Example: monitor sources list
    """
    from dataclasses import fields

    from collectors.registry import load, names

    kinds = {
        name: {
            "platform": kind.platform,
            "scope": kind.scope.value,
            "settings": [f.name for f in fields(kind.Settings)],
        }
        for name in names(GROUP)
        for kind in [load(GROUP, name)]
    }
    if as_json:
        typer.echo(json.dumps(kinds, ensure_ascii=False))
        return
    for name, kind in kinds.items():
        typer.echo(f"{name:20} {kind['platform']:8} {kind['scope']:9} {', '.join(kind['settings'])}")


@app.command()
def check(config: ConfigPath = CONFIG, as_json: Json = False) -> None:
    """Ask every configured source for one page now; tell what is wrong and what to do, and with whose login it reads.

    Nothing is stored.

    Example: monitor sources check
    """
    from dataclasses import asdict

    from collectors.clock import WallClock
    from monitor.service import make_client, make_jobs
    from monitor.sources_check import check_source, plain

    settings, clock = read_config(config), WallClock()
    with told_in_one_line(), make_client(settings, clock) as client:
        jobs = {job.source: job for job in reversed(make_jobs(settings))}
        with ends_told(settings) as known_end:
            findings = [check_source(job, client, clock.now(), known_end) for _, job in sorted(jobs.items())]
    if as_json:
        told = {f.source: {"ok": f.ok, "told": f.told, "login": f.login and plain(asdict(f.login))} for f in findings}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.source}: {finding.told}")
            if finding.login:
                typer.echo(f"     with: {finding.login}")
    for source in settings.sources:
        if source.name not in jobs:
            why = "read by `monitor import`, pushed to, or without a target" if source.enabled else "not enabled"
            typer.echo(f"--   {source.name}: not asked: {why}", err=True)
    bad = [f for f in findings if not f.ok]
    if bad:
        raise typer.Exit(Exit.UNREACHABLE if len(bad) == len(findings) else Exit.DEGRADED)


@contextmanager
def ends_told(settings: "Config") -> Iterator["KnownEnd"]:
    """What the service was told of the ends of logins, where there is a database of it that can be read."""
    from monitor.service import database
    from monitor.store.sqlite import open_store
    from monitor.store.store import StoreError

    try:
        store = open_store(database(settings), read_only=True)
    except StoreError:
        yield lambda _source, _mark: None
        return
    with store:
        yield store.session_end


@app.command()
def parse(
    kind: Annotated[
        str, typer.Argument(metavar="NAME", help="A kind that `monitor sources list` shows, or a configured source.")
    ],
    file: Annotated[Path, typer.Argument(help="A recorded page.", exists=True, dir_okay=False)],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            help="When the page was received (ISO time); relative times count from it. "
            "Default: what a .meta.json beside a kept page says, else now.",
        ),
    ] = None,
    url: Annotated[str, typer.Option("--url", help="Where it came from.")] = "",
    names: Annotated[bool, typer.Option("--names", help="Show author names, as published.")] = False,
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Read one recorded page offline, as the collector would: the posts, or why there are none.

    Example: monitor sources parse weibo-search-web kept/weibo-search/page.html --at 2026-11-20T10:00+08:00 --json
    """
    from collectors.authors import Authors
    from collectors.errors import Blocked, SourceError
    from collectors.registry import names as registered
    from monitor.sources_check import page_as_json, reading_of

    settings = read_config(config) if kind not in registered(GROUP) and config.exists() else None
    source = known_source(kind, settings)
    received = moment(at, ZoneInfo("Asia/Shanghai")) if at else None
    with told_in_one_line():
        body = file.read_bytes()
    answer: dict[str, Any]
    try:
        reading = reading_of(file, at=received, url=url, now=datetime.now(UTC), authors=Authors(keep_names=names))
        answer = page_as_json(source.parse(body, reading))
    except SourceError as error:
        answer = {"error": {"class": type(error).__name__, "reason": str(error)}}
        if isinstance(error, Blocked) and error.advice:
            typer.echo(error.advice, err=True)
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=None if as_json else 2))
    if "error" in answer:
        raise typer.Exit(Exit.FAILURE)
