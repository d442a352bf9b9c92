"""How often are complaints called so, and nothing else? Against labels made by hand (labels/GUIDELINE.md).

    python -m benchmarks.complaints [--show]      real texts are read from TREND_MONITOR_CORPORA

Told for posts labelled by hand, real and written (those written later, after the lexicon was tuned, were labelled
once); for hot-list titles with 崩; and for 10,000 real posts drawn by hash, whose every hit was read: what is left of
them when true complaints are taken away is about other things. `--show` prints what was got wrong, and hits that
nobody has judged yet.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpora import hot_titles, in_hash_order, key, posts
from benchmarks.judged import complaints

LABELS = Path(__file__).parent / "labels"
NONE = "-"
DRAWN = 10_000


class Labelled(NamedTuple):
    group: str  # "real", "written", "later", "titles"
    part: str  # source and stratum, for the breakdown
    text: str
    first: str
    second: str
    truth: str  # what is scored

    @property
    def half(self) -> str:
        """Only `tune` was looked at while the lexicon was tuned."""
        return "tune" if key(self.text)[-1] in "01234567" else "test"


@dataclass(slots=True)
class Score:
    hits: int = 0
    false: int = 0
    missed: int = 0
    calm: int = 0

    def add(self, truth: bool, found: bool) -> None:
        self.hits += truth and found
        self.false += found and not truth
        self.missed += truth and not found
        self.calm += not truth and not found

    def __str__(self) -> str:
        precision = self.hits / (self.hits + self.false) if self.hits + self.false else 1.0
        recall = self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        size = self.hits + self.false + self.missed + self.calm
        return (
            f"{size:>6,} texts, {self.hits + self.missed:>4} true   "
            f"precision {precision:.3f}   recall {recall:.3f}   F1 {f1:.3f}"
        )


def rows(name: str) -> list[list[str]]:
    lines = (LABELS / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def labelled() -> list[Labelled]:
    real, titles = posts(), hot_titles()
    found = [
        Labelled("real", f"{source}/{stratum}", real[each][1], first, second, truth)
        for each, source, stratum, first, second, truth in rows("real.tsv")
    ]
    found += [Labelled("written", "written", text, first, second, first) for first, second, text in rows("written.tsv")]
    found += [Labelled("later", part, text, label, label, label) for label, part, text in rows("later.tsv")]
    found += [
        Labelled("titles", stratum, titles[each], first, second, truth)
        for each, stratum, first, second, truth in rows("titles.tsv")
    ]
    return found


def kappa(pairs: Iterable[tuple[str, str]]) -> float:
    """Cohen's, of complaint or not."""
    both = [(first != NONE, second != NONE) for first, second in pairs]
    agreed = sum(first is second for first, second in both) / len(both)
    yes_first, yes_second = (sum(each[side] for each in both) / len(both) for side in (0, 1))
    chance = yes_first * yes_second + (1 - yes_first) * (1 - yes_second)
    return (agreed - chance) / (1 - chance)


def score(texts: Sequence[Labelled], *, show: bool) -> None:
    together = Score()
    for group in ("real", "written", "later", "titles"):
        of_group = [each for each in texts if each.group == group]
        twice = "" if group == "later" else f": kappa {kappa((e.first, e.second) for e in of_group):.3f}"
        tell(f"\n{group}{twice}")
        answers = complaints([each.text for each in of_group])
        parts: dict[str, Score] = {}
        for each, answer in zip(of_group, answers, strict=True):
            truth, found = each.truth != NONE, bool(answer)
            for part in ("all", each.half, each.part):
                parts.setdefault(part, Score()).add(truth, found)
            if group in ("real", "written"):
                together.add(truth, found)
            if show and truth is not found and (each.half == "tune" or group == "titles"):
                tell(f"    {'missed' if truth else 'false '} {each.truth:20} {','.join(answer):20} {each.text[:120]}")
        for part in sorted(parts):
            tell(f"  {part:44} {parts[part]}")
        if group != "titles":
            told = [(each.truth.split(","), answer) for each, answer in zip(of_group, answers, strict=True) if answer]
            right = sum(bool(set(truth) & set(answer)) for truth, answer in told if truth != [NONE])
            tell(f"  of true hits, {right} of {sum(t != [NONE] for t, _ in told)} name a category that was labelled")

    tell(f"\nreal and written posts together                {together}")


def score_other(*, show: bool) -> None:
    """10,000 real posts: how many of those that are no complaints are called one."""
    real = {each: text for each, (_, text) in posts().items()}
    drawn = in_hash_order(real, "other")[:DRAWN]
    verdicts: Mapping[str, str] = dict(rows("adjudicated.tsv"))
    answers = complaints([real[each] for each in drawn])
    hits = [(each, answer) for each, answer in zip(drawn, answers, strict=True) if answer]
    unread = [(each, answer) for each, answer in hits if each not in verdicts]
    true = sum(verdicts.get(each) == "complaint" for each, _ in hits)
    wrong = len(hits) - true
    tell(
        f"\n{DRAWN:,} real posts by hash: {len(hits)} hits, {true} of them complaints (read by hand), "
        f"{wrong} wrong ({len(unread)} unread among them): {wrong / (DRAWN - true):.2%} of the posts about other things"
    )
    for each, answer in hits if show else ():
        tell(f"    {each} {verdicts.get(each, '?'):10} {','.join(answer):12} {real[each][:150]}")


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.complaints", description="Complaints against labels.")
    parser.add_argument("--show", action="store_true", help="print what was got wrong")
    options = parser.parse_args()
    score(labelled(), show=options.show)
    score_other(show=options.show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
