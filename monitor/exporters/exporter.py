"""The one interface an exporter implements: rows in, a file's bytes out, in a stream."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what docs/data-dictionary.md says of it, kept true by a test."""

    name: str
    unit: str  # "count", "UTC time", "text", "share 0…1", …
    null: str  # what an empty cell means; "never" where it cannot be empty
    meaning: str


class Exporter(Protocol):
    kind: ClassVar[str]  # also the file name's ending

    def write(self, columns: Sequence[Column], rows: Iterable[Sequence[object]], out: BinaryIO) -> int:
        """Write all rows as they come; the number of rows written."""
        ...
