"""Observations once more, from what each visit brought: its posts, its stretches, where it left the cursor.

The visits are gone through in the order in which they were stored. After each of them only what it and those before it
brought is known, and the minutes that their coverage reaches are judged by the very code that judges them live. So the
same minutes come out, but for what became known of a post later: the end of a text that had been cut off, an author,
another reading of it (`monitor reanalyse`).
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from analysis.series import Observation
from monitor.store.epoch import DAY, MINUTE
from monitor.store.ledger import Standing, began, coverage, frontier
from monitor.store.minutes import LATE_S, VOTE_S, Author, Uncounted, minutes

VISITS = """
SELECT id, source, target, at, asked_from, watermark FROM visits v WHERE EXISTS (
  SELECT 1 FROM deciders d WHERE d.topic_id = ? AND d.source = v.source AND d.target = v.target) ORDER BY id
"""
MENTIONS = """
SELECT m.published_at, m.post_id, m.platform, m.author_id, m.complaint, m.original, m.polarity_milli, m.followers,
  m.categories, m.version
FROM mentions m JOIN posts p ON p.id = m.post_id
WHERE m.topic_id = ? AND m.published_at >= ? AND m.published_at < ? AND p.visit_id <= ?
ORDER BY m.published_at, m.post_id
"""


@dataclass(slots=True)
class _Decider:
    standing: Standing  # as the visits so far left it
    added_at: int | None  # None: before this was noted

    def decides(self, at: int) -> bool:
        removed_at = self.standing.removed_at
        return (self.added_at is None or self.added_at <= at) and (removed_at is None or at < removed_at)

    def note(self, asked_from: int | None, watermark: int | None) -> None:
        """As the store notes a visit: a cursor never goes back."""
        old = self.standing
        asked = [each for each in (old.asked_from, asked_from) if each is not None]
        marks = [each for each in (old.watermark, watermark) if each is not None]
        self.standing = replace(old, asked_from=min(asked, default=None), watermark=max(marks, default=None))


@dataclass(slots=True)
class _Counted:
    """What earlier minutes counted, as long as it matters."""

    posts: dict[int, int] = field(default_factory=dict)  # post → published at
    complained: dict[Author, int] = field(default_factory=dict)

    def forget(self, since: int) -> None:
        self.posts = {post: at for post, at in self.posts.items() if at >= since - LATE_S}
        self.complained = {author: at for author, at in self.complained.items() if at >= since - VOTE_S}


def rebuild(connection: sqlite3.Connection, topic: str) -> Iterator[Observation]:
    """In order, from the first minute that was judged to the last. Memory does not grow with their number."""
    row = connection.execute("SELECT id FROM topics WHERE name = ?", (topic,)).fetchone()
    if row is None:
        return
    number = int(row[0])
    deciders = _deciders(connection, number)
    counted = _Counted()
    observed_until: int | None = None
    late_from = 0
    for visit, source, target, at, asked_from, watermark in connection.execute(VISITS, (number,)):
        for decider in deciders:
            if (decider.standing.source, decider.standing.target) == (source, target):
                decider.note(asked_from, watermark)
        standing = [replace(each.standing, removed_at=None) for each in deciders if each.decides(at)]
        if observed_until is None:
            first = began(standing)
            if first is None:
                continue
            observed_until = late_from = first - first % MINUTE
        reached = frontier(standing)
        until = observed_until if reached is None else reached - reached % MINUTE
        for start in range(observed_until, until, DAY):
            end = min(start + DAY, until)
            counted.forget(start)
            mentions = [
                mention
                for mention in map(
                    Uncounted._make,
                    connection.execute(MENTIONS, (number, max(late_from, start - LATE_S), end, visit)),
                )
                if mention.post_id not in counted.posts
            ]
            seen = coverage(connection, standing, start, end, known_by=visit)
            for minute in minutes(seen, mentions, counted.complained, start, end):
                counted.posts.update((mention.post_id, mention.published_at) for mention in minute.mentions)
                yield minute.observation(topic)
        observed_until = max(observed_until, until)


def _deciders(connection: sqlite3.Connection, topic: int) -> list[_Decider]:
    rows = connection.execute(
        "SELECT query, source, target, removed_at, added_at FROM deciders WHERE topic_id = ? "
        "ORDER BY query, source, target",
        (topic,),
    )
    return [
        _Decider(
            Standing(
                query=query,
                source=source,
                target=target,
                platform=None,
                watermark=None,
                asked_from=None,
                removed_at=removed_at,
            ),
            added_at,
        )
        for query, source, target, removed_at, added_at in rows
    ]
