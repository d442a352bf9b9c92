"""Labelled tables: one post a line, `label<TAB>text`, UTF-8, plain or .xz.

Labels of polarity or of emotion, in English, Chinese or as 0 and 1; `surprise` is neither good nor bad and left out.
"""

import lzma
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from analysis.sentiment.sentiment import LABELS, Label

_WORDS: dict[Label, str] = {
    "negative": "negative neg 0 -1 angry anger sad sadness fear disgust 负面 消极",
    "neutral": "neutral neu none 中性",
    "positive": "positive pos 1 happy happiness like optimism gratitude 正面 积极",
}
_LABEL_OF = {word: label for label in LABELS for word in _WORDS[label].split()}
_LEFT_OUT = frozenset({"surprise"})


class BadTable(ValueError):
    """A line that cannot be read; the message names the file, the line and what was expected."""


class Labelled(NamedTuple):
    label: Label
    text: str


def read_table(path: Path) -> list[Labelled]:
    """The rows that have a label and a text, in order.

    Raises BadTable for a line without a tab, an unknown label, bytes that are not UTF-8, and a table without rows.
    """
    rows = []
    for number, line in _lines(path):
        word, tab, text = line.partition("\t")
        word = word.strip().lower()
        if not line.strip() or (number == 1 and tab and word in ("label", "标签")):
            continue
        if not tab:
            raise BadTable(f"{path}:{number}: expected label<TAB>text, found no tab in {line[:40]!r}")
        if word not in _LABEL_OF and word not in _LEFT_OUT:
            raise BadTable(f"{path}:{number}: unknown label {word[:40]!r}, expected one of: {', '.join(_LABEL_OF)}")
        if word in _LABEL_OF and text.strip():
            rows.append(Labelled(_LABEL_OF[word], text))
    if not rows:
        raise BadTable(f"{path}: no labelled post in it; expected lines of label<TAB>text")
    return rows


def key(text: str) -> str:
    """Two posts with one key are the same post: their word characters, NFKC and lower case.

    >>> key("好喝！！") == key("好喝 ~")
    True
    """
    return re.sub(r"[\W_]+", "", normalize("NFKC", text).lower())


def distinct(rows: Iterable[Labelled], seen: set[str]) -> list[Labelled]:
    """The first row of each post that is not in `seen`, which learns them."""
    kept = []
    for row in rows:
        if (known := key(row.text)) not in seen:
            seen.add(known)
            kept.append(row)
    return kept


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BadTable(f"{path}:{number}: not UTF-8 ({error.reason}); save the table as UTF-8") from None
    except (lzma.LZMAError, EOFError) as error:
        raise BadTable(f"{path}: not a whole .xz file ({error})") from None
