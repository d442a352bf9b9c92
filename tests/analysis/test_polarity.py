"""Polarity by lexicon: words, degree, negation, emoticons."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.lexicon import read_lexicon
from analysis.polarity import LexiconPolarity, Words
from analysis.tokens import Tokenizer

TOKENIZER = Tokenizer()
POLARITY = LexiconPolarity(TOKENIZER)


def of(normal: str) -> float | None:
    (polarity,) = POLARITY.judge([Words(normal, TOKENIZER.cut(normal))])
    return polarity


@pytest.mark.parametrize(
    "good",
    [
        "好喝",
        "这家店真的绝绝子",
        "yyds",
        "[赞][赞]",
        "😍",
        "好喜欢",
        "包装精致,味道也不错",
        "没有失望",
        "终于修好了,开心",
    ],
)
def test_these_are_good(good: str) -> None:
    polarity = of(good)
    assert polarity is not None
    assert 0 < polarity <= 1


@pytest.mark.parametrize(
    "bad",
    [
        "难喝",
        "太坑了",
        "[怒][怒]",
        "😡",
        "一点都不好喝",
        "不开心",
        "我真的会破防",
        "气死我了",
        "服务太差",
        "不是很满意",
    ],
)
def test_these_are_bad(bad: str) -> None:
    polarity = of(bad)
    assert polarity is not None
    assert -1 <= polarity < 0


@pytest.mark.parametrize("untold", ["", "今天星期一", "在门口等公交", "12345", "\n", "🚌"])
def test_of_these_nothing_can_be_told(untold: str) -> None:
    assert of(untold) is None


def test_a_plain_word_gives_a_half() -> None:
    assert of("门口的奶茶好喝") == 0.5


def test_degree_words_weigh() -> None:
    weak, plain, strong = of("有点难喝"), of("难喝"), of("非常难喝")
    assert weak is not None
    assert plain is not None
    assert strong is not None
    assert -1 < strong < plain < weak < 0


def test_a_negated_word_is_weaker_than_its_opposite() -> None:
    negated, opposite = of("我不满足"), of("我失望")
    assert negated is not None
    assert opposite is not None
    assert opposite < negated < 0


def test_a_negation_ends_with_its_clause() -> None:
    assert of("我没买,好喝") == 0.5


def test_good_and_bad_outweigh_each_other() -> None:
    polarity = of("奶茶好喝,店员粗鲁")
    assert polarity == 0.0


@pytest.mark.parametrize(("name", "least"), [("positive", 250), ("negative", 350)])
def test_the_lexicons_are_large_enough_and_know_each_word_once(name: str, least: int) -> None:
    words = [entry[0] for entry in read_lexicon(name)]
    assert len(words) >= least
    assert len(set(words)) == len(words)


def test_no_word_is_both_good_and_bad() -> None:
    assert not {entry[0] for entry in read_lexicon("positive")} & {entry[0] for entry in read_lexicon("negative")}


@settings(deadline=None)
@given(st.lists(st.sampled_from(["好", "不", "没", "太", "难喝", "坑", "喜欢", ",", "的", "[泪]", "很"]), max_size=30))
def test_polarity_stays_within_one(words: list[str]) -> None:
    (polarity,) = POLARITY.judge([Words("".join(words), words)])
    assert polarity is None or -1 <= polarity <= 1
