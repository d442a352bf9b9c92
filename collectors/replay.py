"""Recorded pages as a source: a folder of bodies, each with a note of when it was received.

Beside `003.html` stands `003.html.meta.json`, such as `{"at": "2026-11-23T10:00:00+08:00", "url": "…", "page": 3}`;
`at` is needed, because a page full of "3 minutes ago" read at another time would be dated wrongly. Pages that the
service keeps for inspection have this form.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from collectors.authors import Authors
from collectors.errors import Blocked, SourceError, Transient
from collectors.polite import Client
from collectors.post import Page
from collectors.registry import NotRegistered, source_kind
from collectors.source import Ask, Reading, Scope, Source, Target, Watched

META = ".meta.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySettings:
    """`folder`: of the pages, "" where the target names it, as an import does; `source`: the kind that reads them."""

    folder: str = ""
    source: str = ""


class Replay:
    """One recorded page per fetch, in the order of the file names; the cursor is the index of the page, from 0."""

    kind: ClassVar[str] = "replay"
    platform: ClassVar[str] = "replay"  # of the visit; each post bears its own
    scope: ClassVar[Scope] = Scope.FILE
    Settings: ClassVar[type[Any]] = ReplaySettings

    def __init__(self, settings: ReplaySettings) -> None:
        self.settings = settings
        self._reader: Source | None = None
        self._listed: dict[str, tuple[Path, ...]] = {}

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The configured folder, whatever the topics."""
        del watched
        folder = self.settings.folder
        return (Target(name=folder, query=folder),) if folder else ()

    @property
    def max_pages_shown(self) -> int:
        """The pages of the configured folder; 1 where it cannot be listed, so that asking for it tells why."""
        try:
            return len(self._pages(self.settings.folder, again=True))
        except SourceError:
            return 1

    def page_cursor(self, number: int, /) -> str:
        return str(number - 1)

    def fetch(self, client: Client, ask: Ask) -> Page:
        """Raises Blocked where a person has to mend the recording; every error names the file."""
        del client
        pages = self._pages(ask.target.query or self.settings.folder, again=ask.cursor is None)
        index = int(ask.cursor or 0)
        if index >= len(pages):
            return Page()
        path = pages[index]
        try:
            page = self.parse(path.read_bytes(), kept_reading(path, ask.authors))
        except OSError as error:
            raise Transient(f"{path}: {error.strerror}") from error
        except SourceError as error:
            error.args = (f"{path}: {error}",)
            raise
        return Page(
            posts=page.posts,
            hot_entries=page.hot_entries,
            next_cursor=str(index + 1) if index + 1 < len(pages) else None,
            rejected=page.rejected,
        )

    def parse(self, body: bytes, reading: Reading) -> Page:
        """What the named source makes of it."""
        return self._source().parse(body, reading)

    def _source(self) -> Source:
        if self._reader is None:
            if self.settings.source in ("", self.kind):
                raise Blocked("no kind of source is named that reads the recorded pages", 'set source = "…" for replay')
            try:
                kind: Any = source_kind(self.settings.source)
            except NotRegistered as error:
                raise Blocked(str(error), "name one of these as source") from error
            self._reader = kind(kind.Settings())
        return self._reader

    def _pages(self, folder: str, *, again: bool) -> tuple[Path, ...]:
        """Listed when the first page is asked for, so that a long folder is not listed once per page."""
        if again or folder not in self._listed:
            try:
                paths = [path for path in Path(folder).iterdir() if not path.name.endswith(META) and path.is_file()]
            except OSError as error:
                raise Blocked(f"{folder}: {error.strerror}", "give a folder of recorded pages") from error
            self._listed[folder] = tuple(sorted(paths, key=lambda path: path.name))
        return self._listed[folder]


def kept_reading(path: Path, authors: Authors) -> Reading:
    """The circumstances that stand beside the page. Raises Blocked where they are missing or cannot be read."""
    meta = path.with_name(path.name + META)
    write = f'write {meta.name} with {{"at": "2026-11-23T10:00:00+08:00"}}, the moment it was received, with its offset'
    try:
        told = json.loads(meta.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(told["at"])
        reading = Reading(
            at=at.astimezone(UTC), url=str(told.get("url", "")), authors=authors, page=int(told.get("page", 1))
        )
    except FileNotFoundError:
        raise Blocked(f"when it was received is not known: {write}", write) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Blocked(f"{meta.name} cannot be read ({error!r}): {write}", write) from error
    if at.tzinfo is None:
        raise Blocked(f"{meta.name}: at has no offset from UTC: {write}", write)
    return reading
