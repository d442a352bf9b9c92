"""Objects of a JSON file, one a line or all in one array: each with its place, broken ones set aside.

Numbers stay the text that was written, so that no id is rounded; an object within an object gives dotted names.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from collectors.errors import PayloadChanged
from collectors.files.text_lines import Broken, Encoding, Lines
from collectors.normalise import clean

MOST_BYTES_OF_AN_ARRAY = 64 * 1024 * 1024
_DEEPEST = 8
_MOST_NAMES = 500  # of one object


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    values: dict[str, str]
    line: int  # of the object; in an array, its number
    end_offset: int
    next_line: int


def lines_of_objects(file: IO[bytes], encoding: Encoding, line: int) -> Iterator[Record | Broken]:
    """The objects from where the file stands, one a line. Empty lines are passed over."""
    source = Lines(file, encoding, line)
    while (read := source.take()) is not None:
        text = read.text.removeprefix("\ufeff").strip()
        if not text:
            continue
        values = _values(text) if read.is_readable else f"characters that are not {encoding.value}"
        place = {"line": read.number, "end_offset": read.end_offset, "next_line": read.number + 1}
        if isinstance(values, str):
            yield Broken(reason=values, excerpt=clean(text)[:300].strip(), **place)
        else:
            yield Record(values=values, **place)


def array_of_objects(file: IO[bytes], encoding: Encoding) -> Iterator[Record | Broken]:
    """The objects of one array that is the whole file. Raises PayloadChanged where it is none, or too long."""
    body = file.read(MOST_BYTES_OF_AN_ARRAY + 1)
    if len(body) > MOST_BYTES_OF_AN_ARRAY:
        raise PayloadChanged("JSON array of less than 64 MB (write one object a line: such files may have any length)")
    try:
        array = _loads(body.decode(encoding.value, "replace").removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise PayloadChanged(f"JSON array ({type(error).__name__}: {str(error)[:100]})") from None
    if not isinstance(array, list):
        raise PayloadChanged("JSON array")
    for number, each in enumerate(array, 1):
        place = {"line": number, "end_offset": 0, "next_line": number + 1}
        if isinstance(each, dict):
            yield Record(values=dict(_flat(each)), **place)
        else:
            yield Broken(reason="not an object", excerpt=clean(str(each))[:300], **place)


def _values(text: str) -> dict[str, str] | str:
    """The values of the object on a line, or what is wrong with it."""
    try:
        read = _loads(text)
    except (ValueError, RecursionError) as error:
        return f"not JSON ({type(error).__name__})"
    return dict(_flat(read)) if isinstance(read, dict) else "not an object"


def _loads(text: str) -> object:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: None)


def _flat(read: dict[str, object], before: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    for name, value in list(read.items())[:_MOST_NAMES]:
        match value:
            case str():
                yield before + name, value
            case None:
                yield before + name, ""
            case bool():
                yield before + name, "true" if value else "false"
            case dict() if depth < _DEEPEST:
                yield from _flat(value, f"{before}{name}.", depth + 1)
            case list():
                yield before + name, " ".join(each for each in value if isinstance(each, str))
            case _:
                yield before + name, ""
