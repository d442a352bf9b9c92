"""Which mentions each newly judged minute counts: the same whether it is judged now or rebuilt years later. Pure.

A mention is counted in its own minute where that is not yet observed, else in the next Observation that can count (one
whose minute is not missing) if it is at most 10 minutes old at that Observation's start, else in none.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from analysis.series import Completeness, Estimate, Observation, Tally
from monitor.store.coverage import Coverage, completeness
from monitor.store.epoch import MINUTE, moment
from monitor.store.posts import split_categories

LATE_S = 600
VOTE_S = 1_800  # an author's complaints count once in this time

Author = tuple[str, str]  # platform and id


class Uncounted(NamedTuple):
    """A mention that no Observation counted yet."""

    published_at: int
    post_id: int
    platform: str
    author_id: str | None
    complaint: int
    original: int
    polarity_milli: int | None
    followers: int | None
    categories: str
    version: str

    @property
    def author(self) -> Author | None:
        return None if self.author_id is None else (self.platform, self.author_id)


class Minute(NamedTuple):
    """A judged minute and the mentions that it counts; none where it is missing."""

    start: int
    share: float
    mentions: tuple[Uncounted, ...] = ()
    votes: int = 0  # authors whose complaint counts
    estimate: Estimate | None = None

    def tally(self) -> Tally | None:
        if completeness(self.share) is Completeness.MISSING:
            return None
        polarities = [m.polarity_milli for m in self.mentions if m.polarity_milli is not None]
        reach = [m.followers for m in self.mentions if m.followers is not None]
        return Tally(
            mentions=len(self.mentions),
            authors=len({m.author for m in self.mentions if m.author}),
            originals=sum(m.original for m in self.mentions),
            complaints=sum(m.complaint for m in self.mentions),
            complaint_authors=self.votes,
            negative=sum(p < 0 for p in polarities),
            neutral=sum(p == 0 for p in polarities),
            positive=sum(p > 0 for p in polarities),
            polarity_sum=sum(polarities),
            reach=sum(reach),
            reach_known=len(reach),
        )

    def categories(self) -> tuple[tuple[str, int], ...]:
        """Complaint category and mentions, most first."""
        named = Counter(name for m in self.mentions for name in split_categories(m.categories))
        return tuple(sorted(named.items(), key=lambda pair: (-pair[1], pair[0])))

    def version(self) -> str:
        return max(self.mentions, key=lambda m: m.post_id).version if self.mentions else ""

    def observation(self, topic: str) -> Observation:
        return Observation(
            topic=topic,
            start=moment(self.start),
            completeness=completeness(self.share),
            share=self.share,
            tally=self.tally(),
            estimated=self.estimate,
            categories=self.categories(),
            version=self.version(),
        )


def minutes(
    seen: Coverage, mentions: Sequence[Uncounted], complained: dict[Author, int], since: int, until: int
) -> Iterator[Minute]:
    """The minutes of [since, until) in order. `mentions` are in order of time; `complained` holds each author's newest
    Observation that counted a complaint of theirs, and learns those of these minutes."""
    coming = deque(mentions)
    waiting: list[Uncounted] = []
    for start in range(since, until, MINUTE):
        while coming and coming[0].published_at < start + MINUTE:
            waiting.append(coming.popleft())
        waiting = [mention for mention in waiting if mention.published_at >= start - LATE_S]
        share = seen.share(start)
        if completeness(share) is Completeness.MISSING:
            yield Minute(start, 0.0)
            continue
        votes = _votes(waiting, complained, start)
        yield Minute(start, share, tuple(waiting), votes, seen.estimate(start, len(waiting)))
        waiting = []


def _votes(mentions: Sequence[Uncounted], complained: dict[Author, int], start: int) -> int:
    """Authors whose complaint counts in this minute; `complained` learns who complained in it."""
    authors = {m.author for m in mentions if m.complaint and m.author}
    votes = sum(author not in complained or complained[author] < start - VOTE_S for author in authors)
    complained.update(dict.fromkeys(authors, start))
    return votes
