"""Stored posts read again with the real language part: the same however many processes, wherever it was killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from analysis.annotate import Annotator
from analysis.annotation import Document
from analysis.matching import Topic
from collectors.post import Kind, Post
from monitor.exit_codes import Exit
from monitor.reanalyse import stage
from monitor.store.sqlite import open_store
from monitor.store.store import Selection, Visit, WatchedTopic
from tests.monitor.command_line import configured, monitor

START = datetime(2026, 11, 20, 1, tzinfo=UTC)
ALL = Selection(since=START - timedelta(days=2), until=START + timedelta(days=9))
BEFORE = [Topic(name="tea", any=("奶茶",))]
AFTER = [Topic(name="tea", any=("奶茶", "青禾"), none=("抽奖",)), Topic(name="coffee", any=("咖啡",))]
PARTS = (
    "今天在青禾排队买了一杯奶茶,等了半个小时才拿到手",
    "小程序又崩了一直转圈付不了款,谁来管一管",
    "第一杯奶茶真的好喝,下次还要来,推荐给大家",
    "关注并转发抽奖送奶茶,明天晚上开奖不要错过",
    "早上一杯咖啡提提神,又要开始上班了真的好累",
)


def posts(number: int) -> list[Post]:
    """A visit; some texts come again, whole or with words before them."""
    chance = Random(number)
    return [
        Post(
            platform="weibo",
            native_id=f"{number:03}-{place:02}",
            url="https://example.test/",
            text=chance.choice(("", "转发:", "#秋天#")) + "".join(chance.sample(PARTS, chance.randint(1, 3))),
            published_at=START + timedelta(minutes=number, seconds=chance.randrange(60)),
            collected_at=START + timedelta(minutes=number + 1),
            kind=chance.choice((Kind.ORIGINAL, Kind.REPOST)),
            author_id=chance.choice(("x", "y", "z", None)),
        )
        for place in range(30)
    ]


@pytest.fixture
def database(first_reading: Path, tmp_path: Path) -> Path:
    """1,800 posts, read for BEFORE."""
    return copied(first_reading, tmp_path / "data" / "monitor.sqlite")


@pytest.fixture(scope="module")
def second_reading(first_reading: Path) -> Path:
    """The same posts, read for AFTER by one process."""
    path = copied(first_reading, first_reading.with_name("second.sqlite"))
    reanalysed(path, jobs=1)
    return path


@pytest.fixture(scope="module")
def first_reading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("posts") / "first.sqlite"
    annotator = Annotator(BEFORE)
    with open_store(path) as store:
        store.watch([WatchedTopic(name="tea", definition="d")], [], START)
        for number in range(60):
            read = posts(number)
            notes = annotator.annotate([Document(text=p.text, platform=p.platform, kind=p.kind) for p in read])
            store.ingest(
                Visit(
                    slot=str(number),
                    source="web",
                    target="t",
                    platform="weibo",
                    at=START + timedelta(minutes=number + 1),
                    posts=tuple(read),
                    annotations=tuple(notes),
                )
            )
    return path


def reanalysed(path: Path, jobs: int) -> None:
    version = Annotator(AFTER).version
    with open_store(path) as store, store.reanalysis(version, ["tea", "coffee"], START, None) as reading:
        stage(reading, version, AFTER, jobs=jobs, progress=lambda _: None)
        assert reading.swap()
        reading.discard()


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table that a reading writes."""
    tables = ("annotations", "post_hashtags", "mentions", "buckets", "hour_authors", "story_keys", "hashtag_hours")
    with sqlite3.connect(path) as connection:
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


def copied(path: Path, place: Path) -> Path:
    """The database at another place."""
    place.parent.mkdir(exist_ok=True)
    source, target = sqlite3.connect(path), sqlite3.connect(place)
    source.backup(target)
    source.close()
    target.close()
    return place


def test_the_number_of_processes_changes_nothing(database: Path, second_reading: Path) -> None:
    before = contents(database)
    reanalysed(database, jobs=2)
    after = contents(database)
    assert after == contents(second_reading)
    assert {table for table in after if after[table] != before[table]} >= {"annotations", "mentions", "buckets"}


def test_reading_with_the_same_version_changes_nothing_at_all(database: Path) -> None:
    before = contents(database)
    version = Annotator(BEFORE).version
    with open_store(database) as store, store.reanalysis(version, ["tea"], START, None) as reading:
        assert reading.due() == 0
        stage(reading, version, BEFORE, jobs=1, progress=lambda _: None)
        assert (reading.compare(3).changed, reading.compare(3).days) == (0, ())
        assert reading.swap()
        reading.discard()
    assert contents(database) == before


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from monitor.store import staging
from tests.monitor import test_reanalyse as t
path, where, after = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
calls = 0
def dies(owner, name):
    inner = getattr(owner, name)
    def counted(*args, **named):
        global calls
        calls += 1
        if calls == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return inner(*args, **named)
    setattr(owner, name, counted)
