"""What a digest knows: figures, series, incidents, posts, gaps. Rendering reads this and nothing else.

Stored as JSON with `as_of`; the same facts give the same bytes and the same digest, however much is collected later.
Every figure says where it comes from, so that it can be counted again from an export.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from analysis.spam import Sign

VERSION = 3  # of this tree: stored facts of another version are gathered anew, not guessed at


class Against(StrEnum):
    YESTERDAY = "yesterday"
    LAST_WEEK = "last_week"  # the same weekday, a week ago
    MEAN_7D = "mean_7d"  # the seven days before, as far as they were covered


class WhyNot(StrEnum):
    """Why a figure is not compared."""

    NOT_OVER = "not_over"  # the day was not over
    UNCOVERED = "uncovered"  # too much of the day was not collected
    BASE_UNCOVERED = "base_uncovered"  # … or of the day it would be compared with
    SAMPLED = "sampled"  # only samples were seen, and samples of different size do not compare
    BASE_SMALL = "base_small"  # a percentage of so little says nothing
    NO_VALUE = "no_value"  # the figure itself is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How to count a figure again: from the rows of `monitor export TABLE` of [since, until) and the topic.

    `where` is a condition on its columns as pandas' `query` reads it, "" for all rows. `count` is what to take of
    them: rows; authors (distinct platform and author_id); followers (their sum); estimated_mid (the sum).
    """

    table: str
    since: datetime
    until: datetime
    where: str = ""
    count: str = "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure against an earlier one. `ratio` (0.18: 18 % more) for counts, `points` for shares."""

    against: Against
    base: float | None = None
    days: int = 0  # that the base rests on
    ratio: float | None = None
    points: float | None = None
    at_least: bool = False  # only a sample was seen of the day: it rose by this or more
    why_not: WhyNot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A count (persons for reach), or a share 0…1 with what it is a share `of`. Counts are of what was SEEN."""

    value: float | None
    origin: Origin
    of: int | None = None
    estimated: Interval | None = None  # of all there were, where only a sample was seen
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    mentions: Figure
    negative_share: Figure  # of the mentions whose polarity is known
    authors: Figure
    complaints: Figure
    reach: Figure  # `of`: the mentions whose source tells followers
    originals: int
    reposts: int
    copies: int  # that repeat an earlier text: counted as mentions, not as originals


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One interval of the chart. Where `coverage` is 0 and nothing was seen, nothing is known: a gap, not a zero."""

    start: datetime
    coverage: float
    sampled: float
    mentions: int
    estimated: Interval | None
    negative: int
    neutral: int
    positive: int
    complaints: int

    @property
    def known(self) -> bool:
        return self.coverage > 0 or self.mentions > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Something counted on the day, against yesterday. `authors` and `negative_share` where they are known."""

    name: str
    label: str  # as people write it
    mentions: int
    origin: Origin
    authors: int | None = None
    negative_share: float | None = None
    before: int | None = None  # yesterday; None: that was not covered, or only sampled
    posts: tuple["Excerpt", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A post as shown: never more than `EXCERPT` characters of it, the author masked."""

    key: str
    platform: str
    url: str
    published_at: datetime
    author: str | None  # masked; None: unknown
    text: str
    engagement: int | None  # reposts + comments + likes, as far as the source tells; None: it tells none
    polarity: float | None
    copies: int = 0  # later posts of the day with the same text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """A hashtag or word of the day against a usual day of the past: `growth` is (n + 5) / (usual + 5).

    Words count texts (no copies, no reposts); they have no origin, for no export tells words: `posts` shows one.
    """

    name: str
    label: str  # as people write it; of a word the longer string that it is nearly always part of
    mentions: int
    authors: int
    usual: float  # mentions on a usual day
    growth: float
    new: bool  # never seen in the past
    origin: Origin | None
    posts: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """Against up to 28 days, of which `days` were seen; too few of them, and nothing is said."""

    days: float
    rising: tuple[Rise, ...]
    fading: tuple[Rise, ...]  # only of a day that was over and seen as well as others
    words: tuple[Rise, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spam:
    """Copies of one text that look placed: many in an hour, by few accounts or by nobody's."""

    story: str  # key
    text: str
    since: datetime
    until: datetime
    copies: int
    authors: int
    sign: Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An alert of the topic that was firing on the day; times are event times."""

    alert: str
    rule: str
    kind: str
    severity: str
    state: str
    began_at: datetime
    fired_at: datetime
    resolved_at: datetime | None
    peak: float | None  # of what the rule measures
    limit: float | None
    unit: str
    because: str  # when it fired, in the words of the rule (English)
    first: Point | None  # what was seen from its beginning until it fired
    worst: Point | None  # the ten minutes with most complaints (of other rules: mentions) that were seen
    categories: tuple[Count, ...]  # complaints between its beginning and its end (or `as_of`)
    unknown: tuple[Span, ...]  # could not be judged meanwhile
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """A time in which a source was reported as blind."""

    source: str
    fired_at: datetime
    resolved_at: datetime | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """How one source was read on the day. Minutes are None for a source that decides no minute of the topic."""

    source: str
    visits: int
    failed: int
    errors: tuple[tuple[str, int], ...]  # class of the error → visits, most first
    reason: str | None  # of the newest failure
    rejected: int
    complete: int | None
    sampled: int | None
    missing: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Minutes of the topic of which nothing was seen. `cause` is of the visits that failed meanwhile, if any did."""

    since: datetime
    until: datetime
    before_watching: bool = False
    source: str | None = None
    error: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How well the day was seen. Minutes are of the topic: complete + sampled + missing are the day's so far."""

    complete: int
    sampled: int
    missing: int
    gaps: tuple[Gap, ...]
    sources: tuple[SourceRecord, ...]
    blind: tuple[Blind, ...]
    rejected: int
    rejected_reasons: tuple[tuple[str, int], ...]
    without_polarity: int
    without_author: int
    spam: tuple[Spam, ...]
    gone: int = 0  # posts that their platform no longer has

    @property
    def coverage(self) -> float:
        """Share of the minutes that were seen, 0 where there was none yet."""
        minutes = self.complete + self.sampled + self.missing
        return (self.complete + self.sampled) / minutes if minutes else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One row of the seven days: what a table under the chart shows."""

    day: date
    coverage: float
    mentions: int
    estimated: Interval | None
    negative_share: float | None
    complaints: int

    @property
    def known(self) -> bool:
        return self.coverage > 0 or self.mentions > 0


class Changed(StrEnum):
    """What a revision says otherwise than the one before."""

    MENTIONS = "mentions"
    NEGATIVE_SHARE = "negative_share"
    AUTHORS = "authors"
    COMPLAINTS = "complaints"
    REACH = "reach"
    GONE = "gone"  # posts that their platform no longer has
    MISSING = "missing"  # minutes that were not collected
    CATEGORY = "category"  # `name`: which
    HASHTAG = "hashtag"  # `name`: which
    ENGAGEMENT = "engagement"  # `name`: key of the post
    INCIDENT_NEW = "incident_new"  # `name`: its rule; so below
    INCIDENT_OVER = "incident_over"
    INCIDENT_GONE = "incident_gone"
    VERSIONS = "versions"  # `name`: of the analysis, both


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure before and after; None: it was not told."""

    what: Changed
    name: str = ""
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Which revision of the digest this is. `before_as_of` None: there is none that it can be compared with."""

    number: int = 1
    before_as_of: datetime | None = None
    before_over: bool = True  # was the day over, when the one before was made
    late_posts: int = 0  # of the day, collected since the one before
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    version: int
    day: date  # of Asia/Shanghai
    topic: str
    title: str
    external_url: str | None
    as_of: datetime
    since: datetime
    until: datetime  # the end of the day, or `as_of` where the day was not over
    over: bool
    watched_since: datetime | None
    headline: Headline
    days: tuple[Day, ...]
    hours: tuple[Point, ...]  # seven days
    minutes: tuple[Point, ...]  # the day, by ten minutes
    gaps: tuple[Span, ...]  # of the seven days
    incidents: tuple[Incident, ...]
    earlier: tuple[Incident, ...]  # of the six days before: shaded in the chart
    hashtags: tuple[Count, ...]
    trends: Trends
    categories: tuple[Count, ...]
    top_posts: tuple[Excerpt, ...]
    praised: tuple[Excerpt, ...]
    quality: Quality
    versions: tuple[str, ...] = ()  # of the analysis that the posts were read with
    revision: Revision = Revision()


def dump(facts: Facts) -> bytes:
    """As JSON; the same facts give the same bytes."""
    return msgspec.json.encode(facts)


def load(stored: bytes) -> Facts | None:
    """The facts that `dump` wrote; None where they are of another version of this tree."""
    if msgspec.json.decode(stored, type=_Versioned).version != VERSION:
        return None
    return msgspec.json.decode(stored, type=Facts)


class _Versioned(msgspec.Struct):
    version: int
