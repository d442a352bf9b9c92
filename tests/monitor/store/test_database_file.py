"""A database that cannot be used says which it is and what to do."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.file import DatabaseFile
from monitor.store.migrations import STEPS, TERMS, statements
from monitor.store.sqlite import open_store
from monitor.store.store import Selection, StoreError
from tests.contracts.store_samples import START, TEA, WEB, at, note, post, visit

NOBODY = 65_534
ALL = Selection(since=at(-100), until=at(100))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one post in it."""
    place = tmp_path / "posts.db"
    with open_store(place) as store:
        store.watch((TEA,), (WEB,), START)
        store.ingest(visit("s", [post(1)], seen=[(0, 1)], mark=1))
    return place


def test_the_file_is_written_safely(path: Path) -> None:
    file = DatabaseFile(path)
    with file.reading() as connection:
        settings = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "user_version")
        }
    file.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "user_version": len(STEPS)}


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    with open_store(tmp_path / "data" / "deep" / "posts.db") as store:
        assert store.topics() == ()


def test_opening_again_keeps_everything(path: Path) -> None:
    with open_store(path) as store:
        assert [stored.post.key for stored in store.posts(ALL)] == ["weibo:1"]


def test_a_second_writing_process_is_refused_and_readers_are_not(path: Path) -> None:
    attempt = f"from monitor.store.sqlite import open_store; open_store({str(path)!r})"
    with open_store(path):
        second = subprocess.run([sys.executable, "-c", attempt], capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"{path} is being written by another monitor process" in second.stderr
        with pytest.raises(StoreError, match="stop that one first"):
            open_store(path)
        with open_store(path, read_only=True) as reader:
            assert len(list(reader.posts(ALL))) == 1
    with open_store(path) as store:
        assert store.done("s")


def test_a_process_that_was_killed_holds_nothing(path: Path) -> None:
    attempt = f"""
import os, signal
from monitor.store.sqlite import open_store
from tests.contracts.store_samples import post, visit
store = open_store({str(path)!r}, on_stage=lambda _: os.kill(os.getpid(), signal.SIGKILL))
store.ingest(visit("lost", [post(2)], seen=[(1, 2)], mark=2))
"""
    killed = subprocess.run([sys.executable, "-c", attempt], check=False)
    assert killed.returncode == -9
    with open_store(path) as store:
        assert not store.done("lost")
        assert store.watermark("web", "#tea#") == at(1)
        assert [stored.post.key for stored in store.posts(ALL)] == ["weibo:1"]


def test_a_reader_cannot_write(path: Path) -> None:
    with open_store(path, read_only=True) as store:
        with pytest.raises(StoreError, match="for reading only"):
            store.ingest(visit("s2"))
        assert store.done("s")


def test_a_reader_needs_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist yet: collect or import"):
        open_store(tmp_path / "none.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def as_a_plain_user() -> Iterator[Path]:
    """A folder of a user who, unlike the superuser, may not write what is read-only."""
    superuser = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        if superuser:
            os.chown(folder, NOBODY, -1)
            os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            Path(folder).chmod(0o755)
            if superuser:
                os.seteuid(0)


def test_a_read_only_file_is_told(as_a_plain_user: Path) -> None:
    path = as_a_plain_user / "posts.db"
    open_store(path).close()
    path.chmod(0o444)
    with (
        pytest.raises(StoreError, match=r"posts\.db is read-only: give this user the right"),
        open_store(path) as store,
    ):
        store.ingest(visit("s2", [post(2)]))


def test_a_read_only_folder_is_told(as_a_plain_user: Path) -> None:
    as_a_plain_user.chmod(0o555)
    with pytest.raises(StoreError, match="cannot be written"):
        open_store(as_a_plain_user / "posts.db")


def test_a_write_refused_as_read_only_is_told(path: Path) -> None:
    file = DatabaseFile(path)
    with file.reading() as connection:
        connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="is read-only"), file.writing() as connection:
        connection.execute("DELETE FROM posts")
    file.close()


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "posts.db").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path / "posts.db")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    place = tmp_path / "posts.db"
    place.write_text("id,text\n1,hello\n" * 100)
    with pytest.raises(StoreError, match="is not a Trend Monitor database"):
        open_store(place)
    with pytest.raises(StoreError, match="is not a Trend Monitor database"):
        open_store(place, read_only=True)
    assert place.read_text().startswith("id,text")


