"""Every figure of a digest, counted again with pandas from the exported CSV, by the origin that the figure carries."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd
import pytest

from monitor.digest.facts import Count, Facts, Origin
from monitor.exporters.csv import Csv
from monitor.exporters.export import export
from monitor.store.sqlite import SqliteStore
from monitor.store.store import Selection
from tests.monitor.digest.tea_day import MIDNIGHT, at


class Exports:
    """Frames of exported tables, read as a user would."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._frames: dict[tuple[str, datetime, datetime, int], pd.DataFrame] = {}

    def frame(self, table: str, since: datetime, until: datetime, resolution_s: int = 3_600) -> pd.DataFrame:
        key = (table, since, until, resolution_s)
        if key not in self._frames:
            out = io.BytesIO()
            export(
                self._store,
                table,
                since=since,
                until=until,
                topic="tea",
                exporter=Csv(),
                out=out,
                resolution_s=resolution_s,
            )
            out.seek(0)
            self._frames[key] = pd.read_csv(out, dtype={"native_id": str})
        return self._frames[key]

    def count(self, origin: Origin) -> float:
        rows = self.frame(origin.table, origin.since, origin.until)
        if origin.where:
            rows = rows.query(origin.where, engine="python")
        if origin.count == "authors":
            return len(rows.dropna(subset=["author_id"]).drop_duplicates(["platform", "author_id"]))
        if origin.count == "followers":
            return int(rows["followers"].sum())
        assert origin.count == "rows"
        return len(rows)


@pytest.fixture(scope="module")
def exports(tea_store: SqliteStore) -> Exports:
    return Exports(tea_store)


@pytest.mark.parametrize("name", ["mentions", "authors", "complaints", "reach"])
def test_a_headline_count_is_what_its_origin_counts(facts: Facts, exports: Exports, name: str) -> None:
    figure = getattr(facts.headline, name)
    assert figure.value == exports.count(figure.origin) > 100


def test_the_negative_share_is_what_its_origin_counts(facts: Facts, exports: Exports) -> None:
    figure = facts.headline.negative_share
    mentions = exports.frame("mentions", figure.origin.since, figure.origin.until)
    assert figure.of == mentions["polarity"].notna().sum()
    assert figure.value == exports.count(figure.origin) / (figure.of or 0)


def test_reach_says_over_how_many_mentions_it_is_known(facts: Facts, exports: Exports) -> None:
    mentions = exports.frame("mentions", facts.since, facts.until)
    assert facts.headline.reach.of == mentions["followers"].notna().sum() < len(mentions)


def test_what_the_mentions_are_made_of_adds_up(facts: Facts, exports: Exports) -> None:
    posts = exports.frame("posts", facts.since, facts.until)
    mentions = exports.frame("mentions", facts.since, facts.until)
    assert facts.headline.originals == mentions["original"].sum()
    assert facts.headline.reposts == (posts["kind"] == "repost").sum()
    assert facts.headline.copies == posts["duplicate_of"].notna().sum()
    assert facts.quality.without_polarity == posts["polarity"].isna().sum()
    assert facts.quality.without_author == posts["author_id"].isna().sum()
    assert facts.quality.gone == posts["gone_at"].notna().sum()


def counts(facts: Facts) -> Iterator[Count]:
    yield from facts.hashtags
    yield from facts.categories
    for incident in facts.incidents:
        yield from incident.categories


def test_every_listed_count_is_what_its_origin_counts(facts: Facts, exports: Exports) -> None:
    told = {(c.name, c.origin.since): c.mentions for c in counts(facts)}
    counted = {(c.name, c.origin.since): exports.count(c.origin) for c in counts(facts)}
    assert told == counted
    assert len(told) == 3 + 4 + 4


def test_authors_of_a_category_are_people(facts: Facts, exports: Exports) -> None:
    for category in facts.categories:
        rows = exports.frame("mentions", facts.since, facts.until).query(category.origin.where, engine="python")
        assert category.authors == rows["author_id"].nunique()


def test_the_series_says_the_same_as_the_mentions(facts: Facts, exports: Exports) -> None:
    hours = exports.frame("series", facts.since, facts.until)
    days = exports.frame("series", facts.since, facts.until, 86_400)
    mentions = exports.frame("mentions", facts.since, facts.until)
    by_hour = mentions.groupby(pd.to_datetime(mentions["published_at"]).dt.floor("h")).size()
    assert list(hours["mentions"]) == list(by_hour)
    assert [point.mentions for point in facts.hours[-24:]] == list(hours["mentions"])
    assert sum(point.mentions for point in facts.minutes) == hours["mentions"].sum() == len(mentions)
    assert days["mentions"].item() == len(mentions)
    assert days["authors"].item() == facts.headline.authors.value
    assert facts.headline.mentions.estimated is not None
    assert days["estimated_mid"].item() == facts.headline.mentions.estimated.mid


def test_the_days_of_the_chart_are_those_of_the_series(facts: Facts, exports: Exports) -> None:
    days = exports.frame("series", MIDNIGHT - timedelta(days=6), at(24), 86_400)
    assert [day.mentions for day in facts.days] == list(days["mentions"])
    assert [day.complaints for day in facts.days] == list(days["complaints"])
    assert [day.coverage for day in facts.days] == list(days["coverage"])


def test_the_worst_minutes_of_an_incident_can_be_counted(facts: Facts, exports: Exports) -> None:
    (incident,) = facts.incidents
    worst = incident.worst
    assert worst is not None
    mentions = exports.frame("mentions", facts.since, facts.until)
    slots = pd.to_datetime(mentions["published_at"]).dt.floor("10min")
    complaints = mentions[mentions["categories"].notna()].groupby(slots).size()
    complaints = complaints[
        (complaints.index >= "2026-11-20T09:40+08:00") & (complaints.index < "2026-11-20T12:10+08:00")
    ]
    assert worst.complaints == complaints.max()
    assert worst.start == complaints.idxmax()


def test_pandas_reads_back_what_the_store_holds(tea_store: SqliteStore, exports: Exports, facts: Facts) -> None:
    stored = list(tea_store.mentions(Selection(since=facts.since, until=facts.until, topic="tea")))
    frame = exports.frame("mentions", facts.since, facts.until)
    assert list(frame["post"]) == [mention.post for mention in stored]
    assert [None if pd.isna(p) else p for p in frame["polarity"]] == [mention.polarity for mention in stored]
    assert list(pd.to_datetime(frame["published_at"])) == [mention.published_at for mention in stored]
    assert [None if pd.isna(c) else tuple(c.split(";")) for c in frame["categories"]] == [
        mention.categories or None for mention in stored
    ]
