"""Texts as cleaned characters, and the n-grams of each, whatever stands beside it."""

import numpy as np
import pytest

from analysis.sentiment.characters import read_characters
from analysis.sentiment.ngrams import LONGEST, hash_ngrams


def cleaned(text: str) -> str:
    return "".join(map(chr, read_characters([text]).codes[1:]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("好喝", " 好喝 "),
        ("", " "),
        ("  好 \n\t 喝\u3000", " 好 喝 "),
        ("ＡＢＣ！", " abc! "),
        ("難喝", " 难喝 "),
        ("好\u200b喝\ufe0f", " 好喝 "),
        ("气死了…", " 气死了... "),
        ("气死了⋯", " 气死了... "),
        ("看https://t.cn/A6x了", " 看 了 "),
        ("//@店长:好", " //@:好 "),
        ("好\x00喝", " 好 喝 "),
        ("e\u0301", " é "),
        ("[怒]😡", " [怒]😡 "),
    ],
)
def test_what_is_read_of_a_text(text: str, expected: str) -> None:
    assert cleaned(text) == expected


def test_rows_tell_which_text_a_character_is_of() -> None:
    read = read_characters(["好", "", "不好"])
    assert read.row.tolist() == [0] * 4 + [1] * 2 + [2] * 5
    assert np.flatnonzero(read.codes == 0).tolist() == [0, 4, 6]
    assert read_characters([]).row.tolist() == []


def test_no_n_gram_leaves_its_text() -> None:
    ab, together = (
        [hash_ngrams(read_characters([text])) for text in ("好喝", "难")],
        hash_ngrams(read_characters(["好喝", "难"])),
    )
    for n in range(LONGEST):
        assert together[n].tolist() == [*ab[0][n].tolist(), *ab[1][n].tolist()]
    assert [int(np.count_nonzero(hashes)) for hashes in ab[0]] == [4, 3, 2]  # ␣ 好 喝 ␣


def test_equal_n_grams_have_equal_hashes_and_others_others() -> None:
    _, pairs, _ = hash_ngrams(read_characters(["好喝好喝喝好"]))
    spelled = ["␣好", "好喝", "喝好", "好喝", "喝喝", "喝好", "好␣"]
    found = dict(zip(spelled, pairs[1:8].tolist(), strict=True))
    assert [found[pair] for pair in spelled] == pairs[1:8].tolist()
    assert len(set(found.values())) == len(set(spelled))
