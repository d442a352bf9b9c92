"""`monitor sentiment`: how well the model reads the user's own posts."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.commands.shared_options import Json, told_in_one_line
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from analysis.sentiment.evaluation import Evaluation

app = typer.Typer(no_args_is_help=True, help="The sentiment model against labels of your own.")


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Lines of label<TAB>text, UTF-8, plain or .xz.")],
    as_json: Json = False,
) -> None:
    """Read labelled posts with the model that `monitor run` uses, and tell how often it is right.

    Labels: negative, neutral, positive (or 0 and 1, 负面 中性 正面, or emotions). A post that stands twice counts once.

    Example: monitor sentiment evaluate labelled.tsv
    """
    from analysis.sentiment.evaluation import evaluate as evaluated
    from analysis.sentiment.sentiment import Sentiment
    from analysis.sentiment.tables import BadTable, distinct, read_table

    model = Sentiment()
    try:
        with told_in_one_line():
            rows = distinct(read_table(file), set())
    except BadTable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.FAILURE) from None
    evaluation = evaluated(rows, model.read([row.text for row in rows]))
    if as_json:
        typer.echo(json.dumps({"model": model.version, **asdict(evaluation)}, ensure_ascii=False))
        return
    typer.echo(f"model {model.version}")
    for line in told(evaluation):
        typer.echo(line)


def told(evaluation: "Evaluation") -> Iterator[str]:
    yield f"posts {evaluation.posts:,}, of which nothing could be told of {evaluation.untold:,}"
    yield f"accuracy {evaluation.accuracy:.3f}, macro-F1 {evaluation.macro_f1:.3f}"
    yield f"expected calibration error {evaluation.calibration_error:.3f}"
    yield ""
    yield f"{'labelled':<10}{'posts':>8}{'precision':>11}{'recall':>8}{'F1':>7}   read as negative / neutral / positive"
    for label, quality in evaluation.classes.items():
        precision = "-" if quality.precision is None else f"{quality.precision:.3f}"
        read = " / ".join(f"{count:,}" for count in evaluation.confusion[label].values())
        yield f"{label:<10}{quality.posts:>8,}{precision:>11}{quality.recall:>8.3f}{quality.f1:>7.3f}   {read}"
    yield ""
    yield "how sure the model was, and how often it was right:"
    for each in evaluation.reliability:
        yield f"  {each.probability:.2f} sure   {each.accuracy:.2f} right   {each.posts:>7,} posts"
