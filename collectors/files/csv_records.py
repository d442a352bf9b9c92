"""Rows of a CSV file that people and other programs have touched: each with its place, broken ones set aside.

A row that does not have the columns of the header is reported by its line; where an unbalanced quote swallowed
the lines after it, those are read again on their own.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import IO

from collectors.errors import PayloadChanged
from collectors.normalise import clean

_LONGEST_LINE = 1024 * 1024  # bytes
_MOST_LINES = 200  # of one row; texts with more lines are not posts
_ROW_START = re.compile(r"\"?'?[0-9]{5,20}\"?,")


class Encoding(Enum):
    UTF_8 = "utf-8"
    GB18030 = "gb18030"  # a superset of GBK and GB2312


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    fields: list[str]
    line: int  # where it starts; the header is line 1
    end_offset: int  # bytes from the start of the file to the end of the row
    next_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRecord:
    reason: str
    excerpt: str
    line: int
    end_offset: int
    next_line: int


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    is_readable: bool
    number: int
    end_offset: int


def detect_encoding(sample: bytes) -> Encoding:
    """UTF-8 where a byte order mark or most of the lines say so, else GB18030. PayloadChanged for UTF-16."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in sample[:200]:
        raise PayloadChanged("CSV text in UTF-8 or GBK (it looks like UTF-16 or a binary file; save it as CSV UTF-8)")
    if sample.startswith(codecs.BOM_UTF8):
        return Encoding.UTF_8
    lines = [line for line in sample.splitlines() if not line.isascii()]
    in_utf_8 = sum(_is_utf_8(line) for line in lines)
    return Encoding.UTF_8 if 2 * in_utf_8 >= len(lines) else Encoding.GB18030


def _is_utf_8(line: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)  # the last line of a sample may end within a letter
    except UnicodeDecodeError:
        return False
    return True


def records(file: IO[bytes], encoding: Encoding, columns: int, line: int) -> Iterator[Record | BrokenRecord]:
    """The rows from where the file stands; `line` is the number of the line there. Empty lines are passed over."""
    source = _Lines(file, encoding, line)
    while (first := source.take()) is not None:
        if not first.text.strip():
            continue
        lines = [first]
        fields, reason = _fields(lines, source, columns)
        last = lines[-1]
        if fields is not None and reason is None:
            yield Record(fields=fields, line=first.number, end_offset=last.end_offset, next_line=last.number + 1)
            continue
        # What a stray quote swallowed is read again from the first line that starts like a row.
        again = next((n for n, each in enumerate(lines[1:], 1) if _ROW_START.match(each.text)), len(lines))
        source.give_back(lines[again:])
        last = lines[again - 1]
        yield BrokenRecord(
            reason=reason or "unreadable row",
            excerpt=clean(first.text)[:300].strip(),
            line=first.number,
            end_offset=last.end_offset,
            next_line=last.number + 1,
        )


def _fields(lines: list[_Line], source: "_Lines", columns: int) -> tuple[list[str] | None, str | None]:
    """The fields of the row that starts with lines[0], adding the lines it goes on over; or what is wrong with it."""

    def feed() -> Iterator[str]:
        yield lines[0].text
        while len(lines) < _MOST_LINES and (following := source.take()) is not None:
            lines.append(following)
            yield following.text

    try:
        fields = next(csv.reader(feed(), strict=True), None)
    except csv.Error as error:
        return None, f"not a row of CSV ({error})"
    if fields is None:
        return None, "an empty row"
    if not all(each.is_readable for each in lines):
        return None, f"characters that are not {source.encoding.value}"
    if len(fields) != columns:
        return None, f"{len(fields)} fields where the header has {columns}"
    return fields, None


class _Lines:
    """The lines of a file with their numbers and ends, some of which can be given back."""

    def __init__(self, file: IO[bytes], encoding: Encoding, number: int) -> None:
        self.encoding = encoding
        self._file = file
        self._number = number
        self._offset = file.tell()
        self._waiting: deque[_Line] = deque()

    def take(self) -> _Line | None:
        if self._waiting:
            return self._waiting.popleft()
        raw = self._file.readline(_LONGEST_LINE)
        if not raw:
            return None
        self._offset += len(raw)
        try:
            text, is_readable = raw.decode(self.encoding.value), True
        except UnicodeDecodeError:
            text, is_readable = raw.decode(self.encoding.value, "replace"), False
        line = _Line(text.replace("\x00", ""), is_readable, self._number, self._offset)
        self._number += 1
        return line

    def give_back(self, lines: list[_Line]) -> None:
        self._waiting.extendleft(reversed(lines))
