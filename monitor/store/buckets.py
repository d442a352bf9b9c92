"""Buckets: counts per minute and hour, topic and platform, always equal to a recount of the stored mentions.

Only what a batch touched is counted again: minutes from their mentions, hours from their minutes. Distinct authors do
not add up, so those of an hour are kept in a narrow table of their own, and an hour with very many mentions costs
little more than another. An author is known within a platform: the distinct authors of all platforms are the sum of
each platform's, and no row for "all" is needed.
"""

import sqlite3
from collections.abc import Collection, Sequence

from analysis.series import Tally
from monitor.store.epoch import BEIJING, DAY, HOUR, MINUTE
from monitor.store.posts import MentionRow

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
RECOUNT_MINUTE = f"""
INSERT OR REPLACE INTO buckets (topic_id, resolution_s, start, platform, {COLUMNS})
SELECT ?1, {MINUTE}, ?2, m.platform, {COUNT} FROM mentions m
WHERE m.topic_id = ?1 AND m.published_at >= ?2 AND m.published_at < ?2 + {MINUTE} GROUP BY m.platform
"""
ADD_UP_HOUR = f"""
INSERT OR REPLACE INTO buckets (topic_id, resolution_s, start, platform, {COLUMNS})
SELECT ?1, {HOUR}, ?2, platform, {SUMS} FROM buckets
WHERE topic_id = ?1 AND resolution_s = {MINUTE} AND start >= ?2 AND start < ?2 + {HOUR} GROUP BY platform
"""
COUNT_AUTHORS = f"""
UPDATE buckets AS b SET
  authors = (SELECT count(*) FROM hour_authors a WHERE a.topic_id = ?1 AND a.hour = ?2 AND a.platform = b.platform
    AND a.complaining = 0),
  complaint_authors = (SELECT count(*) FROM hour_authors a WHERE a.topic_id = ?1 AND a.hour = ?2
    AND a.platform = b.platform AND a.complaining = 1)
WHERE b.topic_id = ?1 AND b.resolution_s = {HOUR} AND b.start = ?2
"""
HOUR_AUTHORS = f"""
INSERT INTO hour_authors (topic_id, hour, platform, complaining, author_id)
SELECT topic_id, published_at / {HOUR} * {HOUR} AS hour, platform, c.value AS complaining, author_id
FROM mentions JOIN (SELECT 0 AS value UNION ALL SELECT 1) c ON c.value <= complaint
WHERE topic_id = ?1 AND published_at >= ?2 AND published_at < ?3 AND author_id IS NOT NULL
GROUP BY hour, platform, complaining, author_id
"""
EVER = (-(2**62), 2**62)
RECOUNT_ALL = f"""
INSERT INTO buckets (topic_id, resolution_s, start, platform, {COLUMNS})
SELECT ?1, ?2, m.published_at - m.published_at % ?2, m.platform, {COUNT} FROM mentions m
WHERE m.topic_id = ?1 AND m.published_at >= ?3 AND m.published_at < ?4 GROUP BY m.published_at / ?2, m.platform
"""


def count(connection: sqlite3.Connection, topic: int, mentions: Sequence[MentionRow]) -> None:
    """Count the minutes and hours again to which these stored mentions were added."""
    minutes = sorted({m.published_at - m.published_at % MINUTE for m in mentions})
    hours = sorted({minute - minute % HOUR for minute in minutes})
    connection.executemany(RECOUNT_MINUTE, [(topic, start) for start in minutes])
    connection.executemany(ADD_UP_HOUR, [(topic, start) for start in hours])
    known = {(m.published_at // HOUR * HOUR, m.platform, m.author_id, m.complaint) for m in mentions if m.author_id}
    connection.executemany(
        "INSERT INTO hour_authors (topic_id, hour, platform, complaining, author_id) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        sorted(
            (topic, hour, platform, complaining, author)
            for hour, platform, author, complaint in known
            for complaining in range(complaint + 1)
        ),
    )
    connection.executemany(COUNT_AUTHORS, [(topic, start) for start in hours])


def recount(connection: sqlite3.Connection, topic: int, moments: Collection[int]) -> None:
    """Count the minutes and hours of these moments again, whatever became of the mentions in them."""
    minutes = sorted({at - at % MINUTE for at in moments})
    hours = sorted({minute - minute % HOUR for minute in minutes})
    for size, starts in ((MINUTE, minutes), (HOUR, hours)):
        connection.executemany(
            "DELETE FROM buckets WHERE topic_id = ? AND resolution_s = ? AND start = ?",
            [(topic, size, start) for start in starts],
        )
    connection.executemany(RECOUNT_MINUTE, [(topic, start) for start in minutes])
    connection.executemany(ADD_UP_HOUR, [(topic, start) for start in hours])
    connection.executemany(
        "DELETE FROM hour_authors WHERE topic_id = ? AND hour = ?", [(topic, start) for start in hours]
    )
    connection.executemany(HOUR_AUTHORS, [(topic, start, start + HOUR) for start in hours])
    connection.executemany(COUNT_AUTHORS, [(topic, start) for start in hours])


def recount_topic(connection: sqlite3.Connection, topic: int, since: int = EVER[0], until: int = EVER[1]) -> None:
    """Count everything of a topic between two whole hours again, after its mentions were rewritten."""
    window = (since, until)
    connection.execute("DELETE FROM hour_authors WHERE topic_id = ? AND hour >= ? AND hour < ?", (topic, *window))
    for size in (MINUTE, HOUR):
        connection.execute(
            "DELETE FROM buckets WHERE topic_id = ? AND resolution_s = ? AND start >= ? AND start < ?",
            (topic, size, *window),
        )
        connection.execute(RECOUNT_ALL, (topic, size, *window))
    connection.execute(HOUR_AUTHORS, (topic, *window))


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
    """Distinct authors do not add up over hours: day → authors and complaining authors."""
    rows = connection.execute(
        "SELECT day, sum(authors), sum(complaining) FROM ("
        f"SELECT (hour + {BEIJING}) / {DAY} * {DAY} - {BEIJING} AS day, "
        "count(DISTINCT CASE WHEN complaining = 0 THEN author_id END) AS authors, "
        "count(DISTINCT CASE WHEN complaining = 1 THEN author_id END) AS complaining FROM hour_authors "
        "WHERE topic_id = ?1 AND hour >= ?2 AND hour < ?3 AND (?4 IS NULL OR platform = ?4) "
        "GROUP BY 1, platform) GROUP BY day",
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
