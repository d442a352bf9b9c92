import re
from array import array
from operator import eq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.annotate import Annotator
from analysis.annotation import Document
from analysis.duplicates import (
    ALIKE,
    VALUES,
    band_keys,
    equal_values,
    fingerprint,
    letters_of,
    letters_of_each,
    sketches,
)

ANNOTATOR = Annotator(())


def of(text: str) -> int:
    (annotation,) = ANNOTATOR.annotate([Document(text=text, platform="weibo")])
    return annotation.fingerprint


ORIGINAL = "青禾小程序今天全国崩了，大家先别下单"


@pytest.mark.parametrize(
    "copy",
    [
        "青禾小程序今天全国崩了大家先别下单！！！",
        "@小红 @小明 青禾小程序今天全国崩了，大家先别下单 https://t.cn/A6x",
        "#青禾崩了# 青禾小程序今天全国崩了，大家先别下单 12345",
        "青禾小程序 今天全国崩了 大家先别下单//@别人:原来如此",
        "青禾小程序今天全国崩了😭大家先别下单",
    ],
)
def test_a_copy_has_the_fingerprint_of_its_original(copy: str) -> None:
    assert of(copy) == of(ORIGINAL) > 0


@pytest.mark.parametrize("other", ["青禾小程序今天全国崩了，大家先别下单了", "青禾小程序昨天全国崩了，大家先别下单"])
def test_another_wording_has_another(other: str) -> None:
    assert of(other) not in (0, of(ORIGINAL))


@pytest.mark.parametrize("short", ["", "转发微博", "哈哈哈哈哈哈哈", "123456789012", "😀" * 20, "//@甲:" + ORIGINAL])
def test_short_texts_cannot_be_told_apart(short: str) -> None:
    assert of(short) == 0


def test_eight_letters_are_enough_and_fit_63_bits() -> None:
    assert 0 < fingerprint("一二三四五六七八") < 2**63


LONG = letters_of("青禾小程序今天上午全国都崩了，扫码一直转圈，付不了款，大家先别下单，等官方通知再说吧")


def likeness(one: str, other: str) -> float:
    """Jaccard's, counted."""
    sets = [{text[first : first + 3] for first in range(len(text) - 2)} for text in (one, other)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


@pytest.mark.parametrize(
    "edited",
    [
        "转发：" + LONG,
        LONG + "求扩散",
        LONG.replace("上午", "中午"),
        LONG[:-5],
        LONG.replace("大家先别下单", ""),
    ],
)
def test_an_edited_text_is_alike_and_shares_a_key(edited: str) -> None:
    one, other = sketches([LONG, letters_of(edited)])
    assert likeness(LONG, letters_of(edited)) > 0.7
    assert equal_values(one, other) >= ALIKE
    assert set(band_keys(one)) & set(band_keys(other))


def test_a_text_about_the_same_in_other_words_is_not_alike() -> None:
    one, other = sketches([LONG, letters_of("青禾小程序又崩了，付款的时候转了半天圈，我到现在还没吃上早饭，气死了")])
    assert equal_values(one, other) < ALIKE / 2


@pytest.mark.parametrize("short", ["", "打卡", "哈哈哈哈", "打卡打卡打卡打卡打卡", "今天也要加油呀朋友们"])
def test_short_texts_have_no_sketch_and_are_like_nothing(short: str) -> None:
    (sketch,) = sketches([letters_of(short)])
    assert sketch == b""
    assert band_keys(sketch) == ()
    assert equal_values(sketch, sketch) == 0


@given(st.lists(st.text(max_size=60), max_size=8), st.text(min_size=20, max_size=60))
def test_a_sketch_does_not_depend_on_the_batch(others: list[str], text: str) -> None:
    (alone,) = sketches([text])
    assert sketches([*others, text, *others])[len(others)] == alone
    assert equal_values(alone, alone) == VALUES


def test_sketches_stay_what_they_are() -> None:
    """They are stored and compared for weeks: another value needs another VERSION."""
    assert sketches([LONG])[0][:8].hex() == "499c899a2ae01e98"


def test_any_letters_have_a_sketch() -> None:
    assert [len(sketch) for sketch in sketches(["\ud800" * 20, "𠮷" * 30, "a" * 100_000])] == [64, 64, 64]


VALUE = st.sampled_from((0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF)) | st.integers(0, 0xFFFF)


@given(st.lists(st.tuples(VALUE, VALUE) | VALUE.map(lambda value: (value, value)), min_size=VALUES, max_size=VALUES))
def test_equal_values_are_counted_one_by_one(pairs: list[tuple[int, int]]) -> None:
    one, other = (array("H", values).tobytes() for values in zip(*pairs, strict=True))
    assert equal_values(one, other) == sum(eq(*pair) for pair in pairs)


@given(st.lists(st.text(max_size=30)))
def test_letters_are_what_a_regular_expression_calls_so(texts: list[str]) -> None:
    assert letters_of_each(texts) == ["".join(re.findall(r"[^\W\d_]", text)) for text in texts]
