"""Buckets: counts per minute and hour, topic and platform, always equal to a recount of the stored mentions.

Only what a batch touched is counted again. An author is known within a platform, so distinct authors of all platforms
are the sum of each platform's, and no row for "all" is needed.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from analysis.series import Tally
from monitor.store.epoch import BEIJING, DAY, HOUR, MINUTE

FIELDS = (
    "mentions",
    "authors",
    "originals",
    "complaints",
    "complaint_authors",
    "negative",
    "neutral",
    "positive",
    "polarity_sum",
    "reach",
    "reach_known",
)
COLUMNS = ", ".join(FIELDS)
SUMS = ", ".join(f"sum({name})" for name in FIELDS)

# One expression per field of FIELDS, over mentions `m` of one platform.
AUTHORS = "count(DISTINCT m.author_id)"
COMPLAINT_AUTHORS = "count(DISTINCT CASE WHEN m.complaint THEN m.author_id END)"
COUNT = f"""
  count(*), {AUTHORS}, sum(m.original), sum(m.complaint), {COMPLAINT_AUTHORS},
  count(CASE WHEN m.polarity_milli < 0 THEN 1 END), count(CASE WHEN m.polarity_milli = 0 THEN 1 END),
  count(CASE WHEN m.polarity_milli > 0 THEN 1 END), coalesce(sum(m.polarity_milli), 0),
  coalesce(sum(m.followers), 0), count(m.followers)
"""
RECOUNT = f"""
INSERT OR REPLACE INTO buckets (topic_id, resolution_s, start, platform, {COLUMNS})
SELECT ?1, ?2, ?3, m.platform, {COUNT} FROM mentions m
WHERE m.topic_id = ?1 AND m.published_at >= ?3 AND m.published_at < ?3 + ?2 GROUP BY m.platform
"""
RECOUNT_ALL = f"""
INSERT INTO buckets (topic_id, resolution_s, start, platform, {COLUMNS})
SELECT ?1, ?2, m.published_at - m.published_at % ?2, m.platform, {COUNT} FROM mentions m
WHERE m.topic_id = ?1 GROUP BY m.published_at / ?2, m.platform
"""


def recount_touched(connection: sqlite3.Connection, topic: int, moments: Iterable[int]) -> None:
    """Count the minutes and hours again in which these moments lie. Mentions are only ever added to them."""
    moments = set(moments)
    touched = [(topic, size, start) for size in (MINUTE, HOUR) for start in sorted({m - m % size for m in moments})]
    connection.executemany(RECOUNT, touched)


def recount_topic(connection: sqlite3.Connection, topic: int) -> None:
    """Count everything of a topic again, after its mentions were rewritten."""
    connection.execute("DELETE FROM buckets WHERE topic_id = ?", (topic,))
    for size in (MINUTE, HOUR):
        connection.execute(RECOUNT_ALL, (topic, size))


def tallies(
    connection: sqlite3.Connection, topic: int, since: int, until: int, size: int, platform: str | None
) -> dict[int, Tally]:
    """Start → counts of the intervals [since, until) that have any mention; `size` is 60, 3,600 or 86,400 s."""
    stored = HOUR if size == DAY else size
    start = f"(start + {BEIJING}) / {DAY} * {DAY} - {BEIJING}" if size == DAY else "start"
    rows = connection.execute(
        f"SELECT {start}, {SUMS} FROM buckets WHERE topic_id = ? AND resolution_s = ? AND start >= ? AND start < ? "
        "AND (?5 IS NULL OR platform = ?5) GROUP BY 1",
        (topic, stored, since, until, platform),
    ).fetchall()
    distinct = _distinct_by_day(connection, topic, since, until, platform) if size == DAY else {}
    return {row[0]: tally(_with_authors(row[1:], distinct.get(row[0]))) for row in rows}


def _distinct_by_day(
    connection: sqlite3.Connection, topic: int, since: int, until: int, platform: str | None
) -> dict[int, tuple[int, int]]:
    """Distinct authors do not add up over hours: a day's are counted from its mentions."""
    rows = connection.execute(
        f"SELECT day, sum(authors), sum(complaining) FROM (SELECT (m.published_at + {BEIJING}) / {DAY} * {DAY} - "
        f"{BEIJING} AS day, {AUTHORS} AS authors, {COMPLAINT_AUTHORS} AS complaining FROM mentions m "
        "WHERE m.topic_id = ?1 AND m.published_at >= ?2 AND m.published_at < ?3 AND (?4 IS NULL OR m.platform = ?4) "
        "GROUP BY 1, m.platform) GROUP BY day",
        (topic, since, until, platform),
    )
    return {day: (authors, complaining) for day, authors, complaining in rows}


def _with_authors(counts: Sequence[int], distinct: tuple[int, int] | None) -> Sequence[int]:
    if distinct is None:
        return counts
    changed = list(counts)
    changed[FIELDS.index("authors")], changed[FIELDS.index("complaint_authors")] = distinct
    return changed


def tally(counts: Sequence[int]) -> Tally:
    """Counts in the order of FIELDS."""
    return Tally(**dict(zip(FIELDS, counts, strict=True)))
