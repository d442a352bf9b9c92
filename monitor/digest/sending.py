"""A digest as what is owed to the people who asked for it: one delivery for each, once, through the outbox."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts.directory import Directory
from monitor.alerts.types import Message, Severity
from monitor.config.types import DigestConfig, DigestRoute, Language
from monitor.digest import lists, page
from monitor.digest.facts import Facts
from monitor.digest.story import seen_enough, subject, summary
from monitor.digest.wording import Wording
from monitor.store.store import NewDelivery

ROOM = 4096  # bytes of a card, its title included: what the smallest chat takes
INCIDENTS, HASHTAGS = 5, 3  # in a card
LATE_AFTER = timedelta(hours=1)


def deliveries(
    facts: Facts, config: DigestConfig, directory: Directory, language: Language, zone: ZoneInfo, now: datetime
) -> list[NewDelivery]:
    """To every recipient of the topic; asked again, the same event ids. `zone` is that of the hour it is due at."""
    late = now - due_at(facts.day, config, zone) > LATE_AFTER
    return [
        NewDelivery(
            alert=None,
            channel=channel,
            recipient=recipient,
            message=card(
                facts,
                route.language or language,
                f"digest:daily:{facts.day}:{facts.topic}:{channel}:{recipient}",
                late_since=due_at(facts.day, config, zone) if late else None,
            ),
            next_attempt_at=now,
        )
        for route, channel, recipient in _recipients(facts.topic, config.send, directory)
    ]


def due_at(day: date, config: DigestConfig, zone: ZoneInfo) -> datetime:
    """On the day after, at the configured hour."""
    return datetime.combine(day + timedelta(days=1), time.fromisoformat(config.at), zone)


def _recipients(
    topic: str, routes: Sequence[DigestRoute], directory: Directory
) -> Iterator[tuple[DigestRoute, str, str]]:
    """Each channel and recipient once, by the first route that has it."""
    known = set[tuple[str, str]]()
    for route in routes:
        if route.topics and topic not in route.topics:
            continue
        for channel in route.channels:
            for recipient in directory.recipients(channel, route.people):
                if (channel, recipient) not in known:
                    known.add((channel, recipient))
                    yield route, channel, recipient


def card(facts: Facts, language: Language, event_id: str, late_since: datetime | None = None) -> Message:
    """The digest for a chat: what happened, the figures, the incidents, the first hashtags; at most `ROOM` bytes."""
    wording = Wording(language, facts.day)
    title = subject(facts, wording)
    told = [wording.say("late", due=wording.dated(late_since))] if late_since else []
    lines = [*told, *summary(facts, wording), *_figures(facts, wording), *_events(facts, wording)]
    hashtags = lists.hashtag_rows(facts, wording)[:HASHTAGS]
    lines += [wording.say("card_hashtag", label=row.label, n=row.count) for row in hashtags]
    return Message(
        event_id=event_id,
        event="digest",
        severity=Severity.NOTE,
        title=title,
        lines=tuple(_fitting(title, lines, facts.external_url or "")),
        labels={"topic": facts.topic},
        at=facts.as_of,
        links={wording.say("link"): facts.external_url} if facts.external_url else {},
        facts={"day": facts.day.isoformat(), "topic": facts.topic, "revision": facts.revision.number},
    )


def _figures(facts: Facts, wording: Wording) -> Iterator[str]:
    for box in page.cards(facts, wording):
        changes = [f"{told.sign} {told.text}".strip() for told in box.changes]
        notes = wording.say("join").join([*box.notes, *changes])
        yield wording.say("card_figure", label=box.label, value=box.value, notes=notes)


def _events(facts: Facts, wording: Wording) -> Iterator[str]:
    if not facts.incidents:
        yield wording.say("no_incidents" if seen_enough(facts) else "no_incidents_blind")
    for box in page.incident_boxes(facts, wording)[:INCIDENTS]:
        told = wording.say("join").join(f"{label} {value}" for label, value in box.rows[:4])
        yield wording.say("card_incident", name=box.name, state=box.state, told=told)


def _fitting(title: str, lines: Sequence[str], link: str) -> Iterator[str]:
    """Whole lines from the first on, as long as there is room."""
    room = ROOM - len(title.encode()) - len(link.encode()) - 200  # for the marks of a channel and the link's name
    for line in lines:
        room -= len(line.encode()) + 8
        if room < 0:
            return
        yield line
