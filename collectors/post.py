"""What every source hands on: posts, hot-list entries, and the page they came on.

Everywhere: times are aware UTC; None means that the source does not tell, 0 that it says zero.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    ORIGINAL = "original"
    REPOST = "repost"
    COMMENT = "comment"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post as its platform published it."""

    platform: str  # "weibo", "wechat", …: lower case, stable
    native_id: str  # the platform's own id, as text
    url: str
    text: str  # as published: plain text; HTML, NUL and lone surrogates removed
    published_at: datetime
    collected_at: datetime
    kind: Kind = Kind.ORIGINAL
    author_id: str | None = None  # keyed hash of the platform's author id; None: unknown author
    author_name: str | None = None  # kept only where the configuration asks for names
    repost_of: str | None = None  # key of the post that this one passes on or comments on
    reposts: int | None = None
    comments: int | None = None
    likes: int | None = None
    views: int | None = None
    followers: int | None = None  # of the author, persons

    @property
    def key(self) -> str:
        """`platform:native_id`: two adapters that see one post agree on it."""
        return f"{self.platform}:{self.native_id}"


class HotKind(StrEnum):
    RANKED = "ranked"
    PINNED = "pinned"  # put on top by the platform: no rank, no heat
    AD = "ad"


@dataclass(frozen=True, slots=True, kw_only=True)
class HotEntry:
    """One line of a hot list at `seen_at`."""

    platform: str
    word: str  # without # signs
    seen_at: datetime
    kind: HotKind = HotKind.RANKED
    rank: int | None = None  # 1 is the top
    heat: int | None = None  # the platform's own figure, no unit
    label: str | None = None  # 新, 热, 沸, 爆 …; None: unlabelled
    onboard_at: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An item that could not be read, kept where a person can see it."""

    reason: str  # "no date", "no id", …
    where: str  # "card 3", "line 17", …
    excerpt: str = ""  # at most 300 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A post that its platform says is no longer there. Not to be found in a search is no proof of that."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a source.

    `covered_from`/`covered_until` bound the time that this page alone PROVES was seen completely: None where it
    proves nothing (a hot list, a relevance-ordered search, a truncated page). `pages_shown` is how many
    pages the platform offers for this question, None when it does not say.
    """

    posts: tuple[Post, ...] = ()
    hot_entries: tuple[HotEntry, ...] = ()
    next_cursor: str | None = None  # None: nothing further to ask for
    covered_from: datetime | None = None
    covered_until: datetime | None = None
    pages_shown: int | None = None
    rejected: tuple[Rejected, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
