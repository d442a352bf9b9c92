"""The facts of one day and topic, read through the store."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from analysis.series import Bucket
from monitor.digest.comparing import ENOUGH_COVERAGE, thin
from monitor.digest.excerpts import one_line
from monitor.digest.facts import VERSION, Count, Facts, Origin, Spam, Span
from monitor.digest.headline import day_row, headline
from monitor.digest.incidents import COMPLAINTS, blind_times, having, incidents
from monitor.digest.points import by_ten_minutes, point
from monitor.digest.reading import Reading
from monitor.digest.revising import revised
from monitor.digest.trending import EmergingWords, days_seen, shortlist, trends
from monitor.digest.watching import missing, quality
from monitor.store.store import Decider, Selection, Store

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
CHARTED = timedelta(days=7)
HASHTAGS = 10
SPAM = 5
ALL = 1_000_000


def starts(day: date) -> datetime:
    """00:00 in Beijing."""
    return datetime.combine(day, time(), BEIJING)


def gather(
    store: Store,
    *,
    day: date,
    topic: str,
    now: datetime,
    title: str = "",
    deciders: Sequence[Decider] = (),
    external_url: str | None = None,
    revision: int = 1,
    before: Facts | None = None,
) -> Facts:
    """What is known at `now` of the Beijing day, of one topic.

    `deciders` are the targets that decide the topic's minutes, as the store was told by `watch`; without them the
    sources' own minutes stay unknown and gaps name no source. `before` is the revision that this one follows.
    """
    since, ends = starts(day), starts(day) + DAY
    over = now >= ends
    until = ends if over else max(since, now.astimezone(BEIJING).replace(second=0, microsecond=0))
    own = [decider for decider in deciders if decider.topic == topic]
    days = _days(store, topic, day)
    week = store.series(topic, ends - CHARTED, ends, 60).buckets
    known = [bucket for bucket in week if bucket.start < until]
    minutes = [bucket for bucket in known if bucket.start >= since]
    state = next((state for state in store.topics() if state.name == topic), None)
    of_the_day = incidents(store, topic, since, until, now)
    outages = tuple(Span(since=i.began_at, until=i.resolved_at or until) for i in of_the_day if i.kind == COMPLAINTS)
    seen = days_seen(store, topic, since)
    words = EmergingWords(shortlist(store, topic, since, ends, seen))
    read = Reading(outages=outages, words=words, known_until=before.as_of if before else None)
    read.read(store.posts(Selection(since=since, until=ends, topic=topic)))
    facts = Facts(
        version=VERSION,
        day=day,
        topic=topic,
        title=title or topic,
        external_url=external_url,
        as_of=now,
        since=since,
        until=until,
        over=over,
        watched_since=state.watched_since if state else None,
        headline=headline(days, day, since, ends, over=over, reposts=read.reposts, copies=read.copies),
        days=tuple(day_row(d, bucket) for d, bucket in days.items() if d > day - CHARTED),
        hours=tuple(
            point(bucket) for bucket in store.series(topic, ends - CHARTED, ends, 3_600).buckets if bucket.start < until
        ),
        minutes=by_ten_minutes(minutes),
        gaps=missing(known),
        incidents=of_the_day,
        earlier=tuple(i for i in incidents(store, topic, ends - CHARTED, since, now) if i not in of_the_day),
        hashtags=_hashtags(store, topic, since, ends, days, day, read),
        trends=trends(store, topic, since, ends, seen, words, whole=over and _comparable(days[day])),
        categories=_categories(store, topic, since, ends, days, day, read),
        top_posts=read.top(),
        praised=read.praised(),
        quality=quality(
            store,
            minutes,
            own,
            since=since,
            until=until,
            watched_since=state.watched_since if state else None,
            without_polarity=read.without_polarity,
            without_author=read.without_author,
            spam=_spam(store, read),
            gone=read.gone,
            blind=blind_times(store, topic, sorted({decider.source for decider in own}), since, until),
        ),
        versions=tuple(sorted(read.versions)),
    )
    return revised(facts, before, revision, read.late)


def _days(store: Store, topic: str, day: date) -> dict[date, Bucket]:
    """The day and the seven before it."""
    first = day - 7 * DAY
    buckets = store.series(topic, starts(first), starts(day) + DAY, 86_400).buckets
    return {first + number * DAY: bucket for number, bucket in enumerate(buckets)}


def _hashtags(
    store: Store,
    topic: str,
    since: datetime,
    until: datetime,
    days: Mapping[date, Bucket],
    day: date,
    read: Reading,
) -> tuple[Count, ...]:
    before = {key: count for key, _, count in store.hashtags(topic, since - DAY, since, ALL)}
    return tuple(
        Count(
            name=key,
            label=one_line(spelling, 40),
            mentions=mentions,
            negative_share=read.negative_share(key),
            before=before.get(key, 0) if _comparable(days[day - DAY]) else None,
            origin=Origin(table="posts", since=since, until=until, where=_tagged(key)),
        )
        for key, spelling, mentions in store.hashtags(topic, since, until, HASHTAGS)
    )


def _categories(
    store: Store,
    topic: str,
    since: datetime,
    until: datetime,
    days: Mapping[date, Bucket],
    day: date,
    read: Reading,
) -> tuple[Count, ...]:
    before = {name: count for name, count, _ in store.categories(topic, since - DAY, since)}
    return tuple(
        Count(
            name=name,
            label=name,
            mentions=mentions,
            authors=authors,
            before=before.get(name, 0) if _comparable(days[day - DAY]) else None,
            origin=Origin(table="mentions", since=since, until=until, where=having(name)),
            posts=read.examples(name),
        )
        for name, mentions, authors in store.categories(topic, since, until)
    )


def _spam(store: Store, read: Reading) -> tuple[Spam, ...]:
    stories = [(store.post(key), key, burst) for key, burst in read.spam()[:SPAM]]
    return tuple(
        Spam(
            story=key,
            text=one_line(story.post.text, 40) if story else "",
            since=burst.since,
            until=burst.until,
            copies=burst.copies,
            authors=burst.authors,
            sign=burst.sign,
        )
        for story, key, burst in stories
    )


def _tagged(key: str) -> str:
    """The condition on exported posts that finds a hashtag."""
    return f"hashtags.str.contains({f'#{key}#'!r}, na=False, regex=False)"


def _comparable(bucket: Bucket) -> bool:
    """Was the day seen well enough that less of something than today means less?"""
    return bucket.coverage >= ENOUGH_COVERAGE and not thin(bucket)
