"""The terms of a topic rule: a word, `near(A, B, n)`, or a `/regular expression/`.

    知夏                        a word or phrase; where it begins or ends with Latin letters or digits, whole words only
    near(知夏|小夏, 崩|挂了, 8)  one of the first and one of the second, in either order, at most 8 characters between
    /知夏.{0,3}(崩|挂)了/        RE2's syntax: no backreferences and no look-around, so that no text takes it long

All are read on the normal form: without regard to case, width, traditional or simplified characters. What begins like
an expression and is none is an error, never a word.
"""

import re
from dataclasses import dataclass
from typing import Any

import re2

from analysis.normal_form import normalise, simplified

FURTHEST = 100  # characters between the two sides of a near()
LONGEST_PATTERN = 500
_NEAR = re.compile(r"near\s*[(（](.*)[)）]", re.DOTALL | re.IGNORECASE)
_LOOKS_NEAR = re.compile(r"near\s*[(（]", re.IGNORECASE)
_HOW = "write it as near(A, B, n), with | between alternatives and n characters at most between A and B"


@dataclass(frozen=True, slots=True)
class Word:
    text: str


@dataclass(frozen=True, slots=True)
class Near:
    """One of `left` and one of `right` with at most `distance` characters between them."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Pattern:
    source: str  # without the slashes

    def compiled(self) -> Any:
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = False
        options.max_mem = 8 << 20
        return re2.compile(simplified(self.source), options)


Term = Word | Near | Pattern


def parse_term(text: str) -> Term:
    """What a term of the configuration means. Raises ValueError, telling what is wrong and how it is written.

    >>> parse_term("near(茶, 崩|挂, 5)")
    Near(left=('茶',), right=('崩', '挂'), distance=5)
    >>> parse_term("/茶.?崩/")
    Pattern(source='茶.?崩')
    >>> parse_term("奶茶")
    Word(text='奶茶')
    """
    text = text.strip()
    if _LOOKS_NEAR.match(text):
        return _near(text)
    if text.startswith("/"):
        return _pattern(text)
    return Word(_word(text))


def _near(text: str) -> Near:
    whole = _NEAR.fullmatch(text)
    parts = [part.strip() for part in re.split("[,，]", whole[1])] if whole else []
    if len(parts) != 3 or not parts[2].isascii() or not parts[2].isdigit():
        raise ValueError(f"{text!r} is no near(): {_HOW}")
    distance = int(parts[2])
    if not 0 <= distance <= FURTHEST:
        raise ValueError(f"{text!r}: n is from 0 to {FURTHEST} characters")
    left, right = (tuple(_word(word.strip()) for word in re.split("[|｜]", part)) for part in parts[:2])
    return Near(left, right, distance)


def _pattern(text: str) -> Pattern:
    if len(text) < 3 or not text.endswith("/"):
        raise ValueError(
            f"{text!r} begins a regular expression: it ends with a /, or the word goes without the first one"
        )
    pattern = Pattern(text[1:-1])
    if len(pattern.source) > LONGEST_PATTERN:
        raise ValueError(f"the regular expression is longer than {LONGEST_PATTERN} characters")
    try:
        compiled = pattern.compiled()
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise ValueError(
            f"{text!r} is no regular expression of RE2 ({reason}); it knows neither look-around nor backreferences"
        ) from None
    if compiled.search(""):
        raise ValueError(f"{text!r} matches the empty text, so every post")
    return pattern


def _word(text: str) -> str:
    if not normalise(text).text.strip():
        raise ValueError("is an empty word, which every text would contain")
    return text
