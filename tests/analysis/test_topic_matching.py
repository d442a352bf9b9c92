"""Which topics a text mentions, and by which words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.annotate import Annotator
from analysis.annotation import Document, Match
from analysis.matching import Topic, TopicMatcher
from analysis.phrases import PhraseBook

TEA = Topic(
    name="tea",
    hashtags={"青禾9块9": ("青禾九块九",)},
    any=("青禾", "青禾茶"),
    none=("青禾村",),
)
MAC = Topic(name="mac", any=("Mac", "苹果电脑"), all=("卡",))
BOTH = Topic(name="both", all=("茶", "咖啡"))
ANNOTATOR = Annotator((TEA, MAC, BOTH))


def matches(text: str) -> list[tuple[str, str, str]]:
    (annotation,) = ANNOTATOR.annotate([Document(text=text, platform="weibo")])
    return [(match.topic, match.term, text[match.start : match.end]) for match in annotation.matches]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("喝青禾去", [("tea", "青禾", "青禾")]),
        ("路过青禾村的青禾", []),
        ("#青禾九块九# 冲", [("tea", "青禾9块9", "#青禾九块九#")]),
        ("今天#青禾周年庆#", [("tea", "青禾", "#青禾周年庆#")]),
        ("不错//@小店:青禾上新", [("tea", "青禾", "青禾")]),
        ("我的MAC好卡", [("mac", "Mac", "MAC")]),
        ("我的ｍａｃ好卡", [("mac", "Mac", "ｍａｃ")]),
        ("machine好卡", []),
        ("我的mac很快", []),
        ("苹果电脑卡", [("mac", "苹果电脑", "苹果电脑")]),
        ("咖啡配茶", [("both", "咖啡", "咖啡")]),
        ("只喝茶", []),
        ("青\u200b禾", [("tea", "青禾", "青\u200b禾")]),
        ("青禾的茶和咖啡", [("tea", "青禾", "青禾"), ("both", "茶", "茶")]),
        ("", []),
    ],
)
def test_the_topics_are(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert matches(text) == expected


def test_the_longer_of_two_words_at_one_place_does_not_hide_the_other_topic() -> None:
    annotator = Annotator((Topic(name="long", any=("青禾茶饮",)), Topic(name="short", any=("禾茶",))))
    (annotation,) = annotator.annotate([Document(text="青禾茶饮", platform="weibo")])
    assert annotation.matches == (
        Match(topic="long", term="青禾茶饮", start=0, end=4),
        Match(topic="short", term="禾茶", start=1, end=3),
    )


@pytest.mark.parametrize(
    ("text", "hit"), [("9块9", True), ("19块9", False), ("9块90", False), ("只要9块9!", True), ("a9块9", False)]
)
def test_a_figure_is_not_found_inside_a_longer_one(text: str, hit: bool) -> None:
    book = PhraseBook()
    number = book.add("9块9")
    assert (number in [found for found, _, _ in book.find(text)]) is hit


def test_a_topic_that_nothing_can_match_is_refused() -> None:
    with pytest.raises(ValueError, match="'void' has neither"):
        TopicMatcher(PhraseBook(), [Topic(name="void", none=("茶",))])


def test_a_phrase_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="empty in normal form"):
        PhraseBook().add("\u200b ")


def test_a_book_that_was_searched_takes_no_more_phrases() -> None:
    book = PhraseBook()
    book.add("茶")
    book.find("茶")
    with pytest.raises(RuntimeError, match="closed"):
        book.add("咖啡")


WORDS = ("茶", "奶茶", "青禾", "禾茶", "tea", "ea", "9块9", "茶茶")


@settings(deadline=None)
@given(st.text(alphabet="奶茶青禾tea9块 ,", max_size=40))
def test_one_pass_finds_every_occurrence_of_every_phrase(text: str) -> None:
    book = PhraseBook()
    numbers = {book.add(word): word for word in WORDS}
    found = {(numbers[number], start) for number, start, _ in book.find(text)}
    latin = frozenset("tea9")
    for word in WORDS:
        for start in range(len(text) - len(word) + 1):
            if not text.startswith(word, start):
                continue
            end = start + len(word)
            cut = (start and word[0] in latin and text[start - 1] in latin) or (
                end < len(text) and word[-1] in latin and text[end] in latin
            )
            assert ((word, start) in found) is not bool(cut)
