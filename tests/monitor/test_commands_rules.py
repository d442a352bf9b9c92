"""`monitor rules test`: series written as text, and what is expected of them."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.series import Completeness
from monitor.exit_codes import Exit
from monitor.rule_tests.notation import Minute, Unreadable, minutes
from tests.monitor.command_line import configured, monitor

DOCUMENT = (Path(__file__).parents[2] / "docs" / "backtesting.md").read_text(encoding="utf-8")
RULE = """\
[rules.busy]
kind = "threshold"
measure = "complaints"
at_least = 10
window_min = 5
severity = "page"
keep_firing_s = 300
"""
HOLDS = """
[[tests]]
name = "busy"
rule = "busy"
mentions   = "20x10"
complaints = "5x4 0x6"
transitions = ["1 firing page", "7 recovering"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.test.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_examples_of_the_document_hold(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found
    done = monitor("rules", "test", written(tmp_path, found[1]))
    assert done.exit_code == Exit.OK, done.stdout
    assert done.stdout.endswith("4 tests, all hold\n")


def test_a_test_that_does_not_hold_shows_both_sides_and_why(tmp_path: Path) -> None:
    path = written(tmp_path, RULE + HOLDS.replace("1 firing page", "2 firing").replace(', "7 recovering"', ""))
    done = monitor("rules", "test", path)
    assert done.exit_code == Exit.FAILURE
    assert done.stdout.splitlines() == [
        "FAIL rules.test.toml:9 busy",
        "     transitions:  expected                  got",
        "       ≠           2 firing                  1 firing page: complaints 10 in 2 min seen; told from 10 on",
        "       ≠           (none)                    7 recovering page: complaints 5 in 5 min seen; told from 10 on",
        "1 test, 1 failed",
    ]


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ('at = 1, answer = "clear"', "expected answer clear"),
        ('at = 1, because = "eleven"', "expected because with 'eleven'"),
        ("at = 1, above = 10", "expected a value above 10"),
        ("at = 1, below = 10", "expected a value below 10"),
    ],
)
def test_a_verdict_that_differs_fails(tmp_path: Path, verdict: str, said: str) -> None:
    done = monitor("rules", "test", written(tmp_path, f"{RULE}{HOLDS}verdicts = [{{ {verdict} }}]\n"))
    assert done.exit_code == Exit.FAILURE
    assert f"verdict on minute 1: {said}" in done.stdout
    assert "got breach, value 10 complaints" in done.stdout


def test_the_severity_counts_where_it_is_named(tmp_path: Path) -> None:
    assert monitor("rules", "test", written(tmp_path, RULE + HOLDS.replace("1 firing page", "1 firing"))).exit_code == 0
    other = monitor("rules", "test", written(tmp_path, RULE + HOLDS.replace("firing page", "firing warn")))
    assert other.exit_code == Exit.FAILURE


def test_a_sampled_minute_counts_with_what_was_not_read(tmp_path: Path) -> None:
    text = (
        HOLDS.replace("20x10", "~20x10")
        .replace("5x4 0x6", "1x10")
        .replace('"1 firing page", "7 recovering"', '"1 firing"')
    )
    values = "verdicts = [{ at = 1, above = 7.9, below = 8.1 }, { at = 2, above = 11.9, below = 12.1 }]"
    quarter = f"share = 0.25\n{values}\n"
    done = monitor("rules", "test", written(tmp_path, RULE + text.replace('"1 firing"', '"2 firing"') + quarter))
    assert done.exit_code == Exit.OK, done.stdout


def test_rules_of_a_configuration_are_tested_with_its_calendar(tmp_path: Path) -> None:
    calendar = '\n[calendar.sale]\nfirst_day = "2026-11-11"\ntolerance = 2\n'
    configured(tmp_path, f'[topics.tea]\nany = ["奶茶"]\n\n{RULE}{calendar}')
    sale = HOLDS.replace('"1 firing page", "7 recovering"', '"3 firing", "5 recovering"')
    sale += 'start = "2026-11-11T09:00"\n'
    path = written(tmp_path, f'config = "config.toml"\n{HOLDS}{sale}')
    done = monitor("rules", "test", "--json", path)
    told = json.loads(done.stdout)
    assert [test["differences"] for test in told["tests"]] == [[], []]
    assert told["failed"] == 0


