"""Copies of one text: the same letters, whatever links, names, figures, signs and hashtags stand between them.

Equal fingerprints mean equal letters. A text that was reworded has another one.
"""

import hashlib
import re

MIN_CHARACTERS = 8
_LETTERS = re.compile(r"[^\W\d_]+")


def fingerprint(normal: str) -> int:
    """A 63-bit fingerprint of a normal form, 1 … 2⁶³-1; 0 when fewer than 8 letters are left to tell copies by."""
    letters = "".join(_LETTERS.findall(normal))
    if len(letters) < MIN_CHARACTERS:
        return 0
    digest = hashlib.blake2b(letters.encode("utf-8", "replace"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 1) or 1
