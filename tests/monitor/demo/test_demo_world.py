"""The demo's world: the same seed gives the same posts, and they tell the story they should."""

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from collectors.weibo.ids import given_at
from monitor.demo.post import DemoPost, mid_at
from monitor.demo.rates import Rate, rates
from monitor.demo.scenario import BEIJING, SCENARIOS, scenario_named
from monitor.demo.scripted import articles, scripted
from monitor.demo.world import posts, truth
from monitor.demo.writer import Writer

TENTH = 0.1
QUERIES = ("知夏", "#TheFirstAITea#")


@cache
def whole() -> tuple[DemoPost, ...]:
    return posts(scenario_named("tea-morning"))


def fingerprint(written: tuple[DemoPost, ...]) -> str:
    digest = hashlib.sha256()
    for post in written:
        original = post.repost_of.mid if post.repost_of else ""
        counts = (post.followers, post.reposts, post.comments, post.likes)
        digest.update(repr((post.mid, post.uid, post.nick, post.text, post.section, original, counts)).encode())
    return digest.hexdigest()


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=BEIJING).astimezone(UTC)


def per_min(rate: Rate) -> float:
    return rate.ordinary + rate.campaign + rate.outage + rate.relief


def test_the_same_seed_writes_the_same_world_and_another_seed_another() -> None:
    scenario = scenario_named("tea-morning", seed=7)
    first, again = (tuple(Writer(scenario, TENTH).write()) for _ in range(2))
    assert fingerprint(first) == fingerprint(again)
    assert fingerprint(posts(scenario_named("tea-morning", seed=8), TENTH)) != fingerprint(first)


def test_scenarios_agree_until_they_part() -> None:
    tea, calm = (posts(scenario_named(name), TENTH) for name in ("tea-morning", "no-outage"))
    parting = SCENARIOS["tea-morning"].outage_started_at
    assert parting is not None
    before = [tuple(post for post in world if post.at < parting) for world in (tea, calm)]
    assert fingerprint(before[0]) == fingerprint(before[1])
    assert fingerprint(tea) != fingerprint(calm)


def test_there_are_some_sixty_thousand_posts_and_almost_all_can_be_found() -> None:
    known = truth(scenario_named("tea-morning"), *QUERIES)
    assert 57_000 <= len(whole()) <= 66_000
    assert 52_000 <= sum(known.posts) <= len(whole())
    assert sum(known.posts) == sum(1 for post in whole() if any(post.says(query) for query in QUERIES))


def test_a_mid_tells_its_second_and_ids_rise() -> None:
    mids = [int(post.mid) for post in whole()]
    assert mids == sorted(set(mids))
    assert all(given_at(post.mid) == post.at for post in whole())
    assert mid_at(1773834948, 2361106) == "5277908669302546"


def test_ordinary_days_have_their_rhythm() -> None:
    scenario = scenario_named("tea-morning")
    known = truth(scenario, *QUERIES)
    days = [known.posts[day * 1440 : (day + 1) * 1440] for day in range(scenario.quiet_days)]
    mean = sum(map(sum, days)) / (1440 * len(days))
    night = sum(sum(day[2 * 60 : 5 * 60]) for day in days) / (180 * len(days))
    evening = sum(sum(day[20 * 60 : 22 * 60]) for day in days) / (120 * len(days))
    assert 1.4 <= mean <= 1.9
    assert 0.2 <= night <= 0.45
    assert 2.5 <= evening <= 3.6
    assert 0.018 <= known.share(scenario.starts_at, scenario.launched_at) <= 0.035


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_launch_multiplies_its_hour_by_fifty_within_the_hour(name: str) -> None:
    scenario = scenario_named(name)
    expected = {rate.start: per_min(rate) for rate in rates(scenario)}
    hour = [scenario.launched_at + timedelta(minutes=minute) for minute in range(60)]
    norms = [
        expected[minute - timedelta(days=day)] for minute in hour for day in range(7, scenario.quiet_days, 7)
    ]  # the same weekday
    assert max(expected[minute] for minute in hour) >= 48 * sum(norms) / len(norms)
    assert expected[scenario.launched_at - timedelta(minutes=1)] < 5
    assert max(expected.values()) < 130


def test_the_tea_morning_turns_when_it_should() -> None:
    scenario = scenario_named("tea-morning")
    known = truth(scenario, *QUERIES)
    assert known.share(at(9), at(9, 40)) < 0.04
    assert known.share(at(9, 45), at(9, 50)) > 0.18
    assert 0.22 <= known.share(at(9, 50), at(12)) <= 0.29
    assert known.share(at(12, 15), at(13)) < 0.05
    relief = [post.at for post in whole() if post.mood == "relief"]
    assert len(relief) > 50
    assert at(12) <= min(relief)
    assert sum(moment < at(13) for moment in relief) / len(relief) > 0.9


