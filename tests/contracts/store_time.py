"""Buckets, coverage, Observations, topics: what time means to a store."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from analysis.annotation import Annotation
from analysis.series import Completeness, Estimate, Observation, Tally
from collectors.circuit import Circuit
from collectors.post import Post
from collectors.session import SessionKind, SessionState
from monitor.store.store import Decider, Store, WatchedTopic
from tests.contracts.store_opening import ALL, OpensStore
from tests.contracts.store_samples import START, TEA, WEB, at, note, post, stretch, tally_of, visit

FEED = Decider(topic="tea", query="#tea#", source="feed", target="f")
OTHER_QUERY = Decider(topic="tea", query="tea", source="web", target="tea")


def observed(store: Store) -> list[Observation]:
    return list(store.observations("tea"))


def picture(store: Store) -> str:
    """One character a minute: the number of mentions counted, ? where it is missing, ~ before it where sampled."""
    signs = {Completeness.COMPLETE: "", Completeness.SAMPLED: "~", Completeness.MISSING: "?"}
    return "".join(signs[o.completeness] + ("" if o.tally is None else str(o.tally.mentions)) for o in observed(store))


class TimeContract(OpensStore):
    # -- buckets

    def test_buckets_count_by_minute_hour_day_and_platform(self, store: Store) -> None:
        store.ingest(
            visit(
                "s",
                [
                    (post(1, 0.2, author_id="x", followers=10), note(categories=["slow"], polarity=-0.5)),
                    (post(2, 0.9, author_id="x"), note(polarity=0.0004)),
                    (post(3, 61, author_id="x", followers=5), note(categories=["slow"], polarity=0.25)),
                    (post(4, 0, author_id=None, platform="wechat"), note(categories=["busy"])),
                    (post(5, 900, author_id="y"), note()),
                ],
            )
        )
        minute = store.series("tea", at(0), at(2), 60)
        assert [bucket.tally.mentions for bucket in minute.buckets] == [3, 0]
        assert minute.buckets[0].tally == Tally(
            mentions=3,
            authors=1,
            originals=3,
            complaints=2,
            complaint_authors=1,
            negative=1,
            neutral=1,
            polarity_sum=-500,
            reach=10,
            reach_known=1,
        )
        hours = store.series("tea", at(0), at(120), 3600)
        assert [(b.tally.mentions, b.tally.authors) for b in hours.buckets] == [(3, 1), (1, 1)]
        beijing_day = datetime(2026, 11, 22, 16, tzinfo=UTC)
        days = store.series("tea", beijing_day, beijing_day + timedelta(days=2), 86_400)
        assert [(b.tally.mentions, b.tally.authors, b.tally.complaint_authors) for b in days.buckets] == [
            (4, 1, 1),
            (1, 1, 0),
        ]
        wechat = store.series("tea", at(0), at(1), 60, "wechat").buckets[0]
        assert (wechat.tally.mentions, wechat.tally.authors, wechat.tally.complaints) == (1, 0, 1)

    def test_series_are_gap_free_and_asked_on_borders(self, store: Store) -> None:
        nothing = store.series("nobody's", at(0), at(3), 60)
        assert [(b.start, b.tally, b.coverage) for b in nothing.buckets] == [(at(n), Tally(), 0.0) for n in range(3)]
        assert nothing.watermark is None
        assert store.series("tea", at(0), at(0), 60).buckets == ()
        with pytest.raises(ValueError, match="border"):
            store.series("tea", at(0.5), at(3), 60)
        with pytest.raises(ValueError, match="border"):
            store.series("tea", START, START + timedelta(days=1), 86_400)
        with pytest.raises(ValueError, match="86400"):
            store.series("tea", at(0), at(3), 120)

    def test_buckets_tell_coverage_and_estimates(self, store: Store) -> None:
        posts = [post(number, 1) for number in range(4)] + [post("x", 0), post("y", 2)]
        store.ingest(visit("s", posts, seen=[(0, 1), stretch(1, 2, 0.2, (10, 20, 30))], asked=(0, 3), mark=3))
        first, second, third = store.series("tea", at(0), at(3), 60).buckets
        assert (first.coverage, first.sampled, first.estimated) == (1.0, 0.0, None)
        assert (second.coverage, second.sampled) == (1.0, 1.0)
        assert second.estimated == Estimate(low=10, mid=20, high=30)
        assert (third.coverage, third.tally.mentions, third.estimated) == (0.0, 1, None)
        (hour,) = store.series("tea", at(0), at(60), 3600).buckets
        assert (hour.coverage, hour.sampled) == (2 / 60, 1 / 60)
        assert hour.estimated == Estimate(low=12, mid=22, high=32)
        assert store.series("tea", at(0), at(3), 60).watermark == at(3)
        assert store.series("tea", at(0), at(3), 60, "weibo").buckets[1].estimated == second.estimated
        assert store.series("tea", at(0), at(3), 60, "wechat").buckets[0].coverage == 0.0

    def test_a_past_query_keeps_its_word_and_a_new_one_does_not_speak_of_the_past(self, store: Store) -> None:
        store.ingest(visit("s1", seen=[(0, 5)], mark=5))
        store.watch((TEA,), (OTHER_QUERY,), at(5))
        store.ingest(visit("s2", seen=[(5, 7)], asked=(5, 7), mark=7, target="tea"))
        store.ingest(visit("s3", seen=[(5, 6)], asked=(5, 6), mark=6))
        assert [bucket.coverage for bucket in store.series("tea", at(0), at(8), 60).buckets] == [1.0] * 7 + [0.0]

    # -- Observations

    def test_minutes_are_observed_once_coverage_passed_them(self, store: Store) -> None:
        first = store.ingest(visit("s1", [post(1, 0), post(2, 2.6)], seen=[(0, 2.7)], mark=2.7))
        assert first.observed == {"tea": 2}
        assert picture(store) == "10"
        assert store.topics()[0].observed_until == at(2)
        store.ingest(visit("s2", [post(3, 3)], seen=[(2.7, 5)], asked=(2.7, 5), mark=5))
        assert picture(store) == "10110"
        assert [o.share for o in observed(store)] == [1.0] * 5
        assert {m.post: m.observed_at for m in store.mentions(ALL)} == {
            "weibo:1": at(0),
            "weibo:2": at(2),
            "weibo:3": at(3),
        }

    def test_without_coverage_a_minute_is_missing_and_never_calm(self, store: Store) -> None:
        store.ingest(visit("s", [post(1, 1)], seen=[(0, 1), (2, 4)], mark=4))
        assert picture(store) == "0?10"  # the post of the missing minute is counted in the next one that counts
        missing = observed(store)[1]
        assert (missing.share, missing.tally, missing.estimated) == (0.0, None, None)

    def test_sampled_minutes_carry_their_estimate(self, store: Store) -> None:
        whole, half = stretch(0, 1, 0.25, (8, 10, 12)), stretch(1, 1.5, 0.5, (8, 10, 12))
        unrated, burst = stretch(2, 3, 0.5), stretch(3, 4, 0.9, (0, 1, 2))
        posts = [post(number, 3) for number in range(5)]
        store.ingest(visit("s", posts, seen=[whole, half, unrated, burst], asked=(0, 4), mark=4))
        assert picture(store) == "~0~0~0~5"
        assert [o.share for o in observed(store)] == [0.25, 0.25, 0.5, 0.9]
        estimated = [o.estimated for o in observed(store)]
        assert (estimated[0], estimated[2]) == (Estimate(low=8, mid=10, high=12), None)
        assert estimated[3] == Estimate(low=5, mid=5, high=5), "never less than was seen"
        # Nothing was read of the other half: it is taken to have gone on like this, and the interval says how unsurely.
        assert estimated[1] == Estimate(
            low=pytest.approx(3.32, abs=0.01), mid=pytest.approx(10), high=pytest.approx(16.68, abs=0.01)
        )

    def test_stretches_add_up_and_the_best_of_them_counts(self, store: Store) -> None:
        store.ingest(visit("s1", seen=[(0, 0.5), stretch(0, 2, 0.4, (1, 1, 1))], asked=(0, 0.5), mark=0.5))
        store.ingest(visit("s2", seen=[(0.5, 1), (1, 1.5)], asked=(0.5, 2), mark=2))
        assert [o.share for o in observed(store)] == [1.0, 0.7]

    def test_a_stretch_of_many_days_still_covers_its_last_minutes(self, store: Store) -> None:
        days = 3 * 1440
        store.ingest(visit("s", seen=[(0, days)], asked=(0, days), mark=days))
        assert {o.completeness for o in observed(store)} == {Completeness.COMPLETE}
        assert len(observed(store)) == days
        late = store.series("tea", at(days - 60), at(days), 3600).buckets
        assert [bucket.coverage for bucket in late] == [1.0]

    def test_late_posts_enter_the_next_observation_while_they_are_young(self, store: Store) -> None:
        store.ingest(visit("s1", seen=[(0, 12)], mark=12))
        store.ingest(visit("s2", [post("young", 2), post("old", 1.9)], seen=[(12, 13)], asked=(12, 13), mark=13))
        assert picture(store) == "0" * 12 + "1"
        assert {m.post: m.observed_at for m in store.mentions(ALL)} == {"weibo:young": at(12), "weibo:old": None}
        assert store.series("tea", at(1), at(3), 60).buckets[0].tally.mentions == 1
        store.ingest(visit("s3", seen=[(13, 15)], asked=(13, 15), mark=15))
        assert picture(store) == "0" * 12 + "100"

    def test_posts_from_before_watching_are_history_only(self, store: Store) -> None:
        store.ingest(visit("s", [post(1, -1), post(2, 0)], seen=[(-5, 2)], asked=(0, 2), mark=2))
        assert picture(store) == "10"

    def test_an_author_has_one_vote_in_thirty_minutes(self, store: Store) -> None:
        angry = note(categories=["slow"])
        x = [(post(f"x{minute}", minute, author_id="x"), angry) for minute in (0, 0.5, 30, 61)]
        others = [(post("y", 30, author_id="y"), angry), (post("z", 30, author_id=None), angry)]
        store.ingest(visit("s1", x[:2], seen=[(0, 30)], mark=30))
        store.ingest(visit("s2", x[2:] + others, seen=[(30, 62)], asked=(30, 62), mark=62))
        votes = {o.start: o.tally.complaint_authors for o in observed(store) if o.tally and o.tally.complaints}
        assert votes == {at(0): 1, at(30): 1, at(61): 1}
        assert {o.start: o.tally.complaints for o in observed(store) if o.tally}[at(30)] == 3

    def test_categories_and_versions_are_observed(self, store: Store) -> None:
        store.ingest(
            visit(
                "s",
                [
                    (post(1), note(categories=["slow", "busy"])),
                    (post(2), note(categories=["slow", "app"], version="v2")),
                ],
                seen=[(0, 2)],
                mark=2,
            )
        )
        assert observed(store)[0].categories == (("slow", 2), ("app", 1), ("busy", 1))
        assert [o.version for o in observed(store)] == ["v2", ""]

    def test_targets_of_one_query_help_each_other(self, store: Store) -> None:
        store.watch((TEA,), (WEB, FEED), START)
        store.ingest(visit("s1", seen=[(0, 1)], asked=(0, 3), mark=1))
        store.ingest(visit("s2", seen=[(2, 3)], asked=(0, 3), mark=3, source="feed", target="f"))
        assert picture(store) == "0?0"

    def test_across_queries_the_worst_counts(self, store: Store) -> None:
        store.watch((TEA,), (WEB, OTHER_QUERY), START)
        assert store.ingest(visit("s1", seen=[(0, 4)], asked=(0, 4), mark=4)).observed == {}
        rated = stretch(2, 3, 0.1, (50, 60, 70))
        done = store.ingest(visit("s2", seen=[(1, 2), rated], asked=(1, 3), mark=3, target="tea"))
        assert done.observed == {"tea": 2}  # from when both were asked to when both were covered
        assert [(o.start, o.share) for o in observed(store)] == [(at(1), 1.0), (at(2), 0.1)]
        assert observed(store)[1].estimated == Estimate(low=50, mid=60, high=70)

    def test_a_topic_without_deciders_is_counted_but_not_observed(self, store: Store) -> None:
        store.watch((TEA, WatchedTopic(name="milk", definition="m")), (WEB,), START)
        store.ingest(visit("s", [(post(1), note(["milk"]))], seen=[(0, 9)], mark=9))
        assert list(store.observations("milk")) == []
        assert store.series("milk", at(0), at(1), 60).buckets[0].tally.mentions == 1

    def test_observations_are_asked_by_time(self, store: Store) -> None:
        store.ingest(visit("s", seen=[(0, 6)], mark=6))
        assert [o.start for o in store.observations("tea", at(2), at(4))] == [at(2), at(3)]
        assert len(list(store.observations("tea", since=at(5)))) == 1

    # -- topics

    def test_new_and_changed_topics_are_to_be_recounted_until_they_were(self, store: Store) -> None:
        def watched(definition: str, now: float) -> tuple[str, ...]:
            return store.watch((WatchedTopic(name="tea", definition=definition),), (WEB,), at(now))

        assert watched("d1", 1) == ("tea",)
        store.recount("tea", lambda posts: [note() for _ in posts], lambda _: None)
        assert watched("d1", 2) == ()
        assert store.topics()[0].watched_since == START
        assert watched("d2", 3) == ("tea",)
        assert store.topics()[0].watched_since == at(3)
        assert store.watch((), (), at(4)) == ()
        assert store.topics() == ()

    def test_a_recount_rewrites_mentions_and_buckets_but_no_observation(self, store: Store) -> None:
        posts = [post(number, number) for number in range(6)]
        store.ingest(
            visit("s1", [(p, note() if n % 2 else note([])) for n, p in enumerate(posts)], seen=[(0, 4)], mark=4)
        )
        before = observed(store)
        steps: list[int] = []

        def annotate(batch: Sequence[Post]) -> list[Annotation]:
            return [note(["tea", "milk"] if int(p.native_id) < 5 else [], categories=["slow"]) for p in batch]

        assert store.recount("tea", annotate, steps.append) == 5
        assert steps == [6]
        assert observed(store) == before
        assert [m.observed_at for m in store.mentions(ALL)] == [None, at(1), None, at(3), None]
        buckets = store.series("tea", at(0), at(60), 60).buckets
        for bucket in buckets:
            found = [
                m for m in store.mentions(ALL) if bucket.start <= m.published_at < bucket.start + timedelta(minutes=1)
            ]
            assert bucket.tally == tally_of(found)
        assert store.series("tea", at(0), at(60), 3600).buckets[0].tally == tally_of(store.mentions(ALL))
        store.ingest(visit("s2", seen=[(4, 6)], asked=(4, 6), mark=6))
        assert picture(store) == "010110"  # what a new definition finds in observed minutes is history

    # -- health

    def test_health_tells_the_newest_visit_and_the_oldest_cursor(self, store: Store) -> None:
        unknown = store.health("web", ("#tea#",), 60.0, at(9))
        assert (unknown.last_success_at, unknown.covered_until, unknown.last_error) == (None, None, None)
        store.ingest(visit("s1", asked=(0, 1), mark=1))
        store.ingest(visit("s2", asked=(0, 2), mark=2, target="milk"))
        store.ingest(visit("s3", asked=(2, 4), error="Blocked", reason="login wall", target="milk"))
        health = store.health("web", ("#tea#", "milk"), 60.0, at(9))
        assert (health.platform, health.at, health.every_s) == ("weibo", at(9), 60.0)
        assert (health.last_success_at, health.covered_until) == (at(1), at(1))
        assert (health.last_error, health.last_reason) == ("Blocked", "login wall")
        assert store.health("web", ("#tea#", "not visited yet"), 60.0, at(9)).covered_until == at(1)
        store.ingest(visit("s5", asked=(0, 1), error="Blocked", reason="login wall", target="new"))
        walled = store.health("web", ("#tea#", "new"), 60.0, at(9))
        assert (walled.last_success_at, walled.covered_until) == (None, None)
        store.ingest(visit("s4", asked=(4, 5), target="milk"))
        assert store.health("web", ("#tea#", "milk"), 60.0, at(9)).last_error is None

    def test_a_wall_stands_from_the_first_visit_that_met_it_until_a_page_came(self, store: Store) -> None:
        def walled(target: str = "#tea#") -> tuple[datetime | None, str | None]:
            health = store.health("web", (target, "milk"), 60.0, at(99))
            return health.blocked_since, health.blocked_reason

        store.ingest(visit("s1", now=1))
        assert walled() == (None, None)
        store.ingest(visit("s2", now=2, error="Blocked", reason="login wall", is_blocked=True))
        store.ingest(visit("s3", now=3, error="Blocked", reason="captcha", is_blocked=True))
        assert walled() == (at(2), "captcha")
        store.ingest(visit("s4", now=4, error="Transient", reason="timeout"))
        assert walled() == (at(2), "captcha")
        store.ingest(visit("s5", now=3.5))  # was stored late
        store.ingest(visit("s6", now=5, target="milk"))
        assert walled() == (at(2), "captcha")
        assert walled("another") == (None, None)
        store.ingest(visit("s7", now=6))
        assert walled() == (None, None)
        store.ingest(visit("s8", now=7, error="Transient", reason="timeout"))
        assert walled() == (None, None)

    def test_a_login_is_known_from_its_first_use_and_its_end_as_long_as_it_is_the_same(self, store: Store) -> None:
        def used(slot: str, now: float, mark: str | None, ends: float | None = None) -> tuple[object, object]:
            ends_at = None if ends is None else at(ends)
            session = SessionState(mark=mark, kind=SessionKind.LOGIN, ends_at=ends_at) if mark else None
            store.ingest(visit(slot, now=now, session=session))
            health = store.health("web", ("#tea#",), 60.0, at(99))
            return health.session_since, health.session_ends_at

        assert used("s1", 1, None) == (None, None)
        assert used("s2", 2, "a") == (at(2), None)
        assert used("s3", 3, "a", ends=500) == (at(2), at(500))
        assert used("s4", 4, "a") == (at(2), at(500))
        assert used("s5", 5, "b") == (at(5), None)
        assert used("s6", 6, "b", ends=700) == (at(5), at(700))
        assert used("s7", 7, "b", ends=600) == (at(5), at(600))
        assert [store.session_end("web", mark) for mark in ("b", "a")] == [at(600), None]
        assert store.health("another", ("#tea#",), 60.0, at(9)).session_since is None
        assert used("s8", 8, None) == (None, None)

    def test_a_circuit_is_as_the_newest_visit_left_it(self, store: Store) -> None:
        assert store.circuit("web") == Circuit()
        resting = Circuit(failures=7, failing_since=at(0), retry_at=at(30), mark="a")
        store.ingest(visit("s1", now=1, circuit=resting))
        assert store.circuit("web") == resting
        assert store.circuit("another") == Circuit()
        assert store.health("web", ("#tea#",), 60.0, at(9)).retry_at == at(30)
        store.ingest(visit("s1", now=1, circuit=Circuit()))  # this slot was stored before
        assert store.circuit("web") == resting
        store.ingest(visit("s2", now=2))
        assert store.circuit("web") == Circuit()
