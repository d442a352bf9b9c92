"""Reading the lexicon files: one entry a line, fields parted by tabs, `#` at a line's start begins a comment."""

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import product

_GROUP = re.compile(r"\(([^()]*)\)")
_NAMED = re.compile(r"\{(\w+)\}")


def read_lexicon(name: str) -> list[tuple[str, ...]]:
    """The entries of `lexicons/<name>.txt`, in the file's order.

    A line `let word<TAB>text` names a text: `{word}` stands for it in the lines below.
    Raises ValueError with file and line for an empty field or a name that is not there.
    """
    entries = []
    named: dict[str, str] = {}
    for number, line in enumerate(_text(name).split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            fields = tuple(_NAMED.sub(lambda part: named[part[1]], field.strip()) for field in line.split("\t"))
        except KeyError as error:
            raise ValueError(f"lexicons/{name}.txt:{number}: {{{error.args[0]}}} is named nowhere above") from None
        if not all(fields):
            raise ValueError(f"lexicons/{name}.txt:{number}: an empty field in {line!r}")
        if fields[0].startswith("let "):
            named[fields[0].removeprefix("let ")] = fields[1]
        else:
            entries.append(fields)
    return entries


def lexicon_digest(*names: str) -> str:
    """A hash over the contents of these files: what depends on them carries it in its version."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name}\0{_text(name)}\0".encode())
    return digest.hexdigest()


def alternatives(pattern: str) -> Iterator[str]:
    """The phrases of a pattern: `(a|b|)c` → ac, bc, c. Raises ValueError for an unmatched bracket."""
    parts = _GROUP.split(pattern)
    if any("(" in part or ")" in part for part in parts):
        raise ValueError(f"unmatched or nested bracket in pattern {pattern!r}")
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    for chosen in product(*choices):
        yield "".join(chosen)


def _text(name: str) -> str:
    return (files("analysis") / "lexicons" / f"{name}.txt").read_text(encoding="utf-8")
