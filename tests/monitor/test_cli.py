"""The door: what `monitor` says of itself, and how little it loads to say it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from monitor.cli import app
from monitor.commands.demo import Story
from monitor.demo.scenario import SCENARIOS
from monitor.exit_codes import Exit
from tests.monitor.command_line import monitor

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HEAVY = ("pandas", "jieba", "rjieba", "httpx", "msgspec", "sqlite_utils", "apscheduler", "jinja2", "sqlite3")


def commands() -> list[str]:
    """Every command with its group, as it is typed."""
    group = typer.main.get_command(app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in inner] if inner else [name]
    return found


def test_these_are_the_commands() -> None:
    top = ["init", "demo", "run", "collect", "import", "digest", "export", "hashtags", "explain", "reanalyse"]
    top += ["backtest", "status"]
    groups = {
        "sources": ["list", "check", "parse"],
        "channels": ["list", "test"],
        "routes": ["test"],
        "rules": ["test"],
        "alerts": ["list", "show", "ack"],
        "silence": ["add", "list", "expire"],
        "outbox": ["list", "retry"],
        "sentiment": ["evaluate"],
    }
    assert commands() == [*top, *(f"{group} {name}" for group, names in groups.items() for name in names)]


def test_the_help_lists_every_command() -> None:
    done = monitor("--help")
    assert done.exit_code == Exit.OK
    listed = re.findall(r"^  (\w+)  ", done.stdout, re.MULTILINE)
    assert listed == list(dict.fromkeys(command.split()[0] for command in commands()))


@pytest.mark.parametrize("command", commands())
def test_the_readme_names_every_command(command: str) -> None:
    assert re.search(rf"^\| `monitor {command}\b", README, re.MULTILINE)


@pytest.mark.parametrize("command", commands())
def test_the_help_of_every_command_has_one_example_of_it(command: str) -> None:
    done = monitor(*command.split(), "--help")
    assert done.exit_code == Exit.OK
    text = " ".join(done.stdout.split())
    assert text.count("Example: ") == 1
    assert f"Example: monitor {command}" in text


def test_the_help_tells_every_exit_code() -> None:
    text = " ".join(monitor("--help").stdout.split())
    told = dict(re.findall(r"(\d+) ([a-z][a-z ]+)", text[text.index("Exit codes: ") :]))
    assert sorted(map(int, told)) == sorted(Exit)


def test_without_a_word_it_shows_its_help() -> None:
    assert "Commands:" in monitor().output


@pytest.mark.parametrize("words", [["--help"], ["digest", "--help"], ["sources", "parse", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys\nfrom monitor.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    sys.stderr.write(' '.join(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    assert "Usage: " in done.stdout
    assert set(HEAVY) & set(done.stderr.split()) == set()


def test_the_installed_command_is_this_one() -> None:
    script = Path(sys.executable).with_name("monitor")
    done = subprocess.run([script, "sources", "list"], capture_output=True, text=True, check=True)
    assert done.stdout == monitor("sources", "list").stdout
    assert done.stderr == ""


def test_the_stories_of_the_demo_are_those_that_are_written() -> None:
    assert [story.value for story in Story] == list(SCENARIOS)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["demo", "--scenario", "coffee"], "'tea-morning'"),
        (["demo", "--scale", "0"], "--scale"),
        (["brew"], "brew"),
    ],
)
def test_what_there_is_not_is_a_usage_error(words: list[str], told: str) -> None:
    done = monitor(*words)
    assert done.exit_code == Exit.USAGE
    assert told in done.stderr


def test_the_demo_never_empties_a_folder_that_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = monitor("demo", "--folder", tmp_path)
    assert done.exit_code == Exit.FAILURE
    assert done.stderr == f"{tmp_path} is not empty and was not made by the demo: name another --folder\n"
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
