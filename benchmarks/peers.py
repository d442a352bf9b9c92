"""Two programs that do the job as a competent user would write them: json, jieba, SnowNLP, sqlite3, pandas.

They read pages of JSON Feed, keep each post once, note which topics it mentions, which complaint words it holds and how
it sounds, and count mentions per minute. One scores with SnowNLP and commits every row; the other adds up a dictionary
of weights over jieba's words and commits every page. Neither tells a complaint from its negation, finds hashtags,
distinct authors or copies, nor knows what it did not see.
"""

import json
import logging
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import jieba
import pandas

from analysis.lexicon import read_lexicon
from benchmarks.answers import Answers, sign
from benchmarks.topics import COMPLAINTS, Keywords

Score = Callable[[str, list[str]], float]  # of a text and its words; below 0 is bad

USER = re.compile(r"@[\w-]{1,30}")  # who is spoken to is not what is spoken of

TABLES = """
CREATE TABLE posts (
  id TEXT PRIMARY KEY, url TEXT, author TEXT, published_at INTEGER, text TEXT, words TEXT, sentiment REAL,
  complaints TEXT);
CREATE TABLE mentions (topic TEXT, post TEXT, published_at INTEGER);
"""


def snow() -> Score:
    from snownlp import SnowNLP  # here, for it loads its models

    def score(text: str, _words: list[str]) -> float:
        return 2.0 * float(SnowNLP(text).sentiments) - 1.0

    score("先读模型", [])
    return score


def weights() -> Score:
    weight = {word: float(rest[0]) if rest else 1.0 for word, *rest in read_lexicon("positive")}
    weight |= {word: -float(rest[0]) if rest else -1.0 for word, *rest in read_lexicon("negative")}
    return lambda _text, words: sum(weight.get(word, 0.0) for word in words)


class Peer:
    """Built with its dictionary loaded and its tables made."""

    def __init__(self, database: Path, topics: Keywords, score: Score, *, commit_rows: bool) -> None:
        jieba.setLogLevel(logging.WARNING)  # it tells of its loading
        jieba.dt.initialize()
        self._topics = topics
        self._score = score
        self._commit_rows = commit_rows
        self._connection = sqlite3.connect(database)
        self._connection.executescript(TABLES)
        self._per_minute: dict[str, dict[int, int]] = {}

    def read(self, pages: Iterable[bytes]) -> None:
        """The pages of one visit; then the counts are up to date, as an alert needs them."""
        for page in pages:
            for item in json.loads(page)["items"]:
                self._store(item)
                if self._commit_rows:
                    self._connection.commit()
            self._connection.commit()
        self._count()

    def _store(self, item: dict[str, Any]) -> None:
        text = item["content_text"].strip()
        cleaned = USER.sub(" ", unicodedata.normalize("NFKC", text)).lower()
        words = jieba.dt.lcut(cleaned)  # `jieba.lcut` is this method
        published_at = int(datetime.fromisoformat(item["date_published"]).timestamp())
        score = self._score(cleaned, words)
        complaints = " ".join(name for name, said in COMPLAINTS.items() if any(k in cleaned for k in said))
        author = item["authors"][0]["name"]
        row = (item["id"], item["url"], author, published_at, text, " ".join(words), score, complaints)
        added = self._connection.execute("INSERT OR IGNORE INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row).rowcount
        if not added:
            return
        for topic, (wanted, unwanted) in self._topics.items():
            if any(k in cleaned for k in wanted) and not any(k in cleaned for k in unwanted):
                self._connection.execute("INSERT INTO mentions VALUES (?, ?, ?)", (topic, item["id"], published_at))

    def _count(self) -> None:
        mentions = pandas.read_sql("SELECT topic, published_at FROM mentions", self._connection)
        mentions.index = pandas.to_datetime(mentions["published_at"], unit="s", utc=True)
        for topic, of_topic in mentions.groupby("topic"):
            minutes = of_topic.resample("1min").size()
            self._per_minute[str(topic)] = {int(start.timestamp()): int(n) for start, n in minutes.items() if n}

    def answers(self) -> Answers:
        posts = self._connection.execute("SELECT id, text, sentiment FROM posts").fetchall()
        return Answers(
            posts={key: text for key, text, _ in posts},
            mentions=frozenset(self._connection.execute("SELECT topic, post FROM mentions").fetchall()),
            per_minute=self._per_minute,
            signs={key: sign(score) for key, _, score in posts},
        )
