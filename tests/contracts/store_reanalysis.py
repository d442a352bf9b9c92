"""Stored posts read a second time: staged beside the first reading, compared with it, and swapped in at once."""

from collections.abc import Callable, Sequence
from datetime import date

from msgspec.structs import replace

from analysis.annotation import Annotation
from collectors.post import Post
from monitor.store.reanalysis import Changed, Moved, Reanalysis
from monitor.store.store import Selection, Store, StoredPost
from tests.contracts.store_opening import ALL, OpensStore
from tests.contracts.store_samples import at, note, post, tally_of, visit

Annotate = Callable[[Post], Annotation]
LATER = Selection(since=at(10), until=at(1_000))


def first(one: Post) -> Annotation:
    """Every post is of tea; two of three have the same words."""
    number = int(one.native_id)
    return note(fingerprint=number % 3, hashtags=["Old"], polarity=-0.5, categories=["slow"] if number % 2 else ())


def second(one: Post) -> Annotation:
    """Posts below 8 are of tea; nothing is a copy, and 6 complains."""
    number = int(one.native_id)
    return note(
        ["tea"] if number < 8 else ["milk"],
        hashtags=["New"],
        tokens=["第一杯"],
        polarity=0.5,
        categories=["busy"] if number == 6 else (),
        version="v2",
    )


