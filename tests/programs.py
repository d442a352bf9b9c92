"""Tests that need a program which is not a Python package: `@pytest.mark.needs("chromium")`.

Where it is not there the test skips, and the end of the run lists the command that installs it. With CI set in the
environment it fails instead. `python -m tests.programs` prints the Debian packages that this machine lacks.
"""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

PACKAGES = {"chromium": "chromium", "openssl": "openssl", "postgres": "postgresql", "sqlite3": "sqlite3"}
"""Program → the Debian package that brings it."""

MISSING = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(program): skipped where the program is not installed; fails in CI")
    config.stash[MISSING] = set()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        program = marker.args[0]
        if shutil.which(program):
            continue
        item.config.stash[MISSING].add(program)
        reason = f"needs {program}: {install_command(program)}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    missing = sorted(config.stash[MISSING])
    if missing:
        terminalreporter.section("programs that are not installed")
        for program in missing:
            terminalreporter.line(f"{program}: {install_command(program)}")


def install_command(program: str) -> str:
    return f"apt-get install {PACKAGES[program]}"


def packages_missing(tests: Path) -> list[str]:
    """Debian packages of the programs that test files name and that are not on the path."""
    texts = (path.read_text(encoding="utf-8") for path in tests.rglob("test_*.py"))
    named = {name for text in texts for name in re.findall(r"mark\.needs\(\"([\w-]+)\"\)", text)}
    return sorted(PACKAGES[name] for name in named if not shutil.which(name))


if __name__ == "__main__":
    sys.stdout.writelines(f"{package}\n" for package in packages_missing(Path(__file__).parent))
