"""A surge of talk is told once it is clear, the rhythm of days and weeks is not, and a series may start any time."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from analysis.rules.rule import Answer, Verdict
from analysis.rules.volume import Volume
from analysis.volume_burst import Loudness, VolumeBurst
from tests.analysis.rules.simulated_talk import DAY, Minute, at, talk
from tests.contracts.rule_contract import TopicRuleContract

WARM = 14 * DAY
LAUNCH = WARM + 10 * 60


class TestVolumeKeepsTheContract(TopicRuleContract):
    kind = Volume
    settings = Loudness()


@pytest.fixture(scope="module", params=[1.0, 25.0], ids=["1.6 posts a minute", "40 posts a minute"])
def scale(request: pytest.FixtureRequest) -> float:
    return float(request.param)


@pytest.fixture(scope="module")
def warm(scale: float) -> bytes:
    rule = Volume(Loudness())
    answers = [rule.update(seen).answer for seen in talk(0, WARM, seed=1, scale=scale)]
    assert answers[DAY:].count(Answer.BREACH) == 0, "the rhythm of the days is no surge"
    return rule.dump()


def judge(state: bytes, first: int, last: int, scale: float, times: float, share: float = 1.0) -> list[Verdict]:
    def change(number: int, minute: Minute) -> Minute:
        minute = minute.times(times) if LAUNCH <= number < LAUNCH + 120 else minute
        return minute.sampled(share) if share < 1.0 and number >= LAUNCH else minute

    rule = Volume.load(Loudness(), state)
    return [rule.update(seen) for seen in talk(first, last, 2, change, scale=scale)]


def breaches(verdicts: list[Verdict]) -> list[Verdict]:
    return [v for v in verdicts if v.answer is Answer.BREACH]


def test_a_tenfold_surge_is_told_within_ten_minutes_and_is_over_within_half_an_hour(warm: bytes, scale: float) -> None:
    verdicts = judge(warm, WARM, LAUNCH + 300, scale, times=10)
    loud = breaches(verdicts)
    assert at(LAUNCH) <= loud[0].at <= at(LAUNCH + 10)
    assert at(LAUNCH - 5) <= (loud[0].began_at or at(0)) <= loud[0].at
    assert at(LAUNCH + 119) <= loud[-1].at <= at(LAUNCH + 150)


def test_a_fifth_more_than_usual_is_not_told(warm: bytes, scale: float) -> None:
    assert breaches(judge(warm, WARM, LAUNCH + 180, scale, times=1.2)) == []


def test_a_sampled_surge_counts_with_its_estimate(warm: bytes, scale: float) -> None:
    loud = breaches(judge(warm, WARM, LAUNCH + 60, scale, times=50, share=0.2))
    assert at(LAUNCH) <= loud[0].at <= at(LAUNCH + 10)


def test_a_sample_of_a_usual_hour_is_no_surge(warm: bytes, scale: float) -> None:
    assert breaches(judge(warm, WARM, LAUNCH + 180, scale, times=1, share=0.2)) == []


def test_the_sentence_has_the_figures(warm: bytes) -> None:
    loud = breaches(judge(warm, WARM, LAUNCH + 60, 1.0, times=50))[0]
    assert " mentions a minute lately, " in loud.because
    assert "expected for Mon 10:00 (" in loud.because
    assert loud.because.endswith(f"evidence {loud.value:.1f}, line 12.0")
    assert loud.value is not None
    assert loud.value >= 12.0


def test_missing_minutes_are_unknown_and_nothing_is_over(warm: bytes, scale: float) -> None:
    def change(number: int, minute: Minute) -> Minute:
        minute = minute.times(10) if number >= LAUNCH else minute
        return minute.missing() if number >= LAUNCH + 30 else minute

    rule = Volume.load(Loudness(), warm)
    verdicts = [rule.update(seen) for seen in talk(WARM, LAUNCH + 90, 3, change, scale=scale)]
    assert {v.answer for v in verdicts[-60:]} == {Answer.UNKNOWN}
    seen = next(iter(talk(LAUNCH + 90, LAUNCH + 91, 4, lambda _, m: m.times(10), scale=scale)))
    assert rule.update(seen).answer is Answer.BREACH


@pytest.mark.parametrize("spacing_s", [60, 300, 1800, 3600])
@pytest.mark.parametrize("unit", [1.0, 0.37, 1000.0])
def test_a_cold_series_of_any_spacing_and_scale_shows_its_surge_and_not_its_days(spacing_s: int, unit: float) -> None:
    rng = np.random.default_rng([spacing_s, 3])
    burst, fired = VolumeBurst(), []
    per_day = 86_400 // spacing_s
    surge = range(9 * per_day + per_day // 2, 9 * per_day + per_day // 2 + max(6, per_day // 12))
    for number in range(10 * per_day):
        level = 50 * (1 + 0.5 * np.sin(2 * np.pi * number / per_day)) * (4 if number in surge else 1)
        value = max(0.0, float(level * rng.lognormal(0, 0.1))) * unit
        if burst.update(1_767_542_400 + spacing_s * number, value, 1.0, Loudness()):
            fired.append(number)
    assert fired, "the surge was not seen"
    early = [number for number in fired if number < surge.start and number >= 2 * per_day]
    assert early == []
    assert surge.start <= min(n for n in fired if n >= 2 * per_day) <= surge.start + 5


def test_what_lasts_a_day_becomes_usual(warm: bytes, scale: float) -> None:
    rule = Volume.load(Loudness(), warm)
    minutes = talk(WARM, WARM + 10 * DAY, 5, lambda n, m: m.times(4) if n >= LAUNCH else m, scale=scale)
    verdicts = [rule.update(seen) for seen in minutes]
    loud = breaches(verdicts)
    assert loud[0].at - at(LAUNCH) < timedelta(minutes=30)
    assert verdicts[-1].answer is Answer.CLEAR


def test_a_lower_ratio_tells_more() -> None:
    noon = 3 * DAY + DAY // 2

    def first(of: Loudness) -> int | None:
        burst = VolumeBurst()
        minutes = talk(0, noon + 240, 6, lambda n, m: m.times(1.4) if n >= noon else m, scale=100)
        for number, seen in enumerate(minutes):
            mentions = seen.tally.mentions if seen.tally else 0
            if burst.update(int(seen.start.timestamp()), float(mentions), 1.0, of) and number >= noon:
                return number
        return None

    assert first(replace(Loudness(), ratio=2.5)) is None
    assert first(replace(Loudness(), ratio=1.0)) is not None


@pytest.mark.parametrize(("spacing_s", "told"), [(60, False), (3600, True)], ids=["a minute", "an hour"])
def test_one_value_decides_alone_where_it_stands_for_an_hour_and_never_for_a_minute(spacing_s: int, told: bool) -> None:
    rng = np.random.default_rng(7)
    burst = VolumeBurst()
    for number in range(400):
        burst.update(spacing_s * number, float(100 * rng.lognormal(0, 0.1)), 1.0, Loudness())
    assert burst.update(spacing_s * 400, 1000.0, 1.0, Loudness()) is told
    assert burst.expected == pytest.approx(100, rel=0.2)


def test_a_level_without_any_rhythm_is_followed_by_its_last_values() -> None:
    rng = np.random.default_rng(8)
    burst = VolumeBurst()
    for number in range(600):
        level = 100 * 1.005**number  # twentyfold in 50 hours: no hour of the week foresees it
        assert not burst.update(300 * number, float(level * rng.lognormal(0, 0.05)), 1.0, Loudness())
    assert burst.expected == pytest.approx(100 * 1.005**600, rel=0.2)


def test_what_is_foreseen_must_be_exceeded() -> None:
    def fires(foreseen: float) -> bool:
        rng = np.random.default_rng(9)
        burst = VolumeBurst()
        for number in range(2 * DAY):
            burst.update(60 * number, float(rng.poisson(20)), 1.0, Loudness())
        return any(
            burst.update(60 * (2 * DAY + n), float(rng.poisson(80)), 1.0, Loudness(), foreseen) for n in range(60)
        )

    assert fires(1.0)
    assert fires(1.5)
    assert not fires(4.0)
