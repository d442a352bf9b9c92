"""The one interface an adapter implements.

An adapter is its URL, its wall and its field map. Windows, paging order, sampling, pace, retries and what a wall
leads to are shared mechanisms (`sweep.py`, `polite.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from collectors.authors import Authors
from collectors.polite import Client
from collectors.post import Page, Post
from collectors.secret import Secret


class Scope(StrEnum):
    """What a source can see, hence what its coverage speaks of."""

    TOPIC = "topic"  # a search: everything said about a topic in a window; its coverage decides the minutes
    ACCOUNTS = "accounts"  # only what some accounts publish
    LIST = "list"  # a ranking, no posts
    FILE = "file"  # whatever the user's file holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A topic as far as a source needs to know it: what to search for."""

    topic: str
    queries: tuple[str, ...]  # search phrases, hashtags written as #…#


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing to ask a source for, again and again: a query, a feed, a list."""

    name: str  # stable: keys the cursor and the ledger
    query: str = ""  # search phrase or URL
    topic: str | None = None  # whose minutes this target covers; None: no topic's


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question: the target, the window [since, until) wanted, and the page of it."""

    target: Target
    since: datetime
    until: datetime
    live: bool = True  # the window ends now: a source may use its real-time tab
    cursor: str | None = None  # None: the first page
    authors: Authors = field(default_factory=Authors)  # handed on to the Reading of every body


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The circumstances in which a body was received: all that `parse` may know beside the bytes."""

    at: datetime  # becomes collected_at; relative times ("3分钟前") count from here
    url: str = ""
    authors: Authors = field(default_factory=Authors)
    page: int = 1  # the number of the page among the pages of its question, from 1


class Source(Protocol):
    """Built from its `Settings` (a frozen dataclass whose fields are the keys of its config section)."""

    kind: ClassVar[str]
    platform: ClassVar[str]
    scope: ClassVar[Scope]
    Settings: ClassVar[type[Any]]

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """What to ask for, given the topics this source serves."""
        ...

    def fetch(self, client: Client, ask: Ask) -> Page:
        """One page, over the network or from a file. Raises SourceError and nothing else."""
        ...

    def parse(self, body: bytes, reading: Reading) -> Page:
        """The pure half of `fetch`: bytes to a page. Raises SourceError and nothing else."""
        ...


@runtime_checkable
class Paged(Protocol):
    """What a newest-first search adds when any of its pages can be asked for directly: then a surge is sampled."""

    @property
    def max_pages_shown(self) -> int:
        """There is no page beyond this one, whatever the question. A class variable will do."""
        ...

    def page_cursor(self, number: int, /) -> str:
        """The cursor of page `number`, from 1."""
        ...


@runtime_checkable
class Timed(Protocol):
    """What a source adds when it knows a finer moment than the published time it shows (ids that carry a second)."""

    def moment(self, post: Post, /) -> datetime | None:
        """When the post was published, for estimates of age only; None where it cannot be told."""
        ...


@runtime_checkable
class FromNow(Protocol):
    """What a search adds that can only list from now on back, and not be asked for a window of the past."""

    @property
    def lists_from_now(self) -> bool:
        """Then its windows always end now. A class variable will do."""
        ...


@runtime_checkable
class Late(Protocol):
    """What a search adds that shows posts only some time after they were published."""

    @property
    def shows_within(self) -> timedelta:
        """The longest it takes: that much of what is newest is never claimed complete. A class variable will do."""
        ...


@runtime_checkable
class Identified(Protocol):
    """What a source adds that can tell whose login it reads with."""

    def who(self, client: Client, /) -> str | None:
        """Asked after a page was read: the id and, where told, the name; None where it is not told.

        Raises SourceError and nothing else.
        """
        ...


@runtime_checkable
class Pushed(Source, Protocol):
    """What a source is instead of one that is asked: it has no targets, and `parse` reads what is pushed to us."""

    @property
    def token(self) -> Secret | None:
        """What a push must prove to know; None: nobody does, and all are refused."""
        ...