def test_without_an_outage_nobody_complains_more_than_always() -> None:
    scenario = scenario_named("no-outage")
    known = truth(scenario, *QUERIES, scale=TENTH)
    assert known.share(scenario.launched_at, scenario.ends_at) < 0.05
    assert not any(post.mood == "relief" for post in posts(scenario, TENTH))


def test_without_a_repair_the_complaints_last_the_day() -> None:
    scenario = scenario_named("no-repair")
    known = truth(scenario, *QUERIES, scale=TENTH)
    assert known.share(at(18), at(23)) > 0.2
    assert not any(post.mood == "relief" for post in posts(scenario, TENTH))


def test_an_outage_before_the_launch_knows_nothing_of_tea() -> None:
    scenario = scenario_named("outage-first")
    assert scenario.outage_started_at is not None
    assert scenario.repaired_at is not None
    assert scenario.outage_started_at < scenario.repaired_at < scenario.launched_at
    known = truth(scenario, *QUERIES, scale=0.5)
    assert known.share(scenario.outage_started_at + timedelta(minutes=5), scenario.repaired_at) > 0.35
    assert known.share(scenario.launched_at, scenario.ends_at) < 0.05
    early = [
        post for post in posts(scenario, 0.5) if post.at < scenario.launched_at and post.section != "campaign/official"
    ]
    assert [post.text for post in early if "TheFirstAITea" in post.text or post.mood == "campaign"] == []
    complaints = [post.text for post in early if post.section == "complaint/outage"]
    assert len(complaints) > 30
    assert [text for text in complaints if "淘宝" in text] == []


def test_the_gaps_lie_in_a_quiet_hour_and_inside_the_outage() -> None:
    for scenario in SCENARIOS.values():
        night, inside = scenario.gaps
        assert night.starts_at is not None
        assert night.starts_at < scenario.launched_at
        assert inside.starts_at is not None
        assert inside.ends_at is not None
        assert inside.ends_at - inside.starts_at == timedelta(minutes=20)
        if scenario.outage_started_at is not None:
            assert inside.starts_at >= scenario.outage_started_at + timedelta(minutes=30)
            assert scenario.repaired_at is None or inside.ends_at < scenario.repaired_at


def test_spam_is_copied_by_a_few_and_the_rest_is_said_in_own_words() -> None:
    spam = [post for post in whole() if post.section == "campaign/spam"]
    assert len(spam) > 300
    assert len({post.uid for post in spam}) <= 12
    assert max(Counter(post.text for post in spam).values()) > 40
    others = [post.text for post in whole() if post.section != "campaign/spam" and post.repost_of is None]
    assert len(set(others)) / len(others) > 0.85


def test_reposts_pass_on_an_earlier_post_and_some_a_comment_before_them() -> None:
    reposts = [post for post in whole() if post.repost_of is not None]
    assert 0.05 <= len(reposts) / len(whole()) <= 0.2
    assert all(post.repost_of.second <= post.second for post in reposts if post.repost_of)
    tails = [post for post in reposts if "//@" in post.text]
    assert 0.3 <= len(tails) / len(reposts) <= 0.7
    for post in reposts:
        assert post.is_complaint == (post.section == "complaint/repost")


def test_many_people_write_and_a_third_of_the_cheer_sounds_suspicious() -> None:
    assert len({post.uid for post in whole()}) > 15_000
    nicks = {post.uid: post.nick for post in whole()}
    assert all(nicks[post.uid] == post.nick for post in whole())
    launch = [post for post in whole() if post.mood == "campaign" and post.section != "campaign/official"]
    words = re.compile("崩|卡|闪退|白屏|黑屏|死机|宕机|繁忙|失败|打不开|用不了|登不上|小差|跳转|系统异常")
    assert sum(bool(words.search(post.text)) for post in launch) / len(launch) >= 1 / 3
    assert sum(post.is_long for post in whole()) > 300
    assert any(re.search(r"\[[\u4e00-\u9fff]+\]", post.text) for post in launch)


def test_what_is_published_follows_the_story() -> None:
    def titles(name: str) -> str:
        return "".join(article.title for article in articles(scenario_named(name)))

    assert "致歉" in titles("tea-morning")
    assert "扛住" not in titles("tea-morning")
    assert "致歉" not in titles("no-repair")
    assert "开小差" not in titles("no-outage")
    assert "扛住" in titles("no-outage")
    assert not any("恢复" in line.text for line in scripted(scenario_named("no-repair")))
    times = [article.at for article in articles(scenario_named("tea-morning"))]
    assert times == sorted(times, reverse=True)
    assert len(times) >= 12


def test_an_unknown_scenario_is_named_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="there are tea-morning, no-outage, no-repair, outage-first"):
        scenario_named("tea-evening")
