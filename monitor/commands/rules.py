"""`monitor rules`: the rules tried on series that somebody wrote."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.shared_options import Json
from monitor.exit_codes import Exit

app = typer.Typer(no_args_is_help=True, help="Rules tried on series that you write.")


@app.callback()
def rules() -> None:
    """Rules tried on series that you write."""


@app.command("test")
def try_rules(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="TOML files with tables [[tests]].")],
    as_json: Json = False,
) -> None:
    """Judge series that are written as text, and compare with the transitions and verdicts that are expected.

    Exit 1: some test does not hold; 78: a file is wrong. docs/backtesting.md tells the format.

    Example: monitor rules test rules.test.toml
    """
    from monitor.config import ConfigError
    from monitor.rule_tests.cases import read_cases
    from monitor.rule_tests.run import run

    try:
        read = [read_cases(path, os.environ) for path in files]
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.CONFIG) from None
    outcomes = [(cases.file, outcome) for cases in read for outcome in run(cases)]
    wrong = sum(not outcome.holds for _, outcome in outcomes)
    if as_json:
        told = [
            {
                "file": file,
                "line": each.case.line,
                "test": each.case.name,
                "holds": each.holds,
                "differences": each.differences,
            }
            for file, each in outcomes
        ]
        typer.echo(json.dumps({"tests": told, "failed": wrong}, ensure_ascii=False))
    else:
        for file, each in outcomes:
            typer.echo(f"{'ok  ' if each.holds else 'FAIL'} {file}:{each.case.line} {each.case.name}")
            for line in each.differences:
                typer.echo(f"     {line}")
        count = f"{len(outcomes)} test" + ("" if len(outcomes) == 1 else "s")
        typer.echo(f"{count}, {wrong} failed" if wrong else f"{count}, all hold")
    if wrong:
        raise typer.Exit(Exit.FAILURE)
