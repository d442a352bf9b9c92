"""What a digest knows of a day: comparisons only where they hold, gaps as gaps, posts as they may be shown."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.rules.rule import Answer, Verdict
from monitor.digest.facts import VERSION, Against, Facts, Span, WhyNot, dump, load
from monitor.digest.gather import gather
from monitor.digest.reading import Reading
from monitor.store.sqlite import SqliteStore, open_store
from monitor.store.store import Selection, StoredPost
from tests.monitor.digest.tea_day import DAY, GAP, MIDNIGHT, NOW, SEARCH, TOPIC, at, fill, judged, the_outage


def test_facts_come_back_from_json_as_they_were(facts: Facts) -> None:
    stored = dump(facts)
    assert load(stored) == facts
    assert dump(facts) == stored


def test_facts_of_another_version_are_not_guessed_at(facts: Facts) -> None:
    assert load(dump(facts).replace(b'"version":%d' % VERSION, b'"version":0', 1)) is None


def test_a_sampled_day_compares_its_estimate_and_calls_counts_a_lower_bound(facts: Facts) -> None:
    mentions, authors = facts.headline.mentions, facts.headline.authors
    assert mentions.estimated is not None
    assert mentions.value is not None
    assert mentions.estimated.low < mentions.estimated.mid < mentions.estimated.high
    assert mentions.estimated.mid > mentions.value
    yesterday, last_week, mean = mentions.changes
    assert [c.against for c in mentions.changes] == [Against.YESTERDAY, Against.LAST_WEEK, Against.MEAN_7D]
    assert (yesterday.base, last_week.base, mean.base, mean.days) == (227, 227, 227, 7)
    assert yesterday.ratio == mentions.estimated.mid / 227 - 1
    assert not yesterday.at_least
    assert authors.changes[0].at_least


def test_shares_change_in_points_and_small_bases_get_no_percentage(facts: Facts) -> None:
    share = facts.headline.negative_share
    assert share.value is not None
    for change in share.changes:
        assert change.base is not None
        assert change.points == pytest.approx(100 * (share.value - change.base))
        assert change.ratio is None
    complaints = facts.headline.complaints.changes
    assert {change.why_not for change in complaints} == {WhyNot.BASE_SMALL}
    assert {change.ratio for change in complaints} == {None}
    assert all(change.base is not None and change.base < 20 for change in complaints)


def test_gaps_are_told_with_their_times_and_causes(facts: Facts) -> None:
    (gap,) = facts.quality.gaps
    assert (gap.since, gap.until) == GAP
    assert (gap.source, gap.error, gap.cause) == ("weibo", "Blocked", "login wall at s.weibo.com")
    assert (facts.quality.complete, facts.quality.sampled, facts.quality.missing) == (1240, 180, 20)
    slots = {point.start: point for point in facts.minutes}
    assert not slots[at(4, 10)].known
    assert not slots[at(4, 20)].known
    assert slots[at(4, 0)].coverage == 1
    assert slots[at(10, 30)].sampled == 1
    assert slots[at(10, 30)].estimated is not None


def test_sources_say_how_they_were_read(facts: Facts) -> None:
    (source,) = facts.quality.sources
    assert (source.source, source.visits, source.failed, source.errors) == ("weibo", 25, 1, (("Blocked", 1),))
    assert (source.complete, source.sampled, source.missing) == (1240, 180, 20)
    assert (facts.quality.rejected, facts.quality.rejected_reasons) == (1, (("no date", 1),))
    (blind,) = facts.quality.blind
    assert (blind.source, blind.fired_at, blind.resolved_at) == ("weibo", at(4, 25), at(4, 31))


def test_incidents_have_their_times_and_what_was_complained_of(facts: Facts) -> None:
    (incident,) = facts.incidents
    assert (incident.began_at, incident.fired_at, incident.resolved_at) == (at(9, 41), at(9, 46), at(12, 8))
    assert {category.name for category in incident.categories} == {"slow", "busy", "redirect", "payment"}
    assert facts.earlier == ()


def test_an_incident_says_what_was_said_when_it_fired_not_what_was_said_last(tmp_path: Path) -> None:
    outage = the_outage()
    assert outage.fired_at is not None
    said = [
        Verdict(at=outage.fired_at + after, answer=Answer.BREACH, because=because)
        for after, because in ((timedelta(0), "12 complaints in 5 min"), (timedelta(hours=1), "640 in 60 min"))
    ]
    judgement = replace(judged(outage), verdicts=tuple((outage.key, verdict) for verdict in said))
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=0, outage=False)
        store.record(judgement)
        (incident,) = gather(store, day=DAY, topic="tea", now=NOW, deciders=[SEARCH]).incidents
        minutes = store.series("tea", at(9, 41), at(9, 47), 60).buckets
    assert incident.because == "12 complaints in 5 min"
    assert incident.first is not None
    assert incident.first.mentions == sum(minute.tally.mentions for minute in minutes) > 0


def test_incidents_about_complaints_come_before_surges_but_open_ones_first(tmp_path: Path) -> None:
    surge = replace(the_outage(), fingerprint="f5", rule="surge", kind="volume", breached_at=at(9), fired_at=at(9, 5))
    later = replace(surge, fingerprint="f6", breached_at=at(18), fired_at=at(18, 5), resolved_at=at(19))
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=0)
        for alert in (surge, later):
            store.record(judged(alert))
        found = gather(store, day=DAY, topic="tea", now=NOW, deciders=[SEARCH]).incidents
    assert [one.kind for one in found] == ["complaint-share", "volume", "volume"]
    assert [one.began_at for one in found] == [at(9, 41), at(9), at(18)]


def test_examples_of_a_complaint_are_those_with_least_doubt(tea_store: SqliteStore) -> None:
    stored = next(iter(tea_store.posts(Selection(since=at(10), until=at(10, 30), topic="tea", category="slow"))))

    def post(name: str, likes: int, polarity: float | None, *categories: str, hour: int = 10) -> StoredPost:
        written = replace(stored.post, native_id=name, likes=likes, published_at=at(hour))
        return replace(stored, post=written, polarity=polarity, categories=categories, duplicate_of=None)

    outage = Span(since=at(9, 41), until=at(12))
    read = Reading(outages=(outage,)).read(
        [
            post("joke", 9_000, 0.4, "slow"),
            post("yesterday", 8_000, -0.4, "slow", hour=8),
            post("of both", 7_000, -0.4, "slow", "busy"),
            post("meant", 10, -0.4, "slow"),
            post("meant too", 20, -0.4, "slow"),
        ]
    )
    assert [shown.key for shown in read.examples("slow")] == ["weibo:meant too", "weibo:meant"]


def test_praise_does_not_repeat_the_top_posts(facts: Facts) -> None:
    assert len(facts.praised) == 3
    assert {post.key for post in facts.praised}.isdisjoint(post.key for post in facts.top_posts)


def test_minutes_that_could_not_be_judged_meanwhile_are_part_of_an_incident(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=1, outage=False, until=at(6))
        early = replace(the_outage(), fingerprint="f9", breached_at=at(4, 5), fired_at=at(4, 9), resolved_at=at(5))
        store.record(judged(early))
        found = gather(store, day=DAY, topic="tea", now=at(6), deciders=[SEARCH]).incidents
    (incident,) = [one for one in found if one.alert == "f9:1"]
    assert [(span.since, span.until) for span in incident.unknown] == [GAP]


def test_top_posts_are_originals_by_engagement(facts: Facts, tea_store: SqliteStore) -> None:
    selection = Selection(since=facts.since, until=facts.until, topic="tea")
    expected = sorted(
        (
            (sum(n or 0 for n in (s.post.reposts, s.post.comments, s.post.likes)), s.post.key)
            for s in tea_store.posts(selection)
            if s.post.kind != "repost" and s.duplicate_of is None
        ),
        reverse=True,
    )
    assert [post.engagement for post in facts.top_posts] == [engagement for engagement, _ in expected[:5]]
    assert facts.top_posts[0].key == "weibo:4999999999999999"


def test_posts_are_shown_short_masked_and_without_live_addresses(facts: Facts) -> None:
    hostile = facts.top_posts[0]
    assert hostile.url == ""
    assert hostile.author == "<**"
    assert "\u202e" not in hostile.text
    assert "\n" not in hostile.text
    shown = [*facts.top_posts, *facts.praised, *(post for c in facts.categories for post in c.posts)]
    assert len(shown) > 10
    assert all(len(post.text) <= 80 for post in shown)
    assert all(post.author is None or len(post.author) <= 5 for post in shown)


def test_a_day_that_is_not_over_is_not_compared(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=2, outage=False, until=at(8))
        facts = gather(store, day=DAY, topic="tea", now=at(8, 0), deciders=[SEARCH])
    assert not facts.over
    assert facts.until == at(8)
    assert {change.why_not for change in facts.headline.mentions.changes} == {WhyNot.NOT_OVER}
    assert len(facts.minutes) == 8 * 6
    assert facts.quality.missing == 20


def test_days_that_were_not_watched_are_unknown_and_never_a_zero(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=1, outage=False)
        facts = gather(store, day=DAY, topic="tea", now=NOW, deciders=[SEARCH])
    yesterday, last_week, mean = facts.headline.mentions.changes
    assert yesterday.ratio is not None
    assert (last_week.why_not, mean.why_not) == (WhyNot.BASE_UNCOVERED, WhyNot.BASE_UNCOVERED)
    assert [day.known for day in facts.days] == [False] * 5 + [True] * 2
    assert facts.watched_since == MIDNIGHT - timedelta(days=1)


def test_a_day_of_which_nothing_was_collected_compares_with_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        store.watch([TOPIC], [SEARCH], MIDNIGHT)
        facts = gather(store, day=DAY, topic="tea", now=NOW, deciders=[SEARCH])
    assert {change.why_not for change in facts.headline.mentions.changes} == {WhyNot.UNCOVERED}
    assert facts.quality.coverage == 0
    assert facts.quality.missing == 1440
    assert (facts.hashtags, facts.categories, facts.top_posts) == ((), (), ())
