"""What one sweep of a source proved about time."""

from dataclasses import dataclass
from datetime import datetime

from collectors.errors import SourceError
from collectors.post import HotEntry, Post, Rejected, Withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Posts per minute, estimated, with its 90 % interval."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of time [starts_at, ends_at) that was seen, and how completely.

    `share` is 1.0 where every post shown was read (complete) and the share of the posts read, below 1, where only
    some pages were (sampled); then `rate` estimates what was there. Time in no stretch is missing.
    """

    starts_at: datetime
    ends_at: datetime
    share: float = 1.0
    rate: Rate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A body that a person should look at; credentials already redacted."""

    url: str
    at: datetime
    body: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """All that one visit to one target gave: the unit that is stored in one transaction.

    `error` is why the visit ended early, None when it ended as planned; what was read before it is kept and claimed
    only as far as it proves. `reached` is true when the window needs no further visit: everything in it is
    complete, sampled, or beyond what the platform will ever show again (then it stays missing).
    """

    posts: tuple[Post, ...] = ()
    hot_entries: tuple[HotEntry, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    kept: tuple[KeptPage, ...] = ()
    pages: int = 0
    reached: bool = True
    error: SourceError | None = None
