"""Are near-copies found, and nothing else? On clusters made of real posts, as the service stores and compares them.

    TREND_MONITOR_CORPORA=FOLDER python -m benchmarks.copies [--stories 2000] [--others 20000]

Each of the stories, real posts of at least 20 letters of their own, is copied in seven ways; the copies are strewn by
chance among other real posts. Every post goes through the annotator and the store of the service. A copy is found
where it belongs to the same cluster as its story. A post that is called a copy without being one is a false hit, unless
the two have really more than half of their letters in common (real posts repeat each other, too).
"""

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from analysis.annotate import Annotator
from analysis.annotation import Document
from analysis.duplicates import MIN_NEAR, SHINGLE, letters_of
from benchmarks import corpora
from collectors.post import Post
from monitor.store.sqlite import open_store
from monitor.store.store import Selection, Visit

START = datetime(2026, 11, 23, tzinfo=UTC)
BATCH = 240
WORDS = "转发扩散一下看看这个真的假的大家注意求证实朋友圈都在传刚刚看到的希望有人回应"
Edit = Callable[[str, Random], str]


def signs(text: str, chance: Random) -> str:
    return f"@某人 {text.replace('，', ' ')}！！ http://t.cn/{chance.randrange(10**6)} [泪]"


def before(text: str, chance: Random) -> str:
    return f"{_some(chance, 2, 5)}：{text}"


def after(text: str, chance: Random) -> str:
    return f"{text}。{_some(chance, 2, 5)}"


def cut(text: str, chance: Random) -> str:
    return text[: max(MIN_NEAR, round(len(text) * chance.uniform(0.8, 0.95)))]


def reworded(text: str, chance: Random) -> str:
    """One to three characters of a hundred, one at least."""
    letters = list(text)
    for _ in range(max(1, round(len(text) * chance.uniform(0.01, 0.03)))):
        letters[chance.randrange(len(letters))] = chance.choice(WORDS)
    return "".join(letters)


def rearranged(text: str, chance: Random) -> str:
    """Its parts between commas in another order."""
    parts = text.split("，")
    chance.shuffle(parts)
    return "，".join(parts)


def several(text: str, chance: Random) -> str:
    return before(reworded(text, chance), chance)


EDITS: dict[str, Edit] = {
    "signs, links, names": signs,
    "words before": before,
    "words after": after,
    "5-20 % cut off": cut,
    "1-3 % other characters": reworded,
    "parts rearranged": rearranged,
    "words before, 1-3 % other": several,
}


def _some(chance: Random, least: int, most: int) -> str:
    return "".join(chance.choice(WORDS) for _ in range(chance.randint(least, most)))


def likeness(one: str, other: str) -> float:
    """Jaccard's, of what follows each other in the letters."""
    sets = [
        {letters[first : first + SHINGLE] for first in range(len(letters) - SHINGLE + 1)}
        for letters in (letters_of(one), letters_of(other))
    ]
    return len(sets[0] & sets[1]) / max(1, len(sets[0] | sets[1]))


def measure(texts: Sequence[str], stories: int, others: int) -> None:
    chance = Random(11)
    annotator = Annotator(())
    long = [text for text in texts if len(letters_of(own(annotator, text))) >= MIN_NEAR]
    chance.shuffle(long)
    chosen, rest = long[:stories], long[stories : stories + others]
    made = [(f"{n}", text, "") for n, text in enumerate(chosen)]
    told = [(f"{n}/{name}", edit(text, chance), name) for n, text in enumerate(chosen) for name, edit in EDITS.items()]
    mixed = [*told, *((f"x{n}", text, "") for n, text in enumerate(rest))]
    chance.shuffle(mixed)
    posts = [*made, *mixed]
    duplicate_of, spent = stored(posts)
    by_key = {key: text for key, text, _ in posts}
    tell(f"{len(posts):,} posts: {len(made):,} stories, {len(told):,} copies of them, {len(rest):,} others")
    tell(f"annotated and stored at {len(posts) / spent:,.0f} posts per CPU second\n")
    tell(f"{'copies with':28}{'found':>8}{'of':>8}{'recall':>9}{'likeness':>10}")
    found, alike = Counter[str](), defaultdict[str, list[float]](list)
    for key, text, name in told:
        story = key.partition("/")[0]
        found[name] += duplicate_of.get(key) == story or duplicate_of.get(key, "") == duplicate_of.get(story, "?")
        alike[name].append(likeness(own(annotator, text), own(annotator, by_key[story])))
    for name in EDITS:
        mean = sum(alike[name]) / len(alike[name])
        tell(f"{name:28}{found[name]:>8,}{stories:>8,}{found[name] / stories:>9.1%}{mean:>10.2f}")
    tell(f"{'all':28}{found.total():>8,}{len(told):>8,}{found.total() / len(told):>9.1%}")
    false = natural = 0
    for key, story in duplicate_of.items():
        if key.partition("/")[0] != story.partition("/")[0]:
            really = likeness(own(annotator, by_key[key]), own(annotator, by_key[story])) > 0.5
            natural += really
            false += not really
    called = len(duplicate_of)
    tell(f"\nprecision {1 - false / called:.2%}: {false} of {called:,} posts called copies are none")
    tell(f"({natural} of them are real posts that repeat other real posts)")


def own(annotator: Annotator, text: str) -> str:
    """The normal form of the author's own words."""
    (annotation,) = annotator.annotate([Document(text=text, platform="weibo")])
    return annotation.normal


def stored(posts: Sequence[tuple[str, str, str]]) -> tuple[dict[str, str], float]:
    """Post → its story, for those called copies; and the CPU seconds that annotating and storing took."""
    annotator = Annotator(())
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "copies.sqlite") as store:
        began = time.process_time()
        for first in range(0, len(posts), BATCH):
            part = posts[first : first + BATCH]
            batch = tuple(_post(key, text, first + n) for n, (key, text, _) in enumerate(part))
            notes = annotator.annotate([Document(text=post.text, platform=post.platform) for post in batch])
            at = batch[-1].published_at
            store.ingest(
                Visit(
                    slot=str(first),
                    source="made",
                    target="made",
                    platform="weibo",
                    at=at,
                    posts=batch,
                    annotations=tuple(notes),
                )
            )
        spent = time.process_time() - began
        everything = store.posts(Selection(since=START, until=START + timedelta(days=7)))
        return {p.post.native_id: p.duplicate_of.partition(":")[2] for p in everything if p.duplicate_of}, spent


def _post(key: str, text: str, number: int) -> Post:
    at = START + timedelta(seconds=number)
    return Post(
        platform="weibo",
        native_id=key,
        url=f"https://example.test/{number}",
        text=text,
        published_at=at,
        collected_at=at,
    )


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.copies", description="Near-copies, measured.")
    parser.add_argument("--stories", type=int, default=2_000)
    parser.add_argument("--others", type=int, default=20_000)
    options = parser.parse_args()
    measure([text for _, text in corpora.posts().values()], options.stories, options.others)
    return 0


if __name__ == "__main__":
    sys.exit(main())
