"""A topic on a hot list is told of by its place; a list that was not read tells nothing."""

import pytest

from analysis.rules.hot_list import HotList, Places
from analysis.rules.rule import Answer, HotLine, HotLists, Subject
from tests.analysis.rules.simulated_talk import MONDAY


def seen(*ranks: int | None, read: tuple[str, ...] = ("weibo",)) -> HotLists:
    lines = tuple(HotLine(platform="weibo", word=f"奶茶{rank}", rank=rank) for rank in ranks)
    return HotLists(topic="tea", at=MONDAY, read=read, lines=lines)


@pytest.mark.parametrize(
    ("lists", "rank", "answer", "value"),
    [
        (seen(), 50, Answer.CLEAR, None),
        (seen(50), 50, Answer.BREACH, 50.0),
        (seen(51), 50, Answer.CLEAR, 51.0),
        (seen(30, 7), 10, Answer.BREACH, 7.0),
        (seen(11), 10, Answer.CLEAR, 11.0),
        (seen(None), 50, Answer.CLEAR, None),
        (seen(read=()), 50, Answer.UNKNOWN, None),
    ],
    ids=["absent", "last place", "below", "the best counts", "not yet in the first ten", "no place", "no list read"],
)
def test_told_at_its_rank_or_better(lists: HotLists, rank: int, answer: Answer, value: float | None) -> None:
    verdict = HotList(Places(rank=rank)).judge(lists)
    assert (verdict.answer, verdict.value, verdict.at) == (answer, value, MONDAY)


def test_the_sentence_names_word_place_and_platform() -> None:
    assert HotList(Places()).judge(seen(3)).because == "#奶茶3# at 3 on weibo; told from 50 on"
    assert HotList(Places()).judge(seen(read=("weibo", "zhihu"))).because == (
        "on no hot list of weibo, zhihu; told from 50 on"
    )
    assert HotList.subject is Subject.HOT_LIST
