"""`monitor hashtags` on a database of imported posts."""

import json
from pathlib import Path

import pytest

from monitor.exit_codes import Exit
from tests.monitor.command_line import configured, monitor
from tests.monitor.test_commands_importing import row, written

TOPIC = '[topics.tea]\nany = ["奶茶"]\n\n[topics.tea.hashtags]\n"喝奶茶" = ["喝茶去"]\n'
WHEN = ("--topic", "tea", "--from", "2026-03-01")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = configured(tmp_path, TOPIC)
    rows = [
        row(1, "#喝奶茶# #Milk#奶茶", at="2026-03-01 09:10"),
        row(2, "＃喝茶去＃ #MILK# 奶茶", at="2026-03-01 09:50"),
        row(3, "#喝奶茶[超话]# #早安#", at="2026-03-01 11:00"),
        row(4, "#Milk# 奶茶", at="2026-03-02 11:00"),
    ]
    assert monitor("import", written(tmp_path / "tea.csv", *rows), "-c", config).exit_code == Exit.OK
    return config


def told(config: Path, *words: str) -> list[str]:
    done = monitor("hashtags", *WHEN, *words, "-c", config)
    assert done.exit_code == Exit.OK, done.stderr
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def test_the_hashtags_of_the_day_are_listed_most_used_first(config: Path) -> None:
    assert told(config) == ["mentions", "3 #喝奶茶#", "2 #MILK#", "1 #早安#"]
    assert told(config, "--limit", "1") == ["mentions", "3 #喝奶茶#"]


def test_one_hashtag_has_its_hours_and_its_companions(config: Path) -> None:
    assert told(config, "--hashtag", "#喝茶去#") == [
        f"2026-03-01 09:00 2 {'█' * 40}",
        f"2026-03-01 11:00 1 {'█' * 20}",
        "mentions with both",
        "2 #MILK#",
        "1 #早安#",
    ]


def test_a_hashtag_that_nobody_used_is_told_so(config: Path) -> None:
    assert told(config, "--hashtag", "无") == ["no mention with this hashtag in the time", "mentions with both", "none"]


def test_one_object_of_json_has_times_in_utc(config: Path) -> None:
    done = monitor("hashtags", *WHEN, "--to", "2026-03-02", "--hashtag", "milk", "--json", "-c", config)
    facts = json.loads(done.stdout)
    assert facts["hashtag"] == "milk"
    assert facts["hours"] == [
        {"start": "2026-03-01T01:00:00+00:00", "mentions": 2},
        {"start": "2026-03-02T03:00:00+00:00", "mentions": 1},
    ]
    assert facts["companions"] == [{"key": "喝奶茶", "spelling": "喝奶茶", "mentions": 2}]


def test_an_unknown_topic_is_a_usage_error(config: Path) -> None:
    done = monitor("hashtags", "--topic", "te", "--from", "2026-03-01", "-c", config)
    assert done.exit_code == Exit.USAGE
    assert "no topic te in the configuration; there are: tea" in done.stderr
