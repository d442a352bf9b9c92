"""Which n-grams a model knows, how rare each is, and texts as the TF-IDF values of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.sentiment.characters import read_characters
from analysis.sentiment.embeddings import LONGEST_WORD, Embeddings
from analysis.sentiment.ngrams import LONGEST, hash_ngrams
from analysis.sentiment.weights import slots

_SUPPORT = 2  # posts that must hold an n-gram
_AT_ONCE = 1000

Floats = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grams:
    """The vocabulary entries of texts, text by text: those of text i stand at edges[i] up to edges[i + 1]."""

    which: Indices
    values: Floats  # of unit length together, text by text
    edges: Indices

    def of(self, rows: Indices) -> "Grams":
        """Those of some texts."""
        sizes = self.edges[rows + 1] - self.edges[rows]
        edges = np.concatenate(([0], np.cumsum(sizes)))
        at = np.arange(edges[-1]) + np.repeat(self.edges[rows] - edges[:-1], sizes)
        return Grams(self.which[at], self.values[at], edges)

    def times(self, weights: Floats) -> Floats:
        """[texts × columns] the weights of each text's entries, times their values, added up."""
        row = self._row()
        columns = (np.bincount(row, self.values * column[self.which], len(self.edges) - 1) for column in weights.T)
        return np.stack([column.astype(np.float32) for column in columns], axis=1)

    def spread(self, slope: Floats, entries: int) -> Floats:
        """[entries × columns] what a slope of the sums is for the weights: `times` the other way."""
        row = self._row()
        columns = (np.bincount(self.which, self.values * column[row], entries) for column in slope.T)
        return np.stack([column.astype(np.float32) for column in columns], axis=1)

    def _row(self) -> Indices:
        return np.repeat(np.arange(len(self.edges) - 1), np.diff(self.edges))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    keys: Hashes  # ascending, no two in one slot
    rarity: Floats  # inverse document frequency, 1 or more
    vectors: Floats  # [entries × dimensions]; 0 for what has none

    def grams(self, texts: Sequence[str]) -> Grams:
        which, values = [], []
        for hashes in _distinct_hashes(texts):
            at = np.minimum(np.searchsorted(self.keys, hashes), len(self.keys) - 1)
            known = at[self.keys[at] == hashes]
            rarity = self.rarity[known]
            which.append(known.astype(np.int64))
            values.append(rarity / max(float(np.sqrt(rarity @ rarity)), 1e-6))
        edges = np.cumsum([0, *map(len, which)])
        return Grams(np.concatenate(which), np.concatenate(values).astype(np.float32), edges)

    def sum_vectors(self, grams: Grams) -> Floats:
        """[texts × dimensions] the vectors of each text's entries, times their values, added up."""
        sums = np.zeros((len(grams.edges) - 1, self.vectors.shape[1]), np.float32)
        for begin in range(0, len(sums), _AT_ONCE):
            rows = np.arange(begin, min(begin + _AT_ONCE, len(sums)))
            part = grams.of(rows)
            weighted = np.concatenate((self.vectors[part.which] * part.values[:, None], np.zeros_like(sums[:1])))
            sums[rows] = np.where(np.diff(part.edges)[:, None] > 0, np.add.reduceat(weighted, part.edges[:-1]), 0)
        return sums


def make_vocabulary(texts: Sequence[str], embeddings: Embeddings | None) -> Vocabulary:
    """The n-grams that enough texts hold, and all words that have a vector."""
    keys, posts = np.unique(np.concatenate(_distinct_hashes(texts)), return_counts=True)
    keys, posts = keys[posts >= _SUPPORT], posts[posts >= _SUPPORT]
    words = _word_hashes(embeddings.words) if embeddings else np.zeros(0, np.uint32)
    joined = np.union1d(keys, words)
    count = np.full(len(joined), _SUPPORT)
    count[np.searchsorted(joined, keys)] = posts
    first = np.lexsort((-count, slots(joined)))  # of two in one slot of the table the more frequent stays
    kept = np.sort(first[np.diff(slots(joined)[first].astype(np.int64), prepend=-1) > 0])
    joined, count = joined[kept], count[kept]
    vectors = np.zeros((len(joined), embeddings.vectors.shape[1] if embeddings else 1), np.float32)
    if embeddings:
        at = np.minimum(np.searchsorted(joined, words), len(joined) - 1)
        there = joined[at] == words
        vectors[at[there]] = embeddings.vectors[there]
    return Vocabulary(joined, (np.log(len(texts) / count) + 1).astype(np.float32), vectors)


def _distinct_hashes(texts: Sequence[str]) -> list[Hashes]:
    """Of each text the hashes of its n-grams, ascending."""
    found: list[Hashes] = []
    for begin in range(0, len(texts), _AT_ONCE):
        part = texts[begin : begin + _AT_ONCE]
        characters = read_characters(part)
        pairs = np.unique(np.concatenate([characters.row * (1 << 32) + hashes for hashes in hash_ngrams(characters)]))
        pairs = pairs[pairs & 0xFFFFFFFF != 0]
        edges = np.searchsorted(pairs >> 32, np.arange(1, len(part)))
        found += [row.astype(np.uint32) for row in np.split(pairs & 0xFFFFFFFF, edges)]
    return found


def _word_hashes(words: Sequence[str]) -> Hashes:
    """Of whole words. Each is a text of its own: two signs, then the word."""
    characters = read_characters(words)
    begins = np.flatnonzero(characters.codes == 0) + 2
    by_length = hash_ngrams(characters)
    return np.array([by_length[len(word) - 1][at] for word, at in zip(words, begins, strict=True)], np.uint32)


assert LONGEST_WORD <= LONGEST
