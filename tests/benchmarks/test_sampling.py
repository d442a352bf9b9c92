"""Ten minutes of a surge over loopback HTTP: what the ledger estimates holds what there was."""

from pathlib import Path

import pytest

from benchmarks.sampling import HELD, MINUTES, PACE_S, WITHIN, run
from benchmarks.surge import Surge


@pytest.mark.slow
@pytest.mark.parametrize("per_min", [100.0, 5000.0])
def test_a_surge_is_estimated_within_15_percent_and_the_intervals_hold_it(per_min: float, tmp_path: Path) -> None:
    measured = run(Surge(per_min=per_min), tmp_path)
    assert len(measured.known) == MINUTES
    assert abs(measured.deviation) <= WITHIN
    assert measured.held >= HELD
    assert measured.width < 0.4, "an interval that says nothing holds everything"
    assert measured.least_gap_s >= PACE_S
    assert sum(minute.truth for minute in measured.minutes) == pytest.approx(MINUTES * per_min, rel=0.1)


@pytest.mark.slow
def test_posts_that_a_crowded_search_shows_late_widen_the_interval_until_it_holds_them(tmp_path: Path) -> None:
    measured = run(Surge(per_min=5000.0, lags=True), tmp_path)
    assert measured.held >= HELD
    assert measured.deviation > -0.4, "ranks alone tell a quarter of it"
    assert measured.width < 0.8


@pytest.mark.slow
@pytest.mark.parametrize("per_min", [100.0, 300.0, 600.0, 1000.0])
def test_minutes_that_a_search_shows_late_are_told_from_what_it_shows_of_them_when_all_is_shown(
    per_min: float, tmp_path: Path
) -> None:
    measured = run(Surge(per_min=per_min, lags=True, seed=1), tmp_path)
    assert len(measured.known) == MINUTES
    assert abs(measured.deviation) <= 0.05
    assert measured.held >= HELD
    assert measured.width < 0.4
    assert measured.least_gap_s >= PACE_S
