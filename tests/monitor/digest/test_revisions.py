"""A digest made once stays what it was; made again on demand, it says what it says otherwise."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.digest.facts import Changed, Difference, Facts, load
from monitor.digest.make import make_digest
from monitor.digest.render import digest_html, digest_text
from monitor.digest.revising import differences, revised
from monitor.store.sqlite import SqliteStore, open_store
from tests.monitor.digest.tea_day import DAY, HOUR, NOW, SEARCH, at, fill, visits_of

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def late_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    with open_store(tmp_path_factory.mktemp("late") / "tea.sqlite") as store:
        fill(store, quiet_days=2)
        yield store


@pytest.mark.slow
def test_rendered_again_after_a_week_it_is_the_same_to_the_byte_and_a_refresh_keeps_it(
    late_store: SqliteStore, tmp_path: Path
) -> None:
    def made(days_later: int, *, refresh: bool = False) -> tuple[bytes, bytes]:
        now = NOW + timedelta(days=days_later)
        paths = make_digest(
            late_store, day=DAY, topic="tea", now=now, folder=tmp_path, deciders=[SEARCH], refresh=refresh
        )
        return paths.html.read_bytes(), paths.text.read_bytes()

    first = made(0)
    dice, start = random.Random(7), NOW.replace(minute=0)
    for hour in range(7 * 24):
        for visit in visits_of(dice, start + hour * HOUR, outage=False):
            late_store.ingest(visit)
    late = next(visits_of(random.Random(1), at(15), outage=False))
    moved = [
        (replace(post, native_id=f"late{n}", collected_at=NOW + WEEK), annotation)
        for n, (post, annotation) in enumerate(zip(late.posts, late.annotations, strict=True))
    ]
    late_store.ingest(
        replace(
            late,
            slot="late",
            at=NOW + WEEK,
            posts=tuple(post for post, _ in moved),
            annotations=tuple(annotation for _, annotation in moved),
        )
    )
    assert made(8) == first
    assert late_store.digest_revisions(DAY.isoformat(), "tea") == ((1, NOW),)

    _, text = made(8, refresh=True)
    numbers = [number for number, _ in late_store.digest_revisions(DAY.isoformat(), "tea")]
    assert numbers == [1, 2]
    one, other = (_stored(late_store, number) for number in (1, 2))
    assert digest_html(one).encode() == first[0]
    assert other.revision.late_posts == len(moved)
    assert Difference(
        what=Changed.MENTIONS,
        before=one.headline.mentions.value,
        after=(one.headline.mentions.value or 0) + len(moved),
    ) in (other.revision.differences)
    told = text.decode()
    assert f"修订 2：与 11月21日 00:05 的版本相比\n  - 此后采到当日帖子 {len(moved)} 条\n" in told
    assert f"  - 声量：{one.headline.mentions.value:,.0f} → {other.headline.mentions.value:,.0f}\n" in told


def _stored(store: SqliteStore, number: int) -> Facts:
    stored = store.digest(DAY.isoformat(), "tea", number)
    assert stored
    facts = load(stored[1])
    assert facts
    return facts


def test_every_kind_of_change_is_listed(facts: Facts) -> None:
    quality = replace(facts.quality, gone=facts.quality.gone + 2, missing=facts.quality.missing - 5)
    first, *others = facts.incidents
    open_before = replace(facts, incidents=(replace(first, resolved_at=None), *others), versions=("a1",))
    category, *categories = facts.categories
    top, *rest = facts.top_posts
    later = replace(
        facts,
        quality=quality,
        categories=(replace(category, mentions=category.mentions + 1), *categories),
        top_posts=(replace(top, engagement=(top.engagement or 0) + 9), *rest),
        versions=("a2",),
    )
    assert list(differences(open_before, later)) == [
        Difference(what=Changed.GONE, before=facts.quality.gone, after=facts.quality.gone + 2),
        Difference(what=Changed.MISSING, before=facts.quality.missing, after=facts.quality.missing - 5),
        Difference(what=Changed.CATEGORY, name=category.name, before=category.mentions, after=category.mentions + 1),
        Difference(what=Changed.ENGAGEMENT, name=top.key, before=top.engagement, after=(top.engagement or 0) + 9),
        Difference(what=Changed.INCIDENT_OVER, name=first.rule),
        Difference(what=Changed.VERSIONS, name="a1 → a2"),
    ]
    assert list(differences(facts, facts)) == []


def test_a_revision_says_on_its_page_what_changed_and_that_nothing_did(facts: Facts) -> None:
    def told(shown: Facts) -> list[str]:
        page = LexborHTMLParser(digest_html(shown, "en"))
        return [" ".join(node.text().split()) for node in page.css(".revision")]

    more = replace(facts, quality=replace(facts.quality, gone=facts.quality.gone + 1))
    assert told(facts) == []
    assert told(revised(facts, facts, 2)) == ["Revision 2: what changed since the one of 21 Nov 00:05 Nothing changed"]
    assert told(revised(more, facts, 3)) == [
        "Revision 3: what changed since the one of 21 Nov 00:05 "
        f"Posts deleted or withheld: {facts.quality.gone} → {facts.quality.gone + 1}"
    ]
    assert "cannot be compared" in digest_text(revised(facts, None, 2), "en")


def test_what_was_made_before_the_day_was_over_is_no_revision_of_it(facts: Facts) -> None:
    noon = replace(facts, over=False)
    assert digest_text(revised(facts, noon, 2)) == digest_text(facts)
