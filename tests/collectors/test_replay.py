"""Recorded pages as a source: each needs the moment of its receipt, and a bad one does not hide the others."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, SourceError
from collectors.polite import Client
from collectors.post import Page
from collectors.replay import Replay, ReplaySettings
from collectors.secret import Secret
from collectors.source import Ask, Target
from collectors.stretch import Sweep
from collectors.sweep import sweep

NOW = datetime(2027, 1, 1, tzinfo=UTC)
AT = "2026-11-23T12:00:30+08:00"


def hot_list(*words: str) -> bytes:
    entries = [{"word": word, "num": 1000 - n, "rank": n, "realpos": n + 1} for n, word in enumerate(words)]
    return json.dumps({"ok": 1, "data": {"realtime": entries, "hotgovs": []}}).encode()


def record(folder: Path, name: str, body: bytes, meta: object = None) -> None:
    (folder / name).write_bytes(body)
    about = {"at": AT, "url": "https://weibo.com/ajax/side/hotSearch"} if meta is None else meta
    if about:
        (folder / f"{name}.meta.json").write_text(about if isinstance(about, str) else json.dumps(about))


def replay(folder: Path) -> Replay:
    return Replay(ReplaySettings(folder=str(folder), source="weibo-hot-list"))


def fetch(source: Replay, cursor: str | None = None, folder: str = "") -> Page:
    target = Target(name="recorded", query=folder or source.settings.folder)
    authors = Authors(key=Secret("k"))
    with Client(clock=EventClock(NOW)) as client:
        return source.fetch(client, Ask(target=target, since=NOW, until=NOW, cursor=cursor, authors=authors))


def swept(source: Replay) -> Sweep:
    clock = EventClock(NOW)
    (target,) = source.targets(())
    with Client(clock=clock) as client:
        return sweep(source, client, target, NOW, NOW, live=True, max_pages=1, clock=clock)


def words(page: Page | Sweep) -> list[str]:
    return [entry.word for entry in page.hot_entries]


def test_pages_come_in_the_order_of_their_names_with_their_own_times(tmp_path: Path) -> None:
    record(tmp_path, "002.json", hot_list("咖啡"), {"at": "2026-11-23T12:01:30+08:00"})
    record(tmp_path, "001.json", hot_list("奶茶", "排队"))
    first = fetch(replay(tmp_path))
    assert words(first) == ["奶茶", "排队"]
    assert first.hot_entries[0].seen_at == datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)
    assert first.next_cursor == "1"
    second = fetch(replay(tmp_path), first.next_cursor)
    assert words(second) == ["咖啡"]
    assert second.hot_entries[0].seen_at == datetime(2026, 11, 23, 4, 1, 30, tzinfo=UTC)
    assert second.next_cursor is None


def test_an_import_names_the_folder_as_its_target(tmp_path: Path) -> None:
    record(tmp_path, "001.json", hot_list("奶茶"))
    assert words(fetch(Replay(ReplaySettings(source="weibo-hot-list")), folder=str(tmp_path))) == ["奶茶"]


def test_a_sweep_reads_every_page_and_claims_no_time(tmp_path: Path) -> None:
    for number in range(4):
        record(tmp_path, f"{number:03}.json", hot_list(f"词{number}"))
    result = swept(replay(tmp_path))
    assert words(result) == ["词0", "词1", "词2", "词3"]
    assert (result.stretches, result.reached, result.error, result.pages) == ((), True, None, 4)


def test_a_bad_page_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    record(tmp_path, "001.json", hot_list("奶茶"))
    record(tmp_path, "002.json", b"<html>not what it was</html>")
    record(tmp_path, "003.json", hot_list("咖啡"))
    source = replay(tmp_path)
    with pytest.raises(PayloadChanged, match=r"002\.json: no "):
        fetch(source, "1")
    assert words(fetch(source, "2")) == ["咖啡"]
    result = swept(source)
    assert words(result) == ["奶茶", "咖啡"]
    assert isinstance(result.error, PayloadChanged)
    assert not result.reached
    assert [(item.where, "002.json" in item.reason) for item in result.rejected] == [("page 2", True)]


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        (False, "when it was received is not known"),
        ({"url": "https://weibo.com/"}, "cannot be read"),
        ({"at": "yesterday"}, "cannot be read"),
        ({"at": 12}, "cannot be read"),
        ("[1]", "cannot be read"),
        ("{", "cannot be read"),
        ({"at": "2026-11-23T12:00:30"}, "no offset from UTC"),
        ({"at": AT, "page": "two"}, "cannot be read"),
    ],
)
def test_an_undated_page_says_what_to_write_and_never_becomes_now(tmp_path: Path, meta: Any, told: str) -> None:
    record(tmp_path, "001.json", hot_list("奶茶"), meta)
    with pytest.raises(Blocked) as caught:
        fetch(replay(tmp_path))
    assert told in str(caught.value)
    assert str(tmp_path / "001.json") in str(caught.value)
    assert 'write 001.json.meta.json with {"at": "2026-11-23T10:00:00+08:00"}' in str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = swept(replay(tmp_path / "nowhere"))
    assert isinstance(result.error, Blocked)
    assert "nowhere: No such file or directory" in str(result.error)


def test_an_empty_folder_is_an_empty_page(tmp_path: Path) -> None:
    assert fetch(replay(tmp_path)) == Page()
    assert swept(replay(tmp_path)).reached


@pytest.mark.parametrize("kind", ["", "replay", "weibo-serach"])
def test_a_kind_that_cannot_read_pages_is_refused(tmp_path: Path, kind: str) -> None:
    record(tmp_path, "001.json", hot_list("奶茶"))
    with pytest.raises(SourceError, match=r"no kind of source|no weibo-serach in"):
        fetch(Replay(ReplaySettings(folder=str(tmp_path), source=kind)))
