"""A source that keeps failing is left alone longer and longer; one visit probes it, and a new cookie ends the rest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.circuit import CAP, THRESHOLD, Circuit
from collectors.errors import Blocked, Gone, PayloadChanged, RateLimited, SourceError, Transient

START = datetime(2026, 11, 23, tzinfo=UTC)
ERRORS = {
    "x": Transient("timeout"),
    "w": Blocked("wall"),
    "p": PayloadChanged("data"),
    "r": RateLimited(60.0),
    "g": Gone("deleted"),
}


def visited(outcomes: str, mark: str = "a") -> tuple[str, Circuit]:
    """One letter a minute, made a visit wherever the circuit lets it; what was made of each: the letter, or "-"."""
    circuit, picture = Circuit(), ""
    for minute, outcome in enumerate(outcomes):
        now = START + timedelta(minutes=minute)
        if circuit.is_open(now, mark):
            picture += "-"
            continue
        circuit = circuit.after(ERRORS.get(outcome), now, mark)
        picture += outcome
    return picture, circuit


@pytest.mark.parametrize(
    ("outcomes", "picture"),
    [
        ("xxxx.xxxx.xxxx", "xxxx.xxxx.xxxx"),
        ("x" * 24, "xxxxxx-x-x--x--x---x----"),
        ("xxxxxxx.....", "xxxxxx-....."),
        ("xxxxxxxx..x...", "xxxxxx-x-.x..."),
        ("wwxxwwwww....", "wwxxww-w-...."),
        ("xxxxpxxxx.", "xxxxpxxxx."),
        ("xxxxgxxxx.", "xxxxgxxxx."),
        ("rrrrrrrrrr", "rrrrrrrrrr"),
        ("xxxxrx....", "xxxxrx-..."),
    ],
    ids=[
        *(
            "successes in between",
            "longer and longer",
            "the probe closes it",
            "the probe fails first",
            "walls count",
        ),
        *("a changed page is an answer", "so is a missing one", "being asked to wait", "which forgets nothing"),
    ],
)
def test_it_opens_after_failures_in_a_row(outcomes: str, picture: str) -> None:
    assert visited(outcomes)[0] == picture


def test_a_rest_is_capped() -> None:
    circuit = Circuit()
    for hour in range(THRESHOLD + 40):
        circuit = circuit.after(Transient(), START + timedelta(hours=hour), "")
    assert circuit.retry_at == START + timedelta(hours=THRESHOLD + 39) + CAP


def test_many_targets_that_fail_at_once_do_not_make_a_rest_longer() -> None:
    circuit = Circuit()
    for second in range(100):
        circuit = circuit.after(Transient(), START + timedelta(seconds=second), "")
    assert circuit.retry_at == START + timedelta(seconds=99 + 24.75)


def test_another_cookie_ends_the_rest() -> None:
    _, circuit = visited("wwwww", mark="old")
    assert circuit.is_open(START + timedelta(minutes=4.5), "old")
    assert not circuit.is_open(START + timedelta(minutes=4.5), "new")


@given(st.lists(st.tuples(st.sampled_from([None, *ERRORS.values()]), st.integers(-300, 7200)), max_size=60))
def test_a_success_closes_it_whatever_was_before(visits: list[tuple[SourceError | None, int]]) -> None:
    circuit, now = Circuit(), START
    for error, passed_s in visits:
        now += timedelta(seconds=passed_s)  # a clock may be set back
        before, circuit = circuit, circuit.after(error, now, "")
        assert (circuit.retry_at is not None) == (circuit.failures >= THRESHOLD)
        if circuit.retry_at and circuit is not before:
            assert timedelta(0) <= circuit.retry_at - now <= CAP
    assert circuit.after(None, now, "") == Circuit()
