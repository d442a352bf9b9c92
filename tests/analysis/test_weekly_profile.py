"""The expected rate follows the hours of the week, keeps up with the level, and is not taught by bursts."""

import msgspec
import numpy as np
import pytest

from analysis.baseline import CLIP_COUNT, CLIP_RATIO, WeeklyProfile

MONDAY = 1_767_542_400  # 2026-01-05 00:00 in Shanghai
MINUTE, DAY, WEEK = 60, 1440, 7 * 1440


def rate(minute: int) -> float:
    """Two by day, a fifth of that by night, half as much again on Saturday and Sunday."""
    by_day = 8 * 60 <= minute % DAY < 22 * 60
    return (2.0 if by_day else 0.4) * (1.5 if minute % WEEK >= 5 * DAY else 1.0)


def learn(profile: WeeklyProfile, first: int, last: int, times: float = 1.0, share: float = 1.0) -> None:
    rng = np.random.default_rng([first, last])
    for minute in range(first, last):
        expected = profile.expected(MONDAY + MINUTE * minute)
        profile.learn(float(rng.poisson(times * share * rate(minute))), share, expected)


@pytest.fixture(scope="module")
def grown() -> bytes:
    profile = WeeklyProfile()
    learn(profile, 0, 4 * WEEK)
    return msgspec.json.encode(profile)


def load(state: bytes) -> WeeklyProfile:
    return msgspec.json.decode(state, type=WeeklyProfile)


@pytest.mark.parametrize(
    ("hour_of_week", "expected"),
    [(3, 0.4), (12, 2.0), (24 * 2 + 15, 2.0), (24 * 5 + 12, 3.0), (24 * 6 + 3, 0.6)],
    ids=["Monday night", "Monday noon", "Wednesday", "Saturday noon", "Sunday night"],
)
def test_each_hour_of_the_week_has_its_rate(grown: bytes, hour_of_week: int, expected: float) -> None:
    profile = load(grown)
    level = (profile.level_sum + 20) / (profile.level_expected + 20)
    minute = 4 * WEEK + hour_of_week * 60 + 30
    assert profile.expected(MONDAY + MINUTE * minute) / level == pytest.approx(expected, rel=0.12)


def test_between_two_hours_lies_a_straight_line(grown: bytes) -> None:
    profile = load(grown)
    seven, half, eight = (profile.expected(MONDAY + MINUTE * (4 * WEEK + m)) for m in (450, 479, 509))
    assert seven < half < eight
    assert half == pytest.approx((seven + eight) / 2, rel=0.05)


def test_the_level_follows_within_a_few_hours(grown: bytes) -> None:
    profile = load(grown)
    noon = MONDAY + MINUTE * (4 * WEEK + DAY + 720)
    before = profile.expected(noon)
    learn(profile, 4 * WEEK, 4 * WEEK + DAY + 720, times=2.0)
    assert profile.expected(noon) == pytest.approx(2 * before, rel=0.15)


def test_a_burst_is_clipped(grown: bytes) -> None:
    profile, spared = load(grown), load(grown)
    noon = MONDAY + MINUTE * (4 * WEEK + 720)
    expected = profile.expected(noon)
    spared.expected(noon)
    profile.learn(1e6, 1.0, expected)
    spared.learn(CLIP_RATIO * expected + CLIP_COUNT, 1.0, expected)
    assert profile == spared


def test_a_sample_teaches_the_whole_rate(grown: bytes) -> None:
    profile = load(grown)
    noon = MONDAY + MINUTE * (5 * WEEK + 720)
    before = profile.expected(noon)
    learn(profile, 4 * WEEK, 5 * WEEK + 720, share=0.25)
    assert profile.expected(noon) == pytest.approx(before, rel=0.2)


def test_a_young_table_leans_on_the_same_hour_of_other_days() -> None:
    profile = WeeklyProfile()
    learn(profile, 0, 3 * DAY)
    thursday_noon, thursday_night = (profile.expected(MONDAY + MINUTE * (3 * DAY + m)) for m in (750, 210))
    assert thursday_noon == pytest.approx(2.0, rel=0.25)
    assert thursday_night == pytest.approx(0.4, rel=0.5)


def test_nothing_is_expected_before_anything_was_seen() -> None:
    assert WeeklyProfile().expected(MONDAY) == 0.0
