"""ok → pending → firing → recovering → resolved, as one pure function of what was known and what is seen now.

Unknown is not calm: a verdict UNKNOWN moves no alert, and the time it lasts does not count as recovery. It does count
towards the hold when a breach was seen before and after it, for a hold only delays.

The end of an episode is final: the next breach opens a new one with the next number, which waits its own hold. A breach
that clears before it fired was no episode; its number is used again.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from analysis.rules.rule import Answer, Verdict
from monitor.alerts.types import Alert, Severity, State, Transition, least_urgent, most_urgent

RUNNING = (State.PENDING, State.FIRING, State.RECOVERING)
FIRED = (State.FIRING, State.RECOVERING)


def step(
    alert: Alert, verdict: Verdict, *, hold_s: float, keep_firing_s: float, severity: Severity | None = None
) -> tuple[Alert, Transition | None]:
    """The alert after one verdict, and the transition if its state changed, or if it became more urgent while firing.

    `severity` is the configured one (None: as the alert has it). A verdict may allow less; the most urgent that any
    verdict of the episode allowed holds until its end, so that an alert that hesitates does not call twice.

    It fires when the breach has lasted for `hold_s` seconds, counted from where the rule says it began (else from the
    first verdict), and resolves once only clear verdicts were seen over `keep_firing_s` seconds. Verdicts come in the
    order of their times. `because`, `limit` and `unit` stay those of the newest breach (why the alert is there),
    `value` that of the newest verdict that saw anything; the transition tells its own reason.
    """
    if verdict.answer is Answer.UNKNOWN:
        return _unseen(alert, verdict), None
    if verdict.answer is Answer.BREACH:
        after = _breached(alert, verdict, timedelta(seconds=hold_s), severity or alert.severity)
    else:
        after = _cleared(_seen_again(alert, verdict.at), verdict, timedelta(seconds=keep_firing_s))
    if after.state is alert.state:
        if after.state is State.FIRING and after.severity.rank < alert.severity.rank:
            because = f"{alert.severity} became {after.severity}: {verdict.because}"
            return after, Transition(
                alert=after.key, at=verdict.at, before=alert.state, after=after.state, because=because
            )
        return after, None
    before = State.OK if after.episode != alert.episode else alert.state
    return after, Transition(alert=after.key, at=verdict.at, before=before, after=after.state, because=verdict.because)


def _unseen(alert: Alert, verdict: Verdict) -> Alert:
    if alert.state is State.RESOLVED:
        return alert
    return replace(alert, unknown_since=alert.unknown_since or verdict.at, judged_at=verdict.at)


def _seen_again(alert: Alert, at: datetime) -> Alert:
    """Sight is back: what was missed of a recovery is not counted as clear."""
    if alert.unknown_since is None:
        return alert
    missed = (at - alert.unknown_since).total_seconds() if alert.state is State.RECOVERING else 0.0
    return replace(alert, unknown_since=None, unseen_s=alert.unseen_s + missed)


def _breached(alert: Alert, verdict: Verdict, hold: timedelta, configured: Severity) -> Alert:
    if alert.state is State.RESOLVED:
        alert = Alert(
            fingerprint=alert.fingerprint,
            episode=alert.episode + 1,
            rule=alert.rule,
            kind=alert.kind,
            subject=alert.subject,
            severity=alert.severity,
        )
    allowed = Severity(verdict.urgency.value) if verdict.urgency else Severity.PAGE
    warranted = most_urgent(allowed, alert.warranted) if alert.state in RUNNING else allowed
    since = alert.breached_at if alert.state in RUNNING and alert.breached_at else verdict.began_at or verdict.at
    fires = alert.state in FIRED or verdict.at - since >= hold
    return replace(
        alert,
        state=State.FIRING if fires else State.PENDING,
        labels={**alert.labels, **dict(verdict.labels)},
        breached_at=since,
        fired_at=alert.fired_at or (verdict.at if fires else None),
        cleared_at=None,
        judged_at=verdict.at,
        unknown_since=None,
        unseen_s=0.0,
        value=verdict.value,
        peak=_higher(alert.peak, verdict.value),
        limit=verdict.limit,
        unit=verdict.unit,
        because=verdict.because,
        severity=least_urgent(configured, warranted),
        warranted=warranted,
        figures=verdict.figures,
        version=verdict.version,
    )


def _cleared(alert: Alert, verdict: Verdict, keep_firing: timedelta) -> Alert:
    if alert.state is State.RESOLVED:
        return alert
    if alert.state not in FIRED:
        return replace(
            alert,
            state=State.OK,
            breached_at=None,
            judged_at=verdict.at,
            value=verdict.value,
            peak=None,
        )
    since = alert.cleared_at or verdict.at
    over = verdict.at - since - timedelta(seconds=alert.unseen_s) >= keep_firing
    return replace(
        alert,
        state=State.RESOLVED if over else State.RECOVERING,
        cleared_at=since,
        resolved_at=verdict.at if over else None,
        judged_at=verdict.at,
        value=verdict.value,
    )


def _higher(peak: float | None, value: float | None) -> float | None:
    if peak is None or value is None:
        return value if peak is None else peak
    return max(peak, value)