def test_a_damaged_file_is_told(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[4096:] = b"\x55" * (len(body) - 4096)
    path.write_bytes(bytes(body))
    with pytest.raises(StoreError, match=r"is damaged: .*restore a backup"), open_store(path) as store:
        store.ingest(visit("s2", [post(2)]))


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "theirs.db"
    connection = sqlite3.connect(place)
    connection.execute("CREATE TABLE posts (id INTEGER)")
    connection.close()
    with pytest.raises(StoreError, match="database of another program"):
        open_store(place)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_file_is_refused(path: Path, read_only: bool) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()
    with pytest.raises(
        StoreError, match=rf"newer Trend Monitor \(schema {len(STEPS) + 1}, this one knows {len(STEPS)}\)"
    ):
        open_store(path, read_only=read_only)


def test_a_stranger_that_holds_the_file_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.file.WAIT_S", 0.01)
    stranger = sqlite3.connect(path, isolation_level=None)
    with open_store(path) as store:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is locked by another program: close what has it open"):
            store.ingest(visit("s2", [post(2)]))
        stranger.close()
        assert store.ingest(visit("s2", [post(2)])).new_posts == 1


def test_a_full_disk_is_told_and_loses_nothing(path: Path) -> None:
    with open_store(path) as store:
        with store._file.reading() as connection:
            connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0] + 4}")
        with pytest.raises(StoreError, match="the disk is full; make room"):
            store.ingest(visit("big", [post(number, text="长" * 2000) for number in range(2, 60)]))
        assert not store.done("big")
        assert [stored.post.key for stored in store.posts(ALL)] == ["weibo:1"]


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "CREATE TABLE extra (id INTEGER) STRICT;\nCREATE TABLE posts (id INTEGER) STRICT;\n"
    monkeypatch.setattr("monitor.store.migrations.STEPS", (*STEPS, broken))
    with pytest.raises(sqlite3.OperationalError, match="posts already exists"):
        open_store(path)
    monkeypatch.undo()
    connection = sqlite3.connect(path)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    connection.close()
    assert "extra" not in tables
    with open_store(path) as store:
        assert store.done("s")


def test_a_step_is_split_at_its_statements() -> None:
    script = "CREATE TABLE a (x INTEGER, -- one; two\n  y TEXT DEFAULT ';'\n);\nCREATE INDEX b ON a (x);\n"
    assert [each.split()[1] for each in statements(script)] == ["TABLE", "INDEX"]


def test_every_table_is_strict(path: Path) -> None:
    connection = sqlite3.connect(path)
    tables = {name: bool(strict) for _, name, kind, _, _, strict in connection.execute("PRAGMA table_list")}
    connection.close()
    loose = {name for name, strict in tables.items() if not strict and not name.startswith("sqlite_")}
    assert len(tables) > 15
    assert loose == set()


def test_terms_of_a_file_from_before_they_were_counted_are_counted(path: Path) -> None:
    with open_store(path) as store:
        store.ingest(visit("t", [(post(2), note(hashtags=["秋天"], tokens=["第一杯", "奶茶"])), (post(3), note())]))
    connection = sqlite3.connect(path)
    connection.executescript(
        f"DROP TABLE hashtag_hours; DROP TABLE word_days; DROP TABLE word_days_due; {TERMS}"
    )  # as the migration does
    connection.close()
    with open_store(path) as store:
        assert store.hashtag_series("tea", "秋天", at(0), at(60)) == ((at(0), 1),)
        words = {"第一杯": 1, "奶茶": 3}
        with open_store(path, read_only=True) as reader:
            assert reader.word_counts("tea", tuple(words), at(-540), at(900)) == words
        assert store.word_counts("tea", tuple(words), at(-540), at(900)) == words
