"""A digest as what is owed to the people who asked for it: one delivery for each, once, through the outbox."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from monitor.alerts.directory import Directory
from monitor.alerts.types import Message, Severity
from monitor.config.types import DigestConfig, DigestRoute, Language
from monitor.digest import lists, page
from monitor.digest.facts import Facts
from monitor.digest.render import Mailing, digest_mail
from monitor.digest.story import seen_enough, subject, summary
from monitor.digest.wording import Wording
from monitor.store.store import NewDelivery

ROOM = 4096  # bytes of a card, its title included: what the smallest chat takes
INCIDENTS, HASHTAGS = 5, 3  # in a card
LATE_AFTER = timedelta(hours=1)


def deliveries(
    facts: Facts,
    config: DigestConfig,
    directory: Directory,
    language: Language,
    zone: ZoneInfo,
    now: datetime,
    *,
    pages: Collection[str] = (),
) -> list[NewDelivery]:
    """To every recipient of the topic; asked again, the same event ids. `zone` is that of the hour it is due at.

    `pages` are the channels that take the whole page; the others get the card.
    """
    due = due_at(facts.day, config, zone)
    late_since = due if now - due > LATE_AFTER else None

    @cache
    def mailed(language: Language) -> Mailing:
        return digest_mail(facts, language, _late_note(Wording(language, facts.day), late_since))

    owed = []
    for route, channel, recipient in _recipients(facts.topic, config.send, directory):
        spoken = route.language or language
        event_id = f"digest:daily:{facts.day}:{facts.topic}:{channel}:{recipient}"
        message = card(facts, spoken, event_id, late_since)
        if channel in pages:
            page = mailed(spoken)
            message = replace(message, page=page.html, text=page.text, pictures=page.pictures)
        owed.append(NewDelivery(alert=None, channel=channel, recipient=recipient, message=message, next_attempt_at=now))
    return owed


def _late_note(wording: Wording, late_since: datetime | None) -> str:
    return wording.say("late", due=wording.dated(late_since)) if late_since else ""


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
    note = _late_note(wording, late_since)
    lines = [*([note] if note else []), *summary(facts, wording), *_figures(facts, wording), *_events(facts, wording)]
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
