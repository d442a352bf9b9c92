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
_TEXTS_AT_ONCE = 1 << (32 - SLOT_BITS)  # a text and a slot together are one number of 32 bits
_REST = np.uint32((1 << (32 - SLOT_BITS)) - 1)
_EMPTY = 0xFFFF
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
        return LABELS[self.probabilities.index(max(self.probabilities))]

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
    """The distinct known n-grams of a batch, text by text: those of text i stand at edges[i] up to edges[i + 1]."""

    slots: npt.NDArray[np.uint32]
    edges: Indices
    told: npt.NDArray[np.bool_]  # per text: does it hold anything that can tell?


class Sentiment:
    def __init__(self, weights: Weights | None = None) -> None:
        """`weights`: a model of one's own in place of the shipped one."""
        self._weights = weights = weights or read_weights()
        self.version = f"{weights.version}-{_CODE}"
        places = slots(weights.keys)
        # Of each slot's n-gram the bits that the slot does not tell: half the size of whole hashes, so sooner read
        self._rest = np.full(1 << SLOT_BITS, _EMPTY, np.uint16)
        self._rest[places] = weights.keys & _REST
        worth = np.zeros((1 << SLOT_BITS, 4), np.int16)  # to negative, to positive, and the rarity
        worth[places, :2], worth[places, 2] = weights.worth, weights.rarity
        self._worth = worth.view(np.int64).ravel()  # four in one: what is read together lies together
        self._read([""])  # makes the tables of characters now, not with the first posts

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading per text, in order; raw posts or normal forms."""
        readings: list[Reading] = []
        begin = size = 0
        for index, text in enumerate(texts):
            size += len(text) + 3
            full = size > _CHARACTERS_AT_ONCE or index + 1 - begin == _TEXTS_AT_ONCE
            if full or index + 1 == len(texts):
                readings += self._read(texts[begin : index + 1])
                begin, size = index + 1, 0
        return readings

    def reasons(self, text: str) -> tuple[tuple[str, float], ...]:
        """The n-grams that weigh most for positive (above 0) or negative, and what each adds; strongest first."""
        characters = read_characters([text])
        seen: dict[int, str] = {}
        for n, hashes in enumerate(hash_ngrams(characters), start=1):
            for place in self._known(hashes).tolist():
                ngram = "".join(map(chr, characters.codes[place : place + n]))
                seen.setdefault(int(slots(hashes[place : place + 1])[0]), ngram)
        if not seen:
            return ()
        worth = self._worth_of(np.array(list(seen), np.uint32))
        difference = (worth[:, 1] - worth[:, 0]) * self._unit(int(worth[:, 2].sum()))
        added = sorted(zip(seen.values(), difference.tolist(), strict=True), key=lambda pair: (-abs(pair[1]), pair[0]))
        return tuple((ngram, round(value, 2)) for ngram, value in added if ngram.strip())[:_REASONS]

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        found = self._find(texts)
        worth = np.append(self._worth_of(found.slots), np.zeros((1, 3), np.int64), axis=0)
        sums = np.add.reduceat(worth, found.edges[:-1], axis=0)
        sums[np.diff(found.edges) == 0] = 0
        return [
            Reading(self._softmax(negative, positive, size) if told and size else None)
            for (negative, positive, size), told in zip(sums.tolist(), found.told.tolist(), strict=True)
        ]

    def _find(self, texts: Sequence[str]) -> _Found:
        characters = read_characters(texts)
        told = np.zeros(len(texts), np.bool_)
        rows = characters.row.astype(np.uint32) << np.uint32(SLOT_BITS)
        pairs = []
        for n, hashes in enumerate(hash_ngrams(characters)):
            known = self._known(hashes)
            if n == 0:
                told[characters.row[known[telling()[characters.codes[known]]]]] = True
            pairs.append(rows[known] | slots(hashes[known]))
        once = np.concatenate(pairs)
        once.sort()
        once = once[np.append(True, once[1:] != once[:-1])[: len(once)]]
        begins = np.searchsorted(once, np.arange(len(texts), dtype=np.uint32) << np.uint32(SLOT_BITS))
        return _Found(once & np.uint32((1 << SLOT_BITS) - 1), np.append(begins, len(once)), told)

    def _known(self, hashes: npt.NDArray[np.uint32]) -> Indices:
        """The places of the n-grams that have a weight."""
        return np.flatnonzero(self._rest.take(slots(hashes)) == hashes & _REST)

    def _worth_of(self, places: npt.NDArray[np.uint32]) -> Indices:
        """[slots × 3] what each is worth to negative and to positive, and the square of its rarity."""
        worth = self._worth.take(places).view(np.int16).reshape(-1, 4)[:, :3].astype(np.int64)
        worth[:, 2] **= 2
        return worth

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
