"""Rows of a CSV file that people and other programs have touched: each with its place, broken ones set aside.

A row that does not have the columns of the header is reported by its line; where an unbalanced quote swallowed
the lines after it, those are read again on their own.
"""

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import IO

from collectors.errors import PayloadChanged
from collectors.files.text_lines import Broken, Encoding, Line, Lines
from collectors.normalise import clean, trimmed

ID_FIRST = re.compile(r"\"?'?[0-9]{5,20}\t?\"?,")  # how a row starts whose first column is a long number
_MOST_LINES = 200  # of one row; texts with more lines are not posts
_LONGEST_ROW = 2 * 1024 * 1024  # characters; what a stray quote swallows beyond it is not read again and again
_LONGEST_HEADER = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    fields: list[str]
    line: int  # where it starts; the header is line 1
    end_offset: int  # bytes from the start of the file to the end of the row
    next_line: int


def header(file: IO[bytes], encoding: Encoding) -> tuple[str, ...]:
    """The names of the columns; leaves the file at the first row."""
    text = file.readline(_LONGEST_HEADER).removeprefix(b"\xef\xbb\xbf").decode(encoding.value, "replace")
    try:
        names = next(csv.reader([text]), [])
    except csv.Error as error:
        raise PayloadChanged(f"header line ({error})") from None
    return tuple(trimmed(clean(name)) for name in names)


def records(
    file: IO[bytes],
    encoding: Encoding,
    columns: int,
    line: int,
    *,
    shorter: Collection[int] = (),
    starts: re.Pattern[str] = ID_FIRST,
) -> Iterator[Record | Broken]:
    """The rows from where the file stands; `line` is the number of the line there. Empty lines are passed over.

    A row has as many fields as `columns`, or one of the `shorter` numbers. `starts` tells where, after a row that
    could not be read, the next one may begin.
    """
    source = Lines(file, encoding, line)
    while (first := source.take()) is not None:
        if not first.text.strip():
            continue
        lines = [first]
        fields, reason = _fields(lines, source, {columns, *shorter}, columns)
        last = lines[-1]
        if fields is not None and reason is None:
            yield Record(fields=fields, line=first.number, end_offset=last.end_offset, next_line=last.number + 1)
            continue
        # What a stray quote swallowed is read again from the first line that starts like a row.
        again = next((n for n, each in enumerate(lines[1:], 1) if starts.match(each.text)), len(lines))
        source.give_back(lines[again:])
        last = lines[again - 1]
        yield Broken(
            reason=reason or "unreadable row",
            excerpt=clean(first.text)[:300].strip(),
            line=first.number,
            end_offset=last.end_offset,
            next_line=last.number + 1,
        )


def _fields(
    lines: list[Line], source: Lines, widths: Collection[int], columns: int
) -> tuple[list[str] | None, str | None]:
    """The fields of the row that starts with lines[0], adding the lines it goes on over; or what is wrong with it."""

    def feed() -> Iterator[str]:
        length = len(lines[0].text)
        yield lines[0].text
        while len(lines) < _MOST_LINES and length < _LONGEST_ROW and (following := source.take()) is not None:
            lines.append(following)
            length += len(following.text)
            yield following.text

    try:
        fields = next(csv.reader(feed(), strict=True), None)
    except csv.Error as error:
        return None, f"not a row of CSV ({error})"
    if fields is None:
        return None, "an empty row"
    if not all(each.is_readable for each in lines):
        return None, f"characters that are not {source.encoding.value}"
    if len(fields) not in widths:
        return None, f"{len(fields)} fields where the header has {columns}"
    return fields, None
