"""`monitor import`: files that people and other programs have touched."""

import csv
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.exit_codes import Exit
from tests.monitor.command_line import configured, monitor

HEAD = "id,bid,user_id,用户昵称,微博正文,转发数,评论数,点赞数,发布时间,retweet_id\n"


def row(number: int, text: str = "奶茶好喝", at: str = "2026-03-01 10:15", retweet: str = "") -> str:
    return f"{5_000_000_000_000_000 + number},,1001,someone,{text},1,2,3,{at},{retweet}\n"


def written(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((HEAD + "".join(rows)).encode(encoding))
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configured(tmp_path)


def test_an_import_tells_what_it_stored_and_a_second_one_stores_nothing(config: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "tea.csv", row(1), row(2, "奶茶 #排队#"), row(2, "奶茶 #排队#"))
    first = monitor("import", file, "--json", "-c", config)
    assert first.exit_code == Exit.OK
    assert first.stderr == ""
    told = {"stored": 2, "comments_stored": 0, "already": 0, "rejected": 0, "unreadable_files": {}}
    assert json.loads(first.stdout) == told
    second = monitor("import", file, "--json", "-c", config)
    assert json.loads(second.stdout) == told | {"stored": 0, "already": 2}
    spoken = monitor("import", file, "-c", config)
    assert spoken.stdout == "0 posts and 0 comments stored, 2 known already, 0 set aside\n"


def test_an_import_raises_no_alert_about_sources_that_nobody_started(tmp_path: Path) -> None:
    config = configured(
        tmp_path,
        '[topics.tea]\nany = ["奶茶"]\n[sources.hot]\nkind = "weibo-hot-list"\n[rules.blind]\nkind = "source-blind"\n',
    )
    assert monitor("import", written(tmp_path / "tea.csv", row(1)), "-c", config).exit_code == Exit.OK
    assert json.loads(monitor("status", "--json", "-c", config).stdout)["firing"] == []


def test_broken_rows_are_told_by_line_and_the_good_ones_stored(config: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "tea.csv", row(1), "5000000000000007,too,few\n", row(3, at="yesterday-ish"), row(4))
    done = monitor("import", file, "--json", "-c", config)
    assert done.exit_code == Exit.OK
    answer = json.loads(done.stdout)
    assert (answer["stored"], answer["rejected"]) == (2, 2)
    lines = done.stderr.splitlines()
    assert lines[0].startswith("tea.csv: line 3: 3 fields where the header has 10")
    assert lines[1].startswith("tea.csv: line 4: no date")


def test_of_many_broken_rows_the_first_are_told_and_the_rest_counted(config: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "tea.csv", row(1), *(row(number, at="never") for number in range(2, 32)))
    done = monitor("import", file, "--json", "-c", config)
    assert json.loads(done.stdout)["rejected"] == 30
    assert len(done.stderr.splitlines()) == 21
    assert done.stderr.splitlines()[-1] == "… and 10 more; all are kept in the store"


def test_gbk_is_noticed_and_said(config: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = written(tmp_path / "tea.csv", row(1, "奶茶系统开小差"), encoding="gbk")
    done = monitor("import", file, "--json", "-c", config)
    assert json.loads(done.stdout)["stored"] == 1
    assert f"{file}: read as gb18030" in caplog.text
    exported = monitor("export", "posts", "--from", "2026-03-01", "-c", config)
    assert "奶茶系统开小差" in exported.stdout


def test_a_file_without_the_columns_is_told_and_the_others_are_read(config: Path, tmp_path: Path) -> None:
    good = written(tmp_path / "good.csv", row(1))
    bad = tmp_path / "bad.csv"
    bad.write_text("id,text\n1,x\n", encoding="utf-8")
    done = monitor("import", bad, good, "--json", "-c", config)
    assert done.exit_code == Exit.DEGRADED
    answer = json.loads(done.stdout)
    assert answer["stored"] == 1
    assert list(answer["unreadable_files"]) == [str(bad)]
    assert "微博正文, 发布时间 on line 1" in answer["unreadable_files"][str(bad)]
    assert done.stderr.startswith(f"{bad}: no column ")
    assert monitor("import", bad, "-c", config).exit_code == Exit.FAILURE


def test_folders_are_expanded_to_their_files(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "结果文件"
    written(folder / "茶" / "茶.csv", row(1))
    written(folder / "咖啡" / "咖啡.csv", row(2))
    (folder / "茶" / "images").mkdir()
    (folder / "茶" / "images" / "1.jpg").write_bytes(b"\xff\xd8")
    (folder / "茶" / "茶.csv.meta.json").write_text("{}")
    done = monitor("import", folder, folder / "茶" / "茶.csv", "--json", "-c", config)
    assert done.exit_code == Exit.OK
    assert json.loads(done.stdout) == {
        "stored": 2,
        "comments_stored": 0,
        "already": 0,
        "rejected": 0,
        "unreadable_files": {},
    }


def test_two_files_of_one_name_are_two_files(config: Path, tmp_path: Path) -> None:
    paths = [written(tmp_path / each / "tea.csv", row(number)) for number, each in enumerate("ab")]
    assert json.loads(monitor("import", *paths, "--json", "-c", config).stdout)["stored"] == 2


def test_a_folder_without_csv_files_says_what_to_name(config: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = monitor("import", tmp_path / "empty", "-c", config)
    assert done.exit_code == Exit.FAILURE
    assert done.stderr == f"{tmp_path / 'empty'}: a folder: name one file in it\n"


def test_recorded_pages_are_imported_through_a_configured_replay(tmp_path: Path) -> None:
    config = configured(
        tmp_path,
        '[topics.tea]\nany = ["奶茶"]\n[sources.again]\nkind = "replay"\nsource = "weibo-search-csv"\n',
    )
    page = written(tmp_path / "pages" / "1.csv", row(1), row(2))
    meta = page.with_name("1.csv.meta.json")
    meta.write_text('{"at": "2026-03-02T10:00:00+08:00"}', encoding="utf-8")
    done = monitor("import", tmp_path / "pages", "--source", "again", "--json", "-c", config)
    assert done.exit_code == Exit.OK
    assert json.loads(done.stdout)["stored"] == 2


def test_an_unknown_kind_is_a_usage_error_that_lists_kinds_and_names(config: Path, tmp_path: Path) -> None:
    done = monitor("import", written(tmp_path / "tea.csv"), "--source", "csv", "-c", config)
    assert done.exit_code == Exit.USAGE
    assert "weibo-search-csv" in done.stderr


def test_a_path_that_is_not_there_is_a_usage_error(config: Path) -> None:
    assert monitor("import", "nowhere.csv", "-c", config).exit_code == Exit.USAGE


def test_posts_that_are_imported_are_counted(config: Path, tmp_path: Path) -> None:
    written(tmp_path / "tea.csv", row(1), row(2, at="2026-03-01 10:59"), row(3, at="2026-03-01 11:00"))
    monitor("import", tmp_path / "tea.csv", "-c", config)
    done = monitor(
        "export", "series", "--topic", "tea", "--from", "2026-03-01T10:00", "--to", "2026-03-01T12:00", "-c", config
    )
    head, *rows = [line.split(",") for line in done.stdout.removeprefix("\ufeff").splitlines()]
    counted = {each[head.index("start")]: each[head.index("mentions")] for each in rows}
    assert counted == {"2026-03-01T10:00:00+08:00": "2", "2026-03-01T11:00:00+08:00": "1"}


def test_an_old_file_that_is_imported_late_replaces_no_newer_counts(config: Path, tmp_path: Path) -> None:
    new = written(tmp_path / "new.csv", row(1).replace(",3,2026", ",30,2026"))
    old = written(tmp_path / "old.csv", row(1))
    march = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    os.utime(old, (march, march))
    for file in (new, old):
        assert monitor("import", file, "-c", config).exit_code == Exit.OK
    exported = monitor("export", "posts", "--from", "2026-03-01", "-c", config)
    (post,) = csv.DictReader(io.StringIO(exported.stdout.removeprefix("\ufeff")))
    assert post["likes"] == "30"
    readings = monitor("export", "counts", "--from", "2026-03-01", "-c", config)
    told = [(each["at"], each["likes"]) for each in csv.DictReader(io.StringIO(readings.stdout.removeprefix("\ufeff")))]
    assert [likes for _, likes in told] == ["3", "30"]
    assert told[0][0] == "2026-03-01T20:00:00+08:00"
