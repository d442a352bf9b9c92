"""Which topics a text mentions, and by which words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.annotate import Annotator
from analysis.annotation import Document, Match
from analysis.matching import Terms, Topic, TopicMatcher
from analysis.phrases import PhraseBook
from analysis.terms import parse_term

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


EXPRESSIONS = Annotator(
    (
        Topic(name="near", any=("near(青禾|小禾, 崩|挂了, 4)",)),
        Topic(name="pattern", any=("/青禾.{0,2}(崩|挂)了/",), none=("/没(崩|挂)/",)),
        Topic(name="all", all=("near(APP, 青禾, 0)", "/v\\d+/")),
    )
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("青禾今天又崩", [("near", "青禾今天又崩")]),
        ("青禾今天早上又崩", []),
        ("挂了，小禾", [("near", "挂了，小禾")]),
        ("青禾app崩了", [("near", "青禾app崩")]),
        ("青禾又崩了", [("near", "青禾又崩"), ("pattern", "青禾又崩了")]),
        ("青禾又崩了？没崩", [("near", "青禾又崩")]),
        ("青禾APP，V2出来了", [("all", "青禾APP")]),
        ("V2出来了，青禾APP", [("all", "V2")]),
        ("青禾 APP V2", []),
        ("青禾//@小红:挂了", []),
        ("喜歡//@小红:青禾掛了", [("near", "青禾掛了"), ("pattern", "青禾掛了")]),
        ("#青禾崩了#", [("near", "#青禾崩了#"), ("pattern", "#青禾崩了#")]),
        ("#青禾#崩了", []),
    ],
)
def test_expressions_match_what_they_say(text: str, expected: list[tuple[str, str]]) -> None:
    (annotation,) = EXPRESSIONS.annotate([Document(text=text, platform="weibo")])
    assert [(match.topic, text[match.start : match.end]) for match in annotation.matches] == expected


@pytest.mark.parametrize(
    ("term", "what"),
    [
        ("near(a, b)", "is no near"),
        ("near(a, b, c)", "is no near"),
        ("near(a, b, 5", "is no near"),
        ("near(a, , 5)", "is an empty word"),
        ("near(a, b|, 5)", "is an empty word"),
        ("near(a, b, 101)", "n is from 0 to 100"),
        ("/abc", "begins a regular expression"),
        ("/", "begins a regular expression"),
        ("/(/", "missing \\)"),
        ("/(?=a)b/", "neither look-around nor backreferences"),
        ("/(a)\\1/", "neither look-around nor backreferences"),
        ("/a*/", "matches the empty text"),
        ("/" + "a" * 501 + "/", "longer than 500"),
        (" ", "is an empty word"),
    ],
)
def test_what_begins_like_an_expression_is_never_a_word(term: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        parse_term(term)


def test_full_width_signs_are_as_good() -> None:
    assert parse_term("near（茶，崩｜挂，5）") == parse_term("near(茶, 崩|挂, 5)")


def test_a_near_over_a_long_text_looks_only_near() -> None:
    (annotation,) = EXPRESSIONS.annotate(
        [Document(text="青禾" * 25_000 + "茶" * 5 + "挂了" * 25_000, platform="weibo")]
    )
    assert annotation.matches == ()


def test_platforms_and_authors_narrow_a_topic() -> None:
    official = Topic(
        name="tea",
        any=("青禾",),
        platforms=("weibo", "wechat"),
        on={"wechat": Terms(any=("小禾",), none=("招聘",))},
        exclude_authors=frozenset({"0fficial"}),
    )
    annotator = Annotator((official,))

    def mentions(text: str, platform: str, author: str | None = None) -> bool:
        (annotation,) = annotator.annotate([Document(text=text, platform=platform, author_id=author)])
        return bool(annotation.matches)

    assert mentions("青禾招聘", "weibo", "somebody")
    assert not mentions("青禾招聘", "weibo", "0fficial")
    assert not mentions("青禾招聘", "wechat")
    assert not mentions("小禾", "weibo")
    assert mentions("小禾", "wechat")
    assert not mentions("青禾", "douyin")


def test_a_topic_names_its_plain_words() -> None:
    topic = Topic(name="t", any=("甲", "/乙+/"), all=("near(丙, 丁, 2)",), on={"x": Terms(any=("戊",), none=("己",))})
    assert topic.words() == ("甲", "戊")


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
