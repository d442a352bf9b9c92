"""The store on SQLite: each method is one transaction, or one read, of the module that knows how."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Self

from analysis.annotation import Annotation
from analysis.emerging import TermCount
from analysis.rules.rule import SourceHealth, Verdict
from analysis.series import Observation, Series
from collectors.circuit import Circuit
from collectors.pace import HostPace
from collectors.post import HotEntry, Post, Rejected
from monitor.alerts.silences import Silence
from monitor.alerts.types import Acknowledgement, Alert, Delivery, Telling, Transition
from monitor.store import digests, judgements, outbox, people, reading, standing, terms, timeline, topics
from monitor.store.epoch import MINUTE, bound, maybe_moment
from monitor.store.file import DatabaseFile
from monitor.store.hosts import load_paces
from monitor.store.ingest import ingest
from monitor.store.migrations import STEPS, check, migrate
from monitor.store.rebuild import rebuild
from monitor.store.staging import StagedReading
from monitor.store.store import (
    CoveredStretch,
    Decider,
    GroupTimes,
    Ingested,
    Judgement,
    NewDelivery,
    NewSilence,
    OutboxCounts,
    RuleState,
    Selection,
    StoredCounts,
    StoredMention,
    StoredPost,
    StoreError,
    TopicState,
    Visit,
    VisitRecord,
    WatchedTopic,
)

PART = 1_440  # Observations that are read at once: a day


def _unnoticed(stage: str) -> None:
    """Nobody watches the stages of a transaction."""


def open_store(
    path: str | PathLike[str],
    *,
    on_stage: Callable[[str], None] = _unnoticed,
    read_only: bool = False,
    beside: bool = False,
) -> "SqliteStore":
    """Open the database at `path`; one that does not exist is made, unless it is only to be read.

    One process holds the file for writing; `beside` opens it for what people say while that process goes on.

    `on_stage` is told "transaction" midway through an ingest and "outbox" before deliveries are written, both inside
    the transaction: what it raises undoes that. Raises StoreError where the file cannot be used.
    """
    file = DatabaseFile(Path(path), read_only=read_only, beside=beside)
    try:
        with file.reading() as connection:
            if not (read_only or beside):
                migrate(connection, file.path)
            elif check(connection, file.path) < len(STEPS):
                raise StoreError(
                    f"{file.path} was written by an older version: `monitor run`, `collect` or `import` updates it"
                )
    except BaseException:
        file.close()
        raise
    return SqliteStore(file, on_stage)


class SqliteStore:
    """Safe to call from several threads. Streams hold a connection of their own until they end or are dropped."""

    def __init__(self, file: DatabaseFile, on_stage: Callable[[str], None]) -> None:
        self._file = file
        self._on_stage = on_stage

    # topics
    def watch(self, watched: Sequence[WatchedTopic], deciders: Sequence[Decider], now: datetime) -> tuple[str, ...]:
        with self._file.writing() as connection:
            return topics.watch(connection, watched, deciders, now)

    def recount(
        self,
        topic: str,
        annotate: Callable[[Sequence[Post]], Sequence[Annotation]],
        progress: Callable[[int], None],
    ) -> int:
        return topics.recount(self._file, topic, annotate, progress)

    def reanalysis(self, version: str, topics: Sequence[str], since: datetime, until: datetime | None) -> StagedReading:
        return StagedReading(self._file, version, topics, since, until)

    def topics(self) -> tuple[TopicState, ...]:
        with self._file.reading() as connection:
            return topics.states(connection)

    # the round
    def done(self, slot: str) -> bool:
        with self._file.reading() as connection:
            return connection.execute("SELECT 1 FROM visits WHERE slot = ?", (slot,)).fetchone() is not None

    def paces(self) -> tuple[HostPace, ...]:
        with self._file.reading() as connection:
            return load_paces(connection)

    def circuit(self, source: str) -> Circuit:
        with self._file.reading() as connection:
            return standing.circuit(connection, source)

    def session_end(self, source: str, mark: str) -> datetime | None:
        with self._file.reading() as connection:
            return standing.session_end(connection, source, mark)

    def watermark(self, source: str, target: str) -> datetime | None:
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT watermark FROM targets WHERE source = ? AND target = ?", (source, target)
            ).fetchone()
        return maybe_moment(row[0]) if row else None

    def ingest(self, visit: Visit) -> Ingested:
        with self._file.writing() as connection:
            return ingest(connection, visit, self._on_stage)

    def observations(
        self, topic: str, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Observation]:
        # In parts, on the shared connection: every round asks, mostly for nothing, and opening one costs more.
        # What was observed never changes, so that the parts fit together.
        while True:
            with self._file.reading() as connection:
                part = timeline.observations(connection, topic, since, until, PART)
            yield from part
            if len(part) < PART:
                return
            since = part[-1].start + timedelta(seconds=MINUTE)

    def rebuilt(self, topic: str) -> Iterator[Observation]:
        with self._file.streaming() as connection:
            yield from rebuild(connection, topic)

    def rule_state(self, rule: str, subject: str) -> RuleState:
        with self._file.reading() as connection:
            return judgements.rule_state(connection, rule, subject)

    def record(self, judgement: Judgement) -> None:
        with self._file.writing() as connection:
            judgements.record(connection, judgement, self._on_stage)

    def tellings(self, alerts: Sequence[str]) -> tuple[Telling, ...]:
        with self._file.reading() as connection:
            return outbox.tellings(connection, alerts)

    def group_times(self, channel: str, recipient: str, group: str) -> GroupTimes:
        with self._file.reading() as connection:
            return outbox.group_times(connection, channel, recipient, group)

    # what people say
    def acknowledge(self, said: Acknowledgement) -> None:
        with self._file.writing() as connection:
            people.acknowledge(connection, said)

    def acknowledgements(self, alerts: Sequence[str]) -> tuple[Acknowledgement, ...]:
        with self._file.reading() as connection:
            return people.acknowledgements(connection, list(alerts))

    def silence(self, new: NewSilence) -> int:
        with self._file.writing() as connection:
            return people.silence(connection, new)

    def expire_silence(self, number: int, at: datetime) -> bool:
        with self._file.writing() as connection:
            return people.expire(connection, number, at)

    def silences(self, since: datetime | None = None) -> tuple[Silence, ...]:
        with self._file.reading() as connection:
            return people.silences(connection, since)

    # outbox
    def lease(self, now: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
        with self._file.writing() as connection:
            return outbox.lease(connection, now, until, limit)

    def delivered(self, delivery: int, at: datetime, reference: str) -> None:
        with self._file.writing() as connection:
            outbox.delivered(connection, delivery, at, reference)

    def failed(self, delivery: int, at: datetime, error: str, next_attempt_at: datetime | None) -> None:
        with self._file.writing() as connection:
            outbox.failed(connection, delivery, at, error, next_attempt_at)

    def withdraw(self, deliveries: Sequence[int]) -> int:
        with self._file.writing() as connection:
            return outbox.withdraw(connection, deliveries)

    def retry(self, delivery: int, now: datetime) -> bool:
        with self._file.writing() as connection:
            return outbox.retry(connection, delivery, now)

    def enqueue(self, deliveries: Sequence[NewDelivery], now: datetime) -> None:
        with self._file.writing() as connection:
            outbox.enqueue(connection, deliveries, now)

    def outbox(self) -> OutboxCounts:
        with self._file.reading() as connection:
            return outbox.counts(connection)

    def deliveries(self, *, dead_only: bool = False) -> Iterator[Delivery]:
        with self._file.streaming() as connection:
            yield from outbox.deliveries(connection, dead_only=dead_only)

    # reading
    def posts(self, selection: Selection) -> Iterator[StoredPost]:
        with self._file.streaming() as connection:
            yield from reading.posts(connection, selection)

    def post(self, key: str) -> StoredPost | None:
        with self._file.reading() as connection:
            return reading.post(connection, key)

    def counts(self, selection: Selection) -> Iterator[StoredCounts]:
        with self._file.streaming() as connection:
            yield from reading.counts(connection, selection)

    def mentions(self, selection: Selection) -> Iterator[StoredMention]:
        with self._file.streaming() as connection:
            yield from reading.mentions(connection, selection)

    def series(
        self, topic: str, since: datetime, until: datetime, resolution_s: int, platform: str | None = None
    ) -> Series:
        with self._file.reading() as connection:
            return timeline.series(connection, topic, since, until, resolution_s, platform)

    def hashtags(self, topic: str, since: datetime, until: datetime, limit: int) -> tuple[tuple[str, str, int], ...]:
        with self._file.reading() as connection:
            return timeline.hashtags(connection, topic, since, until, limit)

    def hashtag_counts(
        self,
        topic: str,
        since: datetime,
        until: datetime,
        past_since: datetime,
        at_least: int,
        *,
        observed: bool = False,
    ) -> tuple[TermCount, ...]:
        window = (bound(since), bound(until), bound(past_since))
        with self._file.reading() as connection:
            return terms.hashtag_counts(connection, topic, *window, at_least, observed=observed)

    def companions(
        self, topic: str, key: str, since: datetime, until: datetime, limit: int
    ) -> tuple[tuple[str, str, int], ...]:
        with self._file.reading() as connection:
            return terms.companions(connection, topic, key, bound(since), bound(until), limit)

    def usual_hashtags(
        self, topic: str, since: datetime, until: datetime, at_least: int
    ) -> tuple[tuple[str, int], ...]:
        with self._file.reading() as connection:
            return terms.usual_hashtags(connection, topic, bound(since), bound(until), at_least)

    def hashtag_series(
        self, topic: str, key: str, since: datetime, until: datetime
    ) -> tuple[tuple[datetime, int], ...]:
        with self._file.reading() as connection:
            return terms.hashtag_hours(connection, topic, key, bound(since), bound(until))

    def word_counts(self, topic: str, words: Sequence[str], since: datetime, until: datetime) -> Mapping[str, int]:
        self._settle_words(topic, since, until)
        with self._file.reading() as connection:
            return terms.word_counts(connection, topic, words, bound(since), bound(until))

    def frequent_words(
        self, topic: str, since: datetime, until: datetime, at_least: int
    ) -> tuple[tuple[str, int], ...]:
        self._settle_words(topic, since, until)
        with self._file.reading() as connection:
            return terms.frequent_words(connection, topic, bound(since), bound(until), at_least)

    def _settle_words(self, topic: str, since: datetime, until: datetime) -> None:
        if not self._file.read_only:
            with self._file.writing() as connection:
                terms.settle_words(connection, topic, bound(since), bound(until))

    def categories(self, topic: str, since: datetime, until: datetime) -> tuple[tuple[str, int, int], ...]:
        with self._file.reading() as connection:
            return reading.categories(connection, topic, since, until)

    def alerts(
        self, since: datetime | None = None, until: datetime | None = None, *, open_only: bool = False
    ) -> tuple[Alert, ...]:
        with self._file.reading() as connection:
            return judgements.alerts(connection, since, until, open_only=open_only)

    def alert(self, key: str) -> Alert | None:
        with self._file.reading() as connection:
            return judgements.alert(connection, key)

    def transitions(self, alert: str) -> tuple[Transition, ...]:
        with self._file.reading() as connection:
            return judgements.transitions(connection, alert)

    def evidence(self, alert: str) -> tuple[Verdict, ...]:
        with self._file.reading() as connection:
            return judgements.evidence(connection, alert)

    def visits(self, since: datetime, until: datetime) -> Iterator[VisitRecord]:
        with self._file.streaming() as connection:
            yield from reading.visits(connection, since, until)

    def stretches(self, since: datetime, until: datetime, source: str | None = None) -> Iterator[CoveredStretch]:
        with self._file.streaming() as connection:
            yield from reading.stretches(connection, since, until, source)

    def health(self, source: str, targets: Sequence[str], every_s: float, at: datetime) -> SourceHealth:
        with self._file.reading() as connection:
            return standing.health(connection, source, targets, every_s, at)

    def rejected(self, since: datetime, until: datetime) -> Iterator[tuple[str, datetime, Rejected]]:
        with self._file.streaming() as connection:
            yield from reading.rejected(connection, since, until)

    def hot_entries(self, since: datetime, until: datetime, words: Sequence[str] | None = None) -> Iterator[HotEntry]:
        with self._file.streaming() as connection:
            yield from reading.hot_entries(connection, since, until, words)

    def save_digest(
        self, day: str, topic: str, as_of: datetime, facts: bytes, deliveries: Sequence[NewDelivery] = ()
    ) -> None:
        with self._file.writing() as connection:
            digests.save(connection, day, topic, as_of, facts)
            outbox.enqueue(connection, deliveries, as_of)

    def digest(self, day: str, topic: str, revision: int | None = None) -> tuple[datetime, bytes] | None:
        with self._file.reading() as connection:
            return digests.newest(connection, day, topic, revision)

    def digest_revisions(self, day: str, topic: str) -> tuple[tuple[int, datetime], ...]:
        with self._file.reading() as connection:
            return digests.revisions(connection, day, topic)

    def close(self) -> None:
        """Let go of the file; other processes may then write it."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
