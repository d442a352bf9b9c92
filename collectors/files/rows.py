"""A file of rows as a source: CSV, JSON lines or a JSON array, read page by page, each row by its adapter."""

import io
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain, islice
from pathlib import Path
from typing import IO, ClassVar

from collectors.errors import Blocked, PayloadChanged, Transient
from collectors.files import csv_records, json_records
from collectors.files.text_lines import Broken, Encoding, detect_encoding
from collectors.normalise import clean
from collectors.polite import Client
from collectors.post import Page, Post, Rejected
from collectors.source import Ask, Reading, Scope, Target, Watched

ROWS_A_PAGE = 2_000
_SAMPLE_BYTES = 256 * 1024
_SAMPLE_ROWS = 50
_log = logging.getLogger(__name__)


class Form(Enum):
    CSV = "CSV"
    LINES = "JSON lines"
    ARRAY = "JSON array"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the beginning of a file says: how it is written, and which columns its rows have."""

    form: Form
    encoding: Encoding
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    values: Mapping[str, str]  # by column; a column that a row lacks is missing or ""
    line: int
    end_offset: int
    next_line: int


class FileOfRows(ABC):
    """What the sources that read files share. Some thousand rows a page; the cursor is `byte offset:line number`.

    An adapter names the columns it cannot do without and turns a row into posts; everything else is here.
    """

    scope: ClassVar[Scope] = Scope.FILE
    forms: ClassVar[frozenset[Form]] = frozenset(Form)
    row_starts: ClassVar[re.Pattern[str]] = csv_records.ID_FIRST

    def __init__(self, path: str) -> None:
        self._path = path

    @abstractmethod
    def missing(self, columns: Collection[str]) -> Sequence[str]:
        """The columns that a file needs and this one has not."""

    @abstractmethod
    def read(self, row: Mapping[str, str], reading: Reading) -> Iterable[Post | str]:
        """The posts of a row, or the reasons why there are none."""

    def shorter(self, columns: tuple[str, ...]) -> Collection[int]:
        """How many fields a row of CSV may have beside as many as there are columns."""
        del columns
        return ()

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The configured file, whatever the topics."""
        del watched
        return (Target(name=self._path, query=self._path),) if self._path else ()

    def fetch(self, client: Client, ask: Ask) -> Page:
        path = Path(self._path or ask.target.query)
        reading = Reading(at=client.now(), url=str(path), authors=ask.authors)
        try:
            with path.open("rb") as file:
                return self._page(file, reading, ask.cursor, ROWS_A_PAGE)
        except FileNotFoundError:
            raise Blocked(f"{path}: no such file", "check the path") from None
        except IsADirectoryError:
            raise Blocked(f"{path}: a folder", "name one file in it") from None
        except PermissionError:
            raise Blocked(f"{path}: may not be read", "give this user the right to read it") from None
        except OSError as error:
            raise Transient(f"{path}: {error.strerror or type(error).__name__}") from None
        except ValueError:
            raise Blocked("the path holds characters that no path has", "check the path") from None

    def parse(self, body: bytes, reading: Reading) -> Page:
        """A whole file at once."""
        return self._page(io.BytesIO(body), reading, None, None)

    def _page(self, file: IO[bytes], reading: Reading, cursor: str | None, most_rows: int | None) -> Page:
        head = self._head(file)
        if cursor is None and head.encoding is not Encoding.UTF_8:
            _log.warning("%s: read as %s", reading.url or "file", head.encoding.value)
        offset, line = (file.tell(), 2 if head.form is Form.CSV else 1) if cursor is None else _place(cursor)
        where = "item" if head.form is Form.ARRAY else "line"
        posts: dict[str, Post] = {}
        rejected = []
        next_cursor = None
        file.seek(offset)
        for count, row in enumerate(self._rows(file, head, line), 1):
            if isinstance(row, Broken):
                rejected.append(Rejected(reason=row.reason, where=f"{where} {row.line}", excerpt=row.excerpt))
            else:
                for each in self.read(row.values, reading):
                    if isinstance(each, Post):
                        posts.setdefault(each.key, each)
                    else:
                        shown = clean(",".join(row.values.values()))[:300]
                        rejected.append(Rejected(reason=each, where=f"{where} {row.line}", excerpt=shown))
            if count == most_rows and head.form is not Form.ARRAY:
                next_cursor = f"{row.end_offset}:{row.next_line}"
                break
        return Page(posts=tuple(posts.values()), next_cursor=next_cursor, rejected=tuple(rejected))

    def _head(self, file: IO[bytes]) -> Head:
        """How the file is written; leaves it at the first row. PayloadChanged names what is missing."""
        sample = file.read(_SAMPLE_BYTES)
        encoding = detect_encoding(sample)
        form = _form(sample)
        if form not in self.forms:
            raise PayloadChanged(f"{' or '.join(sorted(each.value for each in self.forms))} (this is {form.value})")
        file.seek(0)
        columns: tuple[str, ...] = ()
        if form is Form.CSV:
            columns = csv_records.header(file, encoding)
            self._check(columns, "on line 1", encoding)
        elif form is Form.LINES:
            objects = json_records.lines_of_objects(io.BytesIO(sample), encoding, 1)
            self._check(_names_of(islice(objects, _SAMPLE_ROWS)), "in the first objects", encoding)
        return Head(form=form, encoding=encoding, columns=columns)

    def _rows(self, file: IO[bytes], head: Head, line: int) -> Iterator[Row | Broken]:
        if head.form is Form.CSV:
            width, shorter = len(head.columns), self.shorter(head.columns)
            for record in csv_records.records(
                file, head.encoding, width, line, shorter=shorter, starts=self.row_starts
            ):
                if isinstance(record, Broken):
                    yield record
                else:
                    values = dict(zip(head.columns, record.fields, strict=False))
                    yield Row(values=values, line=record.line, end_offset=record.end_offset, next_line=record.next_line)
            return
        if head.form is Form.ARRAY:
            objects = self._checked(json_records.array_of_objects(file, head.encoding), head.encoding)
        else:
            objects = json_records.lines_of_objects(file, head.encoding, line)
        for each in objects:
            yield (
                each
                if isinstance(each, Broken)
                else Row(values=each.values, line=each.line, end_offset=each.end_offset, next_line=each.next_line)
            )

    def _checked(
        self, objects: Iterator[json_records.Record | Broken], encoding: Encoding
    ) -> Iterator[json_records.Record | Broken]:
        """The objects of an array, once the first ones show that they have the columns needed."""
        first = list(islice(objects, _SAMPLE_ROWS))
        if first:
            self._check(_names_of(first), "in the first objects", encoding)
        yield from chain(first, objects)

    def _check(self, columns: tuple[str, ...], at: str, encoding: Encoding) -> None:
        if missing := self.missing(columns):
            found = ", ".join(columns)[:300] or "nothing"
            raise PayloadChanged(f"column {', '.join(missing)} {at} (read as {encoding.value}, it has: {found})")


def _form(sample: bytes) -> Form:
    first = sample.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return {b"{": Form.LINES, b"[": Form.ARRAY}.get(first, Form.CSV)


def _names_of(objects: Iterable[json_records.Record | Broken]) -> tuple[str, ...]:
    return tuple({name: None for each in objects if isinstance(each, json_records.Record) for name in each.values})


def _place(cursor: str) -> tuple[int, int]:
    offset, _, line = cursor.partition(":")
    if not (offset.isascii() and offset.isdigit() and line.isascii() and line.isdigit()):
        raise PayloadChanged(f"byte offset and line in the cursor {cursor[:40]!r}")
    return int(offset), int(line)
