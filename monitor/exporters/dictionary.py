"""docs/data-dictionary.md, written from the columns.

`python -m monitor.exporters.dictionary > docs/data-dictionary.md` writes it again.
"""

import sys
from collections.abc import Iterable

from monitor.exporters.tables import TABLES, Table

HEAD = """\
# Data dictionary

What `monitor export TABLE --from D --to D --topic T` writes. CSV files are UTF-8 with a byte order mark, lines end in
CRLF, quoting follows RFC 4180.

- An **empty cell** means *not known*; the column says what that means. `0` is a count of zero.
- A **time** is ISO 8601 with its offset, in Asia/Shanghai unless another zone was asked for; time of the event, not of
  the export.
- **Several values** stand in one cell: names as `slow;busy`, hashtags as `#a# #b#`.
- A text that begins with `=`, `+`, `-`, `@`, a tab or a line break, or with apostrophes before one of these, has one
  apostrophe put before it, so that no spreadsheet runs it as a formula. Take it off to have the text as published.
- Ids of 16 digits are written plainly. Excel rounds such numbers: read the column as text, or export with ids as text,
  which writes `="4912345678901234"`.
- Counts are of what was **seen**. Where only a sample could be read, `estimated_…` of the table `series` tells how much
  there was; where nothing could be read, cells are empty and never 0.
"""


def data_dictionary() -> str:
    return "\n".join([HEAD, *(_section(table) for table in TABLES.values())])


def _section(table: Table) -> str:
    rows = [(f"`{c.name}`", c.unit, c.null, c.meaning) for c in table.columns]
    return "\n".join([f"## {table.name}", "", table.meaning, "", *_table(rows), ""])


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    head = ("Column", "Unit", "Empty means", "Meaning")
    lines = [head, ("---",) * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
