"""Observations: what was known of a minute when coverage reached it. Written once, never changed.

A mention is counted in its own minute where that is not yet observed, else in the next Observation that can count (one
whose minute is not missing) if it is at most 10 minutes old at that Observation's start, else in none.
"""

import json
import sqlite3
from collections import Counter, deque
from collections.abc import Collection, Sequence
from typing import NamedTuple

from analysis.series import Completeness, Estimate, Tally
from monitor.store.buckets import COLUMNS, FIELDS
from monitor.store.coverage import completeness
from monitor.store.epoch import DAY, MINUTE
from monitor.store.ledger import Standing, began, coverage, frontier, standings
from monitor.store.posts import split_categories

LATE_S = 600
VOTE_S = 1_800  # an author's complaints count once in this time

INSERT = (
    f"INSERT INTO observations (topic_id, start, completeness, share, {COLUMNS}, estimate_low, estimate_mid, "
    f"estimate_high, categories, version, recorded_at) VALUES ({', '.join('?' * (len(FIELDS) + 10))})"
)

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


def observe(connection: sqlite3.Connection, source: str, target: str, now: int) -> dict[str, int]:
    """Write the Observations that a visit of this target made due; topic → minutes newly observed."""
    topics = connection.execute(
        "SELECT DISTINCT t.id, t.name FROM deciders d JOIN topics t ON t.id = d.topic_id "
        "WHERE d.source = ? AND d.target = ? AND d.removed_at IS NULL AND t.watched ORDER BY t.name",
        (source, target),
    ).fetchall()
    written = {name: _observe_topic(connection, topic, now) for topic, name in topics}
    return {name: minutes for name, minutes in written.items() if minutes}


def _observe_topic(connection: sqlite3.Connection, topic: int, now: int) -> int:
    deciders = standings(connection, topic)
    until = frontier(deciders)
    observed_until, late_from = connection.execute(
        "SELECT observed_until, late_from FROM topics WHERE id = ?", (topic,)
    ).fetchone()
    if observed_until is None:
        first = began(deciders)
        if first is None:
            return 0
        observed_until = first - first % MINUTE
        late_from = max(observed_until, late_from or observed_until)
    if until is None or until - until % MINUTE <= observed_until:
        return 0
    until -= until % MINUTE
    for start in range(observed_until, until, DAY):  # a long backfill must not be held in memory as a whole
        _write(connection, topic, deciders, (start, min(start + DAY, until)), late_from, now)
    connection.execute("UPDATE topics SET observed_until = ?, late_from = ? WHERE id = ?", (until, late_from, topic))
    return int(until - observed_until) // MINUTE


def _write(
    connection: sqlite3.Connection,
    topic: int,
    deciders: Sequence[Standing],
    window: tuple[int, int],
    late_from: int,
    now: int,
) -> None:
    """The Observations of the minutes of a window, in order."""
    since, until = window
    seen = coverage(connection, deciders, since, until)
    coming = deque(_uncounted(connection, topic, max(late_from, since - LATE_S), until))
    complained = _complained(connection, topic, since, {m.author_id for m in coming if m.complaint and m.author_id})
    waiting: list[Uncounted] = []
    rows, counted = [], []
    for start in range(since, until, MINUTE):
        while coming and coming[0].published_at < start + MINUTE:
            waiting.append(coming.popleft())
        waiting = [mention for mention in waiting if mention.published_at >= start - LATE_S]
        share = seen.share(start)
        if completeness(share) is Completeness.MISSING:
            rows.append(_missing(topic, start, now))
            continue
        estimate = seen.estimate(start, len(waiting))
        rows.append(_row(topic, start, share, waiting, _votes(waiting, complained, start), estimate, now))
        if waiting:
            counted.append((start, topic, waiting[0].published_at, start + MINUTE))
            waiting = []
    connection.executemany(INSERT, rows)
    connection.executemany(
        "UPDATE mentions SET observed_at = ? WHERE topic_id = ? AND published_at >= ? AND published_at < ? "
        "AND observed_at IS NULL",
        counted,
    )


def _uncounted(connection: sqlite3.Connection, topic: int, since: int, until: int) -> list[Uncounted]:
    rows = connection.execute(
        "SELECT published_at, post_id, platform, author_id, complaint, original, polarity_milli, followers, "
        "categories, version FROM mentions WHERE topic_id = ? AND published_at >= ? AND published_at < ? "
        "AND observed_at IS NULL ORDER BY published_at, post_id",
        (topic, since, until),
    )
    return [Uncounted._make(row) for row in rows]


def _complained(connection: sqlite3.Connection, topic: int, since: int, authors: Collection[str]) -> dict[Author, int]:
    """Of these authors' ids: author → newest Observation before `since` that counted a complaint of theirs, as far back
    as votes matter.

    A mention counted at most LATE_S after it was published bounds the stretch of mentions to look at.
    """
    rows = connection.execute(
        "SELECT platform, author_id, max(observed_at) FROM mentions WHERE topic_id = ?1 AND complaint = 1 "
        "AND published_at >= ?2 - ?3 AND published_at < ?4 AND observed_at >= ?2 AND observed_at < ?4 "
        "AND author_id IN (SELECT value FROM json_each(?5)) GROUP BY platform, author_id",
        (topic, since - VOTE_S, LATE_S, since, json.dumps(sorted(authors))),
    )
    return {(platform, author): observed_at for platform, author, observed_at in rows}


def _votes(mentions: Sequence[Uncounted], complained: dict[Author, int], start: int) -> int:
    """Authors whose complaint counts in this minute; `complained` learns who complained in it."""
    authors = {m.author for m in mentions if m.complaint and m.author}
    votes = sum(author not in complained or complained[author] < start - VOTE_S for author in authors)
    complained.update(dict.fromkeys(authors, start))
    return votes


def _row(
    topic: int,
    start: int,
    share: float,
    mentions: Sequence[Uncounted],
    votes: int,
    estimate: Estimate | None,
    now: int,
) -> tuple[object, ...]:
    tally = _tally(mentions, votes)
    named = Counter(name for m in mentions for name in split_categories(m.categories))
    most_first = sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))
    return (
        topic,
        start,
        completeness(share).value,
        share,
        *(getattr(tally, name) for name in FIELDS),
        *((estimate.low, estimate.mid, estimate.high) if estimate else (None, None, None)),
        json.dumps(most_first, ensure_ascii=False),
        max(mentions, key=lambda m: m.post_id).version if mentions else "",
        now,
    )


def _missing(topic: int, start: int, now: int) -> tuple[object, ...]:
    return (topic, start, Completeness.MISSING.value, 0.0, *[None] * (len(FIELDS) + 3), "[]", "", now)


def _tally(mentions: Sequence[Uncounted], votes: int) -> Tally:
    polarities = [m.polarity_milli for m in mentions if m.polarity_milli is not None]
    reach = [m.followers for m in mentions if m.followers is not None]
    return Tally(
        mentions=len(mentions),
        authors=len({m.author for m in mentions if m.author}),
        originals=sum(m.original for m in mentions),
        complaints=sum(m.complaint for m in mentions),
        complaint_authors=votes,
        negative=sum(p < 0 for p in polarities),
        neutral=sum(p == 0 for p in polarities),
        positive=sum(p > 0 for p in polarities),
        polarity_sum=sum(polarities),
        reach=sum(reach),
        reach_known=len(reach),
    )
