"""The normal share of complaints is found, followed slowly, and how uneven minutes are is measured."""

from collections.abc import Iterator

import numpy as np
import pytest

from analysis.share_level import Dispersion, ShareLevel


def minutes(odds: float, others: float, count: int, seed: int, uneven: float = 0.0) -> Iterator[tuple[float, float]]:
    """(complaints, others) of so many minutes; `uneven`: relative variance of the complaints beyond chance."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        around = int(rng.poisson(others))
        factor = float(rng.gamma(1 / uneven, uneven)) if uneven else 1.0
        yield float(rng.poisson(odds * around * factor)), float(around)


def follow(level: ShareLevel, world: Iterator[tuple[float, float]], surging: bool = False) -> None:
    for complaints, others in world:
        level.drift(surging)
        level.learn(complaints, others, level.odds() * others, 0.1, 1.0)


@pytest.mark.parametrize("odds", [0.005, 0.02, 0.1])
def test_the_odds_of_a_series_are_found(odds: float) -> None:
    level = ShareLevel()
    follow(level, minutes(odds, 50, 4 * 1440, seed=1))
    assert level.odds() == pytest.approx(odds, rel=0.12)


def test_much_talk_makes_us_surer() -> None:
    little, much = ShareLevel(), ShareLevel()
    follow(little, minutes(0.02, 5, 1440, seed=2))
    follow(much, minutes(0.02, 5000, 1440, seed=2))
    assert much.variance < 0.3 * little.variance


def test_a_drift_within_hours_is_followed_in_part_and_bounded() -> None:
    level = ShareLevel()
    follow(level, minutes(0.02, 500, 3 * 1440, seed=3))
    follow(level, minutes(0.026, 500, 180, seed=4))
    assert level.odds() == pytest.approx(0.026, rel=0.08)
    follow(level, minutes(0.2, 500, 600, seed=5))
    assert level.shift == pytest.approx(np.log(1.6))


def test_a_surge_makes_us_less_sure_and_quicker_to_learn() -> None:
    calm, surge = ShareLevel(), ShareLevel()
    for level in (calm, surge):
        follow(level, minutes(0.02, 500, 2 * 1440, seed=6))
    surge.unsettle()
    assert surge.variance == 0.06
    follow(calm, minutes(0.03, 500, 20, seed=7))
    follow(surge, minutes(0.03, 500, 20, seed=7), surging=True)
    assert abs(surge.odds() - 0.03) < 0.5 * abs(calm.odds() - 0.03)


@pytest.mark.parametrize("uneven", [0.02, 0.05, 0.2])
def test_unevenness_is_measured(uneven: float) -> None:
    dispersion = Dispersion()
    for complaints, others in minutes(0.02, 2000, 5 * 1440, seed=8, uneven=uneven):
        dispersion.learn(complaints, others, dispersion.value())
    assert dispersion.value() == pytest.approx(uneven, rel=0.3)


def test_where_counts_are_small_the_assumed_unevenness_holds() -> None:
    dispersion = Dispersion()
    for complaints, others in minutes(0.02, 2, 3 * 1440, seed=9):
        dispersion.learn(complaints, others, dispersion.value())
    assert dispersion.value() == pytest.approx(0.1, rel=0.3)


def test_one_wild_minute_does_not_change_it() -> None:
    dispersion = Dispersion()
    for complaints, others in minutes(0.02, 2000, 2 * 1440, seed=10, uneven=0.05):
        dispersion.learn(complaints, others, dispersion.value())
    before = dispersion.value()
    dispersion.learn(5000.0, 2000.0, before)
    assert dispersion.value() == pytest.approx(before, rel=0.05)
