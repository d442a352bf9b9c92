"""docs/data-dictionary.md says what the columns say."""

from pathlib import Path

import pytest

from monitor.exporters.dictionary import data_dictionary
from monitor.exporters.tables import TABLES

DOCS = Path(__file__).parents[3] / "docs"


def test_the_written_dictionary_is_that_of_the_columns() -> None:
    assert (DOCS / "data-dictionary.md").read_text(encoding="utf-8") == data_dictionary(), (
        "run: python -m monitor.exporters.dictionary > docs/data-dictionary.md"
    )


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_says_its_unit_and_what_empty_means(table) -> None:  # type: ignore[no-untyped-def]
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert all(column.unit and column.null and column.meaning for column in table.columns)
