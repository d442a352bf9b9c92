"""The lines of a text file that other programs wrote: its encoding, and each line with its number and where it ends."""

import codecs
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import IO

from collectors.errors import PayloadChanged

_LONGEST_LINE = 1024 * 1024  # bytes


class Encoding(Enum):
    UTF_8 = "utf-8"
    GB18030 = "gb18030"  # a superset of GBK and GB2312


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    is_readable: bool
    number: int
    end_offset: int  # bytes from the start of the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A row that could not be read; `line` is where it starts."""

    reason: str
    excerpt: str
    line: int
    end_offset: int
    next_line: int


def detect_encoding(sample: bytes) -> Encoding:
    """UTF-8 where a byte order mark or most of the lines say so, else GB18030. PayloadChanged for UTF-16."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in sample[:200]:
        raise PayloadChanged("text in UTF-8 or GBK (it looks like UTF-16 or a binary file; save it as UTF-8)")
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


class Lines:
    """The lines from where the file stands, some of which can be given back; `number` is that of the next one."""

    def __init__(self, file: IO[bytes], encoding: Encoding, number: int) -> None:
        self.encoding = encoding
        self._file = file
        self._number = number
        self._offset = file.tell()
        self._waiting: deque[Line] = deque()

    def take(self) -> Line | None:
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
        line = Line(text.replace("\x00", ""), is_readable, self._number, self._offset)
        self._number += 1
        return line

    def give_back(self, lines: list[Line]) -> None:
        self._waiting.extendleft(reversed(lines))
