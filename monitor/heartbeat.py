"""A sign of life after every good round: a monitor that died cannot say so, but another service can miss its heartbeat.

A round is good when it was judged and delivered without a fault, at least one source was seen lately (unless none is
asked), and nothing has waited in the outbox for so long that alerts do not get through.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx

from analysis.rules.rule import SourceHealth
from collectors.secret import Secret
from monitor.channels.discreet import discreet
from monitor.store.store import OutboxCounts

log = logging.getLogger(__name__)

STUCK = timedelta(minutes=15)  # a message that is owed for longer
LEAST_LATELY = timedelta(minutes=15)
MISSED_VISITS = 3
TIMEOUT_S = 10.0


def complaint(sources: Sequence[SourceHealth], outbox: OutboxCounts, now: datetime) -> str:
    """Why the round was no good one; empty where it was."""
    if sources and not any(_seen_lately(source, now) for source in sources):
        return "no source was seen lately"
    if outbox.failing_since and now - outbox.failing_since > STUCK:
        return "messages do not get through"
    return ""


def ping(client: httpx.Client, url: Secret) -> bool:
    """Ask for the address; what fails is told without it, since it may hold a key, and stops nothing."""
    try:
        with discreet():
            answer = client.get(url.reveal(), timeout=TIMEOUT_S, follow_redirects=False)
        if answer.is_success:
            return True
        log.warning("heartbeat: HTTP status %d", answer.status_code)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        log.warning("heartbeat: no answer (%s)", type(error).__name__)
    return False


def _seen_lately(source: SourceHealth, now: datetime) -> bool:
    limit = max(LEAST_LATELY, timedelta(seconds=MISSED_VISITS * source.every_s))
    return source.last_success_at is not None and now - source.last_success_at <= limit
