"""A figure that somebody chose is told when it is reached, and not before."""

from dataclasses import replace

import pytest

from analysis.rules.rule import Answer
from analysis.rules.threshold import Line, Measure, Threshold
from analysis.series import Completeness, Estimate, Observation, Tally
from tests.analysis.rules.simulated_talk import at
from tests.contracts.rule_contract import TopicRuleContract


class TestThresholdKeepsTheContract(TopicRuleContract):
    kind = Threshold
    settings = Line()


def minute(number: int, **counts: int) -> Observation:
    tally = replace(Tally(mentions=10, complaints=2, complaint_authors=1, negative=3, neutral=6, positive=1), **counts)
    return Observation(
        topic="tea", start=at(number), completeness=Completeness.COMPLETE, share=1.0, tally=tally, estimated=None
    )


@pytest.mark.parametrize(
    ("measure", "after_ten"),
    [
        ("mentions", 100.0),
        ("complaints", 20.0),
        ("complaint_authors", 10.0),
        ("complaint_share", 0.2),
        ("negative_share", 0.3),
    ],
)
def test_it_is_reached_at_its_figure_and_not_above_it(measure: Measure, after_ten: float) -> None:
    def last(at_least: float) -> Answer:
        rule = Threshold(Line(measure=measure, at_least=at_least))
        return [rule.update(minute(number)) for number in range(30)][-1].answer

    assert last(after_ten) is Answer.BREACH
    assert last(min(1.0, after_ten * 1.01) if after_ten < 1 else after_ten + 1) is Answer.CLEAR


def test_only_the_window_counts() -> None:
    rule = Threshold(Line(measure="mentions", at_least=101, window_min=10))
    assert rule.update(minute(0, mentions=101)).answer is Answer.BREACH
    assert rule.update(minute(9, mentions=0)).answer is Answer.BREACH
    assert rule.update(minute(10, mentions=0)).answer is Answer.CLEAR


def test_a_share_of_next_to_nothing_is_no_share() -> None:
    rule = Threshold(Line(measure="complaint_share", at_least=0.5, support=20))
    assert rule.update(minute(0, mentions=19, complaints=19)).answer is Answer.CLEAR
    assert rule.update(minute(1, mentions=1, complaints=1)).answer is Answer.BREACH


def test_a_sample_counts_with_its_estimate_and_its_share_as_it_is() -> None:
    sampled = replace(
        minute(0), completeness=Completeness.SAMPLED, share=0.1, estimated=Estimate(low=90, mid=100, high=110)
    )
    assert Threshold(Line(measure="mentions", at_least=100)).update(sampled).value == 100.0
    assert Threshold(Line(measure="complaint_share", at_least=0.5, support=5)).update(sampled).value == 0.2


def test_what_the_calendar_announces_raises_the_figure() -> None:
    rule = Threshold(Line(measure="mentions", at_least=10))
    assert rule.update(replace(minute(0), foreseen=1.5)).answer is Answer.CLEAR
    assert rule.update(replace(minute(1), foreseen=1.5)).answer is Answer.BREACH


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 1"):
        Line(measure="complaint_share", at_least=30)
