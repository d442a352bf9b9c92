"""The figures of an evaluation, counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.sentiment.evaluation import Bin, Quality, evaluate
from analysis.sentiment.sentiment import LABELS, Reading
from analysis.sentiment.tables import Labelled

BAD, SO_SO, GOOD = Reading((0.8, 0.1, 0.1)), Reading((0.2, 0.6, 0.2)), Reading((0.1, 0.1, 0.8))
UNKNOWN = Reading(None)


def rows(*labels: str) -> list[Labelled]:
    return [Labelled(label, "…") for label in labels]  # type: ignore[arg-type]


def test_three_classes() -> None:
    labelled = rows("negative", "negative", "neutral", "positive", "positive")
    found = evaluate(labelled, [BAD, GOOD, UNKNOWN, GOOD, GOOD])
    assert (found.posts, found.untold, found.accuracy) == (5, 1, 0.8)
    assert found.classes["negative"] == Quality(posts=2, precision=1.0, recall=0.5, f1=pytest.approx(2 / 3))
    assert found.classes["neutral"] == Quality(posts=1, precision=1.0, recall=1.0, f1=1.0)
    assert found.classes["positive"] == Quality(posts=2, precision=pytest.approx(2 / 3), recall=1.0, f1=0.8)
    assert found.macro_f1 == pytest.approx((2 / 3 + 1.0 + 0.8) / 3)
    assert found.confusion["negative"] == {"negative": 1, "neutral": 0, "positive": 1}


def test_calibration_compares_how_sure_it_was_with_how_often_it_was_right() -> None:
    found = evaluate(rows("negative", "negative", "neutral", "positive"), [BAD, GOOD, SO_SO, GOOD])
    assert found.reliability == (
        Bin(posts=1, probability=0.6, accuracy=1.0),
        Bin(posts=3, probability=pytest.approx(0.8), accuracy=pytest.approx(2 / 3)),
    )
    assert found.calibration_error == pytest.approx((0.4 + 3 * (0.8 - 2 / 3)) / 4)


def test_where_the_table_knows_no_neutral_the_balance_decides() -> None:
    leaning = Reading((0.1, 0.6, 0.3))
    found = evaluate(rows("positive", "negative", "negative"), [leaning, BAD, UNKNOWN])
    assert found.accuracy == 1.0
    assert set(found.classes) == {"negative", "positive"}
    assert [each.probability for each in found.reliability] == pytest.approx([0.5, 0.75, 0.8 / 0.9])


def test_the_recall_of_negative_is_that_of_the_lowest_threshold_that_is_precise_enough() -> None:
    sure, likely, unlikely = Reading((0.9, 0.1, 0.0)), Reading((0.6, 0.4, 0.0)), Reading((0.3, 0.7, 0.0))
    labelled = rows("negative", "negative", "positive", "negative")
    assert evaluate(labelled, [sure, likely, likely, unlikely]).negative_recall_when_precise == pytest.approx(1 / 3)
    assert evaluate(labelled, [sure, likely, unlikely, likely]).negative_recall_when_precise == 1.0
    assert evaluate(labelled, [likely, likely, sure, unlikely]).negative_recall_when_precise is None
    assert evaluate(rows("positive"), [GOOD]).negative_recall_when_precise is None


def test_a_class_that_was_never_read_has_no_precision() -> None:
    assert evaluate(rows("negative", "positive"), [GOOD, GOOD]).classes["negative"].precision is None


@given(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([BAD, SO_SO, GOOD, UNKNOWN])), min_size=1))
def test_every_post_is_counted_once(pairs: list[tuple[str, Reading]]) -> None:
    found = evaluate(rows(*(label for label, _ in pairs)), [reading for _, reading in pairs])
    assert sum(quality.posts for quality in found.classes.values()) == len(pairs)
    assert sum(sum(read.values()) for read in found.confusion.values()) == len(pairs)
    assert sum(each.posts for each in found.reliability) == len(pairs)
    assert 0 <= found.calibration_error <= 1
