"""Labelled tables: what is read of them, and what is told of a line that cannot be read."""

import lzma
from pathlib import Path

import pytest

from analysis.sentiment.tables import BadTable, Labelled, distinct, read_table


def table(tmp_path: Path, content: bytes, name: str = "posts.tsv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_labels_of_many_tongues_are_read(tmp_path: Path) -> None:
    content = "label\ttext\n1\t好喝\nangry\t难喝\n中性\t周一\nNeutral\ta\tb\n\nsurprise\t哇\n0\t  \n".encode()
    assert read_table(table(tmp_path, content)) == [
        Labelled("positive", "好喝"),
        Labelled("negative", "难喝"),
        Labelled("neutral", "周一"),
        Labelled("neutral", "a\tb"),
    ]


def test_packed_tables_and_byte_order_marks_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    content = "\ufeff正面\t好喝\r\n负面\t难喝\r\n".encode()
    expected = [Labelled("positive", "好喝"), Labelled("negative", "难喝")]
    assert read_table(table(tmp_path, content)) == expected
    assert read_table(table(tmp_path, lzma.compress(content), "posts.tsv.xz")) == expected


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("1\t好\n好喝\n".encode(), r"posts\.tsv:2: expected label<TAB>text, found no tab in '好喝'"),
        ("1\t好\ngreat\t好喝\n".encode(), r"posts\.tsv:2: unknown label 'great', expected one of: negative, "),
        ("1\t好\n0\t难\n".encode() + "1\t好\n".encode("gb18030"), r"posts\.tsv:3: not UTF-8"),
        (b"", r"posts\.tsv: no labelled post in it"),
        (b"surprise\twow\n", r"posts\.tsv: no labelled post in it"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_place(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(BadTable, match=told):
        read_table(table(tmp_path, content))


@pytest.mark.parametrize("content", [b"1\tno xz", lzma.compress("1\t好".encode() * 500)[:-20]])
def test_a_broken_archive_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadTable, match=r"posts\.tsv\.xz: not a whole \.xz file"):
        read_table(table(tmp_path, content, "posts.tsv.xz"))


def test_the_same_post_counts_once_and_not_at_all_where_it_was_seen() -> None:
    rows = [
        Labelled("positive", "好喝！"),
        Labelled("negative", "好喝~"),
        Labelled("neutral", "Ａ b"),
        Labelled("neutral", "c"),
    ]
    seen = {"ab"}
    assert distinct(rows, seen) == [rows[0], rows[3]]
    assert seen == {"ab", "好喝", "c"}
