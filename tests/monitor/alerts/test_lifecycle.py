"""Alerts as pictures: `!` breach, `.` clear, `?` unknown; o ok, p pending, f firing, c recovering, r resolved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from analysis.rules.rule import Answer, Urgency, Verdict
from monitor.alerts.lifecycle import step
from monitor.alerts.types import Alert, Severity, State, Transition

T0 = datetime(2026, 11, 23, tzinfo=UTC)
LETTER = {
    State.OK: "o",
    State.PENDING: "p",
    State.FIRING: "f",
    State.RECOVERING: "c",
    State.RESOLVED: "r",
}
ANSWER = {"!": Answer.BREACH, ".": Answer.CLEAR, "?": Answer.UNKNOWN}
BLANK = Alert(fingerprint="a", episode=1, rule="r", kind="k", subject="tea", severity=Severity.PAGE)

PICTURES = [
    ("...", "ooo", "quiet stays quiet"),
    ("???", "ooo", "unknown is not a breach"),
    ("!!.!!", "ppopp", "one clear minute starts the hold again"),
    ("!!!!", "ppff", "fires after two minutes of breach"),
    ("!!!.!", "ppfcf", "one clear minute does not resolve: no flapping"),
    ("!!!...", "ppfccr", "resolves after two clear minutes"),
    ("!!!.!...", "ppfcfccr", "a new breach starts the cool-down again"),
    ("!!!.!.!.!.!", "ppfcfcfcfcf", "flapping is one episode"),
    ("!!!???", "ppffff", "a dead source resolves nothing"),
    ("!!!.???", "ppfcccc", "nor does it finish a recovery"),
    ("!!!.???.", "ppfccccc", "time not seen is not clear time"),
    ("!!!.???..", "ppfcccccr", "a recovery goes on where sight was lost"),
    ("!!!.?.?.", "ppfccccr", "each gap is left out"),
    ("!!!???...", "ppffffccr", "a recovery after a gap needs its whole time"),
    ("!!!.?!", "ppfccf", "a breach after a gap is a breach"),
    ("!?!", "ppf", "a gap does not restart the hold"),
    ("!?.", "ppo", "nor does it keep what has cleared"),
    ("!!!...!", "ppfccrp", "a new episode waits its own hold"),
    ("!!!...!!!...", "ppfccrppfccr", "and is an episode like the first"),
    ("!!!...?.?", "ppfccrrrr", "what is over stays over"),
    ("!!!...?!", "ppfccrrp", "a gap after the end hides no new episode"),
    (".?!", "oop", "unknown before a breach changes nothing"),
]


def verdict(minute: int, seen: str, value: float = 1.0) -> Verdict:
    return Verdict(
        at=T0 + timedelta(minutes=minute),
        answer=ANSWER[seen],
        because=f"{seen} at {minute}",
        value=None if seen == "?" else value,
        limit=5.0,
        unit="nats",
    )


def walk(
    minutes: str, *, hold_s: float = 120, keep_firing_s: float = 120, restarts: bool = False
) -> tuple[Alert, str, list[Transition]]:
    """The alert at the end, its states as letters, and the transitions; with a restart before each minute or none."""
    alert, states, transitions = BLANK, "", []
    for minute, seen in enumerate(minutes):
        if restarts:
            alert = msgspec.json.decode(msgspec.json.encode(alert), type=Alert)
        alert, transition = step(alert, verdict(minute, seen), hold_s=hold_s, keep_firing_s=keep_firing_s)
        states += LETTER[alert.state]
        if transition:
            transitions.append(transition)
    return alert, states, transitions


@pytest.mark.parametrize(("minutes", "states", "why"), PICTURES)
def test_minutes_of_breach_to_states(minutes: str, states: str, why: str) -> None:
    assert walk(minutes)[1] == states, why


@pytest.mark.parametrize(("minutes", "states", "why"), PICTURES)
def test_a_restart_in_every_state_changes_nothing(minutes: str, states: str, why: str) -> None:
    assert walk(minutes, restarts=True)[1] == states, why
    assert walk(minutes, restarts=True) == walk(minutes), why


@pytest.mark.parametrize(("minutes", "states", "why"), PICTURES)
def test_each_change_of_state_is_one_transition(minutes: str, states: str, why: str) -> None:
    seen = [LETTER[t.before] + LETTER[t.after] for t in walk(minutes)[2]]
    changes = [a + b for a, b in zip("o" + states, states, strict=False) if a != b]
    assert seen == [change.replace("rp", "op") for change in changes], why


def test_without_a_hold_it_fires_at_once_and_without_a_cool_down_it_resolves_at_once() -> None:
    alert, states, transitions = walk("!.!", hold_s=0, keep_firing_s=0)
    assert states == "frf"
    assert [(t.before, t.after) for t in transitions] == [
        (State.OK, State.FIRING),
        (State.FIRING, State.RESOLVED),
        (State.OK, State.FIRING),
    ]
    assert [t.alert for t in transitions] == ["a:1", "a:1", "a:2"]
    assert [t.because for t in transitions] == ["! at 0", ". at 1", "! at 2"]
    assert alert.episode == 2


def test_the_times_of_an_episode() -> None:
    alert, _, transitions = walk("..!!!.!..?.")
    minute = [T0 + timedelta(minutes=m) for m in range(11)]
    assert alert.state is State.RESOLVED
    assert alert.breached_at == minute[2]
    assert alert.fired_at == minute[4]
    assert alert.cleared_at == minute[7]
    assert alert.resolved_at == minute[10]
    assert alert.judged_at == minute[10]
    assert [t.at for t in transitions] == [minute[2], minute[4], minute[5], minute[6], minute[7], minute[10]]


def test_the_beginning_is_where_the_rule_says_it_was_and_the_hold_counts_from_there() -> None:
    began = T0 - timedelta(minutes=7)
    breach = Verdict(at=T0, answer=Answer.BREACH, because="since long", began_at=began)
    alert, transition = step(BLANK, breach, hold_s=300, keep_firing_s=0)
    assert alert.state is State.FIRING
    assert alert.breached_at == began
    assert alert.fired_at == T0
    assert transition is not None
    assert transition.at == T0


def test_a_new_episode_has_the_next_number_and_nothing_of_the_old_one() -> None:
    first, _, _ = walk("!!!...")
    second, transition = step(first, verdict(6, "!", value=0.5), hold_s=0, keep_firing_s=0)
    assert (first.key, second.key) == ("a:1", "a:2")
    assert second.peak == 0.5
    assert second.fired_at == second.breached_at == T0 + timedelta(minutes=6)
    assert second.resolved_at is None
    assert second.cleared_at is None
    assert transition == Transition(
        alert="a:2", at=T0 + timedelta(minutes=6), before=State.OK, after=State.FIRING, because="! at 6"
    )


def test_a_breach_that_never_fired_uses_no_number() -> None:
    alert, states, _ = walk("!.!!!")
    assert states == "poppf"
    assert alert.episode == 1
    assert alert.breached_at == T0 + timedelta(minutes=2)


def test_peak_is_the_highest_breach_and_because_the_newest() -> None:
    alert = BLANK
    for minute, (seen, value) in enumerate([("!", 6.0), ("!", 9.0), ("!", 7.0), (".", 99.0)]):
        alert, _ = step(alert, verdict(minute, seen, value), hold_s=0, keep_firing_s=600)
    assert alert.peak == 9.0
    assert alert.value == 99.0
    assert alert.because == "! at 2"
    assert alert.limit == 5.0
    assert alert.unit == "nats"


def test_labels_of_a_breach_are_added_and_renewed() -> None:
    alert = BLANK
    for minute, names in enumerate(["slow", "slow,busy"]):
        breach = Verdict(
            at=T0 + timedelta(minutes=minute), answer=Answer.BREACH, because="", labels=(("categories", names),)
        )
        alert, _ = step(alert, breach, hold_s=0, keep_firing_s=0)
    assert alert.labels == {"categories": "slow,busy"}


@pytest.mark.parametrize(
    ("minutes", "configured", "severities", "why"),
    [
        ("nnw", "page", "nnw", "it rises with its verdicts"),
        ("wnp", "page", "wwp", "and does not fall within an episode"),
        ("ppp", "warn", "www", "never above what is configured"),
        ("np.w", "page", "nppp", "nor in a recovery"),
        ("p...n", "page", "ppppn", "a new episode begins with its own"),
        ("n.w", "page", "nnw", "a breach that never fired leaves nothing"),
    ],
)
def test_an_alert_is_as_urgent_as_the_most_urgent_verdict_of_its_episode_allows(
    minutes: str, configured: str, severities: str, why: str
) -> None:
    letters = {"p": Urgency.PAGE, "w": Urgency.WARN, "n": Urgency.NOTE}
    hold_s = 120.0 if why.startswith("a breach") else 0.0
    alert, seen = BLANK, ""
    for minute, letter in enumerate(minutes):
        breach = replace(verdict(minute, "." if letter == "." else "!"), urgency=letters.get(letter))
        alert, _ = step(alert, breach, hold_s=hold_s, keep_firing_s=120, severity=Severity(configured))
        seen += alert.severity.value[0]
    assert seen == severities, why


def test_an_edit_of_the_configured_severity_counts_from_the_next_breach() -> None:
    alert, _ = step(BLANK, verdict(0, "!"), hold_s=0, keep_firing_s=0, severity=Severity.PAGE)
    alert, none = step(alert, verdict(1, "!"), hold_s=0, keep_firing_s=0, severity=Severity.NOTE)
    assert (alert.severity, none) == (Severity.NOTE, None)
    alert, told = step(alert, verdict(2, "!"), hold_s=0, keep_firing_s=0, severity=Severity.WARN)
    assert alert.severity is Severity.WARN
    assert told == Transition(
        alert="a:1",
        at=T0 + timedelta(minutes=2),
        before=State.FIRING,
        after=State.FIRING,
        because="note became warn: ! at 2",
    )


@pytest.mark.parametrize("before", ["", "!", "!!!", "!!!."], ids=["ok", "pending", "firing", "recovering"])
def test_unknown_is_noted_from_its_first_minute_until_sight_is_back(before: str) -> None:
    blind, _, _ = walk(before + "???")
    assert blind.unknown_since == T0 + timedelta(minutes=len(before))
    assert walk(before + "???!")[0].unknown_since is None
    assert walk(before + "???.")[0].unknown_since is None


def test_an_episode_that_is_over_does_not_change() -> None:
    over, _, _ = walk("!!!...")
    assert walk("!!!...?..?")[0] == over
