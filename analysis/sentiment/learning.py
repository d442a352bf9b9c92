"""From labelled posts to weights: softmax regression on TF-IDF n-grams, whose weights lean on word vectors.

The weight of an n-gram is its own, learned from the posts it stands in, plus a linear function of its word vector, the
same for all words: a word that no post holds gets the weight that words like it have. Both are learned together (Adam,
learning rate falling to 0) and added up at the end, so that reading costs nothing more. Posts of tables with two
classes teach negative against positive only. The sureness is fitted on posts that were held out.

Needs PyTorch: `pip install "trend-monitor[training]"`. Reading a text does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from analysis.sentiment.characters import read_characters
from analysis.sentiment.embeddings import Embeddings
from analysis.sentiment.ngrams import LONGEST, hash_ngrams
from analysis.sentiment.sentiment import LABELS, Label
from analysis.sentiment.tables import key
from analysis.sentiment.weights import Weights, slots

_BATCH, _EPOCHS, _RATE, _VECTOR_RATE = 256, 2, 0.03, 0.003
_SEEDS = (1, 2, 3)  # the weights of as many runs are averaged
_SUPPORT = 2  # posts that must hold an n-gram
_HELD_OUT = 10  # one post in so many is held out to fit the sureness
_RAREST, _COMMONEST = 255, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    label: Label
    text: str
    two_classes: bool = False  # its table knows no neutral
    weight: float = 1.0


class Grams(NamedTuple):
    """Which vocabulary entries each text holds, text by text."""

    which: torch.Tensor
    edges: torch.Tensor
    values: torch.Tensor


@dataclass(slots=True)
class Vocabulary:
    keys: npt.NDArray[np.uint32]  # ascending
    rarity: npt.NDArray[np.float32]
    vectors: torch.Tensor
    dimensions: int = field(init=False)

    def __post_init__(self) -> None:
        self.dimensions = self.vectors.shape[1]

    def grams(self, texts: Sequence[str]) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
        """Per text: entries, and their TF-IDF values, of unit length together."""
        read = []
        for hashes in distinct_hashes(texts):
            at = np.minimum(np.searchsorted(self.keys, hashes), len(self.keys) - 1)
            which = at[self.keys[at] == hashes]
            rarity = self.rarity[which]
            read.append((which.astype(np.int64), rarity / max(float(np.sqrt(rarity @ rarity)), 1e-6)))
        return read


def distinct_hashes(texts: Sequence[str]) -> list[npt.NDArray[np.uint32]]:
    found = []
    for begin in range(0, len(texts), 1000):
        part = texts[begin : begin + 1000]
        characters = read_characters(part)
        pairs = np.unique(np.concatenate([characters.row * (1 << 32) + h for h in hash_ngrams(characters)]))
        pairs = pairs[pairs & 0xFFFFFFFF != 0]
        edges = np.searchsorted(pairs >> 32, np.arange(1, len(part)))
        found += [row.astype(np.uint32) for row in np.split(pairs & 0xFFFFFFFF, edges)]
    return found


def vocabulary(examples: Sequence[Example], embeddings: Embeddings | None) -> Vocabulary:
    """The n-grams of enough posts, and all words that have a vector."""
    keys, posts = np.unique(np.concatenate(distinct_hashes([e.text for e in examples])), return_counts=True)
    keys, posts = keys[posts >= _SUPPORT], posts[posts >= _SUPPORT]
    words = np.array([_hash(word) for word in embeddings.words] if embeddings else [], np.uint32)
    joined = np.union1d(keys, words)
    count = np.full(len(joined), _SUPPORT)
    count[np.searchsorted(joined, keys)] = posts
    # of two in one slot of the table the more frequent stays
    order = np.lexsort((-count, slots(joined)))
    first = np.r_[True, np.diff(slots(joined)[order].astype(np.int64)) > 0]
    kept = np.sort(order[first])
    joined, count = joined[kept], count[kept]
    vectors = np.zeros((len(joined), embeddings.vectors.shape[1] if embeddings else 1), np.float32)
    if embeddings:
        at = np.minimum(np.searchsorted(joined, words), len(joined) - 1)
        known = joined[at] == words
        vectors[at[known]] = embeddings.vectors[known]
    rarity = (np.log(len(examples) / count) + 1).astype(np.float32)
    return Vocabulary(joined, rarity, torch.from_numpy(vectors))


def learn(examples: Sequence[Example], embeddings: Embeddings | None, about: dict[str, Any]) -> Weights:
    """The weights for these examples; the same examples in the same order give the same weights."""
    torch.use_deterministic_algorithms(mode=True)
    torch.set_num_threads(1)
    known = vocabulary(examples, embeddings)
    grams = known.grams([example.text for example in examples])
    held = np.array([crc32(key(example.text).encode()) % _HELD_OUT == 0 for example in examples])
    taught = _mean([_run(known, examples, grams, np.flatnonzero(~held), seed) for seed in _SEEDS])
    sureness = _sureness(taught, examples, grams, np.flatnonzero(held))
    weight, bias = _mean([_run(known, examples, grams, np.arange(len(examples)), seed) for seed in _SEEDS])
    worth = ((weight - weight[:, 1:2])[:, [0, 2]] * known.rarity[:, None]).astype(np.float64)
    worth_unit, rarity_unit = float(np.abs(worth).max()) / 32_767, float(known.rarity.max()) / _RAREST
    against = (bias - bias[1])[[0, 2]] * sureness
    return Weights(
        keys=known.keys,
        worth=np.round(worth / worth_unit).astype(np.int16),
        rarity=np.clip(np.round(known.rarity / rarity_unit), _COMMONEST, _RAREST).astype(np.uint8),
        worth_unit=worth_unit,
        rarity_unit=rarity_unit,
        bias=(float(against[0]), float(against[1])),
        sureness=sureness,
        about=about,
    )


_Taught = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]  # weights [entries × 3], bias [3]
_Read = list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]


def _run(
    known: Vocabulary, examples: Sequence[Example], grams: _Read, rows: npt.NDArray[np.int64], seed: int
) -> _Taught:
    own = torch.zeros(len(known.keys), 3, requires_grad=True)
    shared = torch.zeros(known.dimensions, 3, requires_grad=True)
    bias = torch.zeros(3, requires_grad=True)
    optimiser = torch.optim.Adam([{"params": [own, bias], "lr": _RATE}, {"params": [shared], "lr": _VECTOR_RATE}])
    falling = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: 1 - step / (_EPOCHS * (len(rows) // _BATCH + 1))
    )
    label = torch.tensor([LABELS.index(example.label) for example in examples])
    weight = torch.tensor([example.weight for example in examples])
    barred = torch.tensor([[0.0, -1e4 if example.two_classes else 0.0, 0.0] for example in examples])
    dice = np.random.default_rng(seed)
    for _ in range(_EPOCHS):
        order = dice.permutation(rows)
        for begin in range(0, len(order), _BATCH):
            part = order[begin : begin + _BATCH]
            which, edges, values = _bag(grams, part)
            logits = functional.embedding_bag(which, own, edges, mode="sum", per_sample_weights=values)
            vector = functional.embedding_bag(which, known.vectors, edges, mode="sum", per_sample_weights=values)
            logits = logits + vector @ shared + bias + barred[part]
            loss = (functional.cross_entropy(logits, label[part], reduction="none") * weight[part]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            falling.step()
    with torch.no_grad():
        return (own + known.vectors @ shared).numpy(), bias.numpy()


def _bag(grams: _Read, rows: npt.NDArray[np.int64]) -> Grams:
    read = [grams[row] for row in rows]
    sizes = [len(which) for which, _ in read]
    which, values = (np.concatenate(column) for column in zip(*read, strict=True))
    return Grams(torch.from_numpy(which), torch.tensor([0, *sizes[:-1]]).cumsum(0), torch.from_numpy(values))


def _mean(runs: Sequence[_Taught]) -> _Taught:
    weights, biases = zip(*runs, strict=True)
    return np.mean(weights, axis=0), np.mean(biases, axis=0)


def _sureness(taught: _Taught, examples: Sequence[Example], grams: _Read, rows: npt.NDArray[np.int64]) -> float:
    """The factor on the logits under which the held-out posts with three classes are least surprising."""
    rows = np.array([row for row in rows if not examples[row].two_classes and examples[row].weight == 1.0])
    if not len(rows):
        return 1.0
    weight, bias = (torch.from_numpy(part) for part in taught)
    which, edges, values = _bag(grams, rows)
    logits = functional.embedding_bag(which, weight, edges, mode="sum", per_sample_weights=values) + bias
    label = torch.tensor([LABELS.index(examples[row].label) for row in rows])
    factors = np.geomspace(0.2, 3.0, 120)
    losses = [float(functional.cross_entropy(logits * float(factor), label)) for factor in factors]
    return float(factors[int(np.argmin(losses))])


def _hash(word: str) -> int:
    """The hash of a whole word of at most three characters."""
    return int(hash_ngrams(read_characters([word]))[len(word) - 1][2])


assert LONGEST == 3
