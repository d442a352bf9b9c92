"""The outbox: messages owed to people, each kept until its channel accepted it or it was given up.

A sender holds a delivery by a lease. One that dies holds it no longer than that, and then it is sent again: at least
once, under the same event id.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from monitor.alerts.types import Delivery, Message
from monitor.store.epoch import maybe_moment, moment, seconds
from monitor.store.store import NewDelivery, OutboxCounts

FIELDS = "id, channel, recipient, message, attempts, created_at, next_attempt_at, delivered_at, dead_at, last_error"


def enqueue(connection: sqlite3.Connection, deliveries: Sequence[NewDelivery], now: datetime) -> None:
    """Take up the deliveries whose event id is new."""
    connection.executemany(
        "INSERT INTO deliveries (event_id, event, alert, channel, recipient, message, created_at, next_attempt_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING",
        [
            (
                d.message.event_id,
                d.message.event,
                d.alert,
                d.channel,
                d.recipient,
                msgspec.json.encode(d.message).decode(),
                seconds(now),
                seconds(d.next_attempt_at),
            )
            for d in deliveries
        ],
    )


def lease(connection: sqlite3.Connection, now: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
    rows = connection.execute(
        "UPDATE deliveries SET leased_until = ?2 WHERE id IN (SELECT id FROM deliveries WHERE delivered_at IS NULL "
        "AND dead_at IS NULL AND next_attempt_at <= ?1 AND (leased_until IS NULL OR leased_until <= ?1) "
        f"ORDER BY next_attempt_at, id LIMIT ?3) RETURNING {FIELDS}",
        (seconds(now), seconds(until), limit),
    ).fetchall()
    due = [_delivery(row) for row in rows]
    return tuple(sorted(due, key=lambda d: (d.next_attempt_at, d.id)))


def delivered(connection: sqlite3.Connection, delivery: int, at: datetime, reference: str) -> None:
    """Mark it as accepted by the channel; a second mark changes nothing."""
    connection.execute(
        "UPDATE deliveries SET delivered_at = ?, reference = ?, attempts = attempts + 1, leased_until = NULL, "
        "dead_at = NULL, last_error = NULL WHERE id = ? AND delivered_at IS NULL",
        (seconds(at), reference, delivery),
    )


def failed(
    connection: sqlite3.Connection, delivery: int, at: datetime, error: str, next_attempt_at: datetime | None
) -> None:
    """Give the lease back with the reason; without a lease (it was given back before) nothing changes."""
    connection.execute(
        "UPDATE deliveries SET attempts = attempts + 1, last_error = ?1, leased_until = NULL, "
        "next_attempt_at = coalesce(?2, next_attempt_at), dead_at = CASE WHEN ?2 IS NULL THEN ?3 END "
        "WHERE id = ?4 AND leased_until IS NOT NULL AND delivered_at IS NULL",
        (error, None if next_attempt_at is None else seconds(next_attempt_at), seconds(at), delivery),
    )


def told(connection: sqlite3.Connection, alert: str, event: str) -> frozenset[tuple[str, str]]:
    rows = connection.execute(
        "SELECT channel, recipient FROM deliveries WHERE alert = ? AND event = ? AND dead_at IS NULL", (alert, event)
    )
    return frozenset((channel, recipient) for channel, recipient in rows)


def counts(connection: sqlite3.Connection) -> OutboxCounts:
    pending, dead, done, oldest = connection.execute(
        "SELECT count(CASE WHEN delivered_at IS NULL AND dead_at IS NULL THEN 1 END), count(dead_at), "
        "count(delivered_at), min(CASE WHEN delivered_at IS NULL AND dead_at IS NULL THEN created_at END) "
        "FROM deliveries"
    ).fetchone()
    return OutboxCounts(pending=pending, dead=dead, delivered=done, oldest_pending_at=maybe_moment(oldest))


def deliveries(connection: sqlite3.Connection, *, dead_only: bool) -> Iterator[Delivery]:
    """In order of their making."""
    which = "WHERE dead_at IS NOT NULL" if dead_only else ""
    for row in connection.execute(f"SELECT {FIELDS} FROM deliveries {which} ORDER BY id"):
        yield _delivery(row)


def _delivery(row: Sequence[Any]) -> Delivery:
    number, channel, recipient, message, attempts, created_at, next_attempt_at, delivered_at, dead_at, error = row
    return Delivery(
        id=number,
        channel=channel,
        recipient=recipient,
        message=msgspec.json.decode(message, type=Message),
        attempts=attempts,
        created_at=moment(created_at),
        next_attempt_at=moment(next_attempt_at),
        delivered_at=maybe_moment(delivered_at),
        dead_at=maybe_moment(dead_at),
        last_error=error,
    )
