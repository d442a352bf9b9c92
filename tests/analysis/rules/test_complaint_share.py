"""Complaints page within minutes; talk alone pages nobody; blindness changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from analysis.complaint_burst import Sensitivity
from analysis.rules.complaint_share import ComplaintShare
from analysis.rules.rule import Answer, Urgency, Verdict
from analysis.series import Completeness, Observation, Tally
from tests.analysis.rules.simulated_talk import DAY, Minute, at, quiet, talk
from tests.contracts.rule_contract import TopicRuleContract

WARM = 14 * DAY
LAUNCH = WARM + 10 * 60  # 10:00 on a Monday
SEEDS = range(5)


class TestComplaintShareKeepsTheContract(TopicRuleContract):
    kind = ComplaintShare
    settings = Sensitivity()


@pytest.fixture(scope="module")
def warm() -> Callable[[float], bytes]:
    """The state after two quiet weeks at `scale` times the ordinary volume."""
    known: dict[float, bytes] = {}

    def state(scale: float) -> bytes:
        if scale not in known:
            rule = ComplaintShare(Sensitivity())
            for seen in talk(0, WARM, seed=1, scale=scale):
                rule.update(seen)
            known[scale] = rule.dump()
        return known[scale]

    return state


def judge(state: bytes, minutes: list[Observation]) -> list[Verdict]:
    rule = ComplaintShare.load(Sensitivity(), state)
    return [rule.update(seen) for seen in minutes]


def first_page(verdicts: list[Verdict]) -> int | None:
    """Minutes since MONDAY of the first breach."""
    return next((int((v.at - at(0)).total_seconds()) // 60 for v in verdicts if v.answer is Answer.BREACH), None)


def surge(number: int, since: int, times: float = 50.0, rise: int = 60, plateau: int = 240) -> float:
    """A campaign's volume: up within `rise` minutes, then a plateau and a slow fall."""
    passed = number - since
    if passed < 0:
        return 1.0
    level = min(1.0, (passed + 1) / rise) * min(1.0, 2.0 ** ((plateau - passed) / 60))
    return 1.0 + (times - 1.0) * float(level)


def complaining(minute: Minute, share: float) -> Minute:
    """The same talk, of which `share` is complaints."""
    posts = minute.others + minute.complaints
    return replace(minute, others=posts * (1 - share), complaints=posts * share)


def tea_morning(number: int, minute: Minute) -> Minute:
    """Launch at LAUNCH; complaints rise to a quarter of all posts from +40 min; blind +70 … +90; repair at +160."""
    minute = minute.times(surge(number, LAUNCH))
    passed = number - LAUNCH
    if 40 <= passed < 160:
        minute = complaining(minute, 0.025 + 0.225 * min(1.0, (passed - 39) / 10))
    elif 160 <= passed < 180:
        minute = complaining(minute, 0.025 + 0.225 * 0.5 ** ((passed - 159) / 5))
    return minute.missing() if 70 <= passed < 90 else minute


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tea_morning_pages_within_five_minutes_and_is_over_within_half_an_hour_of_repair(
    warm: Callable[[float], bytes], seed: int
) -> None:
    verdicts = judge(warm(1.0), list(talk(WARM, LAUNCH + 420, 100 + seed, tea_morning)))
    outage, repair = LAUNCH + 40, LAUNCH + 160
    page = first_page(verdicts)
    assert page is not None
    assert outage <= page <= outage + 5
    blind = [v.answer for v in verdicts if at(LAUNCH + 70) <= v.at < at(LAUNCH + 90)]
    assert blind == [Answer.UNKNOWN] * 20
    during = {v.answer for v in verdicts if at(page) <= v.at < at(repair) and v.answer is not Answer.UNKNOWN}
    assert during == {Answer.BREACH}
    assert {v.answer for v in verdicts if v.at >= at(repair + 30)} == {Answer.CLEAR}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fiftyfold_campaign_with_its_usual_share_pages_nobody(warm: Callable[[float], bytes], seed: int) -> None:
    minutes = list(talk(WARM, LAUNCH + 600, 200 + seed, lambda n, m: m.times(surge(n, LAUNCH, rise=20))))
    assert max(seen.tally.complaints for seen in minutes if seen.tally) >= 4, "the world must tempt"
    assert first_page(judge(warm(1.0), minutes)) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fivefold_outage_at_one_complaint_a_minute_pages_within_minutes(
    warm: Callable[[float], bytes], seed: int
) -> None:
    onset = LAUNCH
    minutes = list(talk(WARM, onset + 60, 300 + seed, lambda n, m: m.times(1, 5) if n >= onset else m, scale=25))
    page = first_page(judge(warm(25.0), minutes))
    assert page is not None
    assert onset <= page <= onset + 6


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("posts", [5, 20, 100])
def test_five_accounts_that_post_a_thousand_complaints_page_nobody(
    warm: Callable[[float], bytes], seed: int, posts: int
) -> None:
    def burst(number: int, minute: Minute) -> Minute:
        passed = number - LAUNCH
        if not 0 <= passed < 10:
            return minute
        return replace(minute, bots=posts, bot_authors=1 if passed % 2 == 0 else 0)

    assert first_page(judge(warm(25.0), list(talk(WARM, LAUNCH + 60, 400 + seed, burst, scale=25)))) is None


