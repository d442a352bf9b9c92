"""The runs of one to three characters of each text, as 32-bit hashes: what the model has weights for."""

import numpy as np
import numpy.typing as npt

from analysis.sentiment.characters import Characters

LONGEST = 3
_FACTOR, _SHIFT = np.uint32(0x9E3779B1), np.uint32(15)

Hashes = npt.NDArray[np.uint32]


def hash_ngrams(characters: Characters) -> list[Hashes]:
    """For n = 1, 2, 3 the hash of the n characters that begin at each place; 0 where they would leave the text.

    No hash of an n-gram is 0.
    """
    codes = characters.codes
    hashes: list[Hashes] = []
    running = np.zeros(len(codes), np.uint32)
    leaves = np.zeros(len(codes), np.bool_)
    for n in range(LONGEST):
        ahead = np.zeros(len(codes), np.uint32)
        ahead[: max(len(codes) - n, 0)] = codes[n:]
        running = (running ^ ahead) * _FACTOR
        running ^= running >> _SHIFT
        leaves |= ahead == 0
        hashes.append(np.where(leaves, np.uint32(0), np.maximum(running, np.uint32(1))))
    return hashes
