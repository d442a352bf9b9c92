"""Comma-separated values as RFC 4180 has them, for spreadsheets and for pandas alike.

UTF-8 with a byte order mark (Excel would read it as another encoding without), CRLF, ISO-8601 times with an offset,
an empty cell for what is not known. A spreadsheet runs a cell that begins like a formula: such a text gets a leading
apostrophe, and so does a text that already begins with apostrophes before one, so that `unescape` is exact.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, ClassVar
from zoneinfo import ZoneInfo

from monitor.exporters.exporter import Column

# What spreadsheets take for the start of a formula; the full-width signs are folded by East Asian editions.
FORMULA_START = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
BEIJING = ZoneInfo("Asia/Shanghai")
LONG_NUMBER = re.compile(r"[0-9]{16,}")  # a spreadsheet keeps 15 digits of a number and rounds the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Csv:
    """Writes rows as they come. Times are shown in `zone`.

    With `ids_as_text` a number of 16 digits or more (Weibo's ids) is written as `="4912345678901234"`, which
    spreadsheets keep to the last digit; programs then read the wrapping too, hence not the default.
    """

    kind: ClassVar[str] = "csv"

    zone: ZoneInfo = BEIJING
    ids_as_text: bool = False

    def write(self, columns: Sequence[Column], rows: Iterable[Sequence[object]], out: BinaryIO) -> int:
        """Header, then every row; `out` is flushed and left open. Returns the number of rows without the header."""
        # A surrogate cannot come from a stored post; one from elsewhere becomes "?" rather than end the file.
        text = io.TextIOWrapper(out, encoding="utf-8-sig", errors="replace", newline="")
        try:
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow([column.name for column in columns])
            written = 0
            for row in rows:
                if len(row) != len(columns):
                    raise ValueError(f"row {written + 1} has {len(row)} cells, the table {len(columns)} columns")
                writer.writerow([self._cell(value) for value in row])
                written += 1
            text.flush()
        finally:
            text.detach()
        return written

    def _cell(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return repr(value)
        if isinstance(value, datetime):
            return value.astimezone(self.zone).isoformat()
        text = str(value).replace("\0", "")
        if self.ids_as_text and LONG_NUMBER.fullmatch(text):
            return f'="{text}"'
        return escape(text)


def escape(text: str) -> str:
    """A text that no spreadsheet runs.

    >>> escape("=1+1"), escape("-5°"), escape("5-1"), escape("'=1")
    ("'=1+1", "'-5°", '5-1', "''=1")
    """
    return f"'{text}" if FORMULA_START.match(text) else text


def unescape(cell: str) -> str:
    """The text that `escape` was given.

    >>> unescape(escape("'=1"))
    "'=1"
    """
    return cell[1:] if cell.startswith("'") and FORMULA_START.match(cell) else cell
