"""`monitor backtest` over two hours that are easy to count: five complaints a minute from minute 30 to 49, nothing seen
from minute 70 to 79. The rule wants ten complaints in five minutes: it fires at minute 31 and is over at minute 58.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analysis.annotation import Annotation
from analysis.rules.rule import Verdict
from analysis.rules.threshold import Threshold
from collectors.post import Post
from monitor.backtest.labels import read_labels
from monitor.backtest.picture import option
from monitor.backtest.replay import Period, replay
from monitor.backtest.variants import replayable, variants
from monitor.config import load
from monitor.exit_codes import Exit
from monitor.store.sqlite import SqliteStore, open_store
from tests.contracts.store_samples import TEA, WEB, at, note, post, visit
from tests.monitor.command_line import configured, monitor

CONFIG = """\
[topics.tea]
any = ["奶茶"]

[topics.milk]
any = ["牛奶"]

[rules.busy]
kind = "threshold"
measure = "complaints"
at_least = 10
window_min = 5
severity = "page"
keep_firing_s = 300

[rules.blind]
kind = "source-blind"
"""
BEIJING = ZoneInfo("Asia/Shanghai")
DAY = ("--from", "2026-11-23T09:00", "--to", "2026-11-23T11:00")
LABELS = """\
topic,start,end,name
tea,2026-11-23T09:29,2026-11-23T09:50,till is down
tea,2026-11-23T02:10:00+00:00,2026-11-23T02:20:00+00:00,while nobody looked
tea,2026-11-23T10:30,2026-11-23T10:35,unnoticed
tea,2026-11-25T10:30,2026-11-25T10:35,another day
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A configuration with its database, held for writing as by a running service."""
    folder = tmp_path_factory.mktemp("backtest")
    configured(folder, CONFIG)
    with open_store(folder / "data" / "monitor.sqlite") as store:
        fill(store)
        yield folder


def fill(store: SqliteStore) -> None:
    store.watch([TEA], [WEB], at(0))
    for start in range(0, 120, 10):
        posts = [each for minute in range(start, start + 10) for each in minute_of(minute)]
        seen = [] if start == 70 else [(start, start + 10)]
        store.ingest(visit(f"at {start}", posts, seen=seen, asked=(start, start + 10), mark=start + 10))


def minute_of(minute: int) -> list[tuple[Post, Annotation]]:
    if 70 <= minute < 80:
        return []
    angry = 5 if 30 <= minute < 50 else 0
    return [(post(minute * 100 + n, minute), note(categories=("slow",) if n < angry else ())) for n in range(angry + 2)]


def ran(folder: Path, *words: object, code: Exit = Exit.OK) -> str:
    done = monitor("backtest", *DAY, "-c", folder / "config.toml", *words)
    assert done.exit_code == code, done.stderr
    return done.stdout if code is Exit.OK else done.stderr


def told(folder: Path, *words: object) -> Any:
    return json.loads(ran(folder, "--json", *words))


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "incidents.csv"
    path.write_text(LABELS, encoding="utf-8")
    return path


def test_it_tells_what_would_have_fired_when_and_why(folder: Path) -> None:
    text = ran(folder)
    assert "page  busy on tea: fired 2026-11-23 09:31, resolved 2026-11-23 09:58 after 27 min\n" in text
    assert "complaints 10 in 5 min seen; told from 10 on" in text
    assert "tea: 120 minutes judged, 10 of them not seen" in text
    assert "not replayed, for they judge no minutes of talk: blind" in text
    assert "milk" not in text  # nothing was ever collected of it


def test_it_writes_nothing_into_the_database(folder: Path) -> None:
    ran(folder)
    with open_store(folder / "data" / "monitor.sqlite", read_only=True) as store:
        assert store.alerts() == ()
        assert list(store.deliveries()) == []


def test_labels_give_precision_recall_and_the_time_to_detect(folder: Path, labels: Path) -> None:
    (result,) = told(folder, "--labels", labels)["results"]
    assert result["precision"] == 1.0
    assert result["recall"] == 0.5  # of the two that could be seen
    assert result["median_time_to_detect_s"] == 120.0
    assert [(i["name"], i["seen"], i["detected_after_s"]) for i in result["incidents"]] == [
        ("till is down", True, 120.0),
        ("while nobody looked", False, None),
        ("unnoticed", True, None),
    ]
    text = ran(folder, "--labels", labels)
    assert "till is down: detected after 2 min" in text
    assert "while nobody looked: not collected" in text
    assert "unnoticed: MISSED" in text


def test_an_alert_outside_every_incident_is_a_wrong_one(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text("topic,start,end\ntea,2026-11-23T09:58,2026-11-23T09:59\n", encoding="utf-8")
    (result,) = told(folder, "--labels", path)["results"]
    assert (result["precision"], result["recall"]) == (0.0, 0.0)  # at 09:58 it was over


def test_pages_are_told_by_the_week(folder: Path) -> None:
    (result,) = told(folder)["results"]
    assert result["pages"] == 1
    assert result["pages_per_week"] == 84.0  # one in two hours
    assert result["precision"] is None


def test_a_sweep_judges_every_value_and_the_configured_one(folder: Path, labels: Path) -> None:
    results = told(folder, "--sweep", "at_least=5..35:10", "--labels", labels)["results"]
    assert [(r["value"], len(r["alerts"]), r["median_time_to_detect_s"]) for r in results] == [
        (5, 1, 60.0),
        (10, 1, 120.0),
        (15, 1, 180.0),
        (25, 1, 300.0),
        (35, 0, None),
    ]
    assert [r["value"] for r in results if r["configured"]] == [10]
    table = ran(folder, "--sweep", "at_least=5..35:10", "--labels", labels)
    assert re.search(r"busy +10 \* +1 +84.0 +1.00 \(1 of 1\) +0.50 \(1 of 2\) +2 min\n", table)
    assert re.search(r"busy +35 +0 +0.0 +- \(0 of 0\) +0.00 \(0 of 2\) +-\n", table)


def test_an_alert_that_began_before_the_period_is_not_told_again(folder: Path) -> None:
    done = monitor("backtest", "--from", "2026-11-23T09:40", "--to", "2026-11-23T11:00", "-c", folder / "config.toml")
    assert "fired" not in done.stdout
    assert "rule busy: 0 alerts" in done.stdout


def test_an_alert_that_outlasts_the_period_is_not_resolved(folder: Path) -> None:
    done = monitor("backtest", "--from", "2026-11-23T09:00", "--to", "2026-11-23T09:40", "-c", folder / "config.toml")
    assert "fired 2026-11-23 09:31, not resolved" in done.stdout


def test_what_is_known_of_posts_by_now_is_said(folder: Path, tmp_path: Path) -> None:
    configured(tmp_path, CONFIG)
    with open_store(tmp_path / "data" / "monitor.sqlite") as store:
        fill(store)
        store.ingest(visit("again", [post(300, 3, followers=7)], asked=(120, 121), now=121))
    assert "1 of them count otherwise than when they were judged" in ran(tmp_path)
    assert "otherwise" not in ran(folder)


def test_the_page_stands_alone_and_shows_alerts_labels_and_gaps(folder: Path, labels: Path, tmp_path: Path) -> None:
    path = tmp_path / "backtest.html"
    ran(folder, "--labels", labels, "--html", path)
    page = path.read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert re.findall(r"url\((?!#)", page) == []
    assert page.count("<svg") == 1
    for name in ("labelled incident", "alert", "not collected", "complaints", "fired 2026-11-23 09:31"):
        assert name in page


def test_the_picture_shades_alerts_labels_and_gaps_where_they_were(folder: Path, labels: Path) -> None:
    config, period = load(folder / "config.toml", {}), Period(since=at(0), until=at(120))
    chosen = variants(replayable(config.rules, ())[0], None)
    incidents = read_labels(labels, ["tea"], BEIJING)[:3]
    with open_store(folder / "data" / "monitor.sqlite", read_only=True) as store:
        judged = replay(store, config.topics[0], chosen, period, incidents=incidents)
    shown = {each["name"]: each["data"] for each in option(judged, period, BEIJING)["series"]}
    shaded = {name: [slot for slot, value in enumerate(shown[name]) if value] for name in shown}  # of ten minutes each
    assert shaded["alert"] == [3, 4, 5]
    assert shaded["labelled incident"] == [2, 3, 4, 7, 9]
    assert shaded["not collected"] == [7]
    assert shown["complaints"] == [None, None, None, 50, 50, *[None] * 7]
    assert shown["other mentions"] == [20] * 7 + [None] + [20] * 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rule", "bsy"), "there is no rule bsy: the configuration has busy, blind"),
        (("--rule", "blind"), "only rules that judge a topic's minutes can be replayed, not blind (source-blind)"),
        (("--sweep", "at_least=5"), "a sweep is SETTING=FIRST..LAST"),
        (("--sweep", "at_least=9..5"), "the last value lies before the first"),
        (("--sweep", "at_least=1..1000"), "these are 1000 values, 100 at most"),
        (("--sweep", "threshold=1..2"), "no rule that is replayed has a setting threshold"),
        (("--sweep", "measure=1..2"), "measure of rule busy is no number"),
        (("--sweep", "window_min=1..2:0.5"), "window_min of rule busy takes whole numbers"),
        (("--sweep", "window_min=0..2"), "window_min of rule busy cannot be 0"),
        (("--from", "2026-11-24", "--to", "2026-11-23"), "nothing lies between"),
    ],
)
def test_what_cannot_be_replayed_is_a_usage_error_that_says_why(
    folder: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in " ".join(ran(folder, *words, code=Exit.USAGE).replace("│", " ").split())


def test_a_label_file_is_refused_with_every_line_that_is_wrong(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text(
        "topic,start,end\ntee,2026-11-23,2026-11-24\ntea,soon,2026-11-24\ntea,2026-11-24,2026-11-23\n", encoding="utf-8"
    )
    assert ran(folder, "--labels", path, code=Exit.FAILURE).splitlines() == [
        "incidents.csv:2: topic: there is no topic tee (nearest known topic: tea)",
        "incidents.csv:3: start: soon is no time such as 2026-11-20T09:30 or 2026-11-20T09:30+08:00",
        "incidents.csv:4: end: does not lie after start",
    ]
    path.write_text("thema,start,end\n", encoding="utf-8")
    assert "topic is missing" in ran(folder, "--labels", path, code=Exit.FAILURE)


def test_a_rule_that_fails_is_told_and_no_success(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Verdict:
        raise ZeroDivisionError("no such measure")

    monkeypatch.setattr(Threshold, "update", broken)
    done = monitor("backtest", *DAY, "-c", folder / "config.toml")
    assert done.exit_code == Exit.FAILURE
    assert "rule busy FAILED: ZeroDivisionError: no such measure" in done.stdout


def test_a_time_without_any_judged_minute_is_no_calm(folder: Path) -> None:
    done = monitor("backtest", "--from", "2025-01-01", "--to", "2025-01-02", "-c", folder / "config.toml")
    assert done.exit_code == Exit.FAILURE
    assert "nothing was judged in this time" in done.stderr
