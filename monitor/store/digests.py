"""Facts of digests, each revision kept."""

import sqlite3
from datetime import datetime

from monitor.store.epoch import moment, seconds


def save(connection: sqlite3.Connection, day: str, topic: str, as_of: datetime, facts: bytes) -> None:
    """Keep the facts as a new revision; the newest one saved again changes nothing."""
    if newest(connection, day, topic) == (moment(seconds(as_of)), facts):
        return
    connection.execute(
        "INSERT INTO digests (day, topic, revision, as_of, facts) "
        "SELECT ?1, ?2, coalesce(max(revision), 0) + 1, ?3, ?4 FROM digests WHERE day = ?1 AND topic = ?2",
        (day, topic, seconds(as_of), facts),
    )


def newest(
    connection: sqlite3.Connection, day: str, topic: str, revision: int | None = None
) -> tuple[datetime, bytes] | None:
    """The newest one, or that of a number."""
    row = connection.execute(
        "SELECT as_of, facts FROM digests WHERE day = ?1 AND topic = ?2 AND revision = coalesce(?3, revision) "
        "ORDER BY revision DESC LIMIT 1",
        (day, topic, revision),
    ).fetchone()
    return (moment(row[0]), row[1]) if row else None


def revisions(connection: sqlite3.Connection, day: str, topic: str) -> tuple[tuple[int, datetime], ...]:
    rows = connection.execute(
        "SELECT revision, as_of FROM digests WHERE day = ? AND topic = ? ORDER BY revision", (day, topic)
    )
    return tuple((revision, moment(as_of)) for revision, as_of in rows)
