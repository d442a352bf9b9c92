"""The normal form and the way back to the text as published."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.normal_form import _EASY, is_empty_repost, normalise, own_end, simplified


@pytest.mark.parametrize(
    ("published", "normal"),
    [
        ("小程序卡住了！", "小程序卡住了!"),
        ("ＡＰＰ　９块９，真香", "app 9块9,真香"),
        ("闪\u200b退\ufeff了", "闪退了"),
        ("爱了❤️爱了", "爱了❤爱了"),
        ("一家人👨\u200d👩\u200d👧开心", "一家人👨👩👧开心"),
        ("好喝[泪][泪]", "好喝[泪][泪]"),
        ("好吧…算了", "好吧⋯算了"),
        ("看这里 https://t.cn/A6abc 快", "看这里   快"),
        ("链接t.cn/A6xYz在此", "链接 在此"),
        ("@奶茶小妹 你家app崩了", "  你家app崩了"),
        ("回复@路人甲:我也付不了款", " 我也付不了款"),
        ("今天的奶茶真不错...全文", "今天的奶茶真不错 "),
        ("今天的奶茶真不错…展开c", "今天的奶茶真不错 "),
        ("今天的奶茶真不错 收起全文d", "今天的奶茶真不错 "),
        ("今天的奶茶真不错。全文", "今天的奶茶真不错。全文"),
        ("五款奶茶测评（分享自 @某新闻客户端） https://t.cn/A6abc", "五款奶茶测评  "),
        ("五款奶茶测评 (via@某博主)", "五款奶茶测评  "),
        ("（来自奶茶店的爱）真好喝", "(来自奶茶店的爱)真好喝"),
        ("店里好多人 L奶茶小妹的微博视频", "店里好多人 "),
        ("戳这里O网页链接下载", "戳这里 下载"),
        ("系統錯誤，頭髮都白了", "系统错误,头发都白了"),
        ("乾隆年間的餅乾", "乾隆年间的饼干"),
        ("點餐 ＡＰＰ 閃\u200b退", "点餐 app 闪退"),
        ("Cafe\u0301 开门", "café 开门"),
        ("①号店 ½杯", "1号店 1⁄2杯"),
        ("版权™ ㊗大家", "版权™ ㊗大家"),
        ("坏\ud800字\x00", "坏\ufffd字\ufffd"),
        ("\u202eשלום 崩了", "שלום 崩了"),
        ("", ""),
        ("啊", "啊"),
    ],
)
def test_the_normal_form_is(published: str, normal: str) -> None:
    assert normalise(published).text == normal


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("我也是//@小红:付不了款//@小明:崩了", "我也是"),
        ("//@小红:付不了款", ""),
        ("我也是 // @小红:付不了款", "我也是 "),
        ("我也是／／＠小红：付不了款", "我也是"),
        ("我也是||@小红:付不了款", "我也是"),
        ("@小红 看这个", "@小红 看这个"),
        ("价格 9//10 吧", "价格 9//10 吧"),
        ("see https://example.org/@me", "see https://example.org/@me"),
    ],
)
def test_own_words_end_before_the_quoted_ones(text: str, own: str) -> None:
    assert text[: own_end(text)] == own


@pytest.mark.parametrize(
    ("own", "empty"), [("转发微博", True), ("转发微博 ", True), ("Repost", True), ("转发一下", False)]
)
def test_what_the_platform_writes_is_no_word_of_the_author(own: str, empty: bool) -> None:
    assert is_empty_repost(own) is empty


@pytest.mark.parametrize(
    ("published", "found", "there"),
    [
        ("今天 https://t.cn/abc 小程序闪\u200b退了", "闪退", "闪\u200b退"),
        ("@小红 ＡＰＰ崩了", "app崩", "ＡＰＰ崩"),
        ("①①卡住", "卡住", "卡住"),
        ("½卡住", "2卡", "½卡"),
        ("❤️❤️白屏", "白屏", "白屏"),
        ("é́白屏", "白屏", "白屏"),
        ("①樓系統錯誤", "系统错误", "系統錯誤"),
    ],
)
def test_a_span_leads_back_to_the_text_as_published(published: str, found: str, there: str) -> None:
    form = normalise(published)
    at = form.text.index(found)
    start, end = form.span(at, at + len(found))
    assert published[start:end] == there


def test_a_part_of_a_text_maps_to_offsets_of_the_whole() -> None:
    text = "前面的话#标签#ＡＰＰ崩了//@某人:别的"
    form = normalise(text, 4, own_end(text), cut=[(4, 8)])
    assert form.text == " app崩了"
    assert text[slice(*form.span(1, 5))] == "ＡＰＰ崩"


def test_every_easy_character_becomes_one_character_whatever_stands_beside_it() -> None:
    # the fast way relies on it: these are never looked at one by one
    parts = _EASY
    ranges = []
    index = 0
    while index < len(parts):
        if parts[index + 1 : index + 2] == "-":
            ranges.append((ord(parts[index]), ord(parts[index + 2])))
            index += 3
        else:
            ranges.append((ord(parts[index]), ord(parts[index])))
            index += 1
    for low, high in ranges:
        for code in range(low, high + 1):
            character = chr(code)
            if unicodedata.category(character) == "Cn":
                continue
            assert unicodedata.combining(character) == 0, hex(code)
            normal = unicodedata.normalize("NFKC", character.replace("…", "⋯")).lower()
            assert len(simplified(normal)) == 1, hex(code)
            assert len(normal) == 1, hex(code)
            beside = unicodedata.normalize("NFKC", "a" + character + "a").lower() if character != "…" else "a⋯a"
            assert beside == f"a{normal}a", hex(code)


SIGNS = "卡點乾發app A：，。#@/[]泪全文…\u200b\ufe0fé\u0301½①ﬁ가\u1100\u1161ｶﾞİßΣ😀👨\u200d\ud800\x00\n "
TEXTS = st.one_of(st.text(alphabet=SIGNS, max_size=60), st.text(max_size=60))


@settings(deadline=None)
@given(TEXTS)
def test_spans_stay_inside_the_text_in_order_and_cover_what_they_name(text: str) -> None:
    form = normalise(text)
    before = 0
    for at in range(len(form.text)):
        start, end = form.span(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert start >= before
        before = start
    if form.text:
        start, end = form.span(0, len(form.text))
        assert 0 <= start < end <= len(text)


@settings(deadline=None)
@given(TEXTS)
def test_no_dropped_sign_or_capital_is_left(text: str) -> None:
    normal = normalise(text).text
    assert not set(normal) & set("\u200b\ufeff\ufe0f\x00ＡＢＣABC，！")
    normal.encode()  # no lone surrogate either


@settings(deadline=None)
@given(st.text(alphabet="卡住了app页面好慢,。!", max_size=40))
def test_a_text_in_normal_form_stays_as_it_is(text: str) -> None:
    assert normalise(text).text == text


@settings(deadline=None)
@given(st.text(alphabet="頭髮發現乾著於麼裡後係說話幹徵餘藉瞭覆", max_size=20))
def test_simplified_text_is_as_long_and_stays_as_it_is(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    assert simplified(once) == once
