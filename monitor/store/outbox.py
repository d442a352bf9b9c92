"""The outbox: messages owed to people, each kept until its channel accepted it or it was given up.

A sender holds a delivery by a lease. One that dies holds it no longer than that, and then it is sent again: at least
once, under the same event id.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from monitor.alerts.types import Delivery, Message, Severity, Telling
from monitor.store.epoch import maybe_moment, moment, seconds
from monitor.store.store import GroupTimes, NewDelivery, OutboxCounts

FIELDS = (
    "id, channel, recipient, message, attempts, created_at, next_attempt_at, delivered_at, dead_at, last_error, batch"
)

OWED = "delivered_at IS NULL AND dead_at IS NULL"
DUE = f"{OWED} AND next_attempt_at <= ?1 AND (leased_until IS NULL OR leased_until <= ?1)"
UNTRIED = f"{OWED} AND attempts = 0 AND leased_until IS NULL AND batch IS NULL"


def enqueue(connection: sqlite3.Connection, deliveries: Sequence[NewDelivery], now: datetime) -> None:
    """Take up the deliveries whose event id is new."""
    connection.executemany(
        "INSERT INTO deliveries (event_id, event, alert, channel, recipient, message, created_at, next_attempt_at, "
        "grouped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING",
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
                d.group,
            )
            for d in deliveries
        ],
    )


def lease(connection: sqlite3.Connection, now: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
    """What was sent as one message before is leased as one again: an event id never changes what it stands for."""
    held = (seconds(now), seconds(until), limit)
    connection.execute(
        "UPDATE deliveries SET batch = first FROM (SELECT channel AS c, recipient AS r, grouped AS g, min(id) AS first "
        f"FROM deliveries WHERE {DUE} AND grouped <> '' AND batch IS NULL GROUP BY channel, recipient, grouped) "
        f"WHERE {DUE} AND batch IS NULL AND channel = c AND recipient = r AND grouped = g",
        held[:1],
    )
    rows = connection.execute(
        f"WITH due AS (SELECT id, batch FROM deliveries WHERE {DUE} ORDER BY next_attempt_at, id LIMIT ?3) "
        "UPDATE deliveries SET leased_until = ?2 WHERE id IN (SELECT id FROM due) "
        f"OR (batch IN (SELECT batch FROM due) AND {OWED}) RETURNING {FIELDS}",
        held,
    ).fetchall()
    due = [_delivery(row) for row in rows]
    return tuple(sorted(due, key=lambda d: (d.next_attempt_at, d.id)))


def withdraw(connection: sqlite3.Connection, numbers: Sequence[int]) -> int:
    taken = connection.executemany(f"DELETE FROM deliveries WHERE id = ? AND {UNTRIED}", [(each,) for each in numbers])
    return max(0, taken.rowcount)


def retry(connection: sqlite3.Connection, number: int, now: datetime) -> bool:
    """A dead letter gets a new life of as many attempts; one that waits is due now."""
    due = connection.execute(
        "UPDATE deliveries SET next_attempt_at = ?1, created_at = iif(dead_at IS NULL, created_at, ?1), "
        "attempts = iif(dead_at IS NULL, attempts, 0), dead_at = NULL "
        "WHERE id = ?2 AND delivered_at IS NULL AND (leased_until IS NULL OR leased_until <= ?1)",
        (seconds(now), number),
    )
    return due.rowcount > 0


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


def tellings(connection: sqlite3.Connection, alerts: Sequence[str]) -> tuple[Telling, ...]:
    rows = connection.execute(
        "SELECT id, alert, event, event_id, channel, recipient, message ->> '$.severity', created_at, next_attempt_at, "
        f"{UNTRIED}, delivered_at IS NOT NULL, dead_at IS NOT NULL FROM deliveries "
        "WHERE alert IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(list(alerts)),),
    )
    return tuple(
        Telling(
            id=row[0],
            alert=row[1],
            event=row[2],
            event_id=row[3],
            channel=row[4],
            recipient=row[5],
            severity=Severity(row[6]),
            created_at=moment(row[7]),
            next_attempt_at=moment(row[8]),
            untried=bool(row[9]),
            delivered=bool(row[10]),
            dead=bool(row[11]),
        )
        for row in rows
    )


def group_times(connection: sqlite3.Connection, channel: str, recipient: str, group: str) -> GroupTimes:
    next_at, last_at = connection.execute(
        f"SELECT min(CASE WHEN {UNTRIED} THEN next_attempt_at END), max(CASE WHEN batch IS NOT NULL THEN "
        "coalesce(delivered_at, next_attempt_at) END) FROM deliveries "
        "WHERE grouped = ? AND channel = ? AND recipient = ?",
        (group, channel, recipient),
    ).fetchone()
    return GroupTimes(next_at=maybe_moment(next_at), last_at=maybe_moment(last_at))


def counts(connection: sqlite3.Connection) -> OutboxCounts:
    pending, dead, done, oldest = connection.execute(
        "SELECT count(CASE WHEN delivered_at IS NULL AND dead_at IS NULL THEN 1 END), count(dead_at), "
        "count(delivered_at), min(CASE WHEN delivered_at IS NULL AND dead_at IS NULL AND attempts > 0 "
        "THEN created_at END) FROM deliveries"
    ).fetchone()
    return OutboxCounts(pending=pending, dead=dead, delivered=done, failing_since=maybe_moment(oldest))


def deliveries(connection: sqlite3.Connection, *, dead_only: bool) -> Iterator[Delivery]:
    """In order of their making."""
    which = "WHERE dead_at IS NOT NULL" if dead_only else ""
    for row in connection.execute(f"SELECT {FIELDS} FROM deliveries {which} ORDER BY id"):
        yield _delivery(row)


def _delivery(row: Sequence[Any]) -> Delivery:
    number, channel, recipient, message, attempts, created_at, next_attempt_at, delivered_at, dead_at, error, batch = (
        row
    )
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
        batch=batch,
    )