@pytest.mark.parametrize("posts", [1, 20], ids=["one post each", "twenty posts each"])
def test_eight_people_page_in_a_quiet_hour_and_eight_accounts_that_flood_do_not(
    warm: Callable[[float], bytes], posts: int
) -> None:
    def morning(number: int, minute: Minute) -> Minute:
        return replace(minute, bots=posts, bot_authors=1) if LAUNCH <= number < LAUNCH + 8 else minute

    page = first_page(judge(warm(1.0), list(talk(WARM, LAUNCH + 30, 450, morning))))
    assert (page is None) is (posts == 20)


def test_an_outage_of_half_a_day_teaches_nothing(warm: Callable[[float], bytes]) -> None:
    onset, repair = LAUNCH, LAUNCH + DAY // 2
    minutes = list(
        talk(WARM, repair + 240, 460, lambda n, m: complaining(m, 0.1 if onset <= n < repair else 0.025), scale=25)
    )
    verdicts = judge(warm(25.0), minutes)
    page = first_page(verdicts)
    assert page is not None
    assert {v.answer for v in verdicts if at(page) <= v.at < at(repair)} == {Answer.BREACH}
    against = [v.because.split(" against ")[1].split(" %")[0] for v in verdicts if at(page) <= v.at < at(repair)]
    assert abs(float(against[-1]) - float(against[0])) <= 0.2, "the normal share stands nearly still"
    assert {v.answer for v in verdicts if v.at >= at(repair + 30)} == {Answer.CLEAR}


def test_sampled_minutes_are_judged_on_the_sample(warm: Callable[[float], bytes]) -> None:
    def morning(number: int, minute: Minute) -> Minute:
        minute = minute.times(surge(number, LAUNCH))
        minute = complaining(minute, 0.25) if number >= LAUNCH + 60 else minute
        return minute.sampled(0.3) if number >= LAUNCH + 10 else minute

    minutes = list(talk(WARM, LAUNCH + 90, 500, morning))
    assert minutes[-1].completeness is Completeness.SAMPLED
    page = first_page(judge(warm(1.0), minutes))
    assert page is not None
    assert LAUNCH + 60 <= page <= LAUNCH + 65


def test_sampling_a_calm_surge_pages_nobody(warm: Callable[[float], bytes]) -> None:
    def morning(number: int, minute: Minute) -> Minute:
        minute = minute.times(surge(number, LAUNCH))
        return minute.sampled(0.1 if number % 3 else 0.4) if number >= LAUNCH + 10 else minute

    assert first_page(judge(warm(1.0), list(talk(WARM, LAUNCH + 300, 501, morning)))) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_posts_of_five_minutes_that_come_in_one_are_no_burst(warm: Callable[[float], bytes], seed: int) -> None:
    def polled(number: int, minute: Minute) -> Minute:
        return minute.times(5) if number % 5 == 4 else replace(minute, others=0.0, complaints=0.0)

    assert first_page(judge(warm(25.0), list(talk(WARM, WARM + 2 * DAY, 600 + seed, polled, scale=25)))) is None


