"""What holds after any visits in any order: buckets are recounts, Observations follow from visits alone."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.annotation import Annotation
from analysis.series import Completeness, Observation, Tally
from collectors.post import Kind, Post
from monitor.store.sqlite import open_store
from monitor.store.store import Decider, Selection, Store, StoredMention, Visit, WatchedTopic
from tests.contracts.store_samples import START, at, note, post, stretch, tally_of, visit

ALL = Selection(since=at(-10_000), until=at(10_000))
TOPICS = (WatchedTopic(name="tea", definition="d"), WatchedTopic(name="milk", definition="d"))
DECIDERS = (
    Decider(topic="tea", query="q", source="web", target="q"),
    Decider(topic="tea", query="q", source="feed", target="q"),
    Decider(topic="tea", query="p", source="web", target="p"),
)
TARGETS = (("web", "q"), ("feed", "q"), ("web", "p"))
MINUTE = timedelta(minutes=1)


@st.composite
def annotated(draw: st.DrawFn, latest: float) -> tuple[Post, Annotation]:
    number = draw(st.integers(0, 40))
    minute = draw(st.integers(0, int(latest * 4) + 8)) / 4
    author = draw(st.sampled_from([None, "x", "y", "z"]))
    return (
        post(
            number,
            minute,
            author_id=author,
            platform=draw(st.sampled_from(["weibo", "wechat"])),
            kind=draw(st.sampled_from([Kind.ORIGINAL, Kind.REPOST])),
            followers=draw(st.sampled_from([None, 0, 7])),
        ),
        note(
            draw(st.sampled_from([(), ("tea",), ("milk",), ("tea", "milk")])),
            categories=draw(st.sampled_from([(), (), ("slow",), ("slow", "busy")])),
            polarity=draw(st.sampled_from([None, -0.3335, 0.0, 0.9, 0.0005])),
            fingerprint=draw(st.sampled_from([0, 0, 5, 6])),
            hashtags=draw(st.sampled_from([(), ("秋天",), ("秋天", "Milk"), ("milk",)])),
            tokens=draw(st.sampled_from([(), ("奶茶",), ("奶茶", "第一杯", "奶茶"), ('a"b\\', "第一杯")])),
        ),
    )


@st.composite
def rounds(draw: st.DrawFn) -> list[Visit]:
    visits: list[Visit] = []
    now = 0.0
    for number in range(draw(st.integers(1, 7))):
        start, now = now, now + draw(st.sampled_from([0.5, 1.0, 2.25, 12.0]))
        for source, target in draw(st.lists(st.sampled_from(TARGETS), unique=True, max_size=3)):
            pieces = []
            for _ in range(draw(st.integers(0, 2))):
                first = start + draw(st.integers(-4, 4)) / 4
                share = draw(st.sampled_from([1.0, 1.0, 0.25, 0.5]))
                rate = draw(st.sampled_from([None, (2.0, 4.0, 8.0)])) if share < 1 else None
                pieces.append(stretch(first, first + draw(st.integers(1, 60)) / 4, share, rate))
            visits.append(
                visit(
                    f"{number}-{source}-{target}",
                    draw(st.lists(annotated(now), max_size=4)),
                    seen=pieces,
                    asked=(start, now),
                    mark=draw(st.sampled_from([now, now, None])),
                    now=now,
                    source=source,
                    target=target,
                )
            )
    return visits


def opened(visits: Iterable[Visit]) -> Iterator[Store]:
    """A store with each visit in it, one after the other."""
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "posts.db") as store:
        store.watch(TOPICS, DECIDERS, START)
        for each in visits:
            store.ingest(each)
            yield store


FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@FEW
@given(rounds())
def test_a_bucket_always_equals_a_recount_of_its_mentions(visits: list[Visit]) -> None:
    for store in opened(visits):
        mentions = list(store.mentions(ALL))
        for topic in ("tea", "milk"):
            for size, first, last in ((60, -2, 100), (3600, -60, 120), (86_400, -540, 900)):
                for platform in (None, "weibo", "wechat"):
                    series = store.series(topic, at(first), at(last), size, platform)
                    chosen = [m for m in mentions if m.topic == topic and platform in (None, m.platform)]
                    counted = 0
                    for bucket in series.buckets:
                        end = bucket.start + timedelta(seconds=size)
                        here = [m for m in chosen if bucket.start <= m.published_at < end]
                        counted += len(here)
                        assert bucket.tally == tally_of(here)
                    assert counted == len(chosen)


@FEW
@given(rounds())
def test_the_counts_of_hashtags_and_words_always_equal_a_recount(visits: list[Visit]) -> None:
    for store in opened(visits):
        posts = {stored.post.key: stored for stored in store.posts(ALL)}
        mentions = list(store.mentions(ALL))
        for topic in ("tea", "milk"):
            chosen = [m for m in mentions if m.topic == topic]
            for key in ("秋天", "milk"):
                hours = Counter(
                    m.published_at.replace(minute=0, second=0) for m in chosen if key in posts[m.post].hashtags
                )
                assert store.hashtag_series(topic, key, at(-600), at(600)) == tuple(sorted(hours.items()))
            words = Counter(word for m in chosen if m.original for word in set(posts[m.post].tokens))
            since, until = at(-540 - 1440), at(900)  # days of Beijing
            assert store.word_counts(topic, ("奶茶", "第一杯", 'a"b\\'), since, until) == words
        again = {key: note(p.topics, tokens=p.tokens, hashtags=p.hashtags) for key, p in posts.items()}
        store.recount("tea", partial(_known, again), lambda _: None)
        assert store.word_counts("tea", ("奶茶",), since, until).get("奶茶", 0) == sum(
            m.original and "奶茶" in posts[m.post].tokens for m in mentions if m.topic == "tea"
        )


def _known(annotations: Mapping[str, Annotation], posts: Sequence[Post]) -> list[Annotation]:
    return [annotations[post.key] for post in posts]


@FEW
@given(rounds())
def test_observations_follow_from_the_visits_and_never_change(visits: list[Visit]) -> None:
    known: list[Observation] = []
    oracle = Oracle()
    for number, store in enumerate(opened(visits)):
        observed = list(store.observations("tea"))
        assert observed[: len(known)] == known
        fresh, known = observed[len(known) :], observed
        oracle.take(visits[number])
        assert [(o.start, o.share, o.tally) for o in observed] == oracle.observed
        mentions = [m for m in store.mentions(ALL) if m.topic == "tea"]
        for o in fresh:  # what becomes known of a post later does not change what was judged
            assert_recount(o, [m for m in mentions if m.observed_at == o.start])


@FEW
@given(rounds())
def test_observations_are_rebuilt_from_what_each_visit_brought(visits: list[Visit]) -> None:
    for store in opened(first_seen(visits)):
        assert list(store.rebuilt("tea")) == list(store.observations("tea"))


def first_seen(visits: Sequence[Visit]) -> Iterator[Visit]:
    """The visits without posts seen again: what is learnt of a post later, a rebuilt minute knows from the start."""
    known: set[str] = set()
    for each in visits:
        pairs = {p.key: (p, a) for p, a in zip(each.posts, each.annotations, strict=True) if p.key not in known}
        known |= set(pairs)
        posts, annotations = [p for p, _ in pairs.values()], [a for _, a in pairs.values()]
        yield replace(each, posts=tuple(posts), annotations=tuple(annotations))


def test_a_question_that_joins_later_is_not_asked_of_the_minutes_before_it(tmp_path: Path) -> None:
    with open_store(tmp_path / "posts.db") as store:
        store.watch(TOPICS[:1], DECIDERS[:1], START)
        store.ingest(visit("q1", [post(1, 1)], seen=[(0, 4)], asked=(0, 4), mark=4, target="q"))
        store.watch(TOPICS[:1], (DECIDERS[0], DECIDERS[2]), at(5))
        store.ingest(visit("q2", [post(2, 5)], seen=[(4, 8)], asked=(4, 8), mark=8, target="q"))
        store.ingest(visit("p2", [post(3, 2.5), post(4, 6.5)], seen=[(4, 7)], asked=(4, 7), mark=7, target="p"))
        store.watch(TOPICS[:1], DECIDERS[:1], at(9))
        store.ingest(visit("q3", [post(5, 9)], seen=[(8, 10)], asked=(8, 10), mark=10, target="q"))
        rebuilt = list(store.rebuilt("tea"))
        assert rebuilt == list(store.observations("tea"))
        counted = [o.tally.mentions for o in rebuilt if o.tally]
        assert counted == [0, 1, 0, 0, 1, 1, 1, 0, 0, 1]


def assert_recount(o: Observation, counted: list[StoredMention]) -> None:
    if o.completeness is Completeness.MISSING:
        assert o.tally is None
        assert counted == []
        return
    assert o.tally is not None
    recounted = tally_of(counted)
    assert {n: getattr(o.tally, n) for n in Tally.__slots__ if n != "complaint_authors"} == {
        n: getattr(recounted, n) for n in Tally.__slots__ if n != "complaint_authors"
    }
    named = Counter(name for m in counted for name in m.categories)
    assert dict(o.categories) == dict(named)
    if o.estimated:
        assert o.completeness is Completeness.SAMPLED
        assert o.tally.mentions <= o.estimated.low <= o.estimated.mid <= o.estimated.high


class Oracle:
    """Observations of "tea" by the book: second by second, mention by mention, nothing clever."""

    def __init__(self) -> None:
        self.observed: list[tuple[datetime, float, Tally | None]] = []
        self._seconds: dict[tuple[str, datetime], float] = {}
        self._marks: dict[tuple[str, str], datetime] = {}
        self._begun: dict[str, datetime] = {}
        self._posts: dict[str, tuple[Post, Annotation, bool]] = {}
        self._stories: dict[int, list[tuple[datetime, str]]] = {}
        self._uncounted: list[str] = []
        self._complaints: list[tuple[datetime, str]] = []
        self._first: datetime | None = None

    def take(self, seen: Visit) -> None:
        self._take_posts(seen)
        for each in seen.stretches:
            moment = each.starts_at
            while moment < each.ends_at:
                slot = (seen.target, moment)
                self._seconds[slot] = max(self._seconds.get(slot, 0.0), each.share)
                moment += timedelta(seconds=1)
        assert seen.asked_from is not None
        self._begun.setdefault(seen.target, seen.asked_from)
        if seen.watermark:
            self._marks[seen.source, seen.target] = seen.watermark
        self._observe()

    def _take_posts(self, seen: Visit) -> None:
        batch: dict[str, tuple[Post, Annotation]] = {}
        again = []
        for one, annotation in zip(seen.posts, seen.annotations, strict=True):
            if one.key in self._posts or one.key in batch:
                again.append(one)
            else:
                batch[one.key] = (one, annotation)
        before = {text: min(stories) for text, stories in self._stories.items()}
        for key, (one, annotation) in sorted(batch.items(), key=lambda pair: (pair[1][0].published_at, pair[0])):
            text = annotation.fingerprint
            copy = text != 0 and text in before
            if text:
                before.setdefault(text, (one.published_at, key))
                self._stories.setdefault(text, []).append((one.published_at, key))
            self._posts[key] = (one, annotation, one.kind is not Kind.REPOST and not copy)
            if any(match.topic == "tea" for match in annotation.matches):
                self._uncounted.append(key)
        for one in again:  # what was not known of a post is filled in
            known, annotation, original = self._posts[one.key]
            followers = one.followers if known.followers is None else known.followers
            better = replace(known, author_id=known.author_id or one.author_id, followers=followers)
            self._posts[one.key] = (better, annotation, original)

    def _observe(self) -> None:
        if set(self._begun) != {"q", "p"}:
            return
        best = [
            max((mark for (_, target), mark in self._marks.items() if target == query), default=None)
            for query in ("q", "p")
        ]
        frontier = min((mark for mark in best if mark), default=None)
        if frontier is None or None in best:
            return
        if self._first is None:
            latest = max(self._begun.values())
            self._first = latest.replace(second=0, microsecond=0)
        minute = self.observed[-1][0] + MINUTE if self.observed else self._first
        while minute + MINUTE <= frontier:
            self.observed.append((minute, *self._minute(minute, self._first)))
            minute += MINUTE

    def _minute(self, minute: datetime, first: datetime) -> tuple[float, Tally | None]:
        shares = []
        for query in ("q", "p"):
            seconds = [self._seconds.get((query, minute + timedelta(seconds=s)), 0.0) for s in range(60)]
            shares.append(sum(seconds) / 60)
        if min(shares) == 0:
            return 0.0, None
        oldest = max(minute - 10 * MINUTE, first)
        counted = [k for k in self._uncounted if oldest <= self._posts[k][0].published_at < minute + MINUTE]
        self._uncounted = [key for key in self._uncounted if key not in counted]
        return min(shares), self._tally(minute, counted)

    def _tally(self, minute: datetime, counted: list[str]) -> Tally:
        rows = [self._posts[key] for key in counted]
        known = [(p.platform, p.author_id) for p, _, _ in rows if p.author_id]
        angry = {(p.platform, p.author_id) for p, a, _ in rows if p.author_id and a.complaints}
        earlier = [self._posts[key][0] for when, key in self._complaints if minute - when <= 30 * MINUTE]
        recent = {(p.platform, p.author_id) for p in earlier}
        self._complaints += [(minute, key) for key in counted if self._posts[key][1].complaints]
        millis = [round(a.polarity * 1000) for _, a, _ in rows if a.polarity is not None]
        reach = [p.followers for p, _, _ in rows if p.followers is not None]
        return Tally(
            mentions=len(rows),
            authors=len(set(known)),
            originals=sum(original for _, _, original in rows),
            complaints=sum(bool(a.complaints) for _, a, _ in rows),
            complaint_authors=len(angry - recent),
            negative=sum(m < 0 for m in millis),
            neutral=sum(m == 0 for m in millis),
            positive=sum(m > 0 for m in millis),
            polarity_sum=sum(millis),
            reach=sum(reach),
            reach_known=len(reach),
        )
