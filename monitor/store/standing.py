"""Where each source stands: its cursors, its newest visits, its walls, the login it reads with, and its circuit."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from analysis.rules.rule import SourceHealth
from collectors.circuit import Circuit
from monitor.store.epoch import maybe_moment, maybe_seconds, moment, seconds
from monitor.store.store import Visit


def note(connection: sqlite3.Connection, visit: Visit) -> None:
    """What a visit changes of it."""
    _move_target(connection, visit)
    _note_session(connection, visit)
    connection.execute(
        "INSERT OR REPLACE INTO circuits (source, failures, failing_since, retry_at, mark) VALUES (?, ?, ?, ?, ?)",
        (
            visit.source,
            visit.circuit.failures,
            maybe_seconds(visit.circuit.failing_since),
            maybe_seconds(visit.circuit.retry_at),
            visit.circuit.mark,
        ),
    )


def circuit(connection: sqlite3.Connection, source: str) -> Circuit:
    row = connection.execute(
        "SELECT failures, failing_since, retry_at, mark FROM circuits WHERE source = ?", (source,)
    ).fetchone()
    if row is None:
        return Circuit()
    return Circuit(failures=row[0], failing_since=maybe_moment(row[1]), retry_at=maybe_moment(row[2]), mark=row[3])


def session_end(connection: sqlite3.Connection, source: str, mark: str) -> datetime | None:
    row = connection.execute("SELECT ends_at FROM sessions WHERE source = ? AND mark = ?", (source, mark)).fetchone()
    return maybe_moment(row[0]) if row else None


def health(
    connection: sqlite3.Connection, source: str, targets: Sequence[str], every_s: float, at: datetime
) -> SourceHealth:
    """A source is as well as the worst of the targets that were visited: one that never succeeded makes
    `last_success_at` None, one that was never covered `covered_until`."""
    rows = connection.execute(
        "SELECT platform, watermark, visited_at, succeeded_at, error, reason, moved_at, blocked_at, wall FROM targets "
        f"WHERE source = ? AND target IN ({', '.join('?' * len(targets))}) "
        "ORDER BY visited_at, error IS NOT NULL, target",
        (source, *targets),
    ).fetchall()
    marks = [(row[1], row[6]) for row in rows if row[1] is not None]
    successes = [row[3] for row in rows if row[3] is not None]
    walls = [(row[7], row[8]) for row in rows if row[7] is not None]
    session = connection.execute("SELECT since, ends_at FROM sessions WHERE source = ?", (source,)).fetchone()
    since, ends_at = session or (None, None)
    return SourceHealth(
        source=source,
        platform=rows[-1][0] if rows else "",
        at=at,
        every_s=every_s,
        last_success_at=maybe_moment(min(successes) if successes and len(successes) == len(rows) else None),
        covered_until=moment(min(marks)[0]) if marks and len(marks) == len(rows) else None,
        moved_at=maybe_moment(min(marks)[1]) if marks else None,
        last_error=rows[-1][4] if rows else None,
        last_reason=rows[-1][5] if rows else None,
        blocked_since=maybe_moment(min(walls)[0]) if walls else None,
        blocked_reason=min(walls)[1] if walls else None,
        session_since=maybe_moment(since),
        session_ends_at=maybe_moment(ends_at),
        retry_at=circuit(connection, source).retry_at,
    )


def _move_target(connection: sqlite3.Connection, visit: Visit) -> None:
    """The cursor, and what `health` tells of the newest visit. A cursor never goes back."""
    at = seconds(visit.at)
    connection.execute(
        "INSERT INTO targets (source, target, platform, watermark, asked_from, visited_at, succeeded_at, error, reason,"
        " moved_at, blocked_at, wall) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CASE WHEN ?4 IS NOT NULL THEN ?6 END,"
        " CASE WHEN ?10 THEN ?6 END, CASE WHEN ?10 THEN ?9 END)"
        " ON CONFLICT (source, target) DO UPDATE SET "
        "platform = ?3, watermark = max(coalesce(watermark, ?4), coalesce(?4, watermark)), "
        "moved_at = CASE WHEN ?4 > coalesce(watermark, 0) THEN ?6 ELSE moved_at END, "
        "asked_from = min(coalesce(asked_from, ?5), coalesce(?5, asked_from)), "
        "succeeded_at = max(coalesce(succeeded_at, ?7), coalesce(?7, succeeded_at)), "
        "error = CASE WHEN ?6 >= visited_at THEN ?8 ELSE error END, "
        "reason = CASE WHEN ?6 >= visited_at THEN ?9 ELSE reason END, "
        "blocked_at = CASE WHEN ?6 < visited_at THEN blocked_at WHEN ?10 THEN coalesce(blocked_at, ?6) "
        "WHEN ?8 IS NOT NULL THEN blocked_at END, "
        "wall = CASE WHEN ?6 < visited_at THEN wall WHEN ?10 THEN ?9 WHEN ?8 IS NOT NULL THEN wall END, "
        "visited_at = max(visited_at, ?6)",
        (
            visit.source,
            visit.target,
            visit.platform,
            maybe_seconds(visit.watermark),
            maybe_seconds(visit.asked_from),
            at,
            at if visit.error is None else None,
            visit.error,
            visit.reason,
            visit.is_blocked,
        ),
    )


def _note_session(connection: sqlite3.Connection, visit: Visit) -> None:
    """The login that was used. Its end, once told, is kept as long as it is the same login."""
    if visit.session is None:
        connection.execute("DELETE FROM sessions WHERE source = ?", (visit.source,))
        return
    connection.execute(
        "INSERT INTO sessions (source, mark, since, ends_at) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (source) DO UPDATE SET ends_at = CASE WHEN mark = ?2 THEN coalesce(?4, ends_at) ELSE ?4 END, "
        "since = CASE WHEN mark = ?2 THEN since ELSE ?3 END, mark = ?2",
        (visit.source, visit.session.mark, seconds(visit.at), maybe_seconds(visit.session.ends_at)),
    )
