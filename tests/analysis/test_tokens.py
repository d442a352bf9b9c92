"""rjieba against its oracle jieba, user words, stop words."""

import logging
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.tokens import JiebaSegmenter, RjiebaSegmenter, Tokenizer, default_segmenter

WORDS = ("青禾茶饮", "9块9", "早安奶茶", "生椰拿铁", "青禾go", "tea morning", "yyds", "开小差", "一杯", "联名款")
SENTENCES = (
    "青禾茶饮的早安奶茶只要9块9,联名款也太好看了",
    "系统开小差了,请稍后再试",
    "在青禾go下单生椰拿铁,一杯都没抢到",
    "yyds!queen_of_tea推荐的v2.0版本更新了99.5%",
    "e-mail到a.b@example.org,价格3.5元+2%",
    "哈哈 他来到了网易杭研大厦",
    "小程序一直转圈圈,付不了款,客服也不理人",
    "iphone15pro max打开app就闪退",
    "今天天气真好,我们去喝茶吧",
    "他从马上下来,马上就到",
)


@pytest.fixture(scope="module")
def jieba_with_words() -> JiebaSegmenter:
    return JiebaSegmenter(WORDS)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_rjieba_cuts_as_jieba_does(sentence: str, jieba_with_words: JiebaSegmenter) -> None:
    assert RjiebaSegmenter(WORDS).cut(sentence) == jieba_with_words.cut(sentence)


def test_rjieba_cuts_as_jieba_does_without_user_words() -> None:
    jieba, rjieba = JiebaSegmenter(), RjiebaSegmenter()
    for sentence in SENTENCES:
        assert rjieba.cut(sentence) == jieba.cut(sentence)


def test_user_words_stay_whole_in_both(jieba_with_words: JiebaSegmenter) -> None:
    for segmenter in (RjiebaSegmenter(WORDS), jieba_with_words):
        tokens = segmenter.cut("青禾茶饮的早安奶茶9块9")
        assert tokens == ["青禾茶饮", "的", "早安奶茶", "9块9"]
    assert "青禾茶饮" not in RjiebaSegmenter().cut("青禾茶饮的早安奶茶9块9")


def test_only_words_that_a_dictionary_can_hold_and_lacks_are_added() -> None:
    # "tea morning" has a space, yyds is one run of letters anyway, 一杯 and 开小差 are there already
    assert [word for word, _ in RjiebaSegmenter(WORDS).added] == [
        "9块9",
        "早安奶茶",
        "生椰拿铁",
        "联名款",
        "青禾go",
        "青禾茶饮",
    ]


def test_the_global_jieba_is_left_alone_and_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    JiebaSegmenter(("绝无仅有的茶名",))
    import jieba

    assert jieba.dt.FREQ.get("绝无仅有的茶名") is None
    assert capsys.readouterr().err == ""
    assert logging.getLogger("jieba").level == logging.ERROR


def test_jieba_takes_over_where_rjieba_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    segmenter = default_segmenter(WORDS)
    assert segmenter.name.startswith("jieba ")
    assert segmenter.cut("青禾茶饮") == ["青禾茶饮"]


def test_emoticons_are_one_token_each() -> None:
    tokenizer = Tokenizer()
    assert tokenizer.cut("好喝[泪][中国赞]吧") == ["好喝", "[泪]", "[中国赞]", "吧"]
    assert "".join(tokenizer.cut("a[b[泪]]c[")) == "a[b[泪]]c["


def test_content_is_without_stop_words_signs_and_spaces() -> None:
    tokenizer = Tokenizer()
    assert tokenizer.content(tokenizer.cut("小程序 又 卡住了!!!😭 [怒]9块9")) == (
        "小",
        "程序",
        "卡住",
        "😭",
        "[怒]",
        "9",
        "块",
        "9",
    )


@pytest.mark.parametrize(
    "text", ["", "\x00", "\ud800", "a\udfffb.c", "😀" * 50, "\u202eשלום", "茶" * 100_000, "a." * 50_000]
)
def test_no_text_is_too_odd(text: str) -> None:
    tokens = Tokenizer().cut(text)
    assert "".join(tokens) == text.replace("\ud800", "\ufffd").replace("\udfff", "\ufffd")


TOKENIZER = Tokenizer()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_the_tokens_of_a_text_are_the_text(text: str) -> None:
    whole = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    assert "".join(TOKENIZER.cut(text)) == whole
