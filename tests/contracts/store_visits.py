"""Visits go in whole or not at all, and are read back as they were."""

import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from analysis.annotation import Annotation
from analysis.duplicates import ALIKE, fingerprint, letters_of, sketches
from collectors.post import HotEntry, HotKind, Kind, Rejected
from monitor.store.store import Selection, Store, WatchedTopic
from tests.contracts.store_opening import ALL, Killed, OpensStore
from tests.contracts.store_samples import START, TEA, WEB, at, note, post, stretch, visit

MEETING = "今天在店里遇见了多年不见的老同学聊了很久很开心"
NEWS = "青禾小程序今天上午全国都崩了扫码一直转圈付不了款大家先别下单等通知"


class VisitContract(OpensStore):
    # -- visits

    def test_a_visit_is_read_back_as_it_was(self, store: Store) -> None:
        one = post("1", 0.5, author_name="A", reposts=1, likes=0, followers=7, repost_of="weibo:0", kind=Kind.REPOST)
        done = store.ingest(
            visit("s", [(one, note(categories=["slow", "crash"], polarity=-0.25, hashtags=["Tea"]))], mark=1)
        )
        assert (done.new_posts, done.known_posts, done.new_mentions, done.repeated) == (1, 0, 1, False)
        stored = store.post("weibo:1")
        assert stored is not None
        assert stored.post == one
        assert (stored.source, stored.topics, stored.hashtags) == ("web", ("tea",), ("tea",))
        assert (stored.categories, stored.polarity, stored.tokens) == (("slow", "crash"), -0.25, ("奶茶", "排队"))
        (mention,) = store.mentions(ALL)
        assert (mention.post, mention.term, mention.start, mention.end) == ("weibo:1", "奶茶", 2, 4)
        assert (mention.kind, mention.original, mention.followers) == ("repost", False, 7)
        assert store.done("s")
        assert store.watermark("web", "#tea#") == at(1)

    def test_a_slot_that_was_stored_changes_nothing_again(self, store: Store) -> None:
        store.ingest(visit("s", [post(1)], seen=[(0, 1)], mark=1))
        again = store.ingest(visit("s", [post(2)], seen=[(0, 5)], mark=5, rejected=(Rejected(reason="x", where="y"),)))
        assert again.repeated
        assert again.new_posts == 0
        assert [stored.post.key for stored in store.posts(ALL)] == ["weibo:1"]
        assert store.watermark("web", "#tea#") == at(1)
        assert list(store.rejected(at(-1), at(9))) == []

    def test_a_known_post_keeps_its_text_and_brings_newer_counts(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1, likes=1, reposts=5)]))
        newer = post(1, text="changed", likes=9, reposts=None, collected_at=at(30))
        done = store.ingest(visit("s2", [newer, post(2)]))
        older = store.ingest(visit("s3", [post(1, likes=2, collected_at=at(10))]))
        assert (done.new_posts, done.known_posts, older.known_posts) == (1, 1, 1)
        stored = store.post("weibo:1")
        assert stored is not None
        assert (stored.post.text, stored.post.likes, stored.post.reposts) == ("text 1", 9, 5)

    def test_a_post_twice_in_one_visit_is_one(self, store: Store) -> None:
        done = store.ingest(visit("s", [post(1, likes=1), post(1, likes=3)]))
        assert (done.new_posts, done.known_posts, done.new_mentions) == (1, 1, 1)
        (stored,) = store.posts(ALL)
        assert stored.post.likes == 3

    def test_comments_are_counted_apart(self, store: Store) -> None:
        done = store.ingest(visit("s", [post(1), post(2, kind=Kind.COMMENT, repost_of="weibo:1")]))
        assert (done.new_posts, done.new_comments) == (2, 1)

    def test_what_could_not_be_read_and_hot_lists_are_kept(self, store: Store) -> None:
        hot = HotEntry(platform="weibo", word="Ｔea 新品", seen_at=at(3), rank=4, heat=99, label="热", onboard_at=at(1))
        pinned = HotEntry(platform="weibo", word="天气", seen_at=at(3), kind=HotKind.PINNED)
        bad = Rejected(reason="no date", where="card 3", excerpt="…")
        done = store.ingest(visit("s", rejected=(bad,), hot_entries=(hot, pinned), now=3))
        assert done.rejected == 1
        assert list(store.rejected(at(3), at(4))) == [("web", at(3), bad)]
        assert list(store.hot_entries(at(0), at(9), ["tea"])) == [hot]
        assert list(store.hot_entries(at(0), at(9), [])) == []
        assert list(store.hot_entries(at(0), at(9))) == [hot, pinned]
        assert list(store.hot_entries(at(4), at(9), ["tea"])) == []

    def test_visits_and_stretches_are_a_ledger(self, store: Store) -> None:
        sampled = stretch(1, 2, 0.3, (10, 20, 30))
        long_ago = stretch(-20_000, 0)
        store.ingest(visit("s1", seen=[long_ago, sampled], asked=(0, 2), mark=2, pages=4))
        store.ingest(visit("s2", asked=(2, 4), error="Blocked", reason="login wall"))
        first, second = store.visits(at(0), at(5))
        assert (first.at, first.pages, first.error) == (at(2), 4, None)
        assert (second.asked_from, second.error, second.reason) == (at(2), "Blocked", "login wall")
        assert [each.stretch for each in store.stretches(at(-10), at(9))] == [long_ago, sampled]
        assert [each.stretch for each in store.stretches(at(1.5), at(9), "web")] == [sampled]
        assert list(store.stretches(at(2), at(9))) == []
        assert list(store.stretches(at(0), at(9), "feed")) == []

    def test_a_death_in_the_transaction_leaves_nothing_of_the_visit(self, tmp_path: Path) -> None:
        def die(stage: str) -> None:
            raise Killed(stage)

        lost = visit("s", [(post(1), note(hashtags=["tea"]))], seen=[(0, 1)], mark=1)
        with self.open(tmp_path, die) as store:
            store.watch((TEA,), (WEB,), START)
            with pytest.raises(Killed, match="transaction"):
                store.ingest(lost)
            assert list(store.posts(ALL)) == []
            assert list(store.mentions(ALL)) == []
            assert store.watermark("web", "#tea#") is None
            assert not store.done("s")
        with self.open(tmp_path) as store:
            assert store.ingest(lost).observed == {"tea": 1}
            assert store.series("tea", at(0), at(1), 60).buckets[0].tally.mentions == 1

    def test_annotations_must_go_with_posts(self, store: Store) -> None:
        with pytest.raises(ValueError, match="shorter"):
            store.ingest(visit("s", [post(1)], annotations=()))
        assert not store.done("s")

    # -- copies

    def test_a_copy_names_its_story_which_is_the_first_that_was_stored(self, store: Store) -> None:
        same = note(fingerprint=77)
        store.ingest(visit("s1", [(post("b", 5), same), (post("a", 6), same)]))
        store.ingest(visit("s2", [(post("c", 1), same), (post("d", 9), note(fingerprint=78))]))
        store.ingest(visit("s3", [(post("e", 20), same)]))
        assert stories(store) == {"b": None, "a": "weibo:b", "c": "weibo:b", "d": None, "e": "weibo:b"}
        assert {m.post: m.original for m in store.mentions(ALL)}["weibo:a"] is False

    def test_a_near_copy_names_the_story_most_like_it(self, store: Store) -> None:
        other = NEWS.replace("下单", "点单").replace("全国", "各地").replace("扫码", "取号")
        store.ingest(
            visit(
                "s1",
                [
                    (post("news", 1), told(NEWS)),
                    (post("else", 2), told(MEETING)),
                ],
            )
        )
        store.ingest(visit("s2", [(post("edited", 3), told(NEWS + "求扩散")), (post("other", 4), told(other))]))
        store.ingest(visit("s3", [(post("again", 5), told(NEWS + "求扩散"))]))
        assert stories(store) == {
            "news": None,
            "else": None,
            "edited": "weibo:news",
            "other": None,
            "again": "weibo:news",
        }
        assert [b.tally.originals for b in store.series("tea", at(0), at(60), 3600).buckets] == [3]

    @pytest.mark.parametrize(("equal", "copied"), [(ALIKE, True), (ALIKE - 1, False)])
    def test_a_shared_key_alone_makes_no_copy(self, store: Store, equal: int, copied: bool) -> None:
        one = bytes(range(64))
        other = one[: 2 * equal] + bytes(255 - value for value in one[2 * equal :])
        store.ingest(visit("s1", [(post("one", 1), note(fingerprint=8, sketch=one))]))
        store.ingest(visit("s2", [(post("other", 2), note(fingerprint=9, sketch=other))]))
        assert stories(store) == {"one": None, "other": "weibo:one" if copied else None}

    @pytest.mark.parametrize("text", [NEWS, NEWS[:12]])
    def test_a_story_is_over_after_seven_days_and_a_new_one_begins(self, store: Store, text: str) -> None:
        for number, day in enumerate((0, 2, 6.9, 7.1, 8, 13.9, 14.2)):
            store.ingest(visit(f"s{number}", [(post(number, day * 1440), told(text))]))
        assert stories(store) == {
            "0": None,
            "1": "weibo:0",
            "2": "weibo:0",
            "3": None,
            "4": "weibo:3",
            "5": "weibo:3",
            "6": None,
        }

    def test_copies_of_many_accounts_are_one_vote_each(self, store: Store) -> None:
        angry = replace(told(NEWS), complaints=note(categories=["crash"]).complaints)
        authors = ("x", "x", "y", "z", None)
        store.ingest(
            visit(
                "s", [(post(n, n / 10, author_id=name), angry) for n, name in enumerate(authors)], seen=[(0, 1)], mark=1
            )
        )
        (observed,) = store.observations("tea")
        assert observed.tally is not None
        assert (observed.tally.mentions, observed.tally.originals) == (5, 1)
        assert (observed.tally.complaints, observed.tally.complaint_authors) == (5, 3)

    def test_texts_too_short_to_tell_are_nobodys_copies(self, store: Store) -> None:
        store.ingest(visit("s", [post(1), post(2)]))
        assert [stored.duplicate_of for stored in store.posts(ALL)] == [None, None]

    # -- selections

    def test_selections_combine_and_keep_their_order(self, store: Store) -> None:
        store.watch((TEA, WatchedTopic(name="milk", definition="m")), (WEB,), START)
        store.ingest(
            visit(
                "s",
                [
                    (post("b", 1), note(["milk", "tea"], categories=["slow"], hashtags=["Tea", "TEA", "new"])),
                    (post("a", 1), note(["tea"], categories=["slower"])),
                    (post("c", 3, platform="wechat"), note(["milk"], hashtags=["tea"])),
                    (post("d", 4), note([])),
                ],
            )
        )

        def keys(**conditions: object) -> list[str]:
            chosen = Selection(**{"since": at(0), "until": at(4), **conditions})  # type: ignore[arg-type]
            found = [stored.post.native_id for stored in store.posts(chosen)]
            if not chosen.topic:
                return found
            assert [m.post.split(":")[1] for m in store.mentions(chosen)] == found
            return found

        assert keys() == ["a", "b", "c"]
        assert keys(until=at(5)) == ["a", "b", "c", "d"]
        assert keys(newest_first=True) == ["c", "b", "a"]
        assert keys(newest_first=True, limit=1) == ["c"]
        assert keys(topic="tea") == ["a", "b"]
        assert keys(topic="tea", category="slow") == ["b"]
        assert keys(topic="milk", platform="wechat") == ["c"]
        assert keys(topic="milk", hashtag="tea", limit=1) == ["b"]
        assert keys(topic="nobody's") == []
        assert [(m.post, m.topic) for m in store.mentions(ALL)] == [
            ("weibo:a", "tea"),
            ("weibo:b", "milk"),
            ("weibo:b", "tea"),
            ("wechat:c", "milk"),
        ]
        assert store.post("weibo:nobody") is None

    def test_hashtags_are_counted_once_a_post_and_told_in_their_usual_spelling(self, store: Store) -> None:
        tags = [["Tea", "TEA"], ["TEA"], ["Tea"], ["tea", "New"], ["Tea"]]
        store.ingest(visit("s", [(post(n, n), note(hashtags=each)) for n, each in enumerate(tags)]))
        assert store.hashtags("tea", at(0), at(9), 5) == (("tea", "Tea", 5), ("new", "New", 1))
        assert store.hashtags("tea", at(1), at(4), 1) == (("tea", "TEA", 3),)

    def test_complaint_categories_count_mentions_and_authors(self, store: Store) -> None:
        store.ingest(
            visit(
                "s",
                [
                    (post(1, author_id="x"), note(categories=["slow", "busy"])),
                    (post(2, author_id="x"), note(categories=["slow"])),
                    (post(3, author_id=None), note(categories=["slow"])),
                    (post(4, 9), note(categories=["slow"])),
                ],
            )
        )
        assert store.categories("tea", at(0), at(9)) == (("slow", 3, 1), ("busy", 1, 1))

    def test_streams_do_not_hold_up_writing(self, store: Store) -> None:
        store.ingest(visit("s1", [post(number, number) for number in range(50)]))
        reading = store.posts(ALL)
        first = next(reading)
        store.ingest(visit("s2", [post("new", 5)]))
        rest = list(reading)
        assert first.post.native_id == "0"
        assert len(rest) == 49  # what was there when reading began
        assert len(list(store.posts(ALL))) == 51

    def test_threads_share_a_store(self, store: Store) -> None:
        failures: list[BaseException] = []

        def work(name: str) -> None:
            try:
                for number in range(10):
                    store.ingest(visit(f"{name}{number}", [post(f"{name}{number}", number)]))
                    assert store.done(f"{name}{number}")
                    assert list(store.posts(ALL))
            except BaseException as error:  # noqa: BLE001
                failures.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(list(store.posts(ALL))) == 40


def told(text: str) -> Annotation:
    """A mention with this text, as far as copies are told by it."""
    letters = letters_of(text)
    return note(fingerprint=fingerprint(letters), sketch=sketches([letters])[0])


def stories(store: Store) -> dict[str, str | None]:
    return {stored.post.native_id: stored.duplicate_of for stored in store.posts(ALL)}
