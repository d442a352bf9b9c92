"""What is wrong with a configuration: all of it at once, each with its line and its dotted key."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

Key = tuple[str | int, ...]  # ("topics", "tea", "any", 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    file: str
    line: int | None  # None: the file as a whole
    key: Key
    what: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {dotted(self.key)}: {self.what}" if self.key else f"{where}: {self.what}"


class ConfigError(Exception):
    """The configuration cannot be used. Its text has one line a problem, in the order of the file."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line or 0, dotted(problem.key))))
        super().__init__("\n".join(map(str, self.problems)))


def dotted(key: Key) -> str:
    """The key as TOML writes it.

    >>> dotted(("topics", "奶茶", "any", 2))
    'topics."奶茶".any[2]'
    """
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            text += ("." if text else "") + (part if bare else json.dumps(part, ensure_ascii=False))
    return text


def nearest(word: str, known: Collection[str], what: str = "key") -> str:
    """What to say of a word that is none of the known ones.

    >>> nearest("severty", ("severity", "topics"))
    'nearest known key: severity'
    >>> nearest("x", ("severity", "topics"))
    'known keys: severity, topics'
    """
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"nearest known {what}: {close[0]}"
    return f"known {what}s: {', '.join(sorted(known))}" if known else f"there are no {what}s"
