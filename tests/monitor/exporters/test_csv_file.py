"""CSV: the exporter contract, and what spreadsheets and pandas make of the file."""

import csv
import io
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.exporters.csv import Csv, escape, unescape
from monitor.exporters.exporter import Exporter
from tests.contracts.exporter_contract import AT, COLUMNS, HOSTILE, ExporterContract, row


class TestCsvKeepsTheContract(ExporterContract):
    def exporter(self) -> Exporter:
        return Csv()

    def read(self, body: bytes) -> tuple[list[str], list[list[str | None]]]:
        csv.field_size_limit(1_000_000)
        header, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
        return header, [[unescape(cell) or None for cell in cells] for cells in rows]


def written(exporter: Csv, *rows: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    exporter.write(COLUMNS, rows, out)
    return out.getvalue()


def test_bytes_are_what_excel_opens_without_asking() -> None:
    assert written(Csv(), ("weibo:1", "奶茶", 1, 0.5, AT, True)) == (
        "\ufeffid,text,count,share,at,flag\r\nweibo:1,奶茶,1,0.5,2026-11-20T09:30:00+08:00,true\r\n".encode()
    )


def test_times_are_shown_in_the_zone_asked_for() -> None:
    assert b"2026-11-20T01:30:00+00:00" in written(Csv(zone=ZoneInfo("UTC")), row("a"))


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.lstrip("'")[:1] in "=+-@\t\r\n＝"])
def test_no_cell_begins_like_a_formula(text: str) -> None:
    _, line = csv.reader(io.StringIO(written(Csv(), row(text)).decode("utf-8-sig"), newline=""))
    assert line[1][0] == "'"


def test_a_negative_number_is_a_number_and_not_a_formula() -> None:
    assert b",-5," in written(Csv(), ("a", "b", -5, 0.5, AT, True))


def test_long_ids_can_be_kept_from_excels_rounding() -> None:
    body = written(Csv(ids_as_text=True), ("4912345678901234", "b", 1, 0.5, AT, True))
    assert b'"=""4912345678901234""",b' in body
    assert written(Csv(), ("4912345678901234", "b", 1, 0.5, AT, True)).count(b"=") == 0


@given(st.text())
def test_escaping_is_exact_for_every_text(text: str) -> None:
    assert unescape(escape(text)) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=1))
def test_pandas_reads_every_text_back(texts: list[str]) -> None:
    body = written(Csv(), *[row(text, number) for number, text in enumerate(texts)])
    frame = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False)
    assert [unescape(cell) for cell in frame["text"]] == texts
    assert list(frame["id"]) == [f"weibo:{number}" for number in range(len(texts))]
