"""How many posts a second does the whole annotation take, on one thread? With 1,000 phrases in topic rules.

    python -m benchmarks.annotation [--posts 10000] [--rounds 5]     real posts are read from TREND_MONITOR_CORPORA

Normal form, hashtags, topics, complaints, tokens, polarity, fingerprint: what the pipeline does with a post before it
is stored. The phrases are words of jieba's dictionary, drawn by hash, in ten topics. Told is the median of the
rounds, in process CPU time; then what each step takes, measured apart in a round of its own.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from statistics import median

from analysis.annotate import Annotator
from analysis.annotation import Document
from analysis.matching import Topic
from benchmarks.corpora import in_hash_order, key, posts

PHRASES, TOPICS, BATCH = 1_000, 10, 240
MUST, AIM = 7_000, 15_000


def topics() -> list[Topic]:
    """1,000 words of 2 to 4 characters in ten topics."""
    lines = (files("jieba") / "dict.txt").read_text(encoding="utf-8").splitlines()
    words = sorted({word for line in lines if 2 <= len(word := line.split(" ")[0]) <= 4}, key=key)[:PHRASES]
    return [Topic(name=f"topic {number}", any=tuple(words[number::TOPICS])) for number in range(TOPICS)]


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def whole(annotator: Annotator, documents: Sequence[Document]) -> None:
    for start in range(0, len(documents), BATCH):
        annotator.annotate(documents[start : start + BATCH])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.annotation", description="Posts annotated a second.")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    real = {each: text for each, (_, text) in posts().items()}
    texts = [real[each] for each in in_hash_order(real, "annotation")[: options.posts]]
    documents = [Document(text=text, platform="weibo") for text in texts]
    annotator = Annotator(topics())
    whole(annotator, documents[:BATCH])
    rates = sorted(len(documents) / cpu_s(lambda: whole(annotator, documents)) for _ in range(options.rounds))
    rate = median(rates)
    length = sum(map(len, texts)) / len(texts)
    print_line(f"{len(texts):,} real posts of {length:.0f} characters on average, {PHRASES:,} phrases in rules")
    print_line(f"whole annotation: {rate:,.0f} posts/CPU s ({rates[0]:,.0f}-{rates[-1]:,.0f}), one thread")
    print_line(f"{'PASS' if rate >= MUST else 'FAIL'}: required {MUST:,}; aimed at {AIM:,}")
    return 0 if rate >= MUST else 1


def print_line(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
