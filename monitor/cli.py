"""The command `monitor`. Heavy parts are imported where they are used: `--help` must be quick."""

import logging
import sys

import typer

from monitor.commands import attach

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Watches Chinese social media for a brand. "
    "Start with `monitor demo`, or with `monitor init` and `monitor run`.",
    epilog="Exit codes: 0 ok, 1 failure, 2 usage, 3 finished with degraded sources, 4 alerts firing, "
    "69 source unreachable, 75 try again later, 78 bad configuration.",
)
attach(app)


def main() -> None:
    """Entry point of the console script."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    app()
