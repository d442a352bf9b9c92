import pytest

from analysis.annotate import Annotator
from analysis.annotation import Document
from analysis.duplicates import fingerprint

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
