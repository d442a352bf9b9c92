"""`monitor collect` and `sources check` over HTTP, in real time, against the demo's platforms."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.demo.faults import FaultKind
from monitor.demo.scenario import BRIDGE, HOSTS, HOT_LIST, SEARCH
from monitor.exit_codes import Exit
from tests.monitor.command_line import monitor
from tests.monitor.live_platforms import COOKIE, Live, live_platforms


@pytest.fixture(scope="module")
def world() -> Iterator[Live]:
    with live_platforms() as live:
        yield live


@pytest.fixture
def live(world: Live) -> Iterator[Live]:
    world.asked.clear()
    yield world
    world.mend()


def test_what_is_collected_is_what_the_platforms_show(live: Live, tmp_path: Path) -> None:
    config = live.config(tmp_path)
    done = monitor("collect", "--once", "--json", "-c", config, env=COOKIE)
    assert (done.exit_code, done.stderr) == (Exit.OK, "")
    visits = {visit["target"]: visit for visit in json.loads(done.stdout)["visits"]}
    assert list(visits) == ["hot/hot-list", "search/tea/知夏", f"feed/{BRIDGE}/feeds/all.json"]
    assert all(visit["error"] is None and visit["reason"] is None for visit in visits.values())
    assert sorted(host for host, _ in live.asked) == sorted(HOSTS)
    assert visits["search/tea/知夏"]["new_posts"] >= 8

    exported = monitor("export", "posts", "--from", "2026-01-01", "--to", "2100-01-01", "-c", config)
    rows = list(csv.DictReader(io.StringIO(exported.stdout.removeprefix("\ufeff"))))
    searched = {row["post"] for row in rows if row["source"] == "search"}
    assert searched <= live.keys
    assert len(searched) == visits["search/tea/知夏"]["new_posts"]
    assert all("tea" in row["topics"].split(";") for row in rows if row["source"] == "search")


def test_who_asks_by_hand_is_answered_though_the_slot_was_visited(live: Live, tmp_path: Path) -> None:
    config = live.config(tmp_path, '\n[sources.daily]\nkind = "weibo-hot-list"\nevery_s = 86_400\n')
    assert monitor("collect", "--source", "daily", "-c", config).exit_code == Exit.OK
    live.asked.clear()
    again = monitor("collect", "--source", "daily", "-c", config)
    assert again.exit_code == Exit.OK
    assert again.stdout == "daily/hot-list: 0 new posts, 0 known; ok\n"
    assert live.asked == [("weibo.com", "/ajax/side/hotSearch")]


def test_only_the_source_asked_for_is_visited(live: Live, tmp_path: Path) -> None:
    done = monitor("collect", "--source", "hot", "-c", live.config(tmp_path), env=COOKIE)
    assert done.exit_code == Exit.OK
    assert done.stdout == "hot/hot-list: 0 new posts, 0 known; ok\n"
    assert [host for host, _ in live.asked] == [HOT_LIST]


def test_a_wall_is_degraded_and_its_page_is_kept_and_can_be_read_again(live: Live, tmp_path: Path) -> None:
    live.fail(SEARCH, FaultKind.LOGIN_WALL)
    config = live.config(tmp_path)
    done = monitor("collect", "--json", "-c", config, env=COOKIE)
    assert done.exit_code == Exit.DEGRADED
    search = json.loads(done.stdout)["visits"][1]
    assert (search["error"], search["new_posts"]) == ("Blocked", 0)

    (kept,) = (tmp_path / "data" / "kept" / "search").glob("*.page")
    read = monitor("sources", "parse", "search", kept, "--json", "-c", config, env=COOKIE)
    assert read.exit_code == Exit.FAILURE
    assert json.loads(read.stdout)["error"]["class"] == "Blocked"
    assert "cookie" in read.stderr

    health = json.loads(monitor("status", "--json", "-c", config, env=COOKIE).stdout)
    assert {s["source"]: s["last_error"] for s in health["sources"]} == {"hot": None, "search": "Blocked", "feed": None}
    assert [(a["rule"], a["subject"]) for a in health["firing"]] == [("blind", "search")]
    assert monitor("status", "--fail-on-firing", "-c", config, env=COOKIE).exit_code == Exit.FIRING


def test_all_sources_failing_is_unreachable(live: Live, tmp_path: Path) -> None:
    for host in HOSTS:
        live.fail(host, FaultKind.BROKEN)
    done = monitor("collect", "-c", live.config(tmp_path), env=COOKIE)
    assert done.exit_code == Exit.UNREACHABLE
    assert done.stdout.count("Transient: ") == 3


def test_without_a_cookie_the_source_says_how_to_get_one(live: Live, tmp_path: Path) -> None:
    done = monitor("sources", "check", "-c", live.config(tmp_path), env={"WEIBO_COOKIE": ""})
    assert done.exit_code == Exit.DEGRADED
    feed, hot, search = done.stdout.splitlines()
    assert feed.startswith("ok   feed: ")
    assert hot.startswith("ok   hot: 0 posts, ")
    assert search.startswith("FAIL search: no session configured")
    assert "log in at weibo.com" in search
    assert not (tmp_path / "data").exists(), "a check stores nothing"


def test_a_check_in_which_nothing_answers_is_unreachable(live: Live, tmp_path: Path) -> None:
    for host in HOSTS:
        live.fail(host, FaultKind.TOO_MANY)
    done = monitor("sources", "check", "--json", "-c", live.config(tmp_path), env=COOKIE)
    assert done.exit_code == Exit.UNREACHABLE
    told = json.loads(done.stdout)
    assert [finding["ok"] for finding in told.values()] == [False, False, False]
    assert all("asked to wait" in finding["told"] for finding in told.values())


def test_a_source_failing_without_an_alert_degrades_the_status(live: Live, tmp_path: Path) -> None:
    config = live.config(tmp_path)
    config.write_text(config.read_text("utf-8").replace("[rules.blind]", "[rules.other]"), encoding="utf-8")
    config.write_text(config.read_text("utf-8").replace("source-blind", "volume"), encoding="utf-8")
    live.fail(SEARCH, FaultKind.BLOCKED)
    monitor("collect", "-c", config, env=COOKIE)
    assert monitor("status", "-c", config, env=COOKIE).exit_code == Exit.OK
    failing = monitor("status", "--fail-on-firing", "-c", config, env=COOKIE)
    assert failing.exit_code == Exit.DEGRADED
    assert "no alert is firing" in failing.stdout
    assert "Blocked: " in failing.stdout


def test_an_unknown_source_is_a_usage_error_that_lists_those_there_are(live: Live, tmp_path: Path) -> None:
    done = monitor("collect", "--source", "serch", "-c", live.config(tmp_path), env=COOKIE)
    assert done.exit_code == Exit.USAGE
    assert "feed, hot, search" in done.stderr
    assert live.asked == []


def test_nothing_to_ask_is_a_usage_error(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[topics.tea]\nany = ["奶茶"]\n', encoding="utf-8")
    done = monitor("collect", "-c", config)
    assert done.exit_code == Exit.USAGE
    assert "monitor import" in done.stderr
