"""On which line a key stands."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.config.lines import Lines

TEXT = '''\
# a comment with [brackets] and key = 1
title = "a # that is no comment, [nor a table]"

[topics.tea]           # 4
any = [
    "one",             # 6
    # nothing here
    'two ] still two',
    """three
    goes on""", "four" ]

[topics."奶茶".hashtags]    # 12
"秋 天" = [[1, 2],
            [3]]
a.b.c = { x = 1, "y.z" = { w = [ true,
   2026-11-23T08:00:00+08:00] } }

[[routes]]             # 18
channels = []
match = { severity = "page" }
[[routes]]             # 21
channels = [ "log" ]
[routes.match]         # 23
topic = "tea"
last = 1_000.5e3
'''


def test_finds_keys_tables_and_elements() -> None:
    lines = Lines(TEXT)
    expected = {
        ("title",): 2,
        ("topics", "tea"): 4,
        ("topics", "tea", "any"): 5,
        ("topics", "tea", "any", 0): 6,
        ("topics", "tea", "any", 1): 8,
        ("topics", "tea", "any", 2): 9,
        ("topics", "tea", "any", 3): 10,
        ("topics", "奶茶", "hashtags"): 12,
        ("topics", "奶茶", "hashtags", "秋 天"): 13,
        ("topics", "奶茶", "hashtags", "秋 天", 0, 1): 13,
        ("topics", "奶茶", "hashtags", "秋 天", 1, 0): 14,
        ("topics", "奶茶", "hashtags", "a", "b", "c"): 15,
        ("topics", "奶茶", "hashtags", "a", "b", "c", "x"): 15,
        ("topics", "奶茶", "hashtags", "a", "b", "c", "y.z", "w", 0): 15,
        ("topics", "奶茶", "hashtags", "a", "b", "c", "y.z", "w", 1): 16,
        ("routes", 0): 18,
        ("routes", 0, "match", "severity"): 20,
        ("routes", 1): 21,
        ("routes", 1, "channels", 0): 22,
        ("routes", 1, "match"): 23,
        ("routes", 1, "match", "topic"): 24,
        ("routes", 1, "match", "last"): 25,
    }
    assert {key: lines.of(key) for key in expected} == expected


def test_a_key_that_is_not_there_is_where_its_table_is() -> None:
    lines = Lines(TEXT)
    assert lines.of(("topics", "tea", "none", 3)) == 4
    assert lines.of(("routes", 1, "channels", 0, "x")) == 22
    assert lines.of(("elsewhere",)) is None


SCALARS = st.sampled_from(
    ["1", "-2.5e1", "true", '"a]b#c"', "'}'", '"""x\ny ] # """', "'''\n}'''", '"\\""', "08:00:00"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[\n" + ",\n ".join(parts) + " # ]\n]"),
        st.lists(inner.filter(lambda text: "\n" not in text), max_size=2).map(
            lambda parts: "{ " + ", ".join(f"k{n} = {part}" for n, part in enumerate(parts)) + " }"
        ),
    ),
    max_leaves=6,
)
NAMES = ["plain", '"quo.ted"', "'sing=le'", "a.b"]


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), min_size=1, max_size=6))
def test_every_pair_is_found_where_it_was_written(pairs: list[tuple[str, str]]) -> None:
    text = ""
    expected: dict[tuple[str | int, ...], int] = {}
    for number, (name, value) in enumerate(pairs):
        text += f"# table {number} = [\n[[t]] # x\n{name} = {value}\n"
        key = next(iter(flat(tomllib.loads(f"{name} = 0"))))
        expected[("t", number, *key)] = text.count("\n") - value.count("\n")
    parsed = tomllib.loads(text)
    lines = Lines(text)
    assert {key: lines.of(key) for key in expected} == expected
    assert set(flat(parsed)) <= set(lines._lines)


def flat(value: Any, key: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], Any]:
    """Every leaf by its whole key; empty tables and arrays count as leaves."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    leaves = {k: v for part, below in inner for k, v in flat(below, (*key, part)).items()}
    return leaves or {key: value}
