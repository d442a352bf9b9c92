"""`monitor explain`: why a post is what it is read as."""

import json
from pathlib import Path

import pytest

from monitor.exit_codes import Exit
from tests.monitor.command_line import configured, monitor
from tests.monitor.test_commands_importing import row, written

TOPICS = """\
[topics.tea]
any = ["青禾", "near(茶, 崩|挂, 4)"]
none = ["青禾村"]
exclude_authors = ["weibo:1001"]

[topics.tea.hashtags]
"喝青禾" = ["喝小禾"]

[topics.pair]
all = ["青禾", "咖啡"]

[topics.letters]
any = ["青禾"]
platforms = ["wechat"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configured(tmp_path, TOPICS)


def explained(config: Path, *words: str) -> list[str]:
    done = monitor("explain", *words, "-c", config)
    assert done.exit_code == Exit.OK, done.stderr
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def test_every_reason_is_told_with_its_place(config: Path) -> None:
    told = explained(config, "--text", "#喝小禾# 青禾app閃退，茶也挂了//@小红:我喜欢")
    assert told[1] == "normal ' 青禾app闪退,茶也挂了'"
    assert told[2] == "quoted '// 我喜欢': read for topics only"
    assert told[3] == "tokens 青禾 / app / 闪退 / , / 茶 / 也 / 挂 / 了"
    assert told[4] == "hashtag #喝青禾# at 0-5 '#喝小禾#'"
    assert told[5:10] == [
        "topic tea: mentioned",
        "hashtag 喝青禾 at 0-5 '#喝小禾#'",
        "any 青禾 at 6-8 '青禾'",
        "any near(茶, 崩|挂, 4) at 14-17 '茶也挂'",
        "topic pair: NOT mentioned: lacks an `all` term: 咖啡",
    ]
    assert "topic letters: NOT mentioned: is not wanted of this platform" in told
    assert "complaint crash at 11-13 '閃退'" in told


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("青禾村的青禾", "topic tea: NOT mentioned: has a `none` term: 青禾村"),
        ("青禾崩了吗", "complaint crash at 2-4 '崩了' (weak: by what stands near it) NOT counted: question"),
        ("app没有闪退", "complaint crash at 5-7 '闪退' NOT counted: negated"),
        (
            "app里说他人设崩了",
            "complaint crash at 8-10 '崩了' (weak: by what stands near it) NOT counted: another sense",
        ),
        ("今天喝茶", "topic (none)"),
        ("今天喝茶", "complaint (none)"),
        ("", "tokens (none)"),
        ("", "polarity (cannot tell)"),
    ],
)
def test_what_does_not_count_is_told_with_why(config: Path, text: str, line: str) -> None:
    assert line in explained(config, "--text", text)


def test_a_stored_post_is_read_as_it_was_published(config: Path, tmp_path: Path) -> None:
    assert monitor("import", written(tmp_path / "tea.csv", row(1, "青禾 付不了款")), "-c", config).exit_code == Exit.OK
    exported = monitor("export", "posts", "--from", "2026-03-01", "-c", config).stdout
    key = next(word for word in exported.replace('"', "").split(",") if "weibo:" in word).split("\n")[-1]
    told = explained(config, "--post", key)
    assert told[0] == "text '青禾 付不了款'"
    assert any(line.startswith("complaint payment at 3-7") for line in told)


def test_a_post_that_is_not_stored_is_told(config: Path, tmp_path: Path) -> None:
    assert monitor("import", written(tmp_path / "tea.csv", row(1)), "-c", config).exit_code == Exit.OK
    done = monitor("explain", "--post", "weibo:0", "-c", config)
    assert (done.exit_code, done.stdout) == (Exit.FAILURE, "")
    assert "no post weibo:0 is stored" in done.stderr


def test_one_object_of_json_holds_what_is_stored_and_why(config: Path) -> None:
    done = monitor("explain", "--text", "青禾崩了", "--json", "-c", config)
    told = json.loads(done.stdout)
    assert told["annotation"]["complaints"][0]["category"] == "crash"
    assert told["complaints"][0]["discount"] is None
    assert told["topics"][0] == {
        "topic": "tea",
        "because": None,
        "shown": [{"role": "any", "term": "青禾", "start": 0, "end": 2}],
    }


@pytest.mark.parametrize("words", [[], ["--text", "x", "--post", "weibo:1"]])
def test_one_of_text_and_post_must_be_given(config: Path, words: list[str]) -> None:
    done = monitor("explain", *words, "-c", config)
    assert done.exit_code == Exit.USAGE
    assert "give either --post or --text" in done.stderr
