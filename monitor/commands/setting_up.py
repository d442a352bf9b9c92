"""`monitor init`: a commented configuration to start from."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.shared_options import told_in_one_line
from monitor.exit_codes import Exit


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("config.toml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a commented config.toml that runs without any credential.

    Example: monitor init
    """
    from monitor.config import default_text

    if path.exists() and not force:
        typer.echo(f"{path} is there already; --force overwrites it", err=True)
        raise typer.Exit(Exit.USAGE)
    with told_in_one_line():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(default_text(), encoding="utf-8")
    typer.echo(f"wrote {path}: edit its topics, then `monitor run --config {path}`", err=True)
