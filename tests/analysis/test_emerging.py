from typing import Any

from analysis.emerging import TermCount, fading, growth, rising


def count(term: str, mentions: int, before: int, **changes: Any) -> TermCount:
    fields = {"originals": mentions, "authors": mentions, "unknown_authors": 0}
    return TermCount(term=term, label=term, mentions=mentions, before=before, **{**fields, **changes})


def names(counts: list[TermCount], windows: float = 28) -> list[str]:
    return [trend.count.term for trend in rising(counts, windows)]


def test_growth_is_smoothed() -> None:
    assert growth(0, 0) == 1.0
    assert growth(15, 0) == 4.0
    assert growth(12, 1) < growth(400, 100)


def test_what_grew_most_comes_first_and_small_counts_do_not_count() -> None:
    counts = [count("steady", 50, 50 * 28), count("new", 30, 0), count("rare", 9, 0), count("rises", 100, 20 * 28)]
    assert names(counts) == ["new", "rises"]
    new, rises = rising(counts, 28)
    assert (new.new, new.usual, new.growth) == (True, 0.0, 7.0)
    assert (rises.new, rises.usual, rises.growth) == (False, 20.0, 4.2)


def test_the_past_is_only_what_was_seen_of_it() -> None:
    usual = count("x", 30, 60)
    assert names([usual], 28) == ["x"]  # 2 a day
    assert names([usual], 2) == []  # 30 a day, the other days were not seen
    assert names([count("x", 30, 0)], 0) == []  # nothing was seen: nothing is known to be new


def test_one_voice_is_no_trend() -> None:
    assert names([count("one account", 30, 0, authors=1)]) == []
    assert names([count("one text", 30, 0, originals=1)]) == []
    assert names([count("authors unknown", 30, 0, authors=0, unknown_authors=30)]) == ["authors unknown"]


def test_what_usually_is_there_and_is_not_now_fades() -> None:
    counts = [count("gone", 0, 40 * 28), count("half", 20, 40 * 28), count("less", 10, 40 * 28), count("rare", 0, 28)]
    assert [trend.count.term for trend in fading(counts, 28)] == ["gone", "less"]
