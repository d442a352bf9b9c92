"""Counts over time: what is stored per minute and hour, and what rules judge.

Bucket: what is known today of an interval; always equal to a recount of the stored mentions in it.
Observation: what was known of a minute when it was judged; never changed afterwards.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Completeness(StrEnum):
    COMPLETE = "complete"
    SAMPLED = "sampled"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Mentions estimated where only a sample was seen, with the 90 % interval."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of the mentions SEEN in an interval. Unknown authors are never counted as distinct."""

    mentions: int = 0
    authors: int = 0  # distinct known authors
    originals: int = 0  # mentions that neither repost another post nor copy an earlier text
    complaints: int = 0  # mentions with at least one complaint category
    complaint_authors: int = 0  # distinct known authors of complaints; in an Observation: one vote per 30 minutes
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    polarity_sum: int = 0  # sum of polarity × 1000, rounded per mention; mentions without polarity add nothing
    reach: int = 0  # followers, summed over the mentions whose source tells them
    reach_known: int = 0  # how many mentions tell them


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    start: datetime
    resolution_s: int
    tally: Tally
    coverage: float  # share of the interval's minutes that are complete or sampled, 0 … 1
    sampled: float  # share of its minutes that are sampled
    estimated: Estimate | None  # of all mentions; None where everything was seen, or nothing was covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Gap-free, ordered buckets; `platform` None means all. Minutes after `watermark` are not yet known."""

    topic: str
    platform: str | None
    resolution_s: int
    buckets: tuple[Bucket, ...]
    watermark: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One judged minute of one topic. `tally` is None where the minute is missing."""

    topic: str
    start: datetime
    completeness: Completeness
    share: float  # of the minute's posts that was seen: 1 complete, 0 missing, between: sampled
    tally: Tally | None
    estimated: Estimate | None  # where sampled
    categories: tuple[tuple[str, int], ...] = ()  # complaint category → mentions, most first
    version: str = ""  # the Annotation version counted
    foreseen: float = 1.0  # times what is normal that the calendar announces for this minute; not stored
