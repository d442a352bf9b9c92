"""A post that is seen again stays one post: counts are readings, what was unknown is filled in, a deletion is noted."""

from datetime import timedelta

from collectors.post import Kind, Post, Withdrawn
from monitor.store.store import Selection, Store, StoredCounts, StoredPost
from tests.contracts.store_opening import ALL, OpensStore
from tests.contracts.store_samples import at, note, post, tally_of, visit

CUT = "奶茶排队" * 20
WHOLE = CUT + "，结果付款一直转圈，真的崩溃"


def stored(store: Store, key: str = "weibo:1") -> StoredPost:
    found = store.post(key)
    assert found is not None
    return found


def likes(store: Store, selection: Selection = ALL) -> list[tuple[str, str, int | None]]:
    """(post, source, likes) of every reading."""
    return [(each.post, each.source, each.likes) for each in store.counts(selection)]


def recounted(store: Store, first: int = -60, last: int = 60) -> None:
    """Buckets are what their mentions add up to."""
    for topic in ("tea", "milk"):
        mentions = [m for m in store.mentions(ALL) if m.topic == topic]
        for size in (60, 3600):
            for bucket in store.series(topic, at(first), at(last), size).buckets:
                end = bucket.start + timedelta(seconds=size)
                assert bucket.tally == tally_of(m for m in mentions if bucket.start <= m.published_at < end)