def test_a_share_that_rises_because_other_posts_are_missing_pages_nobody(warm: Callable[[float], bytes]) -> None:
    def half_blind(number: int, minute: Minute) -> Minute:
        return replace(minute, others=minute.others / 8) if number >= LAUNCH else minute

    assert first_page(judge(warm(25.0), list(talk(WARM, LAUNCH + 120, 700, half_blind, scale=25)))) is None


def test_the_sentence_has_the_figures_of_the_episode(warm: Callable[[float], bytes]) -> None:
    minutes = list(talk(WARM, LAUNCH + 60, 300, lambda n, m: m.times(1, 5) if n >= LAUNCH else m, scale=25))
    verdicts = judge(warm(25.0), minutes)
    page = next(v for v in verdicts if v.answer is Answer.BREACH)
    assert page.began_at is not None
    since = [s for s in minutes if page.began_at <= s.start <= page.at and s.tally]
    complaints = sum(s.tally.complaints for s in since if s.tally)
    mentions = sum(s.tally.mentions for s in since if s.tally)
    assert page.because.startswith(f"{complaints} complaints by {complaints} authors in {len(since)} min, ")
    assert f"expected for Mon 10:00; share {100 * complaints / mentions:.1f} % against 2." in page.because
    assert page.because.endswith(f"evidence {page.value:.1f} nats, page line 9.0")
    assert page.value is not None
    assert page.value >= 9.0
    assert page.unit == "nats"
    assert dict(page.labels) == {"categories": "slow,busy"}
    assert abs(page.began_at - at(LAUNCH)) <= timedelta(minutes=5)
    figures = page.figures
    assert figures is not None
    assert (figures.minutes, figures.mentions, figures.complaints) == (len(since), mentions, complaints)
    assert figures.authors == complaints
    assert figures.share == complaints / mentions
    assert figures.expected_for == "Mon 10:00"
    assert figures.usual_share is not None
    assert 0.015 < figures.usual_share < 0.035
    assert figures.volume_surges is False
    assert figures.volume_ratio is not None
    assert 0.5 < figures.volume_ratio < 2.0
    assert figures.by_floor is False


def test_three_people_are_a_warning_and_five_a_page() -> None:
    rule = ComplaintShare(Sensitivity())
    for seen in talk(0, WARM, seed=1, scale=0.2):
        rule.update(seen)

    def trouble(number: int, minute: Minute) -> Minute:
        one_more = number in (LAUNCH, LAUNCH + 2, LAUNCH + 4, LAUNCH + 6, LAUNCH + 8)
        return replace(minute, others=0.2, complaints=0.0, bots=int(one_more), bot_authors=int(one_more))

    urgencies = [v.urgency for v in map(rule.update, talk(WARM, LAUNCH + 9, 460, trouble)) if v.answer is Answer.BREACH]
    assert urgencies[0] is Urgency.WARN
    assert urgencies[-1] is None, "as urgent as configured"


def test_a_surge_is_told_beside_the_complaints(warm: Callable[[float], bytes]) -> None:
    minutes = talk(WARM, LAUNCH + 60, 301, lambda n, m: m.times(20, 4) if n >= LAUNCH else m, scale=25)
    page = next(v for v in judge(warm(25.0), list(minutes)) if v.answer is Answer.BREACH)
    assert page.figures is not None
    assert page.figures.volume_surges is True
    assert page.figures.volume_ratio is not None
    assert page.figures.volume_ratio > 2.0


def test_a_young_baseline_leaves_it_to_the_floor_and_says_so() -> None:
    rule = ComplaintShare(Sensitivity())
    quiet_verdicts = [rule.update(seen) for seen in talk(0, 600, seed=10)]
    assert {v.answer for v in quiet_verdicts} == {Answer.CLEAR}
    assert (
        "the baseline has 0.4 of 3 days: until then a floor decides, 10 authors in 15 min and 10.0 %"
        in quiet_verdicts[-1].because
    )
    loud = [rule.update(seen) for seen in talk(600, 660, 11, lambda _, m: complaining(m.times(5), 0.5))]
    page = first_page(loud)
    assert page is not None
    assert page <= 610
    after = [rule.update(seen) for seen in talk(660, 700, 12)]
    assert after[-1].answer is Answer.CLEAR


