"""Which signs make a hashtag, and what counts as the same one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.hashtags import alias_table, find_hashtags, fold_hashtag


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("#奶茶九块九# 冲", ["奶茶九块九"]),
        ("＃奶茶九块九＃冲", ["奶茶九块九"]),
        ("#奶茶九块九＃冲", ["奶茶九块九"]),
        ("喝到了#奶茶#还有#Coffee Time#", ["奶茶", "coffee time"]),
        ("#a茶#b茶#", ["a茶"]),
        ("#a茶##b茶#", ["a茶", "b茶"]),
        ("开头 #喝茶 结尾", ["喝茶"]),
        ("#喝茶 正文 #下午茶", ["喝茶", "下午茶"]),
        ("#喝茶#，再#聊天 吧", ["喝茶", "聊天"]),
        ("一个#不成对", ["不成对"]),
        ("##", []),
        ("###", []),
        ("# #", []),
        ("# 喝茶 #", []),
        ("排第#3名", ["3名"]),
        ("#1", []),
        ("学C#的人", []),
        ("https://example.org/#top 看看", []),
        ("https://example.org/a#b 和#茶#", ["茶"]),
        ("#第一行\n第二行#", ["第一行"]),
        ("#小店[超话]#打卡", ["小店"]),
        ("#小店［超話］#打卡", ["小店"]),
        ("#[超话]#", ["[超话]"]),
        ("#奶茶#打卡#奶茶", ["奶茶", "奶茶"]),
        ("#开业大吉#奶茶##咖啡#", ["开业大吉", "咖啡"]),
        ("#珍珠奶茶節#", ["珍珠奶茶节"]),
        ("# 喝茶#聊天#", ["聊天"]),
        ("#Ｔｅａ#和#TEA#", ["tea", "tea"]),
        ("#" + "长" * 61 + "#", ["长" * 40]),
        ("没有", []),
        ("", []),
        ("#茶", ["茶"]),
    ],
)
def test_the_hashtags_are(text: str, keys: list[str]) -> None:
    assert [hashtag.key for hashtag in find_hashtags(text)] == keys


def test_a_hashtag_keeps_its_spelling_and_its_place() -> None:
    (tag,) = find_hashtags("早！＃Tea Time＃")
    assert (tag.key, tag.spelling, tag.start, tag.end) == ("tea time", "Tea Time", 2, 12)


def test_an_alias_is_counted_as_its_hashtag() -> None:
    aliases = alias_table([{"奶茶9块9": ("奶茶九块九", "#奶茶9.9#")}])
    found = find_hashtags("#奶茶九块九# #奶茶9.9# #奶茶9块9# #别的#", aliases)
    assert [tag.key for tag in found] == ["奶茶9块9", "奶茶9块9", "奶茶9块9", "别的"]
    assert found[0].spelling == "奶茶九块九"


def test_an_alias_of_two_hashtags_is_refused() -> None:
    with pytest.raises(ValueError, match="'早茶' stands for both '茶' and '早餐'"):
        alias_table([{"茶": ("早茶",)}, {"早餐": ("早茶",)}])


@settings(deadline=None)
@given(st.text(alphabet="#＃ab茶 \n[超话]1/:htps.", max_size=40))
def test_spans_begin_and_end_where_the_hashtag_does(text: str) -> None:
    end = 0
    for tag in find_hashtags(text):
        assert end <= tag.start < tag.end <= len(text)
        end = tag.end
        assert text[tag.start] in "#＃"
        assert tag.spelling in text[tag.start : tag.end]
        assert tag.key == fold_hashtag(tag.spelling) != ""