class SeenAgainContract(OpensStore):
    # -- counts

    def test_counts_that_change_are_kept_as_readings_and_the_newest_are_shown(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1, likes=1, reposts=5)]))
        store.ingest(visit("s2", [post(1, likes=9, followers=70, collected_at=at(30))], source="feed"))
        store.ingest(visit("s3", [post(1, likes=4, reposts=6, collected_at=at(10))]))
        told = {"comments": None, "views": None, "post": "weibo:1"}
        assert list(store.counts(ALL)) == [
            StoredCounts(at=at(1), source="web", likes=1, reposts=5, followers=None, **told),  # type: ignore[arg-type]
            StoredCounts(at=at(10), source="web", likes=4, reposts=6, followers=None, **told),  # type: ignore[arg-type]
            StoredCounts(at=at(30), source="feed", likes=9, reposts=None, followers=70, **told),  # type: ignore[arg-type]
        ]
        newest = stored(store).post
        assert (newest.likes, newest.reposts, newest.followers) == (9, 5, 70), "an older reading replaces nothing"
        assert newest.collected_at == at(1)
        assert len(list(store.mentions(ALL))) == 1

    def test_a_count_that_is_not_told_replaces_nothing_and_an_older_one_fills_in(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1, likes=3, collected_at=at(5))]))
        store.ingest(visit("s2", [post(1, likes=None, collected_at=at(9))]))
        store.ingest(visit("s3", [post(1, likes=2, views=0, collected_at=at(2))]))
        assert (stored(store).post.likes, stored(store).post.views) == (3, 0)
        assert likes(store) == [("weibo:1", "web", 2), ("weibo:1", "web", 3)]

    def test_equal_counts_are_no_new_reading(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1, likes=3), post(2, likes=0)]))
        store.ingest(visit("s2", [post(1, likes=3, collected_at=at(9)), post(2, likes=0, collected_at=at(9))]))
        assert likes(store) == [("weibo:1", "web", 3), ("weibo:2", "web", 0)]

    def test_readings_are_selected_as_posts_are(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1, likes=1), post(2, 5, likes=1), (post(3, 6, likes=7), note([]))]))
        store.ingest(visit("s2", [post(2, 5, likes=2, collected_at=at(9))]))
        assert likes(store, Selection(since=at(1), until=at(9))) == [
            ("weibo:2", "web", 1),
            ("weibo:2", "web", 2),
            ("weibo:3", "web", 7),
        ]
        assert likes(store, Selection(since=at(1), until=at(9), topic="tea")) == [
            ("weibo:2", "web", 1),
            ("weibo:2", "web", 2),
        ]

    # -- what was not known

    def test_a_text_that_was_cut_off_is_completed_and_read_anew(self, store: Store) -> None:
        cut = (post(1, text=CUT + "...展开"), note(["tea"], polarity=0.5, hashtags=["old"]))
        whole = (
            post(1, text=WHOLE, collected_at=at(4)),
            note(["milk", "tea"], categories=["slow"], polarity=-0.5, hashtags=["new"], version="v2"),
        )
        store.ingest(visit("s1", [cut], seen=[(0, 3)], mark=3))
        done = store.ingest(visit("s2", [whole], source="feed", target="f"))
        assert (done.new_posts, done.known_posts, done.enriched_posts) == (0, 1, 1)
        now = stored(store)
        assert (now.post.text, now.post.collected_at, now.source) == (WHOLE, at(1), "web")
        assert (now.topics, now.categories, now.hashtags) == (("milk", "tea"), ("slow",), ("new",))
        assert (now.polarity, now.version) == (-0.5, "v2")
        mentions = {m.topic: m for m in store.mentions(ALL)}
        assert {topic: m.categories for topic, m in mentions.items()} == {"milk": ("slow",), "tea": ("slow",)}
        assert mentions["tea"].observed_at == at(0), "it stays counted where it was judged"
        assert mentions["milk"].observed_at is None
        recounted(store)
        assert store.hashtag_series("tea", "old", at(-60), at(60)) == ()
        assert store.hashtag_series("tea", "new", at(-60), at(60)) == ((at(0), 1),)
        again = store.ingest(visit("s3", [cut]))
        assert (again.enriched_posts, stored(store).post.text) == (0, WHOLE)

    def test_a_topic_that_only_the_cut_text_seemed_to_mention_is_let_go(self, store: Store) -> None:
        store.ingest(visit("s1", [(post(1, text=CUT), note(["milk"], categories=["slow"]))]))
        store.ingest(visit("s2", [(post(1, text=WHOLE), note(["tea"]))]))
        assert [m.topic for m in store.mentions(ALL)] == ["tea"]
        assert store.series("milk", at(0), at(1), 60).buckets[0].tally.mentions == 0
        recounted(store)

    def test_an_edited_text_is_another_text_and_stays_as_first_published(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1, text=CUT)]))
        done = store.ingest(visit("s2", [post(1, text="更正：" + WHOLE)]))
        assert (done.enriched_posts, stored(store).post.text) == (0, CUT)

    def test_an_author_and_followers_that_become_known_are_counted(self, store: Store) -> None:
        unknown = post(1, author_id=None, followers=None)
        store.ingest(visit("s1", [(unknown, note(categories=["slow"])), post(2, author_id="x", followers=1)]))
        assert store.series("tea", at(0), at(1), 60).buckets[0].tally.authors == 1
        told = post(1, author_id="y", author_name="Y", followers=70, collected_at=at(9))
        assert store.ingest(visit("s2", [told])).enriched_posts == 1
        tally = store.series("tea", at(0), at(1), 60).buckets[0].tally
        assert (tally.authors, tally.complaint_authors, tally.reach, tally.reach_known) == (2, 1, 71, 2)
        assert (stored(store).post.author_id, stored(store).post.author_name) == ("y", "Y")
        recounted(store)
        other = post(1, author_id="z", author_name="Z", followers=90, collected_at=at(12))
        assert store.ingest(visit("s3", [other])).enriched_posts == 0
        (first, _) = store.mentions(ALL)
        assert (first.author_id, first.followers) == ("y", 70), "reach is what it was when first known"
        assert (stored(store).post.author_id, stored(store).post.followers) == ("y", 90)

    def test_followers_that_were_counted_stay_when_something_else_becomes_known(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1, author_id=None, followers=7)]))
        done = store.ingest(visit("s2", [post(1, author_id="y", followers=70, collected_at=at(9))]))
        (mention,) = store.mentions(ALL)
        assert (done.enriched_posts, mention.author_id, mention.followers) == (1, "y", 7)
        assert stored(store).post.followers == 70
        recounted(store)

    def test_a_post_that_turns_out_to_be_a_repost_is_no_original(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1)]))
        store.ingest(visit("s2", [post(1, kind=Kind.REPOST, repost_of="weibo:0", collected_at=at(2))]))
        now: Post = stored(store).post
        assert (now.kind, now.repost_of) == (Kind.REPOST, "weibo:0")
        assert [m.original for m in store.mentions(ALL)] == [False]
        recounted(store)

    def test_what_is_learnt_survives_a_recount_of_the_topic(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1, followers=7)]))
        store.ingest(visit("s2", [post(1, followers=9, collected_at=at(2))]))
        store.recount("tea", lambda posts: [note() for _ in posts], lambda _: None)
        assert [m.followers for m in store.mentions(ALL)] == [7]
        recounted(store)

    # -- deletions

    def test_a_deletion_is_noted_once_with_when_and_how_it_was_known(self, store: Store) -> None:
        gone = (Withdrawn(key="weibo:1", reason="deleted by its author"), Withdrawn(key="weibo:unknown", reason="?"))
        store.ingest(visit("s1", [post(1), post(2)]))
        store.ingest(visit("s2", now=30, withdrawn=gone, source="comments"))
        store.ingest(visit("s3", now=40, withdrawn=gone[:1], source="feed"))
        assert (stored(store).gone_at, stored(store).gone_because) == (at(30), "comments: deleted by its author")
        assert stored(store, "weibo:2").gone_at is None
        assert len(list(store.mentions(ALL))) == 2, "what was said was said"

    def test_a_post_that_is_seen_after_it_was_gone_is_back(self, store: Store) -> None:
        store.ingest(visit("s1", [post(1)]))
        store.ingest(visit("s2", now=30, withdrawn=(Withdrawn(key="weibo:1", reason="withheld"),)))
        store.ingest(visit("s3", [post(1, collected_at=at(20))], now=31))
        assert stored(store).gone_at == at(30), "an older reading proves nothing"
        store.ingest(visit("s4", [post(1, collected_at=at(35))], now=35))
        assert (stored(store).gone_at, stored(store).gone_because) == (None, None)
