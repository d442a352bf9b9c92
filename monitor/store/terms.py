"""Hashtags per hour and words per day of each topic, so that a comparison with the past 28 days reads that many
numbers a term, not the posts. Both always equal a recount of the stored mentions.

Hashtags count mentions, as these are added. Words count texts: a word once per text, copies and reposts not at all.
There are many, and they are asked for once a day: a day to which mentions were added is *due*, and counted when
somebody asks for it.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from analysis.annotation import Annotation
from analysis.emerging import TermCount
from monitor.store.epoch import BEIJING, DAY, HOUR, moment
from monitor.store.migrations import COUNT_HASHTAGS, DAYS_DUE, WORDS
from monitor.store.minutes import LATE_S
from monitor.store.posts import ROWS, MentionRow

ADD_HASHTAG = (
    "INSERT INTO hashtag_hours (topic_id, key, hour, mentions) VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET mentions = mentions + excluded.mentions"
)
CHOSEN = "m.topic_id = ?1 AND m.published_at >= ?2 AND m.published_at < ?3"


def count_terms(
    connection: sqlite3.Connection, mentions: Sequence[MentionRow], annotations: Mapping[int, Annotation]
) -> None:
    """Add the terms of mentions that were just stored; `annotations` by the id of the post."""
    hashtags: Counter[tuple[int, str, int]] = Counter()
    days = {(mention.topic_id, day_of(mention.published_at)) for mention in mentions}
    for mention in mentions:
        if tags := annotations[mention.post_id].hashtags:
            hour = mention.published_at // HOUR * HOUR
            hashtags.update({(mention.topic_id, tag.key, hour) for tag in tags})
    connection.executemany(ADD_HASHTAG, [(*key, count) for key, count in sorted(hashtags.items())])
    connection.executemany(
        "INSERT INTO word_days_due (topic_id, day) VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(days)
    )


def recount_terms(
    connection: sqlite3.Connection, topic: int, since: int | None = None, until: int | None = None
) -> None:
    """Count again, after mentions were rewritten: the days (of Beijing) that [since, until) touches, or everything."""
    first = -(1 << 62) if since is None else day_of(since)
    end = 1 << 62 if until is None else day_of(until - 1) + DAY
    connection.execute("DELETE FROM hashtag_hours WHERE topic_id = ? AND hour >= ? AND hour < ?", (topic, first, end))
    connection.execute("DELETE FROM word_days WHERE topic_id = ? AND day >= ? AND day < ?", (topic, first, end))
    connection.execute(COUNT_HASHTAGS.format(where=CHOSEN), (topic, first, end))
    connection.execute(DAYS_DUE.format(where=CHOSEN), (topic, first, end))


def day_of(published_at: int) -> int:
    """The start of its day in Beijing."""
    return (published_at + BEIJING) // DAY * DAY - BEIJING


def hashtag_counts(
    connection: sqlite3.Connection,
    topic: str,
    since: int,
    until: int,
    past_since: int,
    at_least: int,
    *,
    observed: bool = False,
) -> tuple[TermCount, ...]:
    """Hashtags with `at_least` mentions in [since, until), most first, with those of the whole hours before it.

    `observed`: the mentions that the Observations of [since, until) counted, and no others.
    """
    chosen = "m.observed_at >= ?2 AND m.observed_at < ?3 AND m.published_at >= ?2 - ?7 AND m.published_at < ?3"
    if not observed:
        chosen = "m.published_at >= ?2 AND m.published_at < ?3"
    rows = connection.execute(
        "WITH used AS ("
        " SELECT t.id AS topic, h.key, h.spelling, m.original, m.platform || ' ' || m.author_id AS author"
        " FROM topics t JOIN mentions m ON m.topic_id = t.id JOIN post_hashtags h ON h.post_id = m.post_id"
        f" WHERE t.name = ?1 AND {chosen}"
        "), written AS ("
        " SELECT key, spelling, row_number() OVER (PARTITION BY key ORDER BY count(*) DESC, spelling) AS place"
        " FROM used GROUP BY key, spelling"
        ") SELECT u.key, w.spelling, count(*), sum(u.original), count(DISTINCT u.author), count(*) - count(u.author),"
        " (SELECT coalesce(sum(p.mentions), 0) FROM hashtag_hours p"
        "  WHERE p.topic_id = u.topic AND p.key = u.key AND p.hour >= ?4 AND p.hour < ?5)"
        " FROM used u JOIN written w ON w.key = u.key AND w.place = 1"
        " GROUP BY u.key HAVING count(*) >= ?6 ORDER BY 3 DESC, 1",
        (topic, since, until, past_since // HOUR * HOUR, since // HOUR * HOUR, at_least, *([LATE_S] * observed)),
    )
    return tuple(
        TermCount(
            term=key,
            label=spelling,
            mentions=mentions,
            originals=originals,
            authors=authors,
            unknown_authors=unknown,
            before=before,
        )
        for key, spelling, mentions, originals, authors, unknown, before in rows
    )


def companions(
    connection: sqlite3.Connection, topic: str, key: str, since: int, until: int, limit: int
) -> tuple[tuple[str, str, int], ...]:
    """(folded key, most used spelling, mentions) of hashtags in mentions that carry the hashtag `key`, most first."""
    rows = connection.execute(
        "WITH beside AS ("
        " SELECT b.key, b.spelling, count(*) AS posts"
        " FROM topics t JOIN mentions m ON m.topic_id = t.id"
        " JOIN post_hashtags a ON a.post_id = m.post_id AND a.key = ?2"
        " JOIN post_hashtags b ON b.post_id = m.post_id AND b.key <> ?2"
        " WHERE t.name = ?1 AND m.published_at >= ?3 AND m.published_at < ?4 GROUP BY b.key, b.spelling"
        "), placed AS ("
        " SELECT key, spelling, sum(posts) OVER (PARTITION BY key) AS posts,"
        " row_number() OVER (PARTITION BY key ORDER BY posts DESC, spelling) AS place FROM beside"
        ") SELECT key, spelling, posts FROM placed WHERE place = 1 ORDER BY posts DESC, key LIMIT ?5",
        (topic, key, since, until, limit),
    )
    return tuple((other, spelling, posts) for other, spelling, posts in rows)


def usual_hashtags(
    connection: sqlite3.Connection, topic: str, since: int, until: int, at_least: int
) -> tuple[tuple[str, int], ...]:
    """(folded key, mentions) of the whole hours of [since, until) with `at_least` mentions, most first."""
    rows = connection.execute(
        "SELECT h.key, sum(h.mentions) FROM topics t JOIN hashtag_hours h ON h.topic_id = t.id "
        "WHERE t.name = ? AND h.hour >= ? AND h.hour < ? GROUP BY h.key HAVING sum(h.mentions) >= ? ORDER BY 2 DESC, 1",
        (topic, since // HOUR * HOUR, until // HOUR * HOUR, at_least),
    )
    return tuple((key, mentions) for key, mentions in rows)


def hashtag_hours(
    connection: sqlite3.Connection, topic: str, key: str, since: int, until: int
) -> tuple[tuple[datetime, int], ...]:
    """(start, mentions) of the hours of [since, until) in which the hashtag was used."""
    rows = connection.execute(
        "SELECT h.hour, h.mentions FROM topics t JOIN hashtag_hours h ON h.topic_id = t.id "
        "WHERE t.name = ? AND h.key = ? AND h.hour >= ? AND h.hour < ? ORDER BY h.hour",
        (topic, key, since, until),
    )
    return tuple((moment(hour), mentions) for hour, mentions in rows)


def settle_words(connection: sqlite3.Connection, topic: str, since: int, until: int) -> None:
    """Count the words of the days that are due."""
    for topic_id, day in _due(connection, topic, since, until):
        connection.execute("DELETE FROM word_days WHERE topic_id = ? AND day = ?", (topic_id, day))
        connection.execute(
            f"INSERT INTO word_days (topic_id, day, word, texts) {WORDS.format(where=CHOSEN)}",
            (topic_id, day, day + DAY),
        )
        connection.execute("DELETE FROM word_days_due WHERE topic_id = ? AND day = ?", (topic_id, day))


def word_counts(
    connection: sqlite3.Connection, topic: str, words: Sequence[str], since: int, until: int
) -> Mapping[str, int]:
    """Word → texts on the days (of Beijing) that begin in [since, until); words that were not used are left out."""
    due = _due(connection, topic, since, until)
    days = ", ".join(str(day) for day in range(day_of(since + DAY - 1), until, DAY) if day not in {d for _, d in due})
    counts: Counter[str] = Counter()
    for first in range(0, len(words), ROWS):
        part = words[first : first + ROWS]
        chosen = f"IN ({', '.join('?' * len(part))})"
        settled = connection.execute(
            "SELECT w.word, sum(w.texts) FROM topics t JOIN word_days w ON w.topic_id = t.id "
            f"WHERE t.name = ? AND w.day IN ({days}) AND w.word {chosen} GROUP BY w.word",
            (topic, *part),
        )
        counts.update(dict(settled.fetchall()))
        for topic_id, day in due:
            where = f"m.topic_id = ? AND m.published_at >= ? AND m.published_at < ? AND w.value {chosen}"
            rows = connection.execute(WORDS.format(where=where), (topic_id, day, day + DAY, *part))
            counts.update({word: texts for _, _, word, texts in rows})
    return counts


def frequent_words(
    connection: sqlite3.Connection, topic: str, since: int, until: int, at_least: int
) -> tuple[tuple[str, int], ...]:
    """(word, texts) on the days (of Beijing) that begin in [since, until) with `at_least` texts, most first."""
    counts: Counter[str] = Counter()
    due = _due(connection, topic, since, until)
    for day in range(day_of(since + DAY - 1), until, DAY):
        topic_id = next((number for number, other in due if other == day), None)
        if topic_id is not None:
            rows = connection.execute(WORDS.format(where=CHOSEN), (topic_id, day, day + DAY))
            counts.update({word: texts for _, _, word, texts in rows})
        else:
            settled = connection.execute(
                "SELECT w.word, w.texts FROM topics t JOIN word_days w ON w.topic_id = t.id "
                "WHERE t.name = ? AND w.day = ?",
                (topic, day),
            )
            counts.update(dict(settled.fetchall()))
    frequent = [(word, texts) for word, texts in counts.items() if texts >= at_least]
    return tuple(sorted(frequent, key=lambda pair: (-pair[1], pair[0])))


def _due(connection: sqlite3.Connection, topic: str, since: int, until: int) -> list[tuple[int, int]]:
    return connection.execute(
        "SELECT d.topic_id, d.day FROM topics t JOIN word_days_due d ON d.topic_id = t.id "
        "WHERE t.name = ? AND d.day >= ? AND d.day < ? ORDER BY d.day",
        (topic, since, until),
    ).fetchall()
