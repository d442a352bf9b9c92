"""A hashtag rises against its own past, with support and more than one voice, and never where nothing was seen."""

from dataclasses import replace

import pytest

from analysis.emerging import TermCount
from analysis.rules.hashtag_rising import HashtagRising, Rise
from analysis.rules.rule import Answer, TopicHashtags
from tests.analysis.rules.simulated_talk import MONDAY

QUEUE = TermCount(
    term="排队", label="排队", mentions=45, originals=40, authors=38, unknown_authors=0, before=5 * 28 * 24
)
SEEN = TopicHashtags(topic="tea", at=MONDAY, coverage=1.0, windows=28 * 24, counts=(QUEUE,))


def answer(seen: TopicHashtags) -> Answer:
    return HashtagRising(Rise()).judge(seen).answer


def counted(**changes: int) -> TopicHashtags:
    return replace(SEEN, counts=(replace(QUEUE, **changes),))


def test_smoothed_growth_is_the_value_and_the_sentence_has_the_figures() -> None:
    verdict = HashtagRising(Rise()).judge(SEEN)
    assert verdict.answer is Answer.BREACH
    assert verdict.value == 5.0  # (45 + 5) / (5 + 5)
    assert verdict.limit == 4.0
    assert verdict.because == "#排队# 45 times in 60 min, 5.0 usual"
    assert verdict.figures is None, "its sentence names the hashtag, which no figure does"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (counted(before=0), Answer.BREACH),
        (counted(before=8 * 28 * 24), Answer.CLEAR),
        (counted(mentions=19, before=0), Answer.CLEAR),
        (counted(originals=2), Answer.CLEAR),
        (counted(authors=2), Answer.CLEAR),
        (replace(SEEN, counts=()), Answer.CLEAR),
        (replace(SEEN, coverage=0.4), Answer.UNKNOWN),
        (replace(SEEN, coverage=0.0, counts=()), Answer.UNKNOWN),
    ],
    ids=["new", "usual", "thin", "one text copied", "two voices", "none", "half unseen", "unseen"],
)
def test_what_is_told(seen: TopicHashtags, expected: Answer) -> None:
    assert answer(seen) is expected


def test_without_a_day_of_past_a_floor_decides_and_says_so() -> None:
    young = replace(SEEN, windows=23.0)
    verdict = HashtagRising(Rise()).judge(young)
    assert verdict.answer is Answer.CLEAR
    assert "until then a floor of 100 decides" in verdict.because
    loud = replace(young, counts=(replace(QUEUE, mentions=100),))
    assert answer(loud) is Answer.BREACH


def test_where_nothing_has_the_support_the_past_does_not_matter() -> None:
    calm = HashtagRising(Rise()).judge(replace(SEEN, counts=(), windows=0.0))
    assert (calm.answer, calm.because) == (Answer.CLEAR, "no hashtag has 20 mentions in 60 min")
