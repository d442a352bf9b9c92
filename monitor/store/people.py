"""What people say about alerts: who took one on, and what nobody shall be told of."""

import json
import sqlite3
from datetime import datetime

from monitor.alerts.matchers import matcher
from monitor.alerts.silences import Silence
from monitor.alerts.types import Acknowledgement, Severity
from monitor.store.epoch import moment, seconds
from monitor.store.store import NewSilence


def acknowledge(connection: sqlite3.Connection, said: Acknowledgement) -> None:
    """The newest word on an alert counts; the same word again changes nothing."""
    connection.execute(
        "INSERT INTO acknowledgements (alert, at, author, comment, severity) VALUES (?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT (alert) DO UPDATE SET at = ?2, author = ?3, comment = ?4, severity = ?5 "
        "WHERE author <> ?3 OR comment <> ?4 OR severity <> ?5",
        (said.alert, seconds(said.at), said.author, said.comment, said.severity.value),
    )


def acknowledgements(connection: sqlite3.Connection, alerts: list[str]) -> tuple[Acknowledgement, ...]:
    rows = connection.execute(
        "SELECT alert, at, author, comment, severity FROM acknowledgements "
        "WHERE alert IN (SELECT value FROM json_each(?)) ORDER BY alert",
        (json.dumps(alerts),),
    )
    return tuple(
        Acknowledgement(alert=alert, at=moment(at), author=author, comment=comment, severity=Severity(severity))
        for alert, at, author, comment, severity in rows
    )


def silence(connection: sqlite3.Connection, new: NewSilence) -> int:
    """The id; one that is there already, word for word, is not made again."""
    row = (
        json.dumps([str(each) for each in new.matchers], ensure_ascii=False),
        seconds(new.starts_at),
        seconds(new.ends_at),
        new.author,
        new.comment,
    )
    known = connection.execute(
        "SELECT id FROM silences WHERE matchers = ? AND starts_at = ? AND ends_at = ? AND author = ? AND comment = ?",
        row,
    ).fetchone()
    if known:
        return int(known[0])
    added = connection.execute(
        "INSERT INTO silences (matchers, starts_at, ends_at, author, comment) VALUES (?, ?, ?, ?, ?)", row
    )
    return int(added.lastrowid or 0)


def expire(connection: sqlite3.Connection, number: int, at: datetime) -> bool:
    """End it at `at`, or never begin it; False where it is not there or over already."""
    ended = connection.execute(
        "UPDATE silences SET ends_at = ?1, starts_at = min(starts_at, ?1) WHERE id = ?2 AND ends_at > ?1",
        (seconds(at), number),
    )
    return ended.rowcount > 0


def silences(connection: sqlite3.Connection, since: datetime | None) -> tuple[Silence, ...]:
    rows = connection.execute(
        "SELECT id, matchers, starts_at, ends_at, author, comment FROM silences WHERE ends_at > ? ORDER BY id",
        (-1 if since is None else seconds(since),),
    )
    return tuple(
        Silence(
            id=number,
            matchers=tuple(map(matcher, json.loads(matchers))),
            starts_at=moment(starts_at),
            ends_at=moment(ends_at),
            author=author,
            comment=comment,
        )
        for number, matchers, starts_at, ends_at, author, comment in rows
    )
