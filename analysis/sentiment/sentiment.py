"""Does a text speak well or badly? Negative, neutral or positive, with a calibrated polarity.

A text is the set of its n-grams (one to three characters, `[表情]` and emoji among them). What each is worth to
negative and to positive is added up and divided by the length of their rarity vector, as TF-IDF with unit length does;
a softmax with a fitted sureness turns the sums into probabilities. Polarity is P(positive) - P(negative).

All sums are of whole numbers, so a text reads the same alone, in any batch and on any machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.sentiment.characters import read_characters, telling
from analysis.sentiment.ngrams import hash_ngrams
from analysis.sentiment.weights import SLOT_BITS, Weights, read_weights, slots

Label = Literal["negative", "neutral", "positive"]
LABELS: tuple[Label, Label, Label] = ("negative", "neutral", "positive")
LEAST = 0.001  # of the polarity of what is not neutral: stores count in thousandths
_CHARACTERS_AT_ONCE = 200_000
_REASONS = 8
_CODE = "1"  # to be raised when the code reads the same weights differently

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says. `probabilities`: of negative, neutral, positive; None where nothing can be told."""

    probabilities: tuple[float, float, float] | None

    @property
    def label(self) -> Label | None:
        if self.probabilities is None:
            return None
        return LABELS[max(range(3), key=self.probabilities.__getitem__)]

    @property
    def balance(self) -> float | None:
        """P(positive) - P(negative), -1 … +1, whatever the label."""
        if self.probabilities is None:
            return None
        negative, _, positive = self.probabilities
        return round(positive - negative, 4)

    @property
    def polarity(self) -> float | None:
        """The balance; 0 where the text reads neutral, so that its sign is its label."""
        balance, label = self.balance, self.label
        if balance is None or label == "neutral":
            return balance and 0.0
        return min(balance, -LEAST) if label == "negative" else max(balance, LEAST)


class _Found(NamedTuple):
    """The distinct known n-grams of a batch, by text."""

    row: Indices
    which: Indices  # index into the weights
    told: npt.NDArray[np.bool_]  # per text: does it hold anything that can tell?


class Sentiment:
    def __init__(self, weights: Weights | None = None) -> None:
        """`weights`: a model of one's own in place of the shipped one."""
        self._weights = weights = weights or read_weights()
        self.version = f"{weights.version}-{_CODE}"
        self._at = np.full(1 << SLOT_BITS, -1, np.int32)
        self._at[slots(weights.keys)] = np.arange(len(weights.keys), dtype=np.int32)
        self._keys = np.append(weights.keys, np.uint32(0))  # the last: of slots that hold nothing
        self._worth = weights.worth.astype(np.int64)
        self._squares = weights.rarity.astype(np.int64) ** 2
        self._read([""])  # makes the tables of characters now, not with the first posts

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading per text, in order; raw posts or normal forms."""
        readings: list[Reading] = []
        begin = size = 0
        for index, text in enumerate(texts):
            size += len(text) + 3
            if size > _CHARACTERS_AT_ONCE or index + 1 == len(texts):
                readings += self._read(texts[begin : index + 1])
                begin, size = index + 1, 0
        return readings

    def reasons(self, text: str) -> tuple[tuple[str, float], ...]:
        """The n-grams that weigh most for positive (above 0) or negative, and what each adds; strongest first."""
        characters = read_characters([text])
        seen: dict[int, str] = {}
        for n, hashes in enumerate(hash_ngrams(characters), start=1):
            for place, which in enumerate(self._look_up(hashes)):
                if which >= 0:
                    seen.setdefault(int(which), "".join(map(chr, characters.codes[place : place + n])))
        if not seen:
            return ()
        at = np.array(list(seen))
        difference = (self._worth[at, 1] - self._worth[at, 0]) * self._unit(int(self._squares[at].sum()))
        added = sorted(zip(seen.values(), difference.tolist(), strict=True), key=lambda pair: (-abs(pair[1]), pair[0]))
        return tuple((ngram, round(value, 2)) for ngram, value in added if ngram.strip())[:_REASONS]

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        found = self._find(texts)
        edges = np.searchsorted(found.row, np.arange(len(texts) + 1))
        sums = [_sums(values, edges) for values in (*self._worth[found.which].T, self._squares[found.which])]
        return [
            Reading(self._softmax(negative, positive, size) if told and size else None)
            for negative, positive, size, told in zip(*sums, found.told.tolist(), strict=True)
        ]

    def _find(self, texts: Sequence[str]) -> _Found:
        characters = read_characters(texts)
        told = np.zeros(len(texts), np.bool_)
        pairs = []
        for n, hashes in enumerate(hash_ngrams(characters)):
            which = self._look_up(hashes)
            known = np.flatnonzero(which >= 0)
            if n == 0:
                told[characters.row[known[telling()[characters.codes[known]]]]] = True
            pairs.append(characters.row[known] * (1 << 32) + which[known])
        once = np.concatenate(pairs)
        once.sort()
        once = once[np.diff(once, prepend=-1) != 0]
        return _Found(once >> 32, once & 0xFFFFFFFF, told)

    def _look_up(self, hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
        """Index into the weights, -1 for what the model does not know."""
        at = self._at[slots(hashes)]
        at[self._keys[at] != hashes] = -1
        return at

    def _unit(self, size: int) -> float:
        weights = self._weights
        return weights.worth_unit / (sqrt(size) * weights.rarity_unit) * weights.sureness

    def _softmax(self, negative: int, positive: int, size: int) -> tuple[float, float, float]:
        unit, (bias_n, bias_p) = self._unit(size), self._weights.bias
        a, b = negative * unit + bias_n, positive * unit + bias_p
        top = max(a, b, 0.0)
        n, o, p = exp(a - top), exp(-top), exp(b - top)
        whole = n + o + p
        return n / whole, o / whole, p / whole


def _sums(values: Indices, edges: Indices) -> list[int]:
    """The sum of values between each two edges."""
    totals: list[int] = np.diff(np.concatenate(([0], np.cumsum(values)))[edges]).tolist()
    return totals
