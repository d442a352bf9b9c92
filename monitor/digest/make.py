"""A day's digest, from the store to its files. What was made once is shown as it was."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from monitor.config.types import Language
from monitor.digest.facts import Facts, dump, load
from monitor.digest.gather import gather
from monitor.digest.render import Paths, write
from monitor.store.store import Decider, NewDelivery, Store


def make_digest(
    store: Store,
    *,
    day: date,
    topic: str,
    now: datetime,
    folder: Path,
    title: str = "",
    deciders: Sequence[Decider] = (),
    external_url: str | None = None,
    language: Language = "zh",
    refresh: bool = False,
    owed: Callable[[Facts], Sequence[NewDelivery]] = lambda _: (),
) -> Paths:
    """Write digests/D-TOPIC.html and .txt under `folder` (the data folder).

    The facts of a day that was over when they were gathered are stored, and read again from then on: the files come
    out byte for byte. `refresh` gathers them anew, as a further revision. A day that is not over is always gathered.
    `owed` are the deliveries that new facts cause; they are stored in the same step.
    """
    facts = None if refresh else stored_facts(store, day, topic)
    if facts is None:
        facts = next_revision(
            store, day=day, topic=topic, now=now, title=title, deciders=deciders, external_url=external_url
        )
        store.save_digest(day.isoformat(), topic, now, dump(facts), owed(facts))
    return write(facts, folder / "digests", language)


def next_revision(
    store: Store,
    *,
    day: date,
    topic: str,
    now: datetime,
    title: str = "",
    deciders: Sequence[Decider] = (),
    external_url: str | None = None,
) -> Facts:
    """Gathered at `now`, with what they say otherwise than the newest stored ones; not stored yet."""
    numbers = store.digest_revisions(day.isoformat(), topic)
    stored = store.digest(day.isoformat(), topic)
    return gather(
        store,
        day=day,
        topic=topic,
        now=now,
        title=title,
        deciders=deciders,
        external_url=external_url,
        revision=numbers[-1][0] + 1 if numbers else 1,
        before=load(stored[1]) if stored else None,
    )


def stored_facts(store: Store, day: date, topic: str) -> Facts | None:
    """The facts of the newest revision, if the day was over then."""
    stored = store.digest(day.isoformat(), topic)
    facts = load(stored[1]) if stored else None
    return facts if facts and facts.over else None
