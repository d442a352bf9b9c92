"""How well a model reads labelled posts: accuracy, F1, confusion, and whether its probabilities mean what they say.

Expected calibration error (Naeini et al. 2015): posts are put into ten bins by the probability of the label they were
given; the mean distance of that probability from the share that was right, weighted by posts. Where the table knows no
neutral posts, a neutral answer counts as the side on which its balance lies, and calibration is of the two classes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.sentiment.sentiment import LABELS, Label, Reading
from analysis.sentiment.tables import Labelled

_BINS = 10
PRECISE = 0.85
_UNTOLD = (0.0, 1.0, 0.0)  # a text of which nothing can be told counts as neutral


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Of one class. A share is None where it would be of nothing."""

    posts: int
    precision: float | None
    recall: float
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Posts whose answer had a probability in one tenth of 0 … 1."""

    posts: int
    probability: float  # mean
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    posts: int
    untold: int  # of which the model could tell nothing
    accuracy: float
    macro_f1: float  # mean over the classes of the table
    classes: dict[Label, Quality]
    confusion: dict[Label, dict[Label, int]]  # labelled → read
    calibration_error: float
    reliability: tuple[Bin, ...]
    negative_recall_when_precise: float | None  # the most negative posts found at a precision of PRECISE or more


def evaluate(rows: Sequence[Labelled], readings: Sequence[Reading]) -> Evaluation:
    """`readings` of the rows' texts, in order. At least one row."""
    known = [label for label in LABELS if any(row.label == label for row in rows)]
    two_classes = "neutral" not in known
    answers = [_answer(reading, two_classes=two_classes) for reading in readings]
    confusion: Counter[tuple[Label, Label]] = Counter((r.label, a) for r, (a, _) in zip(rows, answers, strict=True))
    classes = {label: _quality(label, confusion) for label in known}
    bins = _reliability([(answer == row.label, sure) for row, (answer, sure) in zip(rows, answers, strict=True)])
    return Evaluation(
        posts=len(rows),
        untold=sum(reading.probabilities is None for reading in readings),
        accuracy=sum(confusion[label, label] for label in known) / len(rows),
        macro_f1=sum(quality.f1 for quality in classes.values()) / len(classes),
        classes=classes,
        confusion={label: {read: confusion[label, read] for read in LABELS} for label in known},
        calibration_error=sum(each.posts * abs(each.probability - each.accuracy) for each in bins) / len(rows),
        reliability=bins,
        negative_recall_when_precise=_precise_recall(rows, readings) if "negative" in known else None,
    )


def _answer(reading: Reading, *, two_classes: bool) -> tuple[Label, float]:
    """The label, and how probable the model holds it to be."""
    negative, neutral, positive = reading.probabilities or _UNTOLD
    if not two_classes:
        return reading.label or "neutral", max(negative, neutral, positive)
    if not negative + positive:
        return "negative", 0.5
    side: Label = "positive" if positive > negative else "negative"
    return side, max(negative, positive) / (negative + positive)


def _quality(label: Label, confusion: Counter[tuple[Label, Label]]) -> Quality:
    posts = sum(count for (labelled, _), count in confusion.items() if labelled == label)
    called = sum(count for (_, read), count in confusion.items() if read == label)
    right = confusion[label, label]
    return Quality(
        posts=posts,
        precision=right / called if called else None,
        recall=right / posts,
        f1=2 * right / (posts + called),
    )


def _reliability(answers: Sequence[tuple[bool, float]]) -> tuple[Bin, ...]:
    bins: list[list[tuple[bool, float]]] = [[] for _ in range(_BINS)]
    for right, probability in answers:
        bins[min(int(probability * _BINS), _BINS - 1)].append((right, probability))
    return tuple(
        Bin(
            posts=len(each),
            probability=sum(probability for _, probability in each) / len(each),
            accuracy=sum(right for right, _ in each) / len(each),
        )
        for each in bins
        if each
    )


def _precise_recall(rows: Sequence[Labelled], readings: Sequence[Reading]) -> float | None:
    """Recall of negative at the lowest threshold on its probability whose precision is PRECISE; None: there is none."""
    ranked = sorted(
        ((reading.probabilities or _UNTOLD)[0], row.label == "negative")
        for row, reading in zip(rows, readings, strict=True)
    )
    ranked.reverse()
    found, best = 0, None
    negatives = sum(negative for _, negative in ranked)
    for place, (probability, negative) in enumerate(ranked, start=1):
        found += negative
        tied = place < len(ranked) and ranked[place][0] == probability
        if not tied and found / place >= PRECISE:
            best = found / negatives
    return best
