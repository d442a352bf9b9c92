"""What rules made of what they saw: their states, alerts, transitions, evidence."""

import sqlite3
from collections.abc import Callable
from datetime import datetime

import msgspec

from analysis.rules.rule import Verdict
from monitor.alerts.types import Alert, State, Transition
from monitor.store.epoch import bound, maybe_moment, maybe_seconds, moment, seconds
from monitor.store.outbox import enqueue
from monitor.store.store import Judgement, RuleState

RUNNING = (State.PENDING, State.FIRING, State.RECOVERING)


def record(connection: sqlite3.Connection, judgement: Judgement, on_stage: Callable[[str], None]) -> None:
    """Store a judgement whole, deliveries included. One that is older than what is stored changes nothing."""
    until = seconds(judgement.judged_until)
    known = connection.execute(
        "SELECT judged_until FROM rule_states WHERE rule = ? AND subject = ?", (judgement.rule, judgement.subject)
    ).fetchone()
    if known and known[0] > until:
        return
    connection.execute(
        "INSERT INTO rule_states (rule, subject, judged_until, state) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT DO UPDATE SET judged_until = ?3, state = ?4",
        (judgement.rule, judgement.subject, until, judgement.state),
    )
    connection.executemany(
        "INSERT INTO alerts (key, rule, subject, episode, state, began_at, ended_at, body) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
        "ON CONFLICT (key) DO UPDATE SET state = ?5, began_at = ?6, ended_at = ?7, body = ?8",
        [_alert_row(alert, until) for alert in judgement.alerts],
    )
    connection.executemany(
        "INSERT INTO transitions (alert, at, before, after, because) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(t.alert, seconds(t.at), t.before.value, t.after.value, t.because) for t in judgement.transitions],
    )
    connection.executemany(
        "INSERT INTO evidence (alert, at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(alert, seconds(verdict.at), _json(verdict)) for alert, verdict in judgement.verdicts],
    )
    on_stage("outbox")
    enqueue(connection, judgement.deliveries, judgement.judged_until)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _alert_row(alert: Alert, judged_until: int) -> tuple[object, ...]:
    began = alert.breached_at or alert.fired_at or alert.judged_at
    ended = None if alert.state in RUNNING else alert.resolved_at or alert.cleared_at or alert.judged_at
    return (
        alert.key,
        alert.rule,
        alert.subject,
        alert.episode,
        alert.state.value,
        judged_until if began is None else seconds(began),
        None if alert.state in RUNNING else maybe_seconds(ended) or judged_until,
        _json(alert),
    )


def rule_state(connection: sqlite3.Connection, rule: str, subject: str) -> RuleState:
    row = connection.execute(
        "SELECT judged_until, state FROM rule_states WHERE rule = ? AND subject = ?", (rule, subject)
    ).fetchone()
    newest = connection.execute(
        "SELECT body FROM alerts WHERE rule = ? AND subject = ? ORDER BY episode DESC LIMIT 1", (rule, subject)
    ).fetchone()
    return RuleState(
        judged_until=maybe_moment(row[0]) if row else None,
        state=row[1] if row else None,
        alert=msgspec.json.decode(newest[0], type=Alert) if newest else None,
    )


def alerts(
    connection: sqlite3.Connection, since: datetime | None, until: datetime | None, *, open_only: bool
) -> tuple[Alert, ...]:
    """Open is what is pending, firing or recovering; any other episode was over when it was last judged."""
    rows = connection.execute(
        "SELECT body FROM alerts WHERE (ended_at IS NULL OR (NOT ?1 AND (?2 IS NULL OR ended_at >= ?2))) "
        "AND (?3 IS NULL OR began_at < ?3) ORDER BY began_at, key",
        (open_only, None if since is None else bound(since), None if until is None else bound(until)),
    )
    return tuple(msgspec.json.decode(body, type=Alert) for (body,) in rows)


def alert(connection: sqlite3.Connection, key: str) -> Alert | None:
    row = connection.execute("SELECT body FROM alerts WHERE key = ?", (key,)).fetchone()
    return msgspec.json.decode(row[0], type=Alert) if row else None


def transitions(connection: sqlite3.Connection, alert: str) -> tuple[Transition, ...]:
    rows = connection.execute(
        "SELECT alert, at, before, after, because FROM transitions WHERE alert = ? ORDER BY at, id", (alert,)
    )
    return tuple(
        Transition(alert=key, at=moment(at), before=State(before), after=State(after), because=because)
        for key, at, before, after, because in rows
    )


def evidence(connection: sqlite3.Connection, alert: str) -> tuple[Verdict, ...]:
    rows = connection.execute("SELECT body FROM evidence WHERE alert = ? ORDER BY at", (alert,))
    return tuple(msgspec.json.decode(body, type=Verdict) for (body,) in rows)
