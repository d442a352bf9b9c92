"""A source that keeps failing is left alone longer and longer; one visit probes it, and a new cookie ends the rest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.circuit import CAP_S, THRESHOLD, Circuit
from collectors.errors import Blocked, Gone, PayloadChanged, RateLimited, SourceError, Transient

START = datetime(2026, 11, 23, tzinfo=UTC)
ERRORS = {
    "x": Transient("timeout"),
    "w": Blocked("wall"),
    "p": PayloadChanged("data"),
    "r": RateLimited(60.0),
    "g": Gone(),
}


def visited(outcomes: str, every_s: float = 120.0, mark: str = "a") -> tuple[str, Circuit]:
    """One letter a minute, made a visit wherever the circuit lets it; what was made of each: the letter, or "-"."""
    circuit, picture = Circuit(), ""
    for minute, outcome in enumerate(outcomes):
        now = START + timedelta(minutes=minute)
        if circuit.is_open(now, mark):
            picture += "-"
            continue
        circuit = circuit.after(ERRORS.get(outcome), now, every_s, mark)
        picture += outcome
    return picture, circuit


@pytest.mark.parametrize(
    ("outcomes", "picture"),
    [
        ("xxxx.xxxx.xxxx", "xxxx.xxxx.xxxx"),
        ("x" * 24, "xxxxx-x---x-------x-----"),
        ("xxxxx.....", "xxxxx-...."),
        ("xxxxxxxx..x...", "xxxxx-x---x---"),
        ("wwxxw.w....", "wwxxw-w---."),
        ("xxxxpxxxx.", "xxxxpxxxx."),
        ("xxxxgxxxx.", "xxxxgxxxx."),
        ("rrrrrrrrrr", "rrrrrrrrrr"),
        ("xxxxrx....", "xxxxrx-..."),
    ],
    ids=[
        *("successes in between", "doubling", "the probe closes it", "the probe fails first", "walls count"),
        *("a changed page is an answer", "so is a missing one", "being asked to wait", "which forgets nothing"),
    ],
)
def test_it_opens_after_failures_in_a_row(outcomes: str, picture: str) -> None:
    assert visited(outcomes)[0] == picture


def test_a_rest_is_capped() -> None:
    for every_s in (120.0, 3600.0):
        circuit = Circuit()
        for _ in range(THRESHOLD + 40):
            circuit = circuit.after(Transient(), START, every_s, "")
        assert circuit.retry_at == START + timedelta(seconds=CAP_S)


def test_another_cookie_ends_the_rest() -> None:
    _, circuit = visited("wwwww", mark="old")
    assert circuit.is_open(START + timedelta(minutes=5), "old")
    assert not circuit.is_open(START + timedelta(minutes=5), "new")


@given(st.lists(st.sampled_from([None, *ERRORS.values()]), max_size=60), st.floats(10, 86_400))
def test_a_success_closes_it_whatever_was_before(errors: list[SourceError | None], every_s: float) -> None:
    circuit = Circuit()
    for error in errors:
        circuit = circuit.after(error, START, every_s, "")
        assert (circuit.retry_at is not None) == (circuit.failures >= THRESHOLD)
        if circuit.retry_at:
            assert 0 < (circuit.retry_at - START).total_seconds() <= CAP_S
    assert circuit.after(None, START, every_s, "") == Circuit()
