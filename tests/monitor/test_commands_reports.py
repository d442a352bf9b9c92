"""`monitor init`, `digest`, `export` and `status` on a database of imported posts."""

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from monitor.commands.reports import RESOLUTIONS, Table
from monitor.config import default_text, load
from monitor.exit_codes import Exit
from monitor.exporters.tables import TABLES
from monitor.store.file import DatabaseFile
from tests.monitor.command_line import configured, monitor
from tests.monitor.test_commands_importing import row, written

DAY = "2026-03-01"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Three posts of one day, one of the next."""
    config = configured(tmp_path)
    file = written(
        tmp_path / "tea.csv", row(1), row(2, "咖啡 #早#"), row(3, "奶茶"), row(4, "奶茶", at="2026-03-02 00:00")
    )
    assert monitor("import", file, "-c", config).exit_code == Exit.OK
    return config


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


# -- init ------------------------------------------------------------------------------------------------------


def test_init_writes_a_configuration_that_runs_without_a_credential(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    done = monitor("init", path)
    assert (done.exit_code, done.stdout) == (Exit.OK, "")
    assert str(path) in done.stderr
    assert path.read_text("utf-8") == default_text()
    assert [topic.name for topic in load(path, {}).topics] == ["first-ai-tea", "shantuan", "baobao"]


def test_init_overwrites_only_when_it_is_told_to(tmp_path: Path) -> None:
    path = configured(tmp_path, "mine")
    refused = monitor("init", path)
    assert refused.exit_code == Exit.USAGE
    assert "--force" in refused.stderr
    assert path.read_text() == "mine"
    assert monitor("init", path, "--force").exit_code == Exit.OK
    assert path.read_text("utf-8") == default_text()


def test_init_where_nothing_can_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = monitor("init", tmp_path / "file" / "config.toml")
    assert done.exit_code == Exit.FAILURE
    assert done.stderr == f"{tmp_path / 'file'}: File exists\n"


# -- digest ----------------------------------------------------------------------------------------------------


def test_a_digest_is_written_for_every_topic(config: Path, tmp_path: Path) -> None:
    done = monitor("digest", "--date", DAY, "--json", "-c", config)
    assert (done.exit_code, done.stderr) == (Exit.OK, "")
    paths = json.loads(done.stdout)
    folder = tmp_path / "data" / "digests"
    assert paths == {
        topic: {"html": str(folder / f"{DAY}-{topic}.html"), "text": str(folder / f"{DAY}-{topic}.txt")}
        for topic in ("tea", "coffee")
    }
    assert "奶茶" in Path(paths["tea"]["html"]).read_text("utf-8")


def test_the_digest_of_one_topic_and_of_yesterday(config: Path) -> None:
    yesterday = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
    done = monitor("digest", "--topic", "coffee", "-c", config)
    names = [Path(line).name for line in done.stdout.splitlines()]
    assert names == [f"{yesterday}-coffee.html", f"{yesterday}-coffee.txt"]


def test_a_digest_made_once_stays_as_it_was_until_it_is_refreshed(config: Path, tmp_path: Path) -> None:
    def digest(*more: str) -> str:
        monitor("digest", "--date", DAY, "--topic", "tea", "-c", config, *more)
        return (tmp_path / "data" / "digests" / f"{DAY}-tea.txt").read_text("utf-8")

    first = digest()
    monitor("import", written(tmp_path / "late.csv", row(9, "奶茶来晚了")), "-c", config)
    assert digest() == first
    assert digest("--refresh") != first


def test_revisions_are_listed_and_written_again(config: Path, tmp_path: Path) -> None:
    asked = ("digest", "--date", DAY, "--topic", "tea", "-c", config)
    monitor(*asked)
    text = tmp_path / "data" / "digests" / f"{DAY}-tea.txt"
    first = text.read_bytes()
    monitor("import", written(tmp_path / "late.csv", row(9, "奶茶来晚了")), "-c", config)
    monitor(*asked, "--refresh")
    listed = monitor(*asked, "--revisions").stdout.splitlines()
    assert [line.split(" as of ")[0] for line in listed] == [f"{DAY} tea revision 1", f"{DAY} tea revision 2"]
    assert [each["revision"] for each in json.loads(monitor(*asked, "--revisions", "--json").stdout)["tea"]] == [1, 2]
    again = monitor(*asked, "--revision", "1", "--json")
    paths = json.loads(again.stdout)["tea"]
    assert Path(paths["text"]).name == f"{DAY}-tea-revision-1.txt"
    assert Path(paths["text"]).read_bytes() == first
    missing = monitor(*asked, "--revision", "3")
    assert missing.exit_code == Exit.USAGE
    assert "has no revision 3" in missing.stderr


def test_beside_a_writer_a_digest_is_read_and_written_but_not_stored(config: Path, tmp_path: Path) -> None:
    writer = DatabaseFile(tmp_path / "data" / "monitor.sqlite")
    try:
        beside = monitor("digest", "--date", DAY, "--json", "-c", config)
    finally:
        writer.close()
    assert beside.exit_code == Exit.OK
    assert "in use by a process that writes it: the digest is written, but not stored" in beside.stderr
    html = Path(json.loads(beside.stdout)["tea"]["html"])
    seen = html.read_bytes()
    monitor("import", written(tmp_path / "late.csv", row(9, "奶茶来晚了")), "-c", config)
    monitor("digest", "--date", DAY, "-c", config)
    assert html.read_bytes() != seen, "the facts read beside the writer were stored"
    alone = html.read_bytes()
    writer = DatabaseFile(tmp_path / "data" / "monitor.sqlite")
    try:
        monitor("digest", "--date", DAY, "-c", config)
    finally:
        writer.close()
    assert html.read_bytes() == alone, "what was stored is shown as it was"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--date", "yesterday"], "2026-11-20"),
        (["--date", "2999-01-01"], "has no digest"),
        (["--date", "0001-01-01"], "has no digest"),
        (["--topic", "te"], "tea, coffee"),
    ],
)
def test_a_digest_that_cannot_be_is_a_usage_error(config: Path, words: list[str], told: str) -> None:
    done = monitor("digest", *words, "-c", config)
    assert done.exit_code == Exit.USAGE
    assert told in done.stderr


# -- export ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [each.value for each in Table])
def test_pandas_reads_every_table_back(config: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.csv"
    done = monitor("export", name, "--from", DAY, "-o", path, "-c", config)
    assert (done.exit_code, done.stdout) == (Exit.OK, "")
    frame = pd.read_csv(path)
    assert done.stderr == f"{len(frame)} rows in {path}\n"
    assert list(frame.columns) == [column.name for column in TABLES[name].columns]
    assert len(frame) == {"posts": 3, "counts": 3, "hot-list": 0, "mentions": 3, "series": 48, "alerts": 0}[name]
    assert [each.name for each in path.parent.glob("*.part")] == []


def test_days_are_whole_and_those_of_the_configured_zone(config: Path) -> None:
    def keys(*words: str) -> list[str]:
        return [each["native_id"][-1] for each in table(monitor("export", "posts", *words, "-c", config).stdout)]

    assert keys("--from", DAY) == ["1", "2", "3"]
    assert keys("--from", DAY, "--to", DAY) == ["1", "2", "3"]
    assert keys("--from", DAY, "--to", "2026-03-02") == ["1", "2", "3", "4"]
    assert keys("--from", "20260301", "--to", "20260302") == ["1", "2", "3", "4"]
    assert keys("--from", "2026-03-01T10:15", "--to", "2026-03-01T10:16") == ["1", "2", "3"]
    assert keys("--from", "2026-03-01T10:16", "--to", "2026-03-02T00:00") == []
    assert keys("--from", "2026-03-01T16:00Z", "--to", "2026-03-01T17:00Z") == ["4"]
    assert keys("--from", DAY, "--topic", "coffee") == ["2"]


@pytest.mark.parametrize(("resolution", "rows"), [("minute", 1440), ("hour", 24), ("day", 1)])
def test_a_series_has_the_resolution_asked_for(config: Path, resolution: str, rows: int) -> None:
    done = monitor("export", "series", "--from", DAY, "--topic", "tea", "--resolution", resolution, "-c", config)
    found = table(done.stdout)
    assert len(found) == rows
    assert {each["resolution_s"] for each in found} == {str(RESOLUTIONS[resolution])}
    assert sum(int(each["mentions"] or 0) for each in found) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["users", "--from", DAY], "'posts', 'counts', 'hot-list', 'mentions', 'series', 'alerts'"),
        (["posts"], "--from"),
        (["posts", "--from", "March"], "'March' is neither a date"),
        (["posts", "--from", "0001-01-01"], "'0001-01-01' is neither a date"),
        (["posts", "--from", DAY, "--to", "2026-02-01"], "nothing lies between"),
        (["posts", "--from", DAY, "--topic", "te"], "there are: tea, coffee"),
        (["posts", "--from", DAY, "--format", "clay"], "there are: csv"),
    ],
)
def test_an_export_that_cannot_be_is_a_usage_error(config: Path, words: list[str], told: str) -> None:
    done = monitor("export", *words, "-c", config)
    assert done.exit_code == Exit.USAGE
    assert told in done.stderr
    assert done.stdout == ""


def test_an_output_that_cannot_be_written_is_told(config: Path, tmp_path: Path) -> None:
    for path, reason in [
        (tmp_path, f"{tmp_path}: Is a directory"),
        (config / "x.csv", f"{config / 'x.csv'}.part: Not a directory"),
        (tmp_path / "no" / "x.csv", f"{tmp_path / 'no' / 'x.csv'}.part: No such file or directory"),
        (Path("/dev/full"), "/dev/full: No space left on device"),
    ]:
        done = monitor("export", "posts", "--from", DAY, "-o", path, "-c", config)
        assert done.exit_code == Exit.FAILURE
        assert done.stderr == f"{reason}\n"
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("words", [["series", "--from", "2000-01-01", "--to", DAY], ["posts", "--from", DAY]])
def test_a_reader_that_closes_the_pipe_ends_the_export_quietly(config: Path, words: list[str]) -> None:
    export = [sys.executable, "-c", "from monitor.cli import main; main()", "export", *words, "-c", str(config)]
    with subprocess.Popen(export, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == Exit.FAILURE


# -- status ----------------------------------------------------------------------------------------------------


def test_status_tells_topics_and_the_outbox(config: Path) -> None:
    told = json.loads(monitor("status", "--json", "-c", config).stdout)
    assert set(told) == {"at", "sources", "open", "web", "topics", "firing", "silences", "outbox"}
    assert {each["topic"]: each["judged_until"] for each in told["topics"]} == {"tea": None, "coffee": None}
    assert told["outbox"] == {"pending": 0, "dead": 0, "delivered": 0, "failing_since": None}
    shown = monitor("status", "-c", config)
    assert shown.exit_code == Exit.OK
    assert shown.stdout.splitlines()[-2:] == ["no alert is firing", "outbox  0 waiting, 0 given up, 0 delivered"]
    assert "not judged: no source has shown any of it yet" in shown.stdout


@pytest.mark.parametrize("words", [["status"], ["digest"], ["export", "posts", "--from", DAY]])
def test_before_anything_was_collected_reading_says_so_and_makes_no_database(tmp_path: Path, words: list[str]) -> None:
    done = monitor(*words, "-c", configured(tmp_path))
    assert done.exit_code == Exit.FAILURE
    assert done.stderr.startswith(f"no data yet in {tmp_path / 'data'}: `monitor run`, `collect` or `import`")
    assert not (tmp_path / "data").exists()


def test_the_day_is_that_of_the_configured_zone(tmp_path: Path) -> None:
    config = configured(tmp_path, 'time_zone = "America/New_York"\n[topics.tea]\nany = ["奶茶"]\n')
    monitor("import", written(tmp_path / "tea.csv", row(1, at="2026-03-08 13:30")), "-c", config)
    found = table(monitor("export", "posts", "--from", "2026-03-08", "-c", config).stdout)
    assert len(found) == 1, "00:30 in New York"
    assert table(monitor("export", "posts", "--from", "2026-03-07", "-c", config).stdout) == []
    spring = monitor("export", "series", "--from", "2026-03-08", "-c", config)
    assert len(table(spring.stdout)) == 23, "the day on which clocks go forward has 23 hours"
