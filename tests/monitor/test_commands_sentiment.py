"""`monitor sentiment evaluate`: figures on labels of one's own, and what is said of a table that cannot be read."""

import json
from pathlib import Path

import pytest

from monitor.exit_codes import Exit
from tests.monitor.command_line import monitor

POSTS = "负面\t难喝死了，再也不来\nnegative\t服务太差了，垃圾\n1\t好喝！太喜欢了\n1\t好喝~太喜欢了\nneutral\t12345\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "posts.tsv"
    path.write_text(POSTS, encoding="utf-8")
    return path


def test_the_figures_are_told_in_words(table: Path) -> None:
    done = monitor("sentiment", "evaluate", str(table))
    assert done.exit_code == Exit.OK
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[1:3] == ["posts 4, of which nothing could be told of 1", "accuracy 1.000, macro-F1 1.000"]
    assert "negative 2 1.000 1.000 1.000 2 / 0 / 0" in lines
    assert "neutral 1 1.000 1.000 1.000 0 / 1 / 0" in lines


def test_json_holds_all_of_them(table: Path) -> None:
    told = json.loads(monitor("sentiment", "evaluate", str(table), "--json").stdout)
    assert (told["posts"], told["untold"], told["accuracy"]) == (4, 1, 1.0)
    assert told["confusion"]["positive"] == {"negative": 0, "neutral": 0, "positive": 1}
    assert sum(each["posts"] for each in told["reliability"]) == 4
    assert told["model"]


@pytest.mark.parametrize(
    ("content", "told"),
    [("好喝\n", "posts.tsv:1: expected label<TAB>text"), ("super\t好喝\n", "posts.tsv:1: unknown label 'super'")],
)
def test_a_bad_line_ends_it_with_its_place(table: Path, content: str, told: str) -> None:
    table.write_text(content, encoding="utf-8")
    done = monitor("sentiment", "evaluate", str(table))
    assert (done.exit_code, done.stdout) == (Exit.FAILURE, "")
    assert told in done.stderr


def test_a_missing_file_is_told_in_one_line(tmp_path: Path) -> None:
    done = monitor("sentiment", "evaluate", str(tmp_path / "none.tsv"))
    assert (done.exit_code, done.stderr) == (Exit.FAILURE, f"{tmp_path / 'none.tsv'}: No such file or directory\n")
