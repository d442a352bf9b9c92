"""Which posts repeat a story: exact copies and near-copies, found through an index that does not slow as it grows.

A story is the first post *stored* of those with one text (of a visit, the earliest published), and stays it: what is
published earlier and collected later counts as its copy. A copy is told by its fingerprint, a near-copy by the story
whose sketch is most like its own, within seven days of the story. The index holds one story per key and week, the
first to come; a post looks five keys up in the weeks around it, and stories alone are entered.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from analysis.duplicates import ALIKE, band_keys, equal_values
from monitor.store.epoch import DAY

WINDOW = 7 * DAY  # between a story and its copies; also what is called a week here
KEYS = 5_000  # of one question


Index = defaultdict[int, dict[int, int]]  # week → key → story


class Text(NamedTuple):
    """What copies are told by, of one stored post."""

    id: int
    key: str
    published_at: int
    week: int
    keys: tuple[int, ...]  # under which it is found: its fingerprint, then its bands
    sketch: bytes


class Story(NamedTuple):
    """What is asked of a story that was stored before."""

    published_at: int
    sketch: bytes


Stories = dict[int, Story | Text]  # by id of the post


def text(number: int, key: str, published_at: int, fingerprint: int, sketch: bytes) -> Text:
    return Text(number, key, published_at, published_at // WINDOW, (fingerprint, *band_keys(sketch)), sketch)


def copies(connection: sqlite3.Connection, new: Iterable[Text], *, known: str = "annotations") -> dict[int, int]:
    """Which of the new posts repeat a story: id → id of the story. The index learns what the new ones tell.

    `known` is the table that has the sketches of stories.
    """
    in_time = sorted((n for n in new if n.keys[0]), key=attrgetter("published_at", "key"))
    index, stories = _around(connection, in_time, known)
    copied: dict[int, int] = {}
    entered: Index = defaultdict(dict)
    for n in in_time:
        story = _story(n, index, stories)
        if story is None:
            stories[n.id] = n
        else:
            copied[n.id] = story
        own, fresh = index[n.week], entered[n.week]
        for key in n.keys if story is None else n.keys[:1]:
            holder = own.get(key)
            if holder is None or not _fits(n, stories[holder]):
                own[key] = fresh[key] = n.id if story is None else story
    connection.executemany(
        "INSERT INTO story_keys (week, key, post_id) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET post_id = excluded.post_id",
        [(week, *entry) for week, entries in sorted(entered.items()) for entry in sorted(entries.items())],
    )
    return copied


def _story(text: Text, index: Index, stories: Stories) -> int | None:
    """The story that has this text, else the one most like it; of those equally alike the earliest."""
    around = (text.week - 1, text.week, text.week + 1)
    weeks = [entries for week in around if (entries := index.get(week)) and not entries.keys().isdisjoint(text.keys)]
    if not weeks:
        return None
    same = [story for entries in weeks if (story := entries.get(text.keys[0])) and _fits(text, stories[story])]
    if same:
        return min(same, key=lambda story: (stories[story].published_at, story))
    alike = {story for entries in weeks for key in text.keys[1:] if (story := entries.get(key))}
    best, most = None, ALIKE
    for story in sorted(alike, key=lambda story: (stories[story].published_at, story)):
        equal = equal_values(stories[story].sketch, text.sketch)
        if (equal > most or (equal == most and best is None)) and _fits(text, stories[story]):
            best, most = story, equal
    return best


def _fits(text: Text, story: Story | Text) -> bool:
    return abs(story.published_at - text.published_at) <= WINDOW


def _around(connection: sqlite3.Connection, texts: Sequence[Text], known: str) -> tuple[Index, Stories]:
    """What is entered under the keys of these texts in the weeks around each, and the stories entered there."""
    index: Index = defaultdict(dict)
    stories: Stories = {}
    by_week: defaultdict[int, list[Text]] = defaultdict(list)
    for text in texts:
        by_week[text.week].append(text)
    for week in sorted({week + step for week in by_week for step in (-1, 0, 1)}):
        if connection.execute("SELECT 1 FROM story_keys WHERE week = ? LIMIT 1", (week,)).fetchone() is None:
            continue
        near = [text for other in (week - 1, week, week + 1) for text in by_week.get(other, ())]
        wanted = sorted({key for text in near for key in text.keys})
        for first in range(0, len(wanted), KEYS):
            part = wanted[first : first + KEYS]
            rows = connection.execute(
                "SELECT s.key, s.post_id, p.published_at, a.sketch FROM story_keys s JOIN posts p ON p.id = s.post_id "
                f"JOIN {known} a ON a.post_id = s.post_id WHERE s.week = ? AND s.key IN ({', '.join('?' * len(part))})",
                (week, *part),
            )
            for key, story, published_at, sketch in rows:
                index[week][key] = story
                stories[story] = Story(published_at, sketch)
    return index, stories
