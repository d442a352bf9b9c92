"""Plug-ins by name, through the same door for the built-in ones."""

from importlib.metadata import EntryPoint

import pytest

from collectors import registry
from collectors.registry import NotRegistered, load, names, source_kind, source_names
from collectors.replay import Replay


def test_the_built_in_sources_are_registered() -> None:
    assert {"weibo-hot-list", "weibo-search-web", "wechat-feed", "weibo-search-csv", "replay"} <= set(source_names())


@pytest.mark.parametrize("name", ["weibo-hot-list", "weibo-search-web", "wechat-feed", "weibo-search-csv", "replay"])
def test_a_source_is_registered_under_its_own_kind(name: str) -> None:
    assert source_kind(name).kind == name


def test_other_groups_come_through_the_same_door() -> None:
    assert "complaint-share" in names("trend_monitor.rules")
    assert load("trend_monitor.sources", "replay") is Replay


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotRegistered, match=r"no weibo-serach in trend_monitor.sources; there are: .*weibo-search-web"):
        source_kind("weibo-serach")


def test_an_unknown_group_says_that_there_is_nothing() -> None:
    with pytest.raises(NotRegistered, match="there are: none"):
        load("trend_monitor.nothing", "x")


@pytest.mark.parametrize("value", ["no_such_module_here:Thing", "collectors.replay:NoSuchThing"])
def test_what_cannot_be_loaded_is_named_with_its_reason(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    entry = EntryPoint(name="broken", group="trend_monitor.sources", value=value)
    monkeypatch.setattr(registry, "_entries", lambda _: {"broken": entry})
    with pytest.raises(NotRegistered, match=f"broken is registered as {value}, which cannot be loaded"):
        source_kind("broken")


def test_one_name_for_two_things_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    group = "trend_monitor.twice"
    entries = [EntryPoint(name="a", group=group, value=value) for value in ("one:A", "two:A")]
    monkeypatch.setattr(registry, "entry_points", lambda **_: entries)
    with pytest.raises(NotRegistered, match="a is registered twice, as one:A and as two:A"):
        names(group)
