"""A small world to test rules in: a brand's talk minute by minute, drawn from known rates with a fixed seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from analysis.series import Completeness, Estimate, Observation, Tally

MONDAY = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)  # Monday 2026-11-02 00:00 in Shanghai
DAY = 1440
HOURS = (0, 4, 8, 12, 18, 21, 24)
PER_MINUTE = (1.2, 0.3, 1.4, 1.9, 1.8, 3.0, 1.2)


@dataclass(frozen=True, kw_only=True)
class Minute:
    """True rates of one minute, and how it was collected."""

    others: float
    complaints: float
    completeness: Completeness = Completeness.COMPLETE
    share: float = 1.0
    bots: int = 0  # complaint posts by bots
    bot_authors: int = 0  # of these, accounts that had no vote in the last 30 minutes

    def times(self, volume: float = 1.0, complaints: float = 1.0) -> "Minute":
        return replace(self, others=self.others * volume, complaints=self.complaints * volume * complaints)

    def missing(self) -> "Minute":
        return replace(self, completeness=Completeness.MISSING, share=0.0)

    def sampled(self, share: float) -> "Minute":
        return replace(self, completeness=Completeness.SAMPLED, share=share)


Change = Callable[[int, Minute], Minute]


def quiet(minute: int, *, scale: float = 1.0, complaint_share: float = 0.025) -> Minute:
    """An ordinary minute, `minute` minutes after MONDAY: 0.3 posts in the night, 3 in the evening, 1.6 on average."""
    rate = scale * float(np.interp(minute % DAY / 60, HOURS, PER_MINUTE))
    return Minute(others=rate * (1 - complaint_share), complaints=rate * complaint_share)


def talk(
    first: int, last: int, seed: int, change: Change = lambda _, minute: minute, *, scale: float = 1.0
) -> Iterator[Observation]:
    """The Observations of minutes [first, last) after MONDAY; `change` alters the true rates of a minute."""
    rng = np.random.default_rng(seed)
    for number in range(first, last):
        minute = change(number, quiet(number, scale=scale))
        yield observe(number, minute, int(rng.poisson(minute.others)), int(rng.poisson(minute.complaints)), rng)


def observe(number: int, minute: Minute, others: int, complaints: int, rng: np.random.Generator) -> Observation:
    start = at(number)
    if minute.completeness is Completeness.MISSING:
        return Observation(
            topic="tea", start=start, completeness=minute.completeness, share=0.0, tally=None, estimated=None
        )
    estimate = None
    if minute.completeness is Completeness.SAMPLED:
        whole = others + complaints
        others, complaints = int(rng.binomial(others, minute.share)), int(rng.binomial(complaints, minute.share))
        estimate = Estimate(low=0.8 * whole, mid=float(whole), high=1.2 * whole)
    mentions = others + complaints + minute.bots
    tally = Tally(
        mentions=mentions,
        authors=others + complaints + minute.bot_authors,
        originals=mentions,
        complaints=complaints + minute.bots,
        complaint_authors=complaints + minute.bot_authors,
        negative=complaints,
        neutral=others - others // 2,
        positive=others // 2,
        polarity_sum=300 * (others // 2) - 1000 * complaints,
    )
    return Observation(
        topic="tea",
        start=start,
        completeness=minute.completeness,
        share=minute.share,
        tally=tally,
        estimated=estimate,
        categories=(("slow", complaints), ("busy", complaints // 2)) if complaints else (),
    )


def at(number: int) -> datetime:
    return MONDAY + timedelta(minutes=number)
