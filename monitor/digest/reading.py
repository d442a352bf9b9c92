"""The posts of the day, read once: what only the posts themselves can tell."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from analysis.spam import Copy, SpamBurst, spam_burst
from collectors.post import Kind
from monitor.digest.excerpts import engagement, excerpt
from monitor.digest.facts import Excerpt, Span
from monitor.digest.trending import EmergingWords
from monitor.store.store import StoredPost

TOP = 5
PRAISED = 3
EXAMPLES = 2  # of a complaint category
PRAISE = 0.3  # polarity from which a text is shown as praise
NEGATIVE = -0.0005  # polarity × 1000 rounds to less than 0, as in Tally

Rank = tuple[int, int, int, str]


@dataclass(slots=True)
class Best:
    """The `limit` posts that rank highest of all that were offered."""

    limit: int
    _heap: list[tuple[Rank, StoredPost]] = field(default_factory=list)

    def offer(self, rank: Rank, stored: StoredPost) -> None:
        if len(self._heap) < self.limit:
            heapq.heappush(self._heap, (rank, stored))
        elif rank > self._heap[0][0]:
            heapq.heapreplace(self._heap, (rank, stored))

    def ranked(self) -> list[StoredPost]:
        return [stored for _, stored in sorted(self._heap, key=lambda pair: pair[0], reverse=True)]


@dataclass(slots=True)
class Reading:
    """Counts and candidates; memory grows with the copies and the hashtags of the day, not with its posts.

    `outages` are the times in which complaints were reported: what is complained of then is the better example.
    """

    outages: tuple[Span, ...] = ()
    words: EmergingWords = field(default_factory=lambda: EmergingWords({}))
    reposts: int = 0
    copies: int = 0
    without_polarity: int = 0
    without_author: int = 0
    gone: int = 0
    versions: set[str] = field(default_factory=set)
    known_until: datetime | None = None  # posts collected later are `late`
    late: int = 0
    hashtag_judged: Counter[str] = field(default_factory=Counter)
    hashtag_negative: Counter[str] = field(default_factory=Counter)
    _copied: dict[str, list[Copy]] = field(default_factory=lambda: defaultdict(list))  # key of a story → its copies
    _top: Best = field(default_factory=lambda: Best(TOP))
    _praised: Best = field(default_factory=lambda: Best(PRAISED + TOP))
    _examples: dict[str, Best] = field(default_factory=lambda: defaultdict(lambda: Best(EXAMPLES)))

    def read(self, posts: Iterable[StoredPost]) -> "Reading":
        for stored in posts:
            self._count(stored)
            self.words.read(stored)
            if not stored.duplicate_of and stored.post.kind is not Kind.REPOST:
                self._consider(stored)
        return self

    def _count(self, stored: StoredPost) -> None:
        self.reposts += stored.post.kind is Kind.REPOST
        self.without_author += stored.post.author_id is None
        self.gone += stored.gone_at is not None
        self.versions.add(stored.version)
        self.late += self.known_until is not None and stored.post.collected_at > self.known_until
        if stored.duplicate_of:
            self.copies += 1
            author = (stored.post.platform, stored.post.author_id) if stored.post.author_id else None
            copy = Copy(at=stored.post.published_at, author=author, followers=stored.post.followers)
            self._copied[stored.duplicate_of].append(copy)
        if stored.polarity is None:
            self.without_polarity += 1
            return
        for key in stored.hashtags:
            self.hashtag_judged[key] += 1
            self.hashtag_negative[key] += stored.polarity < NEGATIVE

    def _consider(self, stored: StoredPost) -> None:
        post = stored.post
        heat = engagement(post)
        rank = (0, -1 if heat is None else heat, -int(post.published_at.timestamp()), post.key)
        if heat is not None and post.kind is not Kind.COMMENT:
            self._top.offer(rank, stored)
        for category in stored.categories:
            self._examples[category].offer((self._plainness(stored), *rank[1:]), stored)
        if not stored.categories and stored.polarity is not None and stored.polarity >= PRAISE:
            self._praised.offer(rank, stored)

    def _plainness(self, stored: StoredPost) -> int:
        """How little doubt there is that this is the complaint it was taken for, 0 to 3."""
        meant = stored.polarity is not None and stored.polarity < NEGATIVE
        reported = any(span.since <= stored.post.published_at < span.until for span in self.outages)
        return meant + reported + (len(stored.categories) == 1)

    def spam(self) -> tuple[tuple[str, SpamBurst], ...]:
        """(key of the story, its burst), the largest first."""
        found = [(story, burst) for story, copies in self._copied.items() if (burst := spam_burst(copies))]
        return tuple(sorted(found, key=lambda pair: (-pair[1].copies, pair[0])))

    def top(self) -> tuple[Excerpt, ...]:
        """Originals with most engagement; posts whose source tells none are not ranked."""
        return self._shown(self._top.ranked())

    def praised(self) -> tuple[Excerpt, ...]:
        """Originals that speak well of it, without those that `top` shows."""
        known = {stored.post.key for stored in self._top.ranked()}
        return self._shown([stored for stored in self._praised.ranked() if stored.post.key not in known][:PRAISED])

    def examples(self, category: str) -> tuple[Excerpt, ...]:
        return self._shown(self._examples[category].ranked()) if category in self._examples else ()

    def negative_share(self, hashtag: str) -> float | None:
        judged = self.hashtag_judged[hashtag]
        return self.hashtag_negative[hashtag] / judged if judged else None

    def _shown(self, posts: Iterable[StoredPost]) -> tuple[Excerpt, ...]:
        return tuple(excerpt(stored, len(self._copied.get(stored.post.key, ()))) for stored in posts)
