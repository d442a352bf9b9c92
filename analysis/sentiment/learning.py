"""From labelled posts to weights: softmax regression on TF-IDF n-grams, whose weights lean on word vectors.

The weight of an n-gram is its own, learned from the posts it stands in, plus a linear function of its word vector, the
same for all words: a word that no post holds gets the weight that words like it have. Both are learned together (Adam,
Kingma and Ba 2015, the rate falling to 0) and added up at the end, so that reading costs nothing more. Posts of tables
with two classes teach negative against positive only. The sureness (temperature scaling, Guo et al. 2017) is fitted on
posts that were held out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from analysis.sentiment.adam import Adam
from analysis.sentiment.embeddings import Embeddings
from analysis.sentiment.sentiment import LABELS, Label
from analysis.sentiment.tables import key
from analysis.sentiment.vocabulary import Grams, Vocabulary, make_vocabulary
from analysis.sentiment.weights import Weights

_BATCH, _EPOCHS, _RATE, _VECTOR_RATE = 256, 2, 0.03, 0.003
_SEEDS = (1, 2, 3)  # the weights of as many runs are averaged
_HELD_OUT = 10  # one post in so many is held out to fit the sureness
_RAREST = 255  # of what one byte holds

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    label: Label
    text: str
    two_classes: bool = False  # its table knows no neutral
    weight: float = 1.0


class _Lesson(NamedTuple):
    """The examples as numbers, row by row."""

    grams: Grams
    vectors: Floats  # [examples × dimensions] the word vectors of each text, added up
    label: Indices
    weight: Floats
    barred: Floats  # [examples × 3] what is added to the logits, so that a class is out of the question


class _Taught(NamedTuple):
    weights: Floats  # [vocabulary × 3]
    bias: Floats  # [3]


def learn(examples: Sequence[Example], embeddings: Embeddings | None, about: dict[str, Any]) -> Weights:
    """The weights for these examples; the same examples in the same order give the same weights."""
    known = make_vocabulary([example.text for example in examples], embeddings)
    lesson = _lesson(known, examples)
    held = np.array([crc32(key(example.text).encode()) % _HELD_OUT == 0 for example in examples])
    judged = held & (lesson.barred[:, 1] == 0) & (lesson.weight == 1)
    sureness = _sureness(_mean_of_runs(known, lesson, np.flatnonzero(~held)), lesson, np.flatnonzero(judged))
    taught = _mean_of_runs(known, lesson, np.arange(len(examples)))
    against_neutral = taught.weights[:, [0, 2]] - taught.weights[:, 1:2]
    worth = (against_neutral * known.rarity[:, None]).astype(np.float64)
    worth_unit, rarity_unit = float(np.abs(worth).max()) / 32_767, float(known.rarity.max()) / _RAREST
    negative, positive = ((taught.bias - taught.bias[1])[[0, 2]] * sureness).tolist()
    return Weights(
        keys=known.keys,
        worth=np.round(worth / worth_unit).astype(np.int16),
        rarity=np.clip(np.round(known.rarity / rarity_unit), 1, _RAREST).astype(np.uint8),
        worth_unit=worth_unit,
        rarity_unit=rarity_unit,
        bias=(negative, positive),
        sureness=sureness,
        about=about,
    )


def _lesson(known: Vocabulary, examples: Sequence[Example]) -> _Lesson:
    grams = known.grams([example.text for example in examples])
    out = np.float32(-1e4)
    return _Lesson(
        grams=grams,
        vectors=known.sum_vectors(grams),
        label=np.array([LABELS.index(example.label) for example in examples]),
        weight=np.array([example.weight for example in examples], np.float32),
        barred=np.array([[0, out if example.two_classes else 0, 0] for example in examples], np.float32),
    )


def _mean_of_runs(known: Vocabulary, lesson: _Lesson, rows: Indices) -> _Taught:
    runs = [_run(known, lesson, rows, seed) for seed in _SEEDS]
    return _Taught(np.mean([run.weights for run in runs], axis=0), np.mean([run.bias for run in runs], axis=0))


def _run(known: Vocabulary, lesson: _Lesson, rows: Indices, seed: int) -> _Taught:
    own, shared, bias = (np.zeros((size, 3), np.float32) for size in (len(known.keys), known.vectors.shape[1], 1))
    learners = [(Adam(own), _RATE), (Adam(shared), _VECTOR_RATE), (Adam(bias), _RATE)]
    dice = np.random.default_rng(seed)
    steps, step = _EPOCHS * -(-len(rows) // _BATCH), 0
    for _ in range(_EPOCHS):
        order = dice.permutation(rows)
        for begin in range(0, len(order), _BATCH):
            part = order[begin : begin + _BATCH]
            grams = lesson.grams.of(part)
            logits = grams.times(own) + lesson.vectors[part] @ shared + bias + lesson.barred[part]
            slope = _softmax(logits)
            slope[np.arange(len(part)), lesson.label[part]] -= 1
            slope *= lesson.weight[part, None] / len(part)
            slopes = (grams.spread(slope, len(own)), lesson.vectors[part].T @ slope, slope.sum(axis=0, keepdims=True))
            for (learner, rate), gradient in zip(learners, slopes, strict=True):
                learner.step(gradient, rate * (1 - step / steps))
            step += 1
    return _Taught(own + known.vectors @ shared, bias[0])


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _sureness(taught: _Taught, lesson: _Lesson, rows: Indices) -> float:
    """The factor on the logits under which these posts are least surprising; 1 where there are none."""
    if not len(rows):
        return 1.0
    logits = lesson.grams.of(rows).times(taught.weights) + taught.bias
    right = (np.arange(len(rows)), lesson.label[rows])
    factors = np.geomspace(0.2, 3.0, 120).tolist()
    return float(max(factors, key=lambda factor: float(np.log(_softmax(logits * factor)[right] + 1e-12).sum())))
