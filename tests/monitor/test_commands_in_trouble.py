"""A configuration, database or folder that cannot be used ends every command with what to do, and no traceback."""

import ctypes
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from monitor.exit_codes import Exit
from monitor.store.file import DatabaseFile
from tests.monitor.command_line import configured, monitor
from tests.monitor.test_commands_importing import row, written

LIBC = ctypes.CDLL(None)
READING = [["status"], ["export", "posts", "--from", "2026-03-01"]]
WRITING = [["import", "FILE"], ["collect"], ["digest"]]
BOTH = [*READING, *WRITING]
ASKED = '[topics.tea]\nany = ["奶茶"]\n[sources.hot]\nkind = "weibo-hot-list"\n'


def named(words: list[str]) -> str:
    return words[0]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose database holds one post."""
    config = configured(tmp_path, ASKED)
    assert monitor("import", written(tmp_path / "tea.csv", row(1)), "-c", config).exit_code == Exit.OK
    return config


def told(config: Path, words: list[str]) -> tuple[int, str]:
    """The exit code and the message of a command that must have failed with one line."""
    file = str(config.with_name("tea.csv"))
    done = monitor(*[file if word == "FILE" else word for word in words], "-c", config)
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return done.exit_code, lines[0]


def database(config: Path) -> Path:
    return config.parent / "data" / "monitor.sqlite"


@pytest.mark.parametrize("words", [*BOTH, ["run"], ["sources", "check"]], ids=named)
def test_mistakes_in_the_configuration_are_all_told_with_their_lines(tmp_path: Path, words: list[str]) -> None:
    written(tmp_path / "FILE")
    config = configured(tmp_path, '[topics.tea]\nanny = ["奶茶"]\n[sources.x]\nkind = "weibo"\n')
    done = monitor(*[str(tmp_path / word) if word == "FILE" else word for word in words], "-c", config)
    assert done.exit_code == Exit.CONFIG
    assert done.stdout == ""
    assert "config.toml:2: topics.tea.anny: unknown key (nearest known key: any)" in done.stderr
    assert "config.toml:4: sources.x.kind: there is no kind weibo" in done.stderr


@pytest.mark.parametrize("words", [*READING, ["run"], ["collect"]], ids=named)
def test_a_configuration_that_is_not_there_says_how_to_write_one(tmp_path: Path, words: list[str]) -> None:
    done = monitor(*words, "-c", tmp_path / "none.toml")
    assert done.exit_code == Exit.CONFIG
    assert f"`monitor init {tmp_path / 'none.toml'}` writes one" in done.stderr


@pytest.mark.parametrize("words", [["import", "FILE"], ["collect"], ["run"]], ids=named)
def test_a_second_writer_is_refused(config: Path, words: list[str]) -> None:
    writer = DatabaseFile(database(config))
    try:
        code, line = told(config, words)
    finally:
        writer.close()
    assert code == Exit.TEMPORARY
    assert line.startswith(f"{database(config)} is being written by another monitor process")
    assert "stop that one first" in line


@pytest.mark.parametrize("words", BOTH, ids=named)
def test_a_database_of_a_newer_version_is_refused(config: Path, words: list[str]) -> None:
    with closing(sqlite3.connect(database(config))) as connection:
        connection.execute("PRAGMA user_version = 4242")
    code, line = told(config, words)
    assert code == Exit.FAILURE
    assert str(database(config)) in line
    assert "newer" in line


@pytest.mark.parametrize("words", READING, ids=named)
def test_a_database_of_an_older_version_says_what_updates_it(config: Path, words: list[str]) -> None:
    with closing(sqlite3.connect(database(config))) as connection:
        connection.execute("PRAGMA user_version = 0")
    code, line = told(config, words)
    assert code == Exit.FAILURE
    assert "`monitor run`, `collect` or `import` updates it" in line


@pytest.mark.parametrize("words", BOTH, ids=named)
def test_a_file_that_is_no_database_is_told(config: Path, words: list[str]) -> None:
    database(config).write_text("a letter to nobody\n" * 1000)
    for left in ("-wal", "-shm"):
        Path(f"{database(config)}{left}").unlink(missing_ok=True)
    code, line = told(config, words)
    assert code == Exit.FAILURE
    assert f"{database(config)} is not a Trend Monitor database" in line


@pytest.mark.parametrize("words", [["export", "posts", "--from", "2026-03-01"], ["import", "FILE"]], ids=named)
def test_a_damaged_database_is_told(config: Path, words: list[str]) -> None:
    content = database(config).read_bytes()
    database(config).write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    done = monitor(*[str(config.with_name("tea.csv")) if word == "FILE" else word for word in words], "-c", config)
    assert done.exit_code == Exit.FAILURE
    assert f"{database(config)} is damaged: move it away and restore a backup" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", WRITING, ids=named)
def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path, words: list[str]) -> None:
    written(tmp_path / "tea.csv", row(1))
    (tmp_path / "blocked").write_text("")
    config = configured(tmp_path, ASKED + '[storage]\nfolder = "blocked/data"\n')
    code, line = told(config, words)
    assert code == Exit.FAILURE
    assert str(tmp_path / "blocked") in line


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(0o755)


def test_a_database_that_may_not_be_written_is_told(config: Path) -> None:
    with unwritable(database(config).parent):
        done = in_a_process(["import", config.with_name("tea.csv"), "-c", config], without_privilege)
    assert done.returncode == Exit.FAILURE
    assert len(done.stderr.splitlines()) == 1
    assert "give this user the right to write" in done.stderr


def test_a_full_disk_is_told_and_what_was_stored_stays(config: Path) -> None:
    """A limit on the size of files stands in for the disk."""
    many = written(config.with_name("many.csv"), *(row(number, "奶茶" * 40) for number in range(2, 3_000)))
    done = in_a_process(
        ["import", many, "-c", config], lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    )
    assert done.returncode == Exit.FAILURE
    assert "Traceback" not in done.stderr
    assert str(database(config)) in done.stderr
    assert "disk" in done.stderr
    again = monitor("import", many, "--json", "-c", config)
    assert again.exit_code == Exit.OK
    whole = monitor("import", many, "-c", config)
    assert whole.stdout.startswith("0 posts and 0 comments stored, 2998 known already")


def in_a_process(words: list[object], first: Callable[[], object]) -> subprocess.CompletedProcess[str]:
    """The command in a process that did `first` before it began."""
    program = [sys.executable, "-c", "from monitor.cli import main; main()", *map(str, words)]
    return subprocess.run(program, capture_output=True, text=True, check=False, preexec_fn=first)


def without_privilege() -> None:
    """Root may write everything: take that from its future. Of no effect for others, who may not anyway."""
    for overriding in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        LIBC.prctl(24, overriding, 0, 0, 0)  # PR_CAPBSET_DROP


def test_a_stranger_s_lock_is_temporary(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.file.WAIT_S", 0.01)
    with closing(sqlite3.connect(database(config), isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        code, line = told(config, ["import", "FILE"])
    assert code == Exit.TEMPORARY
    assert "is locked by another program" in line


def test_a_database_that_was_moved_away_is_no_data_yet(config: Path) -> None:
    shutil.rmtree(database(config).parent)
    assert told(config, ["status"])[1].startswith("no data yet")
