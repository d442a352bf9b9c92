"""How well a day was seen: minutes, gaps with their causes, sources, what could not be read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from analysis.series import Bucket, Completeness
from monitor.digest.facts import Blind, Gap, Quality, SourceRecord, Spam, Span
from monitor.store.coverage import Query, Seen, completeness, cover
from monitor.store.epoch import bound, seconds
from monitor.store.store import CoveredStretch, Decider, Store, VisitRecord

MINUTE = timedelta(minutes=1)


def missing(minutes: Iterable[Bucket]) -> tuple[Span, ...]:
    """The stretches of which nothing was collected, in order."""
    return spans(bucket.start for bucket in minutes if bucket.coverage == 0)


def spans(minutes: Iterable[datetime]) -> tuple[Span, ...]:
    """Single minutes in order, put together.

    >>> from datetime import UTC
    >>> nine = datetime(2026, 11, 20, 9, tzinfo=UTC)
    >>> [f"{s.since:%H:%M}-{s.until:%H:%M}" for s in spans([nine, nine + MINUTE, nine + 5 * MINUTE])]
    ['09:00-09:02', '09:05-09:06']
    """
    found: list[Span] = []
    for minute in minutes:
        if found and found[-1].until == minute:
            found[-1] = Span(since=found[-1].since, until=minute + MINUTE)
        else:
            found.append(Span(since=minute, until=minute + MINUTE))
    return tuple(found)


def quality(
    store: Store,
    minutes: Sequence[Bucket],
    deciders: Sequence[Decider],
    *,
    since: datetime,
    until: datetime,
    watched_since: datetime | None,
    without_polarity: int,
    without_author: int,
    spam: tuple[Spam, ...],
    gone: int,
    blind: tuple[Blind, ...],
) -> Quality:
    """`minutes` are the topic's of [since, until); `deciders` the targets that decide them."""
    visits = list(store.visits(since, until))
    rejected = [(source, what.reason) for source, _, what in store.rejected(since, until)]
    reasons = Counter(reason for _, reason in rejected)
    return Quality(
        complete=sum(b.coverage > 0 and b.sampled == 0 for b in minutes),
        sampled=sum(b.sampled > 0 for b in minutes),
        missing=sum(b.coverage == 0 for b in minutes),
        gaps=tuple(_gap(span, visits, deciders, watched_since) for span in missing(minutes)),
        sources=_sources(store, visits, Counter(source for source, _ in rejected), deciders, since, until),
        blind=blind,
        rejected=len(rejected),
        rejected_reasons=tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
        without_polarity=without_polarity,
        without_author=without_author,
        spam=spam,
        gone=gone,
    )


def _gap(span: Span, visits: Sequence[VisitRecord], deciders: Sequence[Decider], watched_since: datetime | None) -> Gap:
    """With the newest failed visit that asked for this time: what was wrong is what it says."""
    if watched_since and span.until <= watched_since:
        return Gap(since=span.since, until=span.until, before_watching=True)
    deciding = {(d.source, d.target) for d in deciders}
    for visit in reversed(visits):
        asked_from, asked_until = visit.asked_from or visit.at, visit.asked_until or visit.at
        if (
            visit.error
            and (not deciding or (visit.source, visit.target) in deciding)
            and asked_from < span.until
            and asked_until > span.since
        ):
            return Gap(since=span.since, until=span.until, source=visit.source, error=visit.error, cause=visit.reason)
    return Gap(since=span.since, until=span.until)


def _sources(
    store: Store,
    visits: Sequence[VisitRecord],
    rejected: Counter[str],
    deciders: Sequence[Decider],
    since: datetime,
    until: datetime,
) -> tuple[SourceRecord, ...]:
    by_source: dict[str, list[VisitRecord]] = defaultdict(list)
    for visit in visits:
        by_source[visit.source].append(visit)
    names = sorted({*by_source, *rejected, *(d.source for d in deciders)})
    return tuple(_source(store, name, by_source[name], rejected[name], deciders, since, until) for name in names)


def _source(
    store: Store,
    name: str,
    visits: Sequence[VisitRecord],
    rejected: int,
    deciders: Sequence[Decider],
    since: datetime,
    until: datetime,
) -> SourceRecord:
    failed = [visit for visit in visits if visit.error]
    errors = Counter(visit.error or "" for visit in failed)
    own = [d for d in deciders if d.source == name]
    minutes = _minutes(store.stretches(since, until, name), own, since, until) if own else None
    return SourceRecord(
        source=name,
        visits=len(visits),
        failed=len(failed),
        errors=tuple(sorted(errors.items(), key=lambda pair: (-pair[1], pair[0]))),
        reason=failed[-1].reason if failed else None,
        rejected=rejected,
        complete=minutes[Completeness.COMPLETE] if minutes is not None else None,
        sampled=minutes[Completeness.SAMPLED] if minutes is not None else None,
        missing=minutes[Completeness.MISSING] if minutes is not None else None,
    )


def _minutes(
    stretches: Iterable[CoveredStretch], deciders: Sequence[Decider], since: datetime, until: datetime
) -> Counter[Completeness]:
    """Minutes of the day by how completely this source alone saw them; across its queries the worst counts."""
    seen: dict[str, list[tuple[datetime, Seen]]] = {d.query: [] for d in deciders}
    queries = {d.target: d.query for d in deciders}
    for covered in stretches:
        if covered.target in queries:
            stretch = covered.stretch
            part = Seen(start=seconds(stretch.starts_at), end=bound(stretch.ends_at), share=stretch.share)
            seen[queries[covered.target]].append((covered.recorded_at, part))
    first, end = seconds(since), seconds(until) // 60 * 60
    asked = [
        Query(stretches=[part for _, part in sorted(parts, key=lambda pair: pair[0])], since=first)
        for parts in seen.values()
    ]
    return Counter(completeness(share) for share in cover(asked, first, end).shares)
