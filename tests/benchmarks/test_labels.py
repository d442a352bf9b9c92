"""The labels that complaints are scored against are whole, and hold no real text."""

import re
from pathlib import Path

from analysis.complaints import CATEGORIES
from benchmarks.complaints import NONE, Score, kappa, rows
from benchmarks.corpora import in_hash_order, key

LABELS = Path("benchmarks/labels")


def is_label(text: str) -> bool:
    return text == NONE or set(text.split(",")) <= set(CATEGORIES)


def test_real_posts_are_known_by_their_hash_only_and_fully_labelled() -> None:
    found = rows("real.tsv")
    assert len(found) >= 300
    assert len({each for each, *_ in found}) == len(found)
    for each, _, stratum, first, second, scored in found:
        assert re.fullmatch("[0-9a-f]{16}", each)
        assert stratum in ("hit", "near", "far")
        assert is_label(first)
        assert is_label(second)
        assert scored in (first, second)


def test_written_posts_are_labelled_and_distinct() -> None:
    found = rows("written.tsv")
    assert len({text for *_, text in found}) == len(found) >= 300
    assert all(is_label(first) and is_label(second) for first, second, _ in found)
    assert {name for first, *_ in found for name in first.split(",")} == {NONE, *CATEGORIES}


def test_posts_written_later_are_labelled() -> None:
    assert all(is_label(label) and part in ("seen", "unseen") for label, part, _ in rows("later.tsv"))


def test_titles_and_verdicts_are_hashes_with_one_word() -> None:
    assert {scored for *_, scored in rows("titles.tsv")} == {NONE, "outage"}
    assert len(rows("titles.tsv")) == 200
    assert {verdict for _, verdict in rows("adjudicated.tsv")} == {"complaint", "wrong"}
    for name in ("titles.tsv", "adjudicated.tsv"):
        assert all(re.fullmatch("[0-9a-f]{16}", each) for each, *_ in rows(name))


def test_no_file_of_labels_but_those_of_written_posts_holds_chinese_text() -> None:
    for path in LABELS.glob("*.tsv"):
        text = path.read_text("utf-8").replace("崩了", "").replace("崩", "")
        assert (re.search("[\u4e00-\u9fff]", text) is not None) == (path.name in ("written.tsv", "later.tsv"))


def test_a_score_counts_what_was_right_false_and_missed() -> None:
    score = Score()
    for truth, found in [(True, True)] * 3 + [(False, True)] + [(True, False)] * 2 + [(False, False)] * 4:
        score.add(truth, found)
    assert " ".join(str(score).split()) == "10 texts, 5 true precision 0.750 recall 0.600 F1 0.667"


def test_kappa_takes_chance_away() -> None:
    assert kappa([("slow", "slow"), ("-", "-")]) == 1.0
    assert kappa([("slow", "-"), ("-", "slow")]) == -1.0
    assert kappa([("slow", "busy"), ("-", "-"), ("slow", "-"), ("-", "slow")]) == 0.0


def test_the_order_is_the_seeds_and_not_the_files() -> None:
    texts = {key(text): text for text in "甲乙丙丁"}
    assert in_hash_order(texts, "a") == in_hash_order(dict(reversed(texts.items())), "a")
    assert in_hash_order(texts, "a") != in_hash_order(texts, "b")
