"""A test that needs a program which is not installed skips, is listed last, and fails in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import packages_missing

NEEDY = """
import pytest

@pytest.mark.needs("chromium")
def test_with_browser(): ...

@pytest.mark.needs("sqlite3")
def test_with_shell(): ...
"""


def run(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run NEEDY where no program is installed at all."""
    (folder / "test_needy.py").write_text(NEEDY, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    clean = {key: value for key, value in os.environ.items() if key not in ("CI", "PYTEST_ADDOPTS")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.programs", "-p", "no:cacheprovider", str(folder)],
        env={**clean, "PATH": str(folder), "PYTHONPATH": str(Path.cwd()), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_missing_programs_skip_and_are_listed_last(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0
    *_, first, second, closing = filter(None, done.stdout.splitlines())
    assert (first, second) == ("chromium: apt-get install chromium", "sqlite3: apt-get install sqlite3")
    assert "2 skipped" in closing


def test_in_ci_they_fail(tmp_path: Path) -> None:
    done = run(tmp_path, CI="true")
    assert done.returncode == 1
    assert "needs chromium: apt-get install chromium" in done.stdout
    assert "2 errors" in done.stdout.splitlines()[-1]


def test_their_packages_are_found_in_the_test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "test_needy.py").write_text(NEEDY, encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert packages_missing(tmp_path) == ["chromium", "sqlite3"]