def test_a_file_is_refused_with_everything_that_is_wrong_with_it(tmp_path: Path) -> None:
    wrong = """
[[tests]]
name = "a"
rule = "bsy"
mentions = "2x30 q"
complaints = "3x5"
transitions = ["31 fires", "99"]
color = 1

[[tests]]
name = "b"
rule = "busy"
mentions = "2x30"
complaints = "3x30"
transitions = ["30 firing"]
verdicts = [{ at = 77 }]
"""
    done = monitor("rules", "test", written(tmp_path, RULE + wrong))
    assert done.exit_code == Exit.CONFIG
    told = [re.sub(r"(: known keys|\(known keys).*", "", line) for line in done.stderr.splitlines()]
    assert told == [
        "rules.test.toml:11: tests[0].rule: there is no rule bsy here or in `config` (nearest known rule: busy)",
        "rules.test.toml:12: tests[0].mentions: 'q' is no minute: write a count (12), a sampled one (~12), one not "
        "seen (_), or several (12x30)",
        "rules.test.toml:14: tests[0].transitions[0]: there is no state fires: it is one of ok, pending, firing, "
        "recovering, resolved",
        'rules.test.toml:14: tests[0].transitions[1]: \'99\' should be "MINUTE STATE", such as "31 firing" or '
        '"31 firing page"',
        "rules.test.toml:15: tests[0].color: unknown key ",
        "rules.test.toml:21: tests[1].complaints: minute 0: 3 complaints, but 2 mentions",
        "rules.test.toml:22: tests[1].transitions[0]: there are 30 minutes, the last is 29",
        "rules.test.toml:23: tests[1].verdicts[0].at: there are 30 minutes, the last is 29",
    ]


def test_a_rule_that_judges_no_minutes_cannot_be_tested_so(tmp_path: Path) -> None:
    done = monitor("rules", "test", written(tmp_path, '[rules.busy]\nkind = "source-blind"\n' + HOLDS))
    assert done.exit_code == Exit.CONFIG
    assert "a rule of kind source-blind judges no minutes of a topic" in done.stderr


def test_a_rule_that_is_wrong_itself_is_not_called_missing(tmp_path: Path) -> None:
    done = monitor("rules", "test", written(tmp_path, RULE.replace("= 10", '= "ten"') + HOLDS))
    assert done.exit_code == Exit.CONFIG
    assert done.stderr == "rules.test.toml:4: rules.busy.at_least: should be a valid number\n"


def test_a_file_without_tests_is_wrong(tmp_path: Path) -> None:
    done = monitor("rules", "test", written(tmp_path, RULE))
    assert done.exit_code == Exit.CONFIG
    assert "there is nothing to test" in done.stderr


WORDS = st.one_of(
    st.builds(Minute, st.just(Completeness.MISSING), st.just(0)),
    st.builds(Minute, st.sampled_from([Completeness.COMPLETE, Completeness.SAMPLED]), st.integers(0, 9_999)),
)
SIGNS = {Completeness.SAMPLED: "~", Completeness.COMPLETE: ""}


@given(st.lists(st.tuples(WORDS, st.integers(1, 50)), min_size=1, max_size=20))
def test_a_series_reads_as_it_is_written(series: list[tuple[Minute, int]]) -> None:
    text = " ".join(
        ("_" if m.completeness is Completeness.MISSING else f"{SIGNS[m.completeness]}{m.count}") + f"x{times}"
        for m, times in series
    )
    assert minutes(text) == [minute for minute, times in series for _ in range(times)]


@pytest.mark.parametrize("text", ["", " ", "12y", "x3", "~_", "~", "1.5", "-1", "3x", "2 x3", "1x600000"])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        minutes(text)
