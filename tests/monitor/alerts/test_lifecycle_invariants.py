"""What holds of the lifecycle for every course of verdicts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from analysis.rules.rule import Answer, Verdict
from monitor.alerts.lifecycle import step
from monitor.alerts.types import Alert, Severity, State, Transition

T0 = datetime(2026, 11, 23, tzinfo=UTC)
BLANK = Alert(fingerprint="a", episode=1, rule="r", kind="k", subject="tea", severity=Severity.PAGE)
LEGAL = {
    (State.OK, State.PENDING),
    (State.OK, State.FIRING),
    (State.PENDING, State.OK),
    (State.PENDING, State.FIRING),
    (State.FIRING, State.RECOVERING),
    (State.FIRING, State.RESOLVED),
    (State.RECOVERING, State.FIRING),
    (State.RECOVERING, State.RESOLVED),
}

courses = st.lists(st.sampled_from(Answer), max_size=60)
seconds = st.sampled_from([0.0, 60.0, 180.0, 600.0])


def verdicts(course: list[Answer]) -> list[Verdict]:
    return [
        Verdict(at=T0 + timedelta(minutes=i), answer=answer, because=f"{answer} {i}", value=float(i % 7))
        for i, answer in enumerate(course)
    ]


def walked(course: list[Answer], hold_s: float, keep_s: float) -> list[tuple[Alert, Verdict, Transition | None]]:
    alert, steps = BLANK, []
    for verdict in verdicts(course):
        alert, transition = step(alert, verdict, hold_s=hold_s, keep_firing_s=keep_s)
        steps.append((alert, verdict, transition))
    return steps


@given(courses, seconds, seconds)
def test_unknown_changes_nothing_but_what_is_known(course: list[Answer], hold_s: float, keep_s: float) -> None:
    before = BLANK
    for alert, verdict, transition in walked(course, hold_s, keep_s):
        if verdict.answer is Answer.UNKNOWN:
            assert transition is None
            assert replace(alert, unknown_since=before.unknown_since, judged_at=before.judged_at) == before
        before = alert


@given(courses, seconds, seconds)
def test_only_legal_transitions_and_each_is_told(course: list[Answer], hold_s: float, keep_s: float) -> None:
    before = BLANK
    for alert, verdict, transition in walked(course, hold_s, keep_s):
        came_from = before.state if alert.episode == before.episode else State.OK
        if came_from is alert.state:
            assert transition is None
        else:
            assert (came_from, alert.state) in LEGAL
            assert transition == Transition(
                alert=alert.key, at=verdict.at, before=came_from, after=alert.state, because=verdict.because
            )
        before = alert


@given(courses, seconds, seconds)
def test_resolved_only_after_clear_minutes_enough_were_seen(course: list[Answer], hold_s: float, keep_s: float) -> None:
    clear = 0
    for alert, verdict, transition in walked(course, hold_s, keep_s):
        if verdict.answer is Answer.BREACH:
            clear = 0
        elif verdict.answer is Answer.CLEAR:
            clear += 1
        if transition and transition.after is State.RESOLVED:
            assert (clear - 1) * 60 >= keep_s
            assert alert.resolved_at == verdict.at


@given(courses, seconds, seconds)
def test_fired_only_after_a_breach_that_lasted(course: list[Answer], hold_s: float, keep_s: float) -> None:
    for alert, verdict, _ in walked(course, hold_s, keep_s):
        if alert.state in (State.FIRING, State.RECOVERING, State.RESOLVED):
            assert alert.breached_at is not None
            assert alert.fired_at is not None
            assert (alert.fired_at - alert.breached_at).total_seconds() >= hold_s
            assert alert.fired_at <= verdict.at


@given(courses, seconds, seconds, st.sets(st.integers(0, 60)))
def test_a_restart_anywhere_changes_nothing(
    course: list[Answer], hold_s: float, keep_s: float, restarts: set[int]
) -> None:
    alert = BLANK
    for i, (expected, verdict, transition) in enumerate(walked(course, hold_s, keep_s)):
        if i in restarts:
            alert = msgspec.json.decode(msgspec.json.encode(alert), type=Alert)
        alert, told = step(alert, verdict, hold_s=hold_s, keep_firing_s=keep_s)
        assert alert == expected
        assert told == transition


@given(courses, seconds, seconds)
def test_episodes_count_up_by_one(course: list[Answer], hold_s: float, keep_s: float) -> None:
    fired: list[str] = []
    before = BLANK
    for alert, _, transition in walked(course, hold_s, keep_s):
        assert alert.episode - before.episode in (0, 1)
        assert alert.episode == before.episode or before.state is State.RESOLVED
        if transition and transition.after is State.FIRING and transition.before is not State.RECOVERING:
            fired.append(transition.alert)
        before = alert
    assert fired == [f"a:{number}" for number in range(1, len(fired) + 1)]