dies(*{"staging": (staging, "insert_annotations"), "swap": (staging, "recount_terms")}[where])
t.reanalysed(path, int(sys.argv[4]))
"""


@pytest.mark.parametrize(
    ("where", "after", "jobs"),
    [("staging", 23, 1), ("staging", 44, 2), ("swap", 2, 1)],
)
def test_killed_anywhere_and_begun_again_it_ends_the_same(
    database: Path, second_reading: Path, where: str, after: int, jobs: int
) -> None:
    before = contents(database)
    command = [sys.executable, "-c", KILLED, str(database), where, str(after), str(jobs)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert contents(database) == before
    reanalysed(database, jobs=1)
    assert contents(database) == contents(second_reading)


def test_readers_see_the_old_reading_or_the_new_one(database: Path) -> None:
    seen: list[frozenset[tuple[str, int]]] = []
    done = threading.Event()

    def read() -> None:
        with open_store(database, read_only=True) as store:
            while not done.is_set():
                stored = list(store.posts(ALL))
                seen.append(frozenset((one.version, len(one.topics) > 0) for one in stored))

    reader = threading.Thread(target=read)
    reader.start()
    reanalysed(database, jobs=1)
    done.set()
    reader.join()
    versions = [{version for version, _ in one} for one in seen]
    assert all(len(one) == 1 for one in versions)
    assert versions[0] == {Annotator(BEFORE).version}


# -- the command -----------------------------------------------------------------------------------------------

CONFIG = """\
[topics.tea]
any = ["奶茶", "青禾"]
none = ["抽奖"]

[topics.coffee]
any = ["咖啡"]
"""


@pytest.fixture
def config(database: Path) -> Path:
    return configured(database.parent.parent, CONFIG)


def test_a_dry_run_compares_and_the_run_after_it_swaps(config: Path, database: Path) -> None:
    before = contents(database)
    dry = monitor("reanalyse", "--since", "2026-11-20", "--dry-run", "--jobs", 1, "-c", config)
    assert (dry.exit_code, dry.stderr) == (Exit.OK, "")
    assert dry.stdout.startswith("1,800 posts read again, ")
    assert "coffee          2026-11-20" in dry.stdout
    assert dry.stdout.endswith("nothing was changed (--dry-run)\n")
    assert contents(database) == before
    done = monitor("reanalyse", "--since", "2026-11-20", "--json", "--jobs", 1, "-c", config)
    told = json.loads(done.stdout)
    assert (told["swapped"], told["comparison"]["posts"]) == (True, 1800)
    (coffee,) = [day for day in told["comparison"]["days"] if day["topic"] == "coffee"]
    with open_store(database, read_only=True) as store:
        coffees = [m for m in store.mentions(ALL) if m.topic == "coffee"]
        assert coffee["mentions"] == [0, len(coffees)]
        assert {stored.version for stored in store.posts(ALL)} == {told["version"]}
    again = monitor("reanalyse", "--since", "2026-11-20", "-c", config)
    assert again.stdout == f"nothing to do: every post from 2026-11-20 on was read by version {told['version']}\n"
    assert sorted(path.name for path in database.parent.glob("*reanalysis*")) == []


def test_beside_a_running_service_it_reads_and_leaves_the_swap_for_later(config: Path, database: Path) -> None:
    before = contents(database)
    with open_store(database):
        held = monitor("reanalyse", "--since", "2026-11-20", "--jobs", 1, "-c", config)
    assert held.exit_code == Exit.TEMPORARY
    assert "the same command then only swaps it in" in held.stderr
    assert contents(database) == before
    assert monitor("reanalyse", "--since", "2026-11-20", "-c", config).exit_code == Exit.OK


def test_interrupted_it_goes_on_where_it_was(config: Path) -> None:
    command = "import os, signal, monitor.reanalyse as r\nr.BATCH = 60\n" + (
        "from monitor.store.staging import StagedReading as S\ninner, calls = S.stage, []\n"
        "def counted(self, *args):\n"
        "    calls.append(1)\n"
        "    inner(self, *args)\n"
        "    if len(calls) == 7: os.kill(os.getpid(), signal.SIGINT)\n"
        "S.stage = counted\n"
        "from monitor.cli import main\nmain()"
    )
    words = ["reanalyse", "--since", "2026-11-20", "--jobs", "1", "-c", str(config)]
    stopped = subprocess.run(
        [sys.executable, "-c", command, *words], capture_output=True, text=True, check=False, env=os.environ
    )
    assert (stopped.returncode, stopped.stderr) == (
        Exit.TEMPORARY,
        "stopped after 420 of 1,800 posts: the same command goes on from there\n",
    )
    with open_store(config.parent / "data" / "monitor.sqlite", read_only=True) as store:
        assert {stored.version for stored in store.posts(ALL)} == {Annotator(BEFORE).version}
    done = monitor(*words)
    assert (done.exit_code, "1,800 posts read again" in done.stdout) == (Exit.OK, True)


def test_a_wrong_stretch_of_time_is_a_usage_error(config: Path) -> None:
    wrong = monitor("reanalyse", "--since", "2026-11-20", "--until", "2026-11-19", "-c", config)
    assert (wrong.exit_code, "nothing lies between" in wrong.stderr) == (Exit.USAGE, True), wrong.stderr
