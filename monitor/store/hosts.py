"""Where each host stands with its pace. In microseconds: a pace is kept to the fraction of a second."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from collectors.pace import HostPace

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def save_paces(connection: sqlite3.Connection, paces: Sequence[HostPace]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO hosts (host, answered_us, rest_until_us, refusals) VALUES (?, ?, ?, ?)",
        [(pace.host, _us(pace.answered_at), _us(pace.rest_until), pace.refusals) for pace in paces],
    )


def load_paces(connection: sqlite3.Connection) -> tuple[HostPace, ...]:
    rows = connection.execute("SELECT host, answered_us, rest_until_us, refusals FROM hosts ORDER BY host")
    return tuple(
        HostPace(host=host, answered_at=_moment(answered), rest_until=_moment(rest), refusals=refusals)
        for host, answered, rest, refusals in rows
    )


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // MICROSECOND


def _moment(stored: int | None) -> datetime | None:
    return None if stored is None else EPOCH + stored * MICROSECOND
