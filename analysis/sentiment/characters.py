"""A batch of texts → one array of characters, cleaned for the model: a few passes over the whole batch, none per text.

NFKC, lower case, traditional characters as simplified ones; links become a space, names (@somebody) a bare @; white
space is one space, and invisible signs are cut. Every text begins and ends with a space, so that n-grams know where it
begins. The result for a text does not depend on its neighbours, and cleaning the normal form gives what cleaning the
text as published gives, hashtags apart.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple
from unicodedata import category, is_normalized, normalize

import numpy as np
import numpy.typing as npt

from analysis.normal_form import ALONE

END = "\0"  # stands before each text and after the last; in a text it counts as a space
_LINK = re.compile(r"https?://[!-~]+|(?<![a-z0-9])t\.cn/[a-z0-9]+")
_NAME = re.compile(r"@[\w\-·]{1,30}")
_SPACE, _CUT = 0x20, 0xFFFFFFFF
_TELLING = frozenset(("Lu", "Ll", "Lt", "Lo", "So"))

Codes = npt.NDArray[np.uint32]
Indices = npt.NDArray[np.int64]


class Characters(NamedTuple):
    codes: Codes  # code points; 0 before each text
    row: Indices  # which text each belongs to


def read_characters(texts: Sequence[str]) -> Characters:
    """The characters of `texts`, cleaned."""
    # One by one: a single sign that NFKC changes would send the whole batch the slow way through it
    composed = [text if is_normalized("NFKC", text) else normalize("NFKC", text) for text in texts]
    framed = "".join([f"{END} {text.replace(END, ' ') if END in text else text} " for text in composed])
    joined = framed.lower().replace("⋯", "...")  # as which the normal form keeps …
    if "://" in joined or "t.cn/" in joined:  # not in normal forms
        joined = _LINK.sub(" ", joined)
    joined = _NAME.sub("@", joined)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = _table()[codes]
    codes = codes[codes != _CUT]
    space = codes == _SPACE
    codes = codes[~(space & np.roll(space, 1))]  # the first is an END
    return Characters(codes, np.cumsum(codes == 0) - 1)


@cache
def _table() -> Codes:
    """What each code point is read as."""
    table = np.arange(0x110000, dtype=np.uint32)
    for code in range(0x3100):
        if chr(code).isspace():
            table[code] = _SPACE
        elif code and category(chr(code)) in ("Cc", "Cf"):
            table[code] = _CUT
    for first, last in ((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0000, 0xE01EF)):
        table[first : last + 1] = _CUT
    for character, other in ALONE.items():
        table[ord(character)] = ord(other)
    return table


@cache
def telling() -> npt.NDArray[np.bool_]:
    """Which code points may say how somebody feels: letters, Chinese characters, emoji; not digits or punctuation."""
    tells = np.zeros(0x110000, np.bool_)
    told = map(_TELLING.__contains__, map(category, map(chr, range(0x20000))))
    tells[:0x20000] = np.fromiter(told, np.bool_)
    return tells
