"""`python -m benchmarks.sentiment TABLE…`: how well and how fast the sentiment model reads labelled posts.

Tables hold `label<TAB>text`, plain or .xz. Posts of --exclude (what the model was trained on) are not scored, nor a
post that stands twice. Speed is posts per second of process CPU time on one thread, cleaning included, best of three.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.sentiment.evaluation import PRECISE, Evaluation, evaluate
from analysis.sentiment.sentiment import Sentiment
from analysis.sentiment.tables import BadTable, Labelled, distinct, key, read_table
from analysis.sentiment.weights import SHIPPED, BadModel, read_weights

_BATCH, _TIMED, _ALONE, _REPEATS = 1000, 8000, 500, 3


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        model = Sentiment(read_weights(asked.model))
        seen = {key(row.text) for path in asked.exclude for row in read_table(path)}
        tables = {path: distinct(read_table(path), set(seen)) for path in asked.tables}
    except (BadTable, BadModel, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    print(f"model {model.version}, {asked.model.stat().st_size / 1e6:.2f} MB")  # noqa: T201
    for path, rows in tables.items():
        print(*_told(path, rows, evaluate(rows, model.read([row.text for row in rows]))), sep="\n")  # noqa: T201
    texts = [row.text for rows in tables.values() for row in rows]
    print(*_speed(model, (texts * (1 + _TIMED // len(texts)))[:_TIMED]), sep="\n")  # noqa: T201
    return 0


def _told(path: Path, rows: Sequence[Labelled], found: Evaluation) -> list[str]:
    bins = "  ".join(f"{each.probability:.2f}→{each.accuracy:.2f} ({each.posts})" for each in found.reliability)
    recall = found.negative_recall_when_precise
    lines = [
        f"{path.name}: {len(rows):,} posts, nothing told of {found.untold}",
        f"  accuracy {found.accuracy:.3f}   macro-F1 {found.macro_f1:.3f}",
        f"  expected calibration error {found.calibration_error:.3f}   sure→right (posts): {bins}",
        *(
            f"  {label}: precision {quality.precision or 0:.3f} recall {quality.recall:.3f} F1 {quality.f1:.3f}"
            for label, quality in found.classes.items()
        ),
    ]
    if recall is not None:
        lines.append(f"  recall of negative at precision {PRECISE} or more: {recall:.3f}")
    return lines


def _speed(model: Sentiment, texts: Sequence[str]) -> list[str]:
    def rate(posts: int, work: Callable[[], object]) -> float:
        best = 0.0
        for _ in range(_REPEATS):
            began = time.process_time()
            work()
            best = max(best, posts / max(time.process_time() - began, 1e-9))
        return best

    batches = [texts[begin : begin + _BATCH] for begin in range(0, len(texts), _BATCH)]
    together = rate(len(texts), lambda: [model.read(batch) for batch in batches])
    alone = rate(_ALONE, lambda: [model.read([text]) for text in texts[:_ALONE]])
    length = sum(map(len, texts)) / len(texts)
    return [
        f"posts/s on one thread: {together:,.0f} in batches of {_BATCH:,}, {alone:,.0f} alone ({length:.0f} characters)"
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sentiment",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("tables", nargs="+", type=Path, metavar="TABLE")
    parser.add_argument("--exclude", nargs="+", type=Path, default=[], metavar="TABLE")
    parser.add_argument("--model", type=Path, default=SHIPPED, metavar="FILE", help="default: the shipped model")
    return parser


if __name__ == "__main__":
    sys.exit(main())
