"""A mood far below its own past is a warning; few posts, a slow drift and a young past are not."""

from dataclasses import replace

import numpy as np

from analysis.rules.rule import Answer, Urgency, Verdict
from analysis.rules.sentiment_drop import Mood, SentimentDrop
from analysis.series import Completeness, Observation, Tally
from tests.analysis.rules.simulated_talk import DAY, at
from tests.contracts.rule_contract import TopicRuleContract

WARM = 2 * DAY


class TestSentimentDropKeepsTheContract(TopicRuleContract):
    kind = SentimentDrop
    settings = Mood(sigmas=2.0, drop=0.05)  # its complaints lower the mood only a little


def judge(
    rule: SentimentDrop, first: int, last: int, negative: float, *, posts: float = 4.0, seed: int
) -> list[Verdict]:
    """Minutes whose posts are negative with the probability `negative`, else positive or neutral alike."""
    rng = np.random.default_rng(seed)
    verdicts = []
    for number in range(first, last):
        count = int(rng.poisson(posts))
        bad = int(rng.binomial(count, negative))
        good = (count - bad) // 2
        tally = Tally(
            mentions=count,
            negative=bad,
            positive=good,
            neutral=count - bad - good,
            polarity_sum=600 * good - 700 * bad,
        )
        seen = Observation(
            topic="tea", start=at(number), completeness=Completeness.COMPLETE, share=1.0, tally=tally, estimated=None
        )
        verdicts.append(rule.update(seen))
    return verdicts


def warm(**changes: float) -> SentimentDrop:
    rule = SentimentDrop(replace(Mood(), **changes))
    verdicts = judge(rule, 0, WARM, 0.2, seed=1)
    assert {v.answer for v in verdicts} == {Answer.CLEAR}
    return rule


def test_a_sharp_drop_is_told_within_the_window_and_over_after_it() -> None:
    rule = warm()
    low = judge(rule, WARM, WARM + 90, 0.7, seed=2)
    first = next(number for number, v in enumerate(low) if v.answer is Answer.BREACH)
    assert first <= 30
    assert low[first].urgency is Urgency.WARN, "never more than a warning"
    assert low[-1].answer is Answer.BREACH
    after = judge(rule, WARM + 90, WARM + 150, 0.2, seed=3)
    assert after[-1].answer is Answer.CLEAR


def test_a_little_worse_is_not_told() -> None:
    assert {v.answer for v in judge(warm(), WARM, WARM + 180, 0.25, seed=4)} == {Answer.CLEAR}


def test_a_handful_of_posts_is_not_a_mood() -> None:
    assert {v.answer for v in judge(warm(), WARM, WARM + 180, 1.0, posts=0.1, seed=5)[30:]} == {Answer.CLEAR}


def test_a_young_past_leaves_it_to_the_floor_and_says_so() -> None:
    rule = SentimentDrop(Mood())
    verdicts = judge(rule, 0, 60, 0.5, seed=6)
    assert verdicts[-1].answer is Answer.CLEAR
    assert verdicts[-1].because.endswith("the past is too short: until then a floor of -0.40 decides")
    assert judge(rule, 60, 120, 0.95, seed=7)[-1].answer is Answer.BREACH


def test_what_lasts_is_learnt_in_the_end() -> None:
    verdicts = judge(warm(), WARM, WARM + 14 * DAY, 0.6, posts=2.0, seed=8)
    assert verdicts[DAY // 2].answer is Answer.BREACH
    assert verdicts[-1].answer is Answer.CLEAR
