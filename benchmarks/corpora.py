"""Real texts, which are not part of this repository: read from the folder that TREND_MONITOR_CORPORA names.

A text is known here by its key, a hash: labels are kept under it, texts never.
"""

import csv
import hashlib
import json
import lzma
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

SENTIMENT = (
    "smp2020_usual_train",
    "smp2020_usual_dev",
    "smp2020_virus_train",
    "smp2020_virus_dev",
    "weibo2018_train",
    "weibo_senti_100k_dev12k_stripped",
)


def folder() -> Path:
    """Where the corpora are. Raises SystemExit, telling what to set, when they are not there."""
    named = Path(os.environ.get("TREND_MONITOR_CORPORA", "")) / "data"
    if "TREND_MONITOR_CORPORA" not in os.environ or not named.is_dir():
        raise SystemExit(
            "set TREND_MONITOR_CORPORA to a folder that holds data/sentiment, data/ced, data/hot_history …"
        )
    return named


def key(text: str, seed: str = "") -> str:
    """16 hexadecimal digits. A `seed` gives another order of the same texts."""
    return hashlib.sha256(f"{seed}{text}".encode()).hexdigest()[:16]


def posts() -> dict[str, tuple[str, str]]:
    """Key → (source, text) of every distinct post, comment and article."""
    found: dict[str, tuple[str, str]] = {}
    for source, text in _posts():
        if text.strip():
            found.setdefault(key(text), (source, text))
    return found


def hot_titles() -> dict[str, str]:
    """Key → title of every distinct title of the hot list."""
    path = folder() / "hot_history" / "hot_titles_2020-11-24_2022-06-30.jsonl.xz"
    return {key(row["title"]): row["title"] for row in _json_lines(path)}


def in_hash_order(texts: Mapping[str, str], seed: str) -> list[str]:
    """Keys in an order that only the seed and the texts decide."""
    return sorted(texts, key=lambda each: key(texts[each], seed))


def _posts() -> Iterator[tuple[str, str]]:
    for name in SENTIMENT:
        with lzma.open(folder() / "sentiment" / f"{name}.tsv.xz", "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield name, line.rstrip("\n").partition("\t")[2]
    for row in _json_lines(folder() / "ced" / "ced_original_microblogs.jsonl.xz"):
        yield "ced", row["text"]
    for path in sorted((folder() / "weibo_search_csv").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as table:
            for record in csv.DictReader(table):
                yield "weibo_search_csv", record["微博正文"]
                yield "weibo_search_csv_comments", record.get("评论内容") or ""
    for record in json.loads((folder() / "vendor_feed" / "JsonAnalyzer_weibo.json").read_text(encoding="utf-8-sig")):
        yield "vendor_feed", record.get("Text") or ""
    for row in _json_lines(folder() / "wechat_feeds" / "wechat_feeds_2021-06-19_sample5000.jsonl.xz"):
        yield "wechat_feeds", f"{row['title']} {row['summary']}".strip()


def _json_lines(path: Path) -> Iterator[dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
