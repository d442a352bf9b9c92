"""One automaton over every phrase that any reader looks for: a text is scanned once, whatever the number of phrases.

Readers (topics, complaints) `add` their phrases to one book and keep the numbers they get; `find` then gives all
overlapping hits. Phrases are in normal form. A phrase that begins or ends with a Latin letter or a digit matches whole
words only: "mac" is not in "machine", "9块9" not in "19块9".
"""

from operator import itemgetter

from ahocorasick_rs import AhoCorasick, Implementation

from analysis.normal_form import normalise

Hit = tuple[int, int, int]  # number of the phrase, start, end (offsets into the text searched)

_NUMBER = itemgetter(0)
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class PhraseBook:
    """Closed by the first `find`: no phrase can be added after it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._automaton: AhoCorasick | None = None
        self._edged: frozenset[int] = frozenset()

    def add(self, phrase: str) -> int:
        """The number of a phrase, the same for the same normal form. Raises ValueError when nothing is left of it."""
        normal = normalise(phrase).text.strip()
        if not normal:
            raise ValueError(f"phrase {phrase!r} is empty in normal form")
        return self.add_normal(normal)

    def add_normal(self, phrase: str) -> int:
        """The same for a phrase known to be in normal form."""
        if self._automaton is not None:
            raise RuntimeError("the book is closed: it was searched already")
        return self._numbers.setdefault(phrase, len(self._numbers))

    def find(self, text: str) -> list[Hit]:
        """All hits, overlapping ones too, in order of their end."""
        automaton = self._automaton or self.close()
        hits = automaton.find_matches_as_indexes(text, overlapping=True)
        if self._edged.isdisjoint(map(_NUMBER, hits)):
            return hits
        return [hit for hit in hits if hit[0] not in self._edged or _whole_word(text, hit[1], hit[2])]

    def close(self) -> AhoCorasick:
        """Build the automaton now rather than with the first text."""
        phrases = list(self._numbers)
        self._edged = frozenset(
            number for phrase, number in self._numbers.items() if phrase[0] in _WORD or phrase[-1] in _WORD
        )
        self._automaton = AhoCorasick(phrases, implementation=Implementation.ContiguousNFA)
        return self._automaton


def _whole_word(text: str, start: int, end: int) -> bool:
    if start and text[start] in _WORD and text[start - 1] in _WORD:
        return False
    return not (end < len(text) and text[end - 1] in _WORD and text[end] in _WORD)
