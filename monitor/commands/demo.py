"""`monitor demo`: the tea morning, from the first page fetched to the digest, on this machine and offline."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.shared_options import Json, told_in_one_line


class Story(StrEnum):
    TEA_MORNING = "tea-morning"
    NO_OUTAGE = "no-outage"
    NO_REPAIR = "no-repair"
    OUTAGE_FIRST = "outage-first"


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where its data goes; made anew by each run.")] = Path(
        "demo-data"
    ),
    scenario: Annotated[Story, typer.Option("--scenario", help="What happens.")] = Story.TEA_MORNING,
    seed: Annotated[int, typer.Option("--seed", help="Another seed makes other posts of the same story.")] = 7,
    scale: Annotated[
        float, typer.Option("--scale", min=0.01, max=1.0, help="Thins the posts: 0.2 is a fifth of them.")
    ] = 1.0,
    as_json: Json = False,
) -> None:
    """Run the service against a local stand-in for Weibo and WeChat on a fast clock, and tell what happened.

    Two quiet weeks and the launch day of a tea campaign, some 60,000 posts: surge, outage, repair. About 2 minutes.

    Example: monitor demo
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from monitor.demo.show import show

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with told_in_one_line(), Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("starting the stand-in platforms", total=1.0)

        def progress(told: str, share: float) -> None:
            bar.update(task, description=told, completed=share)

        told = show(folder, scenario.value, seed=seed, scale=scale, progress=progress)
    typer.echo(json.dumps(told.as_json(), ensure_ascii=False) if as_json else told.as_text())
