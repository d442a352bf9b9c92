"""Options that several commands take, and what they share: the configuration read, errors told in one line."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, TaskID

    from collectors.clock import Clock
    from collectors.source import Source
    from monitor.config import Config
    from monitor.service import Service

CONFIG = Path("config.toml")
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, and nothing else there.")]


def read_config(path: Path) -> "Config":
    """The configuration, or exit 78 with every problem on stderr."""
    from monitor.config import ConfigError, load

    try:
        return load(path, os.environ)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.CONFIG) from None


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """What a person has to mend (the database, a file, a folder) ends the command with its message, no traceback."""
    from monitor.store.store import StoreError

    try:
        yield
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.TEMPORARY if error.temporary else Exit.FAILURE) from None
    except BrokenPipeError:
        raise  # who read stdout has gone: no matter, and typer ends the command quietly
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}" if error.filename else str(error), err=True)
        raise typer.Exit(Exit.FAILURE) from None


def begun_database(settings: "Config") -> Path:
    """The database, or exit 1 where nothing was ever collected."""
    from monitor.service import database

    path = database(settings)
    if not path.exists():
        told = f"no data yet in {settings.storage.folder}: `monitor run`, `collect` or `import` starts it"
        typer.echo(told, err=True)
        raise typer.Exit(Exit.FAILURE)
    return path


def opened(settings: "Config", clock: "Clock", *, stopping: Callable[[], bool] = lambda: False) -> "Service":
    """The service, built; a bar on a terminal shows topics whose past is recounted."""
    from random import Random

    from rich.progress import TextColumn

    from monitor.service import build

    with progress_bar(TextColumn("recounting {task.description}: {task.completed:.0f} posts")) as bar:
        tasks: dict[str, TaskID] = {}

        def recounted(topic: str, posts: int) -> None:
            if topic not in tasks:
                tasks[topic] = bar.add_task(topic, total=None)
            bar.update(tasks[topic], completed=posts)

        return build(settings, clock, stopping=stopping, jitter=Random(), progress=recounted)


def progress_bar(*columns: "ProgressColumn") -> "Progress":
    """On stderr, and only where that is a terminal; it leaves nothing behind."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)


def known_source(name: str, settings: "Config | None") -> "Source":
    """The configured source of this name, else a source of this kind with default settings; a usage error otherwise."""
    from collectors.registry import NotRegistered
    from monitor.service import make_source
    from monitor.sources_check import default_source

    for source in settings.sources if settings else ():
        if source.name == name:
            return make_source(source)
    try:
        return default_source(name)
    except NotRegistered as error:
        configured = f"; configured: {', '.join(source.name for source in settings.sources)}" if settings else ""
        raise typer.BadParameter(f"{error}{configured}") from None


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A date or an ISO time to an aware UTC moment; without an offset it is meant in `zone`.

    >>> moment("2026-11-20", ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-19T16:00:00+00:00'
    """
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is neither a date (2026-11-20) nor a time (2026-11-20T09:30)") from None


def until_moment(text: str, zone: ZoneInfo) -> datetime:
    """As `moment`; a bare date means its end, so that `--from D --to D` is the day D.

    >>> until_moment("2026-11-20", ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-20T16:00:00+00:00'
    """
    try:
        following = date.fromisoformat(text) + timedelta(days=1)
    except (ValueError, OverflowError):
        return moment(text, zone)
    return moment(following.isoformat(), zone)