class ReanalysisContract(OpensStore):
    def filled(self, store: Store, annotate: Annotate = first) -> None:
        for number in range(4):
            posts = [post(n, 5 * n, followers=n) for n in range(number * 3, number * 3 + 3)]
            pairs = [(one, annotate(one)) for one in posts]
            start, end = number * 15, number * 15 + 15
            store.ingest(visit(f"s{number}", pairs, seen=[(start, end)], asked=(start, end), mark=end))

    def test_a_second_reading_takes_the_place_of_the_first_at_once(self, store: Store) -> None:
        self.filled(store)
        observed = list(store.observations("tea"))
        with store.reanalysis("v2", ("tea", "milk"), at(0), None) as reading:
            assert (reading.posts(), reading.due(), reading.staged()) == (12, 12, 0)
            staged(reading, second)
            assert {stored.version for stored in store.posts(ALL)} == {"v1"}
            assert reading.swap()
            reading.discard()
        assert {stored.version for stored in store.posts(ALL)} == {m.version for m in store.mentions(ALL)} == {"v2"}
        assert all(stored.duplicate_of is None and stored.hashtags == ("new",) for stored in store.posts(ALL))
        assert {m.post: m.topic for m in store.mentions(ALL)} == {
            f"weibo:{n}": "tea" if n < 8 else "milk" for n in range(12)
        }
        for topic in ("tea", "milk"):
            mentions = [m for m in store.mentions(ALL) if m.topic == topic]
            for bucket in store.series(topic, at(0), at(60), 60).buckets:
                assert bucket.tally == tally_of(m for m in mentions if m.published_at == bucket.start)
            assert store.series(topic, at(0), at(60), 3600).buckets[0].tally == tally_of(mentions)
        assert store.hashtag_series("tea", "new", at(0), at(60)) == ((at(0), 8),)
        assert store.hashtag_series("tea", "old", at(0), at(60)) == ()
        assert store.word_counts("milk", ("第一杯", "奶茶"), at(-540), at(900)) == {"第一杯": 4}
        assert list(store.observations("tea")) == observed
        assert {m.post: m.observed_at for m in store.mentions(ALL) if m.topic == "tea"} == {
            f"weibo:{n}": at(5 * n) for n in range(8)
        }

    def test_what_is_found_in_observed_minutes_is_history(self, store: Store) -> None:
        self.filled(store, lambda one: replace(first(one), matches=()))
        with store.reanalysis("v2", ("tea",), at(0), None) as reading:
            staged(reading, lambda _: note(version="v2"))
            assert reading.swap()
        store.ingest(visit("later", seen=[(60, 62)], asked=(60, 62), mark=62))
        assert [o.tally.mentions for o in store.observations("tea") if o.tally and o.tally.mentions] == []
        assert {m.observed_at for m in store.mentions(ALL)} == {None}

    def test_only_the_stretch_of_time_that_was_asked_for_changes(self, store: Store) -> None:
        self.filled(store)
        before = [stored for stored in store.posts(ALL) if stored.post.published_at < at(10)]
        with store.reanalysis("v2", ("tea",), at(10), at(40)) as reading:
            staged(reading, second)
            assert reading.swap()
        assert [stored for stored in store.posts(ALL) if stored.post.published_at < at(10)] == before
        assert [stored.version for stored in store.posts(LATER)] == ["v2"] * 6 + ["v1"] * 4
        mentions = [m for m in store.mentions(ALL) if m.topic == "tea"]
        assert store.series("tea", at(0), at(60), 3600).buckets[0].tally == tally_of(mentions)

    def test_copies_of_stories_from_before_stay_copies(self, store: Store) -> None:
        self.filled(store)
        known = {stored.post.key: stored.duplicate_of for stored in store.posts(ALL)}
        assert known["weibo:10"] == "weibo:1"
        with store.reanalysis("v2", ("tea",), at(10), None) as reading:
            staged(reading, lambda one: replace(first(one), version="v2"))
            comparison = reading.compare(1)
            assert reading.swap()
        assert (comparison.posts, comparison.changed, comparison.days) == (10, 0, ())
        assert {stored.post.key: stored.duplicate_of for stored in store.posts(ALL)} == known
        store.ingest(visit("later", [(post(13, 61), first(post(13)))]))
        assert {s.post.key: s.duplicate_of for s in store.posts(ALL)}["weibo:13"] == "weibo:1"

    def test_the_two_readings_are_compared(self, store: Store) -> None:
        self.filled(store)
        with store.reanalysis("v2", ("tea", "milk"), at(0), None) as reading:
            staged(reading, second)
            comparison = reading.compare(1)
        assert (comparison.posts, comparison.changed) == (12, 12)
        assert comparison.aspects == {
            "categories": 7,
            "label": 12,
            "duplicates": 6,
            "words": 12,
            "hashtags": 12,
            "topics": 4,
        }
        assert Changed(post="weibo:8", aspect="topics", before="tea", after="milk") in comparison.examples
        assert Changed(post="weibo:1", aspect="categories", before="slow", after="") in comparison.examples
        day = date(2026, 11, 23)
        assert comparison.days == (
            Moved(topic="milk", day=day, mentions=(0, 4), originals=(0, 4), complaints=(0, 0), negative=(0, 0)),
            Moved(topic="tea", day=day, mentions=(12, 8), originals=(6, 8), complaints=(6, 1), negative=(12, 0)),
        )

    def test_an_interrupted_reading_is_taken_up_where_it_was(self, store: Store) -> None:
        self.filled(store)
        with store.reanalysis("v2", ("tea",), at(0), None) as reading:
            batch = next(reading.batches(4))
            assert len(batch.posts) == 6  # whole visits
            reading.stage(batch, [second(one) for one in batch.posts])
        with store.reanalysis("v2", ("tea",), at(0), None) as reading:
            assert reading.staged() == 6
            assert [one.native_id for batch in reading.batches(100) for one in batch.posts] == [
                stored.post.native_id for stored in by_storing(store)[6:]
            ]
            assert not reading.swap()
            assert {stored.version for stored in store.posts(ALL)} == {"v1"}
        with store.reanalysis("v3", ("tea",), at(0), None) as reading:
            assert reading.staged() == 0  # another version begins anew

    def test_what_is_stored_meanwhile_is_read_before_the_swap(self, store: Store) -> None:
        self.filled(store)
        with store.reanalysis("v2", ("tea",), at(0), None) as reading:
            staged(reading, second)
            longer = post(3, 15, text="text 3 and the rest of it that had been cut off")
            store.ingest(visit("more", [(post(20, 50), note()), (longer, note())]))
            assert not reading.swap()
            again = [one for batch in reading.batches(100) for one in batch.posts]
            assert {one.native_id for one in again} >= {"20"}
            staged(reading, second)
            assert reading.swap()
        assert {stored.version for stored in store.posts(ALL)} == {"v2"}


def staged(reading: Reanalysis, annotate: Annotate) -> None:
    for batch in reading.batches(5):
        reading.stage(batch, [annotate(one) for one in batch.posts])


def by_storing(store: Store) -> Sequence[StoredPost]:
    """Visits one after the other, keys in order within each."""
    return sorted(store.posts(ALL), key=lambda stored: (int(stored.post.native_id) // 3, stored.post.key))
