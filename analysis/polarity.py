"""Polarity of a text: -1 (bad) … +1 (good), or None where nothing in it tells.

`LexiconPolarity` adds up the words of two lexicons with the degree words ("太", "有点") and negations ("不", "没")
before them. It knows neither irony nor context. A trained model takes its place by the same protocol.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from analysis.lexicon import lexicon_digest, read_lexicon
from analysis.tokens import Tokenizer

LEXICONS = ("positive", "negative", "degree", "negation")
NEGATED = -0.7  # 不好 is less bad than 坏 is bad
_BEFORE = 3  # words before a polarity word that may change it
_CLAUSE_SIGNS = frozenset(",。!?;:、⋯.~ \n")

_Entry = tuple[tuple[str, ...], float]  # the words that follow the first, weight


class Words(NamedTuple):
    """The author's own words: their normal form, and all its tokens with signs and spaces."""

    normal: str
    tokens: Sequence[str]


class Polarity(Protocol):
    version: str

    def judge(self, texts: Sequence[Words]) -> list[float | None]:
        """The polarity of each text, in order."""
        ...

    def reasons(self, text: Words) -> tuple[tuple[str, float], ...]:
        """The words that decided the polarity of a text, and what each added."""
        ...


class LexiconPolarity:
    """(sum of the words' values) / (sum of their sizes + 1): one plain word gives ±0.5, many that agree nearly ±1."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.version = lexicon_digest(*LEXICONS)
        self._entries: dict[str, list[_Entry]] = {}
        for name, sign in (("positive", 1.0), ("negative", -1.0)):
            for word, *weight in read_lexicon(name):
                first, *rest = tokenizer.cut(word)
                value = sign * (float(weight[0]) if weight else 1.0)
                self._entries.setdefault(first, []).append((tuple(rest), value))
        for entries in self._entries.values():
            entries.sort(key=lambda entry: -len(entry[0]))
        self._degrees = {word: float(factor) for word, factor in read_lexicon("degree")}
        self._negations = frozenset(word for (word,) in read_lexicon("negation"))

    def judge(self, texts: Sequence[Words]) -> list[float | None]:
        return [self._of_tokens(text.tokens) for text in texts]

    def reasons(self, text: Words) -> tuple[tuple[str, float], ...]:
        return tuple(self._values(text.tokens))

    def _of_tokens(self, tokens: Sequence[str]) -> float | None:
        total = size = 0.0
        for _, value in self._values(tokens):
            total += value
            size += abs(value)
        return round(total / (size + 1.0), 4) if size else None

    def _values(self, tokens: Sequence[str]) -> Iterator[tuple[str, float]]:
        """The polarity words with what stands before them, and their value, in order."""
        entries = self._entries
        places = [index for index, token in enumerate(tokens) if token in entries]
        free = 0  # words before this one are used up
        for index in places:
            if index < free:
                continue
            if tokens[index] in self._degrees and index + 1 < len(tokens) and tokens[index + 1] in entries:
                continue  # 好 in 好失望 says how much, not how
            for rest, weight in entries[tokens[index]]:
                if not rest or tuple(tokens[index + 1 : index + 1 + len(rest)]) == rest:
                    value = weight * self._change(tokens, index, free)
                    free = index + 1 + len(rest)
                    yield "".join(tokens[index:free]), value
                    break

    def _change(self, tokens: Sequence[str], index: int, free: int) -> float:
        """What the words just before make of a polarity word."""
        factor = 1.0
        for word in reversed(tokens[max(free, index - _BEFORE) : index]):
            if word in _CLAUSE_SIGNS:
                break
            if word in self._negations:
                factor *= NEGATED
            else:
                factor *= self._degrees.get(word, 1.0)
        return factor
