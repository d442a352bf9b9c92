"""Files into the store: the same annotate-and-ingest as a live visit, in batches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from collectors.authors import Authors
from collectors.polite import Client
from collectors.post import Page, Rejected
from collectors.replay import META, Replay
from collectors.source import Ask, Source, Target
from monitor.pipeline import Pipeline
from monitor.store.store import Store, Visit

SUFFIXES = (".csv", ".jsonl", ".json")


@dataclass(slots=True)
class Imported:
    """What an import gave. `stored` counts posts, `comments_stored` comments, `already` both."""

    stored: int = 0
    comments_stored: int = 0
    already: int = 0
    rejected: list[tuple[str, Rejected]] = field(default_factory=list)  # (file, what could not be read)

    def as_json(self) -> dict[str, int]:
        return {
            "stored": self.stored,
            "comments_stored": self.comments_stored,
            "already": self.already,
            "rejected": len(self.rejected),
        }


def files_in(paths: Iterable[Path], source: Source) -> tuple[Path, ...]:
    """The paths, each once, with folders replaced by the CSV and JSON files at any depth in them.

    A folder without any is handed on as it is, and so is every folder for `replay`, whose recordings are folders: what
    cannot be read is the source's to say.
    """
    found: dict[Path, None] = {}
    for path in paths:
        inside = path.rglob("*") if path.is_dir() and not isinstance(source, Replay) else ()
        files = sorted(file for file in inside if file.suffix.lower() in SUFFIXES and not file.name.endswith(META))
        found |= dict.fromkeys(files or [path])
    return tuple(found)


def import_file(
    path: Path,
    source: Source,
    *,
    store: Store,
    pipeline: Pipeline,
    client: Client,
    authors: Authors,
    now: datetime,
    into: Imported,
) -> Iterator[int]:
    """Read one file page by page, store each page, add up `into`; yields the items read so far.

    Importing again adds nothing: posts are known by their keys. Raises SourceError where the file as a whole cannot be
    read; what was stored before stays.
    """
    read = 0
    for number, page in enumerate(pages(path, source, client, authors, now)):
        ingested = store.ingest(as_visit(path, source, pipeline, page, f"{now:%Y%m%dT%H%M%S.%fZ}#{number}", now))
        into.stored += ingested.new_posts - ingested.new_comments
        into.comments_stored += ingested.new_comments
        into.already += ingested.known_posts
        into.rejected += [(path.name, item) for item in page.rejected]
        read += len(page.posts) + len(page.rejected)
        yield read


def pages(path: Path, source: Source, client: Client, authors: Authors, now: datetime) -> Iterator[Page]:
    """All pages of a file, by their cursors."""
    target = Target(name=path.name, query=str(path))
    cursor: str | None = None
    while True:
        page = source.fetch(client, Ask(target=target, since=now, until=now, cursor=cursor, authors=authors))
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


def as_visit(path: Path, source: Source, pipeline: Pipeline, page: Page, slot: str, now: datetime) -> Visit:
    """What a file tells was read when it was written, at the latest: its counts replace none that are newer."""
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else now
    posts = tuple(
        replace(post, collected_at=max(post.published_at, min(post.collected_at, written))) for post in page.posts
    )
    return Visit(
        slot=f"import/{path}@{slot}",
        source=source.kind,
        target=path.name,
        platform=source.platform,
        at=now,
        posts=posts,
        annotations=tuple(pipeline.annotate(posts)),
        rejected=page.rejected,
        pages=1,
    )
