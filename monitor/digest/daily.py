"""Which digests are due, made from a running service."""

import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.digest.facts import Facts
from monitor.digest.make import make_digest, stored_facts
from monitor.digest.render import Paths
from monitor.digest.sending import deliveries
from monitor.service import Service, channels, deciders, people
from monitor.store.store import NewDelivery

log = logging.getLogger(__name__)

LOOK_BACK_DAYS = 3  # a service that was down makes up for the days it missed, this far back


def make_for(
    service: Service, day: date, topic: str, now: datetime, *, refresh: bool = False, send: bool = False
) -> Paths:
    """The digest of one day and topic, as this service is configured. `send`: facts that are new go to people."""
    config = service.config
    title = next((t.title for t in config.topics if t.name == topic), "")
    return make_digest(
        service.store,
        day=day,
        topic=topic,
        now=now,
        folder=config.storage.folder,
        title=title,
        deciders=deciders(service.jobs),
        external_url=config.external_url,
        language=config.language,
        refresh=refresh,
        owed=lambda facts: owed(service, facts, now) if send else (),
    )


def owed(service: Service, facts: Facts, now: datetime) -> list[NewDelivery]:
    config = service.config
    pages = [name for name, channel in channels(config).items() if getattr(channel, "takes_pages", False)]
    zone = ZoneInfo(config.time_zone)
    return deliveries(facts, config.digest, people(config), config.language, zone, now, pages=pages)


def make_due_digests(service: Service, now: datetime) -> list[Paths]:
    """Make and send every digest of the past days that was never made from a whole day, oldest first, each once.

    One of yesterday that somebody made by hand is sent all the same.
    """
    today = now.astimezone(ZoneInfo(service.config.time_zone)).date()
    topics = service.config.digest.topics or tuple(topic.name for topic in service.config.topics)
    watched = {state.name: state.watched_since for state in service.store.topics()}
    made: list[Paths] = []
    for back in range(LOOK_BACK_DAYS, 0, -1):
        day = today - timedelta(days=back)
        for topic in topics:
            began = watched.get(topic)
            if began is None or began.astimezone(ZoneInfo(service.config.time_zone)).date() > day:
                continue
            facts = stored_facts(service.store, day, topic)
            if facts is not None and back == 1:
                service.store.enqueue(owed(service, facts, now), now)
            if facts is None:
                made.append(make_for(service, day, topic, now, send=True))
                log.info("digest of %s for %s: %s", day, topic, made[-1].html)
    return made
