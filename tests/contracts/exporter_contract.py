"""What every exporter must do. A subclass names its exporter and how its bytes are read back."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.exporters.exporter import Column, Exporter

NAMES = ("id", "text", "count", "share", "at", "flag")
COLUMNS = tuple(Column(name=name, unit="text", null="unknown", meaning=name) for name in NAMES)
AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)

HOSTILE = (
    "=1+1",
    "+8613800000000",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "'=1",
    "''plain",
    'she said "ok", twice',
    "line one\nline two\r\nline three",
    "a\0b",
    "\u202egnp.exe\u202c",
    "一杯🧋👨‍👩‍👧开团",
    "a\ud800b",
    ",,,",
    '"',
    " lead and trail ",
    "x" * 40_000,
)


def row(text: str, number: int = 1) -> tuple[object, ...]:
    return (f"weibo:{number}", text, number, 0.1, AT, True)


class ExporterContract:
    """`exporter` makes the one under test; `read` gives the header and the rows of its bytes, cells as text or None."""

    def exporter(self) -> Exporter:
        raise NotImplementedError

    def read(self, body: bytes) -> tuple[list[str], list[list[str | None]]]:
        raise NotImplementedError

    def written(self, rows: Sequence[Sequence[object]]) -> bytes:
        out = io.BytesIO()
        assert self.exporter().write(COLUMNS, rows, out) == len(rows)
        return out.getvalue()

    def test_columns_stand_in_their_order_also_without_rows(self) -> None:
        header, rows = self.read(self.written([]))
        assert (header, rows) == (list(NAMES), [])

    @pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
    def test_a_hostile_text_comes_back_as_it_was(self, text: str) -> None:
        """But for what no post holds: NUL is left out, a lone surrogate becomes a question mark."""
        _, rows = self.read(self.written([row(text), row("after", 2)]))
        assert [cells[1] for cells in rows] == [text.replace("\0", "").replace("\ud800", "?"), "after"]
        assert rows[1][0] == "weibo:2"

    def test_unknown_is_told_apart_from_zero(self) -> None:
        _, rows = self.read(self.written([(None, None, None, None, None, None), ("a", "b", 0, 0.0, AT, False)]))
        assert rows[0] == [None] * 6
        assert rows[1][2] == "0"

    def test_numbers_keep_every_digit(self) -> None:
        _, rows = self.read(self.written([("a", "b", 4_912_345_678_901_234, 0.1 + 0.2, AT, True)]))
        assert (rows[0][2], rows[0][3]) == ("4912345678901234", "0.30000000000000004")

    def test_times_carry_their_offset(self) -> None:
        _, rows = self.read(self.written([row("a")]))
        told = datetime.fromisoformat(rows[0][4] or "")
        assert told == AT
        assert told.tzinfo is not None

    def test_rows_are_written_as_they_come(self) -> None:
        """The tenth row is asked for only after bytes of the first ones lie in the file: nothing is collected."""
        out = io.BytesIO()
        sizes: list[int] = []

        def rows() -> Iterator[tuple[object, ...]]:
            for number in range(10):
                sizes.append(len(out.getvalue()))
                yield row("x" * 100_000, number)

        assert self.exporter().write(COLUMNS, rows(), out) == 10
        assert sizes[-1] > 500_000

    def test_the_same_rows_give_the_same_bytes(self) -> None:
        rows = [row(text, number) for number, text in enumerate(HOSTILE)]
        assert self.written(rows) == self.written(rows)

    def test_the_file_stays_open(self) -> None:
        out = io.BytesIO()
        self.exporter().write(COLUMNS, [row("a")], out)
        assert not out.closed

    def test_a_row_with_a_cell_too_few_is_refused(self) -> None:
        short: Sequence[Any] = row("a")[:-1]
        with pytest.raises(ValueError, match="row 1 has 5 cells, the table 6 columns"):
            self.exporter().write(COLUMNS, [short], io.BytesIO())
