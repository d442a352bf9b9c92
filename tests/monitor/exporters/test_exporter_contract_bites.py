"""The exporter contract, met by exporters that are broken: each must fail the test that is there for it."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, ClassVar

import pytest

from monitor.exporters.csv import Csv, unescape
from monitor.exporters.exporter import Column, Exporter
from tests.contracts.exporter_contract import ExporterContract


class Collecting(Csv):
    """Reads all rows before it writes the first."""

    def write(self, columns: Sequence[Column], rows: Iterable[Sequence[object]], out: BinaryIO) -> int:
        return super().write(columns, list(rows), out)


class Unquoted:
    """Joins cells with commas and hopes."""

    kind: ClassVar[str] = "csv"

    def write(self, columns: Sequence[Column], rows: Iterable[Sequence[object]], out: BinaryIO) -> int:
        lines = [[column.name for column in columns], *([str(cell) for cell in cells] for cells in rows)]
        out.write("\r\n".join(",".join(line) for line in lines).encode("utf-8-sig", "replace"))
        return len(lines) - 1


class Closing(Csv):
    def write(self, columns: Sequence[Column], rows: Iterable[Sequence[object]], out: BinaryIO) -> int:
        written = super().write(columns, rows, out)
        out.close()
        return written


def met_by(broken: Callable[[], Exporter]) -> ExporterContract:
    class Contract(ExporterContract):
        def exporter(self) -> Exporter:
            return broken()

        def read(self, body: bytes) -> tuple[list[str], list[list[str | None]]]:
            header, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
            return header, [[unescape(cell) or None for cell in cells] for cells in rows]

    return Contract()


def test_collecting_all_rows_is_noticed() -> None:
    with pytest.raises(AssertionError):
        met_by(Collecting).test_rows_are_written_as_they_come()


def test_unquoted_cells_are_noticed() -> None:
    with pytest.raises(AssertionError):
        met_by(Unquoted).test_a_hostile_text_comes_back_as_it_was('she said "ok", twice')
    with pytest.raises(AssertionError):
        met_by(Unquoted).test_unknown_is_told_apart_from_zero()
    with pytest.raises(pytest.fail.Exception):
        met_by(Unquoted).test_a_row_with_a_cell_too_few_is_refused()


def test_a_closed_file_is_noticed() -> None:
    with pytest.raises(AssertionError):
        met_by(Closing).test_the_file_stays_open()
