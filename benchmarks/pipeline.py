"""From page bytes to durable posts, mentions and per-minute counts: this program against two that a user would write.

    python -m benchmarks.pipeline [--rounds 5] [--texts FILE]

Every case reads the same pages in the same order, each round in a fresh process that first loads its dictionaries
and models; what is timed is the work on pages. The rounds of all cases are interleaved and their medians compared.
Answers must agree: the same posts, mentions and per-minute counts. Ends with 1 where they do not, or a claim fails.
"""

import argparse
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import peers
from benchmarks.answers import Answers, agreement, differences
from benchmarks.ours import Feed, Ours, Search
from benchmarks.pages import Visited, feed_visits, search_visits
from benchmarks.texts import read_texts
from benchmarks.topics import keywords, shipped

TIMES_SNOW, TIMES_WEIGHTS = 60.0, 4.0  # required, in CPU
SNOW, WEIGHTS, OURS, SEARCH = "snow", "weights", "ours", "search"
VISITS = {SNOW: 2, WEIGHTS: 40, OURS: 40, SEARCH: 30}  # of 240 posts: a few seconds of each
NAMES = {
    SNOW: "peer A: jieba, SnowNLP, commit per row",
    WEIGHTS: "peer B: jieba, weights, commit per page",
    OURS: "Trend Monitor, the same pages",
    SEARCH: "Trend Monitor, s.weibo.com pages",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one process measured; `parts` are CPU seconds of our steps."""

    cpu_s: float
    wall_s: float
    answers: Answers
    parts: Mapping[str, float] = field(default_factory=dict)
    observed: int = 0


def measure(case: str, visits: Sequence[Visited], folder: Path) -> Figures:
    """Run a case once, in this process and an empty folder."""
    if case in (OURS, SEARCH):
        ours = Ours(folder, visits, Feed() if case == OURS else Search())
        cpu_s, wall_s = _timed(ours.run)
        figures = Figures(
            cpu_s=cpu_s, wall_s=wall_s, answers=ours.answers(), parts=ours.stopwatch.spent, observed=ours.observed()
        )
        ours.close()
        return figures
    score = peers.snow() if case == SNOW else peers.weights()
    topics = keywords(shipped(folder).topics)
    peer = peers.Peer(folder / "posts.sqlite", topics, score, commit_rows=case == SNOW)
    cpu_s, wall_s = _timed(lambda: [peer.read(visit.bodies) for visit in visits])
    return Figures(cpu_s=cpu_s, wall_s=wall_s, answers=peer.answers())


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def in_fresh_process(case: str, visits: int, pages: Path) -> Figures:
    command = [sys.executable, "-m", "benchmarks.pipeline", "--measure", case, "--visits", str(visits)]
    done = subprocess.run([*command, "--pages", str(pages)], stdout=subprocess.PIPE, check=True)
    figures = pickle.loads(done.stdout)
    assert isinstance(figures, Figures)
    return figures


def compare(rounds: int, texts: Sequence[str] | None = None) -> bool:
    """Measure and tell; whether every answer and claim held."""
    with tempfile.TemporaryDirectory() as folder:
        pages = {OURS: Path(folder) / "feed", SEARCH: Path(folder) / "search"}
        pages[OURS].write_bytes(pickle.dumps(feed_visits(VISITS[OURS], texts)))
        pages[SEARCH].write_bytes(pickle.dumps(search_visits(VISITS[SEARCH], texts)))
        pages[SNOW] = pages[WEIGHTS] = pages[OURS]
        taken: dict[str, list[Figures]] = {case: [] for case in VISITS}
        for number in range(1, rounds + 1):
            for case, visits in VISITS.items():
                tell(f"round {number} of {rounds}: {NAMES[case]}", to=sys.stderr)
                taken[case].append(in_fresh_process(case, visits, pages[case]))
        checks = {case: in_fresh_process(OURS, VISITS[case], pages[OURS]) for case in (SNOW, WEIGHTS)}
    tell_speed(taken)
    agreed = [tell_answers(case, taken[case][0].answers, ours.answers) for case, ours in checks.items()]
    return all([*agreed, *(tell_claims(taken))])


def per_s(figures: Sequence[Figures], *, wall: bool = False) -> float:
    """Posts per second, the median of the rounds."""
    return median(len(f.answers.posts) / (f.wall_s if wall else f.cpu_s) for f in figures)


def tell_speed(taken: Mapping[str, Sequence[Figures]]) -> None:
    tell(
        f"\n{'':42}{'posts':>8}{'chars':>7}{'posts/CPU s':>13}{'(rounds)':>16}{'posts/s wall':>14}{'x A':>8}{'x B':>8}"
    )
    for case, figures in taken.items():
        rates = sorted(len(f.answers.posts) / f.cpu_s for f in figures)
        texts = figures[0].answers.posts.values()
        ratios = (per_s(figures) / per_s(taken[peer]) for peer in (SNOW, WEIGHTS))
        tell(
            f"{NAMES[case]:42}{len(texts):>8,}{sum(map(len, texts)) / len(texts):>7.1f}{per_s(figures):>13,.0f}"
            f"{f'{rates[0]:,.0f}-{rates[-1]:,.0f}':>16}{per_s(figures, wall=True):>14,.0f}"
            + "".join(f"{ratio:>8.2f}" for ratio in ratios)
        )
    for case in (OURS, SEARCH):
        posts = len(taken[case][0].answers.posts)
        parts = [f"{name} {posts / median(f.parts[name] for f in taken[case]):,.0f}" for name in taken[case][0].parts]
        tell(f"{NAMES[case]}: each step alone, posts/CPU s: {', '.join(parts)}")


def tell_answers(case: str, theirs: Answers, ours: Answers) -> bool:
    found = differences(theirs, ours)
    verdict = f"FAIL: {'; '.join(found)}" if found else "PASS: the same"
    counted = f"{len(ours.posts):,} posts, {len(ours.mentions):,} mentions, per-minute counts"
    tell(f"{NAMES[case]}: {verdict} ({counted}); sentiment agrees in {agreement(theirs, ours):.0%} of the posts")
    return not found


def tell_claims(taken: Mapping[str, Sequence[Figures]]) -> list[bool]:
    held = []
    for case, wanted in ((SNOW, TIMES_SNOW), (WEIGHTS, TIMES_WEIGHTS)):
        ratio = per_s(taken[OURS]) / per_s(taken[case])
        held.append(ratio >= wanted)
        tell(f"{'PASS' if held[-1] else 'FAIL'}: {ratio:.1f} times {NAMES[case]} (required: {wanted:g})")
    observed = taken[OURS][0].observed
    held.append(observed > 0)
    tell(f"{'PASS' if held[-1] else 'FAIL'}: {observed} minutes observed")
    return held


def tell(line: str, to: object = None) -> None:
    stream = sys.stderr if to is sys.stderr else sys.stdout
    stream.write(line + "\n")
    stream.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline", description="The speed claims, measured.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", type=Path, help="posts to read instead, one a line; label<TAB>text and .xz will do")
    parser.add_argument("--measure", choices=VISITS, help=argparse.SUPPRESS)
    parser.add_argument("--visits", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--pages", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is None:
        return 0 if compare(options.rounds, read_texts(options.texts) if options.texts else None) else 1
    visits = pickle.loads(options.pages.read_bytes())[: options.visits]
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.buffer.write(pickle.dumps(measure(options.measure, visits, Path(folder))))
    return 0


if __name__ == "__main__":
    from benchmarks.pipeline import main as run  # so that pickles name this module, not __main__

    sys.exit(run())
