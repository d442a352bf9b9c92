"""Ranks against ages, drawn from known delays: the rate that they come from is in the interval."""

from itertools import pairwise
from random import Random

import pytest

from collectors.lateness import steady_rate

Points = list[tuple[float, float]]


def drawn(per_min: float, first_s: float, last_s: float, *, ranks: list[int], seed: int) -> Points:
    """(age, rank) as pages show it: each from a moment of its own, ages to the second."""
    points: Points = []
    for number, rank in enumerate(ranks):
        random, age, shown = Random(f"{seed}/{number}"), 0.0, 0
        while shown < rank:
            age += random.expovariate(per_min / 60)
            shown += random.uniform(first_s, last_s) <= age
        points.append((int(age) + 0.5, float(rank)))
    return points


DEEP = [20, 100, 240, 400, 500, 600, 700, 800, 900, 1000]


@pytest.mark.parametrize("per_min", [1000.0, 5000.0])
@pytest.mark.parametrize(("first_s", "last_s", "off"), [(0.0, 0.0, 0.1), (0.0, 2.0, 0.1), (10.0, 58.0, 0.35)])
def test_the_interval_holds_the_rate_however_late_posts_show(
    per_min: float, first_s: float, last_s: float, off: float
) -> None:
    rates = [steady_rate(drawn(per_min, first_s, last_s, ranks=DEEP, seed=seed)) for seed in range(20)]
    held = [rate is not None and rate.low <= per_min <= rate.high for rate in rates]
    assert sum(held) >= 17, rates
    mean = sum(rate.mid for rate in rates if rate is not None) / len(rates)
    assert mean == pytest.approx(per_min, rel=off)


def test_an_interval_is_narrow_where_the_delays_do_not_matter() -> None:
    rate = steady_rate(drawn(5000.0, 0.0, 0.0, ranks=DEEP, seed=1))
    assert rate is not None
    assert (rate.high - rate.low) / rate.mid < 0.3


def test_more_posts_of_the_same_ages_are_a_higher_rate() -> None:
    points = drawn(2000.0, 0.0, 2.0, ranks=DEEP, seed=3)
    told = [steady_rate([(age, times * rank) for age, rank in points]) for times in (1, 2, 4)]
    mids = [rate.mid for rate in told if rate is not None]
    assert len(mids) == 3
    assert all(later / earlier == pytest.approx(2, rel=0.1) for earlier, later in pairwise(mids))


def test_too_few_points_tell_nothing() -> None:
    assert steady_rate([(5.0, 20.0), (12.0, 1000.0)]) is None
    assert steady_rate([]) is None
