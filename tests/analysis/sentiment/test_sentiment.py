"""What the shipped model says of texts that we wrote; that it says it alone and in any batch; odd texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.normal_form import normalise
from analysis.sentiment.sentiment import LEAST, Reading, Sentiment

SENTIMENT = Sentiment()


def read(text: str) -> Reading:
    (reading,) = SENTIMENT.read([text])
    return reading


NEGATIVE = [
    "难喝死了，再也不来",
    "等了一个小时，店员还骂人，气死我了",
    "服务太差了，垃圾",
    "真的很失望[泪]",
    "一点都不好喝，后悔买了",  # negated
    "我不开心",
    "好难过，想哭😭",
    "又崩了，能不能修一修，烦死了",
    "呵呵，真是醉了，这也叫服务？",  # irony
]
POSITIVE = [
    "好喝！太喜欢了",
    "店员小姐姐超级温柔，开心",
    "今天的奶茶绝绝子[心][心]",
    "谢谢店家，祝你们生意兴隆",
    "爱了爱了😍",
    "终于修好了，开心",
    "向一线的医生护士致敬，加油",
]


@pytest.mark.parametrize("text", NEGATIVE)
def test_these_are_negative(text: str) -> None:
    reading = read(text)
    assert reading.label == "negative"
    assert reading.polarity is not None
    assert -1 <= reading.polarity <= -LEAST


@pytest.mark.parametrize("text", POSITIVE)
def test_these_are_positive(text: str) -> None:
    reading = read(text)
    assert reading.label == "positive"
    assert reading.polarity is not None
    assert LEAST <= reading.polarity <= 1


@pytest.mark.parametrize(
    "text",
    [
        "北京市明日最高气温25度，最低气温12度",
        "国务院新闻办公室今日举行新闻发布会，介绍有关情况",
        "青禾茶饮今日在杭州召开发布会",
    ],
)
def test_news_and_notices_are_neutral(text: str) -> None:
    reading = read(text)
    assert (reading.label, reading.polarity) == ("neutral", 0.0)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "12345", "!!!???", "\x00", "\ud800", "https://t.cn/A6x", "@店长", "。。。"]
)
def test_of_these_nothing_can_be_told(text: str) -> None:
    assert read(text) == Reading(None)
    assert (read(text).label, read(text).balance, read(text).polarity) == (None, None, None)


@pytest.mark.parametrize("text", ["🚌", "🪐🪐", "🚌🚏"])
def test_emoji_without_a_feeling_are_neutral_or_unknown(text: str) -> None:
    assert not read(text).polarity


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ("店员来了[怒]", "店员来了[心]"),
        ("到店了😡", "到店了😍"),
        ("不好喝", "好喝"),
        ("我不喜欢这家店", "我喜欢这家店"),
        ("奶茶好喝，店员骂人", "奶茶好喝，店员贴心"),
        ("排队两小时，恶心", "排队两小时，值得"),
    ],
)
def test_the_worse_text_has_the_lower_balance(worse: str, better: str) -> None:
    low, high = read(worse).balance, read(better).balance
    assert low is not None
    assert high is not None
    assert low < high


ODD = [
    "",
    "啊",
    "茶" * 100_000,
    "好喝 " * 30_000,
    "שלום עולם",
    "مرحبا",
    "\ud800难喝",
    "\x00好喝\x00",
    "e\u0301",
    "\u0301",
    "𠀀",
    "Σ",
]


@pytest.mark.parametrize("text", ODD)
def test_no_text_is_too_odd(text: str) -> None:
    reading = read(text)
    assert reading.polarity is None or -1 <= reading.polarity <= 1


def test_an_odd_text_leaves_its_neighbours_alone() -> None:
    assert SENTIMENT.read(["好喝", *ODD, "难喝"]) == [read("好喝"), *map(read, ODD), read("难喝")]


WORDS = [
    "好",
    "喝",
    "难",
    "不",
    "[泪]",
    "😭",
    "，",
    " ",
    "\u200b",
    "\u0301",
    "\x00",
    "@甲",
    "//@",
    "a",
    "Σ",
    "#青禾#",
    "哈哈哈哈",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=10).map("".join), max_size=8))
def test_the_batch_changes_nothing(texts: list[str]) -> None:
    together = SENTIMENT.read(texts)
    assert together == [read(text) for text in texts]
    assert repr(together) == repr(Sentiment().read(texts))


def test_a_batch_of_any_length_is_cut_into_pieces_that_change_nothing() -> None:
    texts = ["难喝" * 30_000, "好喝", "真好喝" * 50_000, "", "难喝"] * 2
    assert SENTIMENT.read(texts) == [read(text) for text in texts]
    few = ["难喝", "真好喝", "", "买了一杯"]
    assert SENTIMENT.read(few * 2_500) == [read(text) for text in few] * 2_500


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "難喝", "ＡＢＣ", "…", "https://t.cn/A6x"]), max_size=12).map("".join))
def test_probabilities_are_probabilities_and_the_polarity_has_the_sign_of_the_label(text: str) -> None:
    reading = read(text)
    if reading.probabilities is None:
        return
    assert sum(reading.probabilities) == pytest.approx(1)
    assert reading.polarity is not None
    assert {"negative": reading.polarity < 0, "neutral": reading.polarity == 0, "positive": reading.polarity > 0}[
        str(reading.label)
    ]


@pytest.mark.parametrize(
    "text", [*NEGATIVE, *POSITIVE, "難喝死了，再也不來", "气死了…", "Ｇｏｏｄ！好喝", "好喝\u200b好喝"]
)
def test_the_normal_form_reads_as_the_text_as_published(text: str) -> None:
    assert read(normalise(text).text) == read(text)


def test_the_length_of_a_laugh_says_nothing() -> None:
    assert read("哈哈哈哈哈哈哈哈难喝") == read("哈哈哈难喝")


def test_the_reasons_are_what_weighs_most_strongest_first() -> None:
    reasons = SENTIMENT.reasons("店里的奶茶难喝")
    assert reasons[0][0] == "难"
    assert reasons[0][1] < 0
    assert [abs(value) for _, value in reasons] == sorted((abs(value) for _, value in reasons), reverse=True)
    assert SENTIMENT.reasons("") == ()


def test_the_polarity_is_the_difference_of_the_two_sides() -> None:
    mirrored = Reading((0.2, 0.1, 0.7))
    assert (mirrored.label, mirrored.balance, mirrored.polarity) == ("positive", 0.5, 0.5)
    assert Reading((0.7, 0.1, 0.2)).polarity == -0.5


def test_neutral_keeps_its_balance_but_counts_as_zero() -> None:
    assert (Reading((0.1, 0.6, 0.3)).balance, Reading((0.1, 0.6, 0.3)).polarity) == (0.2, 0.0)


def test_what_is_barely_negative_is_still_counted_so() -> None:
    assert Reading((0.4, 0.2, 0.4)).polarity == -LEAST
