"""`monitor import`: files of other crawlers into the store."""

import json
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.shared_options import (
    CONFIG,
    ConfigPath,
    Json,
    known_source,
    opened,
    progress_bar,
    read_config,
    told_in_one_line,
)
from monitor.exit_codes import Exit

SHOWN = 20


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of CSV and JSON files.", exists=True)],
    source: Annotated[
        str, typer.Option("--source", help="The kind of file, or the name of a configured source.")
    ] = "weibo-search-csv",
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Import files of posts; importing a file again adds nothing. Exit 3 when a file could not be read.

    Example: monitor import 结果文件/OPPO/OPPO.csv
    """
    from rich.progress import BarColumn, TextColumn

    from collectors.clock import WallClock
    from collectors.errors import Blocked, SourceError
    from monitor.importing import Imported, files_in, import_file
    from monitor.service import authors

    settings, clock = read_config(config), WallClock()
    adapter = known_source(source, settings)
    total, unread = Imported(), {}
    with told_in_one_line(), opened(settings, clock) as service:
        files = files_in(paths, adapter)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} rows"))
        with progress_bar(*columns) as bar:
            for path in files:
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
                    advice = f": {error.advice}" if isinstance(error, Blocked) and error.advice else ""
                    unread[str(path)] = f"{error}{advice}"
    if as_json:
        answer = total.as_json() | {"unreadable_files": unread}
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        typer.echo(
            f"{total.stored} posts and {total.comments_stored} comments stored, {total.already} known already, "
            f"{len(total.rejected)} set aside"
        )
    for file, item in total.rejected[:SHOWN]:
        typer.echo(f"{file}: {item.where}: {item.reason}", err=True)
    if len(total.rejected) > SHOWN:
        typer.echo(f"… and {len(total.rejected) - SHOWN} more; all are kept in the store", err=True)
    for file, reason in unread.items():
        typer.echo(f"{file}: {reason.removeprefix(f'{file}: ')}", err=True)
    if unread:
        raise typer.Exit(Exit.FAILURE if len(unread) == len(files) else Exit.DEGRADED)
