"""Hot lists and hashtags reach their rules through the store, and the calendar those that judge minutes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.rules.hashtag_rising import Rise
from analysis.rules.hot_list import Places
from analysis.rules.threshold import Line
from collectors.post import HotEntry, HotKind
from monitor.alerts.calendar import foreseen
from monitor.alerts.looks import hashtags, hot_lists
from monitor.alerts.types import Severity, State
from monitor.config import CalendarConfig, RuleConfig, TopicConfig
from tests.contracts.store_samples import at, note, post, visit
from tests.monitor.alerts.judged import World

TEA = TopicConfig(name="tea", any=("茶",), hashtags={"秋一杯": ("秋1杯",)}, owner="brand")
HOT = RuleConfig(name="hot", kind="hot-list", severity=Severity.NOTE, settings=Places(rank=10), keep_firing_s=600)


def listed(world: World, minute: float, *lines: tuple[str, int | None], platform: str = "weibo") -> None:
    entries = tuple(
        HotEntry(
            platform=platform,
            word=word,
            seen_at=at(minute),
            rank=rank,
            kind=HotKind.RANKED if rank else HotKind.PINNED,
        )
        for word, rank in lines
    )
    world.store.ingest(visit(f"list@{minute}{platform}", hot_entries=entries, now=minute, source="hot", target="list"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, topics=(TEA,), rules=(HOT,))


def test_only_the_newest_list_of_each_platform_counts(world: World) -> None:
    listed(world, 1, ("新茶上市", 3), ("天气", 4))
    listed(world, 2, ("#秋1杯# 怎么领", 9), platform="zhihu")
    listed(world, 6, ("天气", 1))
    first, second, third = hot_lists(world.store, TEA, None, at(7))
    assert [seen.at for seen in (first, second, third)] == [at(1), at(2), at(6)]
    assert ([line.rank for line in first.lines], [line.rank for line in second.lines]) == ([3], [3, 9])
    assert ([line.platform for line in third.lines], third.read) == (["zhihu"], ("weibo", "zhihu"))
    assert [(seen.at, seen.read) for seen in hot_lists(world.store, TEA, at(6), at(40))] == [(at(36), ())]


def test_lists_judged_late_are_judged_as_they_would_have_been(world: World, tmp_path: Path) -> None:
    (tmp_path / "late").mkdir()
    late = World(tmp_path / "late", topics=(TEA,), rules=(HOT,))
    for minute in range(0, 200, 5):
        if minute < 30 or minute >= 130:
            for each in (world, late):
                listed(each, minute, ("新茶上市", 5 if minute < 150 else 40))
        world.judge().judge(at(minute))
        if minute in (25, 115, 195):  # of which the second stands in the hole
            late.judge().judge(at(minute))
    assert late.store.alerts() == world.store.alerts()
    (alert,) = world.store.alerts()
    assert alert.state is State.RESOLVED
    assert late.store.transitions(alert.key) == world.store.transitions(alert.key)
    assert late.store.evidence(alert.key) == world.store.evidence(alert.key)


def test_hashtags_are_looked_at_when_coverage_has_reached_them_whenever_that_is_asked(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "late").mkdir()
    late = World(tmp_path / "late", topics=(TEA,))
    for each in (world, late):
        each.rules = (RuleConfig(name="tags", kind="hashtag-rising", settings=Rise(floor=10), keep_firing_s=600),)
    for minute in range(3, 240, 3):
        for each in (world, late):
            posts = [
                (post(f"{minute}-{n}", minute - 1), note(hashtags=["排队"])) for n in range(3 if minute < 90 else 0)
            ]
            new = visit(f"s{minute}", posts, seen=[(minute - 3, minute)], mark=minute, now=minute, target="tea")
            each.store.ingest(new)
        world.judge().judge(at(minute))
        if minute in (27, 162, 237):
            late.judge().judge(at(minute))
    assert late.store.alerts() == world.store.alerts()
    (alert,) = world.store.alerts()
    assert alert.state is State.RESOLVED
    assert alert.fired_at == at(30), "half of the window must have been seen"
    assert late.store.evidence(alert.key) == world.store.evidence(alert.key)


def test_what_comes_after_its_minute_was_observed_enters_the_next_look_alone(world: World) -> None:
    def mentions() -> list[int]:
        looks = hashtags(world.store, TEA, at(0), Rise(support=3, window_min=10))
        return [sum(count.mentions for count in seen.counts) for seen in looks]

    first = [(post(n, 1), note(hashtags=["排队"])) for n in range(4)]
    world.store.ingest(visit("a", first, seen=[(0, 5)], mark=5, now=5, target="tea"))
    assert mentions() == [4]
    late = [(post(f"late{n}", 2), note(hashtags=["排队"])) for n in range(5)]
    world.store.ingest(visit("b", late, seen=[(5, 10)], mark=10, now=10, target="tea"))
    assert mentions() == [4, 9]


def test_a_topic_on_the_hot_list_fires_and_a_list_that_is_not_read_ends_nothing(world: World) -> None:
    states = []
    for minute in range(0, 90, 5):
        if minute < 30:
            listed(world, minute, ("新茶上市", 20 - minute), ("天气", 50))
        if minute >= 75:
            listed(world, minute, ("天气", 1))
        world.judge().judge(at(minute))
        known = world.store.rule_state("hot", "tea").alert
        states.append(known.state if known else None)
    assert states[:3] == [None, None, State.FIRING]
    assert states[14] is State.FIRING, "for 40 minutes there was no list"
    assert states[-1] is State.RESOLVED
    assert world.alert(rule="hot").labels["owner"] == "brand"


def test_hashtags_are_counted_against_what_was_seen_of_the_past(world: World) -> None:
    tagged = [(post(number, 60 * (number % 48) + 5), note(hashtags=["排队"])) for number in range(48)]
    now = 60 * 48 + 60
    burst = [(post(f"b{number}", now - 30), note(hashtags=["排队"])) for number in range(30)]
    world.store.ingest(visit("s", [*tagged, *burst], seen=[(0, now)], mark=now, now=now, target="tea"))
    (seen,) = hashtags(world.store, TEA, at(now - 5), Rise())
    assert seen.at == at(now)
    (count,) = seen.counts
    assert (count.label, count.mentions, count.before) == ("排队", 30, 48)
    assert seen.coverage == 1.0
    assert seen.windows == pytest.approx(48.0, abs=1.0)
    world.rules = (RuleConfig(name="tags", kind="hashtag-rising", settings=Rise()),)
    world.judge().judge(at(now))
    alert = world.alert(rule="tags")
    assert alert.state is State.FIRING
    assert alert.because == "#排队# 30 times in 60 min, 1.0 usual"


def test_the_calendar_raises_what_passes_on_its_days_and_for_its_topics() -> None:
    sale = CalendarConfig(name="sale", first_day="2026-11-10", last_day="2026-11-11", tolerance=2.0, topics=("tea",))
    day = CalendarConfig(name="day", first_day="2026-11-11", tolerance=1.2)
    midnight = at(0).replace(year=2026, month=11, day=9, hour=16)  # 2026-11-10 00:00 in Shanghai

    def announced(hours: float, topic: str = "tea") -> float:
        return foreseen((sale, day), topic, midnight + timedelta(hours=hours), "Asia/Shanghai")

    assert [announced(hours) for hours in (-0.1, 0, 24, 47.9, 48)] == [1.0, 2.0, 2.0, 2.0, 1.0]
    assert [announced(hours, "milk") for hours in (0, 24, 48)] == [1.0, 1.2, 1.0]


def test_an_announced_day_must_be_exceeded_and_is_not_silenced(world: World) -> None:
    def states(calendar: tuple[CalendarConfig, ...], rule: str) -> State | None:
        world.rules = (RuleConfig(name=rule, kind="threshold", settings=Line(measure="mentions", at_least=10)),)
        judge = world.judge()
        judge._calendar = calendar
        judge.judge(at(2))
        known = world.store.rule_state(rule, "tea").alert
        return known.state if known else None

    sale = (CalendarConfig(name="sale", first_day="2026-11-23", tolerance=2.0),)
    world.store.ingest(visit("s", [post(n, 0.5) for n in range(15)], seen=[(0, 2)], mark=2, now=2, target="tea"))
    assert states((), "plain") is State.FIRING
    assert states(sale, "announced") is None
    tighter = (replace(sale[0], tolerance=1.4),)
    assert states(tighter, "exceeded") is State.FIRING
