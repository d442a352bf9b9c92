"""What the posts of the benchmark say: as long as real posts, for the cost of reading grows with the text.

The demo's posts are short (38 characters on average). Those of real searches for brands have 80 to 123, of a public set
of 10,000 posts 78: sentences of the demo are joined until a post is as long as one of those. A file of real posts
may be given instead.
"""

import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

# Every twentieth of 10,000 real posts, by length in characters, and the longest.
LENGTHS = (5, 20, 27, 33, 38, 43, 48, 54, 59, 64, 70, 75, 82, 89, 97, 106, 118, 129, 142, 156, 253)


def as_long_as_real(sentences: Iterable[str], seed: int = 7) -> Iterator[str]:
    """Sentences joined, each once, until a text is as long as a real post drawn by chance, and cut there."""
    chance = Random(seed)
    text, wanted = "", _length(chance)
    for sentence in sentences:
        text = f"{text} {sentence}" if text else sentence
        if len(text) >= wanted:
            yield text[:wanted].rstrip()
            text, wanted = "", _length(chance)


def _length(chance: Random) -> int:
    at = chance.randrange(len(LENGTHS) - 1)
    return chance.randint(LENGTHS[at], LENGTHS[at + 1])


def read_texts(path: Path) -> list[str]:
    """One post a line, after a tab where the line has one; plain or .xz. Each once, in the order of the file.

    Those with a `<` are left out: a feed's text may hold markup, and the peers do not read any.
    """
    read = lzma.open if path.suffix == ".xz" else open
    with read(path, "rt", encoding="utf-8") as lines:
        texts = (line.rpartition("\t")[2].replace("\u200b", "").strip() for line in lines)
        return [text for text in dict.fromkeys(texts) if text and "<" not in text]
