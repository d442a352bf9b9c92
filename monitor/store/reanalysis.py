"""Stored posts annotated again: what a store offers for it, and how the two readings compare."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

from analysis.annotation import Annotation
from collectors.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Stored posts in the order in which they were stored: whole visits."""

    rows: tuple[tuple[int, int], ...]  # where each post stands: its number and that of its visit
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A day of Asia/Shanghai of one topic, before and after."""

    topic: str
    day: date
    mentions: tuple[int, int]
    originals: tuple[int, int]
    complaints: tuple[int, int]
    negative: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One aspect of one post, before and after."""

    post: str  # key
    aspect: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    posts: int  # read again
    changed: int  # of them: in any aspect
    aspects: dict[str, int]  # topics, categories, label, duplicates, hashtags, words → posts changed
    examples: tuple[Changed, ...]
    days: tuple[Moved, ...]  # those that moved, by topic and day


class Reanalysis(Protocol):
    """A second reading of the posts of a stretch of time, kept beside the first until it takes its place.

    What is staged survives a kill, and is taken up again by the same version, topics and stretch of time.
    """

    def posts(self) -> int:
        """Of the stretch of time."""
        ...

    def due(self) -> int:
        """Of them: whose stored annotation is of another version."""
        ...

    def staged(self) -> int: ...

    def batches(self, size: int) -> Iterator[Batch]:
        """What is not staged yet, and what was staged with another text than it has now."""
        ...

    def stage(self, batch: Batch, annotations: Sequence[Annotation]) -> None:
        """Batches are staged in their order: which post is a copy of which depends on it."""
        ...

    def compare(self, examples: int) -> Comparison: ...

    def swap(self) -> bool:
        """Put what is staged in the place of what is stored, at once: annotations, hashtags, copies, mentions, and
        all that is counted from them. Observations stay as they were judged. False, and nothing happens, where there
        are posts that are not staged yet."""
        ...

    def discard(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
