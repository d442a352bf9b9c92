"""`monitor import`: files of other crawlers into the store."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.shared_options import CONFIG, ConfigPath, Json, read_config, told_in_one_line
from monitor.exit_codes import Exit

SHOWN = 20


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="Files to import.", exists=True, dir_okay=False)],
    source: Annotated[str, typer.Option("--source", help="The kind of file.")] = "weibo-search-csv",
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Import files of posts; importing a file again adds nothing. Exit 3 when a file could not be read.

    Example: monitor import 结果文件/OPPO/OPPO.csv
    """
    from rich.console import Console
    from rich.progress import Progress

    from collectors.clock import WallClock
    from collectors.errors import SourceError
    from monitor.importing import Imported, import_file
    from monitor.service import authors, build
    from monitor.sources_check import default_source

    settings, clock = read_config(config), WallClock()
    try:
        adapter = default_source(source)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None
    total, unread = Imported(), []
    console = Console(stderr=True)
    with (
        told_in_one_line(),
        build(settings, clock) as service,
        Progress(console=console, disable=not sys.stderr.isatty()) as bar,
    ):
        for path in paths:
            task = bar.add_task(path.name, total=None)
            try:
                for read in import_file(
                    path,
                    adapter,
                    store=service.store,
                    pipeline=service.pipeline,
                    client=service.client,
                    authors=authors(settings),
                    now=clock.now(),
                    into=total,
                ):
                    bar.update(task, completed=read)
            except SourceError as error:
                unread.append((path.name, str(error)))
        service.pipeline.conclude(clock.now())
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "stored": total.stored,
                    "comments_stored": total.comments_stored,
                    "already": total.already,
                    "rejected": len(total.rejected),
                    "unreadable_files": dict(unread),
                },
                ensure_ascii=False,
            )
        )
    else:
        typer.echo(
            f"{total.stored} posts and {total.comments_stored} comments stored, {total.already} known already, "
            f"{len(total.rejected)} set aside"
        )
    for file, item in total.rejected[:SHOWN]:
        typer.echo(f"{file}: {item.where}: {item.reason}", err=True)
    if len(total.rejected) > SHOWN:
        typer.echo(f"… and {len(total.rejected) - SHOWN} more; all are kept in the store", err=True)
    for file, reason in unread:
        typer.echo(f"{file}: {reason}", err=True)
    if unread:
        raise typer.Exit(Exit.FAILURE if len(unread) == len(paths) else Exit.DEGRADED)
