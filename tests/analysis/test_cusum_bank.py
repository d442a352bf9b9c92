"""Evidence is the log likelihood ratio of negative binomial counts, summed from where it left zero."""

from math import exp, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.burst import EFFECTS, CusumBank, evidence


def log_probability(count: int, mean: float, size: float) -> float:
    """Of a negative binomial count, by its definition."""
    return (
        lgamma(count + size)
        - lgamma(size)
        - lgamma(count + 1)
        + size * log(size / (size + mean))
        + count * log(mean / (size + mean))
    )


@given(
    st.integers(0, 500),
    st.floats(0.01, 200),
    st.floats(1.0, 1.6),
    st.floats(1.7, 25),
    st.floats(1.0, 100),
)
def test_evidence_is_the_log_likelihood_ratio(count: int, normal: float, low: float, high: float, size: float) -> None:
    by_definition = log_probability(count, high * normal, size) - log_probability(count, low * normal, size)
    assert evidence(count, normal, low, high, size) == pytest.approx(by_definition, rel=1e-6, abs=1e-6)


@given(st.integers(1, 300), st.floats(0.01, 100), st.floats(1.0, 1.6), st.floats(1.0, 100))
def test_a_bank_starts_with_the_evidence_of_its_first_count(
    count: int, normal: float, tolerance: float, size: float
) -> None:
    bank = CusumBank()
    best = bank.add(60, count, normal, log(tolerance), tolerance, size)
    single = [max(0.0, evidence(count, normal, tolerance, effect, size)) for effect in EFFECTS]
    assert bank.sums == pytest.approx(single, rel=1e-6, abs=1e-6)
    assert best == pytest.approx(max(single), rel=1e-6, abs=1e-6)


def test_sums_add_up_from_where_they_left_zero_and_never_fall_below() -> None:
    bank = CusumBank()
    course = [0, 1, 9, 12, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]
    sums, began = [0.0] * 4, [0] * 4
    for minute, count in enumerate(course):
        bank.add(60 * minute, count, 1.5, log(1.3), 1.3, 20.0)
        for i, effect in enumerate(EFFECTS):
            was, sums[i] = sums[i], max(0.0, sums[i] + evidence(count, 1.5, 1.3, effect, 20.0))
            if was == 0.0 and sums[i] > 0.0:
                began[i] = 60 * minute
    assert bank.sums == pytest.approx(sums)
    assert bank.began == began
    assert began[bank.leading()] == 1200


def test_an_effect_within_the_tolerance_is_no_evidence() -> None:
    bank = CusumBank()
    bank.add(0, 30, 10.0, log(2.0), 2.0, 20.0)
    assert bank.sums[0] == 0.0
    assert bank.sums[1] > 0.0


def test_what_is_normal_wears_evidence_off() -> None:
    bank = CusumBank()
    high = bank.add(0, 8, 1.0, log(1.3), 1.3, 20.0)
    later = [bank.add(60 * minute, 1, 1.0, log(1.3), 1.3, 20.0) for minute in range(1, 30)]
    assert high > later[0] > later[5]
    assert later[-1] < 0.1 * high


def test_uneven_minutes_are_weaker_evidence() -> None:
    assert evidence(30, 10.0, 1.0, 3.0, 5.0) < 0.5 * evidence(30, 10.0, 1.0, 3.0, 1000.0)
    poisson = 30 * log(3) - 20.0
    assert evidence(30, 10.0, 1.0, 3.0, 1e9) == pytest.approx(poisson, rel=1e-4)
    assert exp(poisson) > 1
