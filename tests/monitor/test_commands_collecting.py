"""`monitor collect` and `sources check` over HTTP, in real time, against the demo's platforms."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from monitor.commands.status import open_line
from monitor.demo.faults import FaultKind
from monitor.demo.scenario import BEIJING, BRIDGE, HOSTS, HOT_LIST, SEARCH
from monitor.demo.world import posts
from monitor.exit_codes import Exit
from tests.monitor.command_line import monitor
from tests.monitor.live_platforms import COOKIE, SCALE, Live, live_platforms


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


# -- backfill --------------------------------------------------------------------------------------------------


def morning(hour: int) -> str:
    """A time of yesterday morning in Beijing, when little is said."""
    yesterday = datetime.now(BEIJING).date() - timedelta(days=1)
    return f"{yesterday}T{hour:02d}:00"


def said_in(live: Live, since: str, until: str) -> set[str]:
    """The keys of all posts that a search for the app finds of this time."""
    first, end = (datetime.fromisoformat(at).replace(tzinfo=BEIJING).timestamp() for at in (since, until))
    return {
        f"weibo:{p.mid}" for p in posts(live.platforms.scenario, SCALE) if first <= p.second < end and p.says("知夏")
    }


def searched_for(live: Live) -> list[str]:
    """The time scopes asked for, in order."""
    return [scope for _, path in live.asked for scope in parse_qs(urlsplit(path).query).get("timescope", [])]


def stored_keys(config: Path, since: str, until: str) -> set[str]:
    exported = monitor("export", "posts", "--from", since, "--to", until, "-c", config)
    return {row["post"] for row in csv.DictReader(io.StringIO(exported.stdout.removeprefix("\ufeff")))}


@pytest.mark.slow
def test_a_killed_backfill_goes_on_where_it_was_and_loses_and_doubles_nothing(live: Live, tmp_path: Path) -> None:
    config = live.config(tmp_path)
    since, until = morning(4), morning(9)
    words = ["collect", "--backfill", "--from", since, "--to", until, "--source", "search", "-c", str(config)]
    program = [sys.executable, "-c", "from monitor.cli import main; main()", *words]
    with subprocess.Popen(program, env={**os.environ, **COOKIE}, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith(f"search/tea/知夏: {since.replace('T', ' ')} to 08:00: "), line
        process.kill()
    before = searched_for(live)
    assert 0 < len(stored_keys(config, since, until)) <= len(said_in(live, since, until))
    live.asked.clear()

    done = monitor(*words, "--json", env=COOKIE)
    assert done.exit_code == Exit.OK
    (target,) = json.loads(done.stdout)["targets"]
    assert (target["target"], target["open"], target["error"]) == ("search/tea/知夏", [], None)
    assert before[0] not in searched_for(live), "what was stored is not asked for again"
    assert stored_keys(config, since, until) == said_in(live, since, until)

    live.asked.clear()
    again = monitor(*words, env=COOKIE)
    assert (again.exit_code, live.asked) == (Exit.OK, [])
    assert again.stdout == "search/tea/知夏: 0 visits, 0 new posts, 0 known; no windows open\n"


@pytest.mark.parametrize(("ends", "asked"), [("04:00:00", "12:00"), ("04:00:01", "12:01"), ("03:59:59", "12:00")])
def test_what_is_open_is_asked_for_to_its_minute_and_no_hour_beyond(ends: str, asked: str) -> None:
    window = {"from": "2026-11-20T01:00:30+00:00", "to": f"2026-11-20T{ends}+00:00"}
    line = open_line("search/tea", [window], ZoneInfo("Asia/Shanghai"))
    assert line.endswith(f"collect --backfill --from 2026-11-20T09:00 --to 2026-11-20T{asked} --source search")


def test_a_backfill_that_is_refused_says_what_is_open_and_status_shows_it(live: Live, tmp_path: Path) -> None:
    config = live.config(tmp_path)
    since, until = morning(4), morning(6)
    monitor("collect", "--source", "search", "-c", config, env=COOKIE)
    live.fail(SEARCH, FaultKind.BLOCKED)
    words = ["collect", "--backfill", "--from", since, "--to", until, "--source", "search", "-c", config]
    refused = monitor(*words, env=COOKIE)
    assert refused.exit_code == Exit.UNREACHABLE
    first, second = refused.stdout.splitlines()
    assert first == "search/tea/知夏: 1 visits, 0 new posts, 0 known; 1 windows open"
    assert second.startswith(f"  open  {since.replace('T', ' ')} to 06:00  Blocked: ")
    shown = monitor("status", "-c", config, env=COOKIE).stdout
    (line,) = [line for line in shown.splitlines() if line.startswith("open ")]
    assert f"monitor collect --backfill --from {since} --to " in line
    assert line.endswith("--source search")
    open_windows = json.loads(monitor("status", "--json", "-c", config, env=COOKIE).stdout)["open"]
    assert open_windows[0]["target"] == "search/tea/知夏"

    live.mend()
    mended = monitor(*words, env=COOKIE)
    assert (mended.exit_code, mended.stdout.splitlines()[0][-15:]) == (Exit.OK, "no windows open")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--backfill"], "--backfill needs --from"),
        (["--from", "2026-11-20"], "--from and --to go with --backfill"),
        (["--backfill", "--from", "2200-01-01"], "nothing that is over lies between"),
        (["--backfill", "--from", "2026-11-20", "--to", "2026-11-19"], "nothing that is over lies between"),
        (["--backfill", "--from", "soon"], "neither a date"),
        (["--backfill", "--from", "2026-11-20", "--source", "nobody"], "no source nobody"),
    ],
)
def test_a_backfill_that_cannot_be_is_a_usage_error(live: Live, tmp_path: Path, words: list[str], told: str) -> None:
    done = monitor("collect", *words, "-c", live.config(tmp_path), env=COOKIE)
    assert done.exit_code == Exit.USAGE
    assert told in done.stderr
