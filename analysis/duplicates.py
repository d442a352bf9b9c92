"""Copies of one text: the same letters, whatever links, names, figures, signs and hashtags stand between them; and
near-copies: most of the same letters in the same order.

Equal fingerprints mean equal letters. For near-copies a text is the set of all three letters that follow each other in
it, and likeness is Jaccard's: what two sets share of what they have together. A sketch (minwise hashing, Broder 1997)
estimates it: 32 hash functions, of each the least value over the set, and the share of equal ones is the likeness.
Texts that are alike are found through bands (locality-sensitive hashing, Indyk and Motwani 1998): keys over two values
each, of which texts with likeness s share at least one of 8 with the chance 1 - (1 - s²)⁸: 0.97 at 0.6, 0.06 at 0.09.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MIN_CHARACTERS = 8
MIN_NEAR = 20  # letters: what differs in a shorter text may be what it says
MAX_LETTERS = 4_000  # of a long article its beginning tells
SHINGLE = 3
VALUES, BANDS, ROWS = 32, 4, 2
ALIKE = 20  # equal values of 32: likeness of about 0.6; chosen by `python -m benchmarks.copies`
VERSION = "1"

_LETTERS = re.compile(r"[^\W\d_]+")
_FACTORS: NDArray[np.uint32] = np.frombuffer(
    hashlib.shake_256(b"trend monitor sketch").digest(4 * VALUES), dtype="<u4"
).astype(np.uint32) | np.uint32(1)
_TOP = int("8000" * VALUES, 16)  # the top bit of each of a sketch's values
_BELOW_TOP = int("7fff" * VALUES, 16)


def letters_of(normal: str) -> str:
    """What copies are told by."""
    return letters_of_each([normal])[0]


def letters_of_each(normals: Sequence[str]) -> list[str]:
    """The same for a batch, which costs a third a text."""
    codes = np.frombuffer("".join(normals).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    told = _letters()[codes]
    letters = codes[told].tobytes().decode("utf-32-le", "surrogatepass")
    ends = np.cumsum([0, *map(len, normals)])
    edges = np.concatenate(([0], np.cumsum(told)))[ends].tolist()
    return [letters[begin:end] for begin, end in pairwise(edges)]


@cache
def _letters() -> NDArray[np.bool_]:
    """Which code points are letters."""
    letters = np.zeros(0x110000, dtype=bool)
    codes = np.arange(len(letters), dtype="<u4")
    codes[0xD800:0xE000] = 0  # surrogates are no characters
    found = "".join(_LETTERS.findall(codes.tobytes().decode("utf-32-le")))
    letters[np.frombuffer(found.encode("utf-32-le"), dtype="<u4")] = True
    return letters


def fingerprint(letters: str) -> int:
    """A 63-bit fingerprint of the letters of a normal form, 1 … 2⁶³-1; 0 where fewer than 8 are left to tell by."""
    if len(letters) < MIN_CHARACTERS:
        return 0
    digest = hashlib.blake2b(letters.encode("utf-8", "replace"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 1) or 1


def sketches(batch: Sequence[str]) -> list[bytes]:
    """Sketches of the letters of normal forms: 64 bytes each, none for those with fewer than 20 letters.

    A sketch depends on its own letters only, not on the batch.
    """
    found = [b""] * len(batch)
    long = [number for number, letters in enumerate(batch) if len(letters) >= MIN_NEAR]
    if not long:
        return found
    texts = [batch[number][:MAX_LETTERS] for number in long]
    ends = np.cumsum([len(text) for text in texts])
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32)
    hashed = _mixed(codes[:-2] * np.uint32(0x9E3779B1) ^ codes[1:-1] * np.uint32(0x85EBCA77) ^ codes[2:])
    within = np.ones(len(hashed), dtype=bool)  # three letters of one text
    for across in (1, 2):
        within[ends[:-1] - across] = False
    starts = np.concatenate(([0], ends[:-1])) - 2 * np.arange(len(texts))
    shingles = hashed[within]
    # One function after another: the products of all together would not stay in the processor's cache.
    least = np.array([np.minimum.reduceat(factor * shingles, starts) for factor in _FACTORS])
    values = np.ascontiguousarray((least & np.uint32(0xFFFF)).astype("<u2").T)
    for number, row in zip(long, values, strict=True):
        found[number] = row.tobytes()
    return found


def _mixed(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Every bit depends on every bit (the finaliser of MurmurHash3)."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


def band_keys(sketch: bytes) -> tuple[int, ...]:
    """The keys under which a text that is alike can be found: 4 of them, below 2³⁴; none without a sketch."""
    if not sketch:
        return ()
    pairs = memoryview(sketch)[: 4 * BANDS].cast("I")
    return tuple([band << 32 | pair for band, pair in enumerate(pairs)])


def equal_values(one: bytes, other: bytes) -> int:
    """How many of the 32 values of two sketches are equal; 0 where either has none."""
    if not one or not other:
        return 0
    differ = int.from_bytes(one, "little") ^ int.from_bytes(other, "little")
    # Where a value differs, the sum or the top bit itself sets its top bit, and no sum reaches the next value.
    return VALUES - (((differ & _BELOW_TOP) + _BELOW_TOP | differ) & _TOP).bit_count()