def test_below_the_floor_a_young_baseline_pages_nobody() -> None:
    rule = ComplaintShare(Sensitivity())
    for seen in talk(0, 600, seed=13):
        rule.update(seen)
    nine = [rule.update(seen) for seen in talk(600, 1200, 14, lambda _, m: complaining(m.times(20), 0.04))]
    assert first_page(nine) is None


def test_what_lasts_is_learnt_as_normal_in_the_end(warm: Callable[[float], bytes]) -> None:
    verdicts = judge(warm(25.0), list(talk(WARM, WARM + 12 * DAY, 800, lambda _, m: complaining(m, 0.075), scale=25)))
    page = first_page(verdicts)
    assert page is not None
    assert page < WARM + 60
    assert verdicts[DAY // 2].answer is Answer.BREACH, "an outage of half a day is not normal yet"
    assert verdicts[-1].answer is Answer.CLEAR


def test_thirteen_correlated_categories_stay_together_within_one_page_a_month() -> None:
    """A topic has one series, which its categories explain: their chances of a false page do not add up."""
    rng = np.random.default_rng(21)
    names = [f"category {number}" for number in range(13)]
    shift, pages, was, labels = 0.0, 0, False, set()
    rule = ComplaintShare(Sensitivity())
    for number in range(14 * DAY + 30 * DAY):
        shift = 0.997 * shift + float(rng.normal(0, 0.15 * (1 - 0.997**2) ** 0.5))
        minute = quiet(number, scale=25)
        common = float(rng.gamma(20, 1 / 20)) * np.exp(shift)
        counts = rng.poisson(minute.complaints * common / 13, 13).tolist()
        others, complaints = int(rng.poisson(minute.others * rng.gamma(40, 1 / 40))), sum(counts)
        tally = Tally(mentions=others + complaints, complaints=complaints, complaint_authors=complaints)
        seen = Observation(
            topic="tea",
            start=at(number),
            completeness=Completeness.COMPLETE,
            share=1.0,
            tally=tally,
            estimated=None,
            categories=tuple((name, count) for name, count in zip(names, counts, strict=True) if count),
        )
        verdict = rule.update(seen)
        breach = verdict.answer is Answer.BREACH
        pages += breach and not was and number >= 14 * DAY
        labels |= {name for name, _ in verdict.labels}
        was = breach
    assert pages <= 1
    assert labels <= {"categories"}


@pytest.mark.parametrize(("scale", "over_min"), [(1.0, 180), (25.0, 10)], ids=["3 complaints an hour", "1 a minute"])
@pytest.mark.parametrize("seed", range(900, 906))
def test_an_outage_that_goes_on_never_looks_over_and_ends_soon_after_it_does(
    warm: Callable[[float], bytes], scale: float, over_min: int, seed: int
) -> None:
    """Three hours, waning from tenfold to fivefold, with a pause of the collector and a lull of one minute in ten."""
    end = LAUNCH + 180

    def outage(number: int, minute: Minute) -> Minute:
        if not LAUNCH <= number < end:
            return minute
        if LAUNCH + 60 <= number < LAUNCH + 75:
            return minute.missing()
        lull = 0.4 if number % 10 == 0 else 1.0
        return replace(minute, complaints=minute.complaints * lull * (10 - 5 * (number - LAUNCH) / 180))

    verdicts = judge(warm(scale), list(talk(WARM, end + 200, seed, outage, scale=scale)))
    page = first_page(verdicts)
    assert page is not None
    during = [v.answer for v in verdicts[page - WARM : end - WARM]]
    assert Answer.CLEAR not in during, "told to be over while it went on"
    assert verdicts[end + over_min - WARM].answer is Answer.CLEAR
