"""Phrases of a lexicon whose parts may stand apart: `页面*打不开` is a 页面 and, in the same sentence, a 打不开.

Between two parts `…` stands for up to 6 characters of the same clause, `~` for up to 10 of adverbs and the like, `*`
for up to 16 of the same sentence. Parts are looked for with all other phrases, in one pass; this puts them together.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analysis.complaint_context import within_clause, within_sentence
from analysis.lexicon import alternatives
from analysis.phrases import Hit, PhraseBook

GAP_REACH = 6
FILLER_REACH = 10
SENTENCE_REACH = 16
_GAP = re.compile("([…~*])")
_REACH = {"…": GAP_REACH, "~": FILLER_REACH, "*": SENTENCE_REACH}


@dataclass(frozen=True, slots=True)
class Gapped:
    """`last`: numbers of the phrases that may end it. `before`: the parts before, nearest first: numbers, gap after."""

    last: tuple[int, ...]
    before: tuple[tuple[frozenset[int], str], ...]

    @classmethod
    def read(cls, book: PhraseBook, pattern: str) -> "Gapped":
        """Adds the phrases of the pattern to the book."""
        *opening, last = _GAP.split(pattern)  # part, gap, part, gap, …
        before = [
            (frozenset(book.add(phrase) for phrase in alternatives(part)), gap)
            for part, gap in zip(opening[::2], opening[1::2], strict=True)
        ]
        return cls(tuple(book.add(phrase) for phrase in alternatives(last)), tuple(reversed(before)))


class Found(NamedTuple):
    """A pattern in place, in normal form."""

    pattern: int  # its number
    start: int
    hit: int  # number of the hit that is its last part


class GappedPhrases:
    """Many patterns at once: a text costs what it holds of them, not how many there are."""

    def __init__(self, patterns: Sequence[Gapped]) -> None:
        self._patterns = tuple(patterns)
        parts: dict[int, tuple[list[int], list[int], list[int]]] = defaultdict(lambda: ([], [], []))
        for number, pattern in enumerate(patterns):
            for phrase in pattern.last:
                parts[phrase][1 if pattern.before else 0].append(number)
            for phrase in pattern.before[0][0] if pattern.before else ():
                parts[phrase][2].append(number)
        # Phrase → the patterns that it is the whole of, that it may end, and that it may stand before the end of.
        # Tuples: the garbage collector need not walk over 40,000 lists with every round.
        self._parts = {phrase: tuple(map(tuple, numbers)) for phrase, numbers in parts.items()}

    def find(self, text: str, hits: Sequence[Hit], is_filler: Callable[[str], bool]) -> list[Found]:
        """Every pattern that is there, in order of the end."""
        begun: set[int] = set()
        found = []
        for index, (phrase, start, _) in enumerate(hits):
            if phrase not in self._parts:
                continue
            whole, ended, begins = self._parts[phrase]
            if whole:
                found += [Found(number, start, index) for number in whole]
            for number in () if begun.isdisjoint(ended) else ended:
                if number in begun:
                    opening = _opening(self._patterns[number].before, text, index, hits, is_filler)
                    if opening is not None:
                        found.append(Found(number, opening, index))
            if begins:
                begun.update(begins)
        return found


def before(hits: Sequence[Hit], index: int, reach: int) -> Iterator[tuple[int, Hit]]:
    """The hits that end at or after `reach` and before (or with) hit `index`, nearest first, each with its number."""
    for nearer in range(index - 1, -1, -1):
        if hits[nearer][2] < reach:
            return
        yield nearer, hits[nearer]


def _opening(
    parts: Sequence[tuple[frozenset[int], str]],
    text: str,
    index: int,
    hits: Sequence[Hit],
    is_filler: Callable[[str], bool],
) -> int | None:
    last_start = hits[index][1]
    if not parts:
        return last_start
    (phrases, gap), *further = parts
    earliest = None
    for nearer, (number, start, end) in before(hits, index, last_start - _REACH[gap]):
        if end <= last_start and number in phrases and (earliest is None or start < earliest):
            begins = _opening(further, text, nearer, hits, is_filler) if further else start
            fits = begins is not None and (earliest is None or begins < earliest)
            if fits and _spans(gap, text[end:last_start], is_filler):
                earliest = begins
    return earliest


def _spans(gap: str, between: str, is_filler: Callable[[str], bool]) -> bool:
    if gap == "~":
        return is_filler(between)
    return within_clause(between) if gap == "…" else within_sentence(between)
