"""Hashtags and words over time: what a comparison with the past 28 days reads."""

from datetime import timedelta

from analysis.emerging import TermCount
from collectors.post import Kind
from monitor.store.store import Store
from tests.contracts.store_opening import OpensStore
from tests.contracts.store_samples import at, note, post, visit

HOUR, DAY = 60.0, 1_440.0
MIDNIGHT = -540.0  # in Beijing, of the day of START


class TermsContract(OpensStore):
    def test_hashtags_of_a_window_are_counted_against_the_hours_before_it(self, store: Store) -> None:
        autumn, milk = note(hashtags=["秋天", "MILK"]), note(hashtags=["Milk"])
        old = [(post(f"old{n}", -n * HOUR), milk) for n in (1, 2, 30 * 24)]
        new = [
            (post(1, 1, author_id="x"), autumn),
            (post(2, 2, author_id="x", kind=Kind.REPOST), milk),
            (post(3, 3, author_id=None), milk),
            (post(4, 4, author_id="y"), note(["milk"], hashtags=["Milk"])),  # of another topic
            (post(5, 60, author_id="y"), milk),  # after the window
        ]
        store.ingest(visit("s", old + new))
        past = at(0) - timedelta(days=28)
        milk_count, autumn_count = store.hashtag_counts("tea", at(0), at(60), past, 1)
        assert milk_count == TermCount(
            term="milk", label="Milk", mentions=3, originals=2, authors=1, unknown_authors=1, before=2
        )
        assert (autumn_count.term, autumn_count.mentions, autumn_count.before) == ("秋天", 1, 0)
        assert store.hashtag_counts("tea", at(0), at(60), past, 2) == (milk_count,)
        assert store.hashtag_counts("nobody's", at(0), at(60), past, 1) == ()

    def test_hashtags_that_stand_together_are_counted_together(self, store: Store) -> None:
        both, three = note(hashtags=["秋天", "Milk"]), note(hashtags=["秋天", "MILK", "茶"])
        alone, other = note(hashtags=["Milk"]), note(["milk"], hashtags=["秋天", "MILK"])
        notes = [both, three, both, alone, other]
        store.ingest(visit("s", [(post(number, number), each) for number, each in enumerate(notes)]))
        assert store.companions("tea", "秋天", at(0), at(60), 9) == (("milk", "Milk", 3), ("茶", "茶", 1))
        assert store.companions("tea", "秋天", at(0), at(60), 1) == (("milk", "Milk", 3),)
        assert store.companions("tea", "milk", at(1), at(3), 9) == (("秋天", "秋天", 2), ("茶", "茶", 1))
        assert store.companions("tea", "nothing", at(0), at(60), 9) == ()

    def test_hashtags_have_a_series_of_hours(self, store: Store) -> None:
        tagged = note(hashtags=["Milk"])
        store.ingest(visit("s1", [(post(1, 1), tagged), (post(2, 59), tagged), (post(3, 60), tagged)]))
        store.ingest(visit("s2", [(post(2, 59), tagged), (post(4, 0), tagged), (post(5, 0), note())]))
        assert store.hashtag_series("tea", "milk", at(0), at(DAY)) == ((at(0), 3), (at(60), 1))
        assert store.hashtag_series("tea", "milk", at(60), at(DAY)) == ((at(60), 1),)
        assert store.usual_hashtags("tea", at(0), at(120), 4) == (("milk", 4),)
        assert store.usual_hashtags("tea", at(0), at(60), 4) == ()

    def test_words_count_once_a_text_and_copies_not_at_all(self, store: Store) -> None:
        words = note(tokens=["第一杯", "奶茶", "奶茶"])
        store.ingest(
            visit(
                "s",
                [
                    (post(1, 1), words),
                    (post(2, 2, kind=Kind.REPOST), words),
                    (post(3, 3), note(tokens=["奶茶"], fingerprint=7)),
                    (post(4, 4), note(tokens=["奶茶"], fingerprint=7)),
                    (post(5, MIDNIGHT - 1), words),
                ],
            )
        )
        asked = ("奶茶", "第一杯", "没有")
        assert store.word_counts("tea", asked, at(MIDNIGHT), at(MIDNIGHT + DAY)) == {"奶茶": 2, "第一杯": 1}
        assert store.word_counts("tea", asked, at(MIDNIGHT - DAY), at(MIDNIGHT)) == {"奶茶": 1, "第一杯": 1}
        assert store.word_counts("tea", asked, at(MIDNIGHT - DAY), at(MIDNIGHT + DAY)) == {"奶茶": 3, "第一杯": 2}
        assert store.word_counts("milk", asked, at(MIDNIGHT), at(MIDNIGHT + DAY)) == {}
        assert store.frequent_words("tea", at(MIDNIGHT), at(MIDNIGHT + DAY), 1) == (("奶茶", 2), ("第一杯", 1))
        assert store.frequent_words("tea", at(MIDNIGHT), at(MIDNIGHT + DAY), 2) == (("奶茶", 2),)
        assert store.frequent_words("milk", at(MIDNIGHT), at(MIDNIGHT + DAY), 1) == ()
