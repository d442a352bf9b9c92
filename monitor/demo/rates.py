"""How many posts of which mood each minute brings, before any of them is written.

A day has its hours, a week its days, and both a slow weather of their own. A campaign multiplies the talk of its
hour by fifty; an outage brings complaints, and silences part of the cheer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, sqrt
from random import Random

from monitor.demo.scenario import BEIJING, Scenario

# Posts per minute about the app in the middle of each hour of an ordinary day, Beijing time.
_NIGHT_AND_MORNING = (0.90, 0.50, 0.30, 0.30, 0.30, 0.35, 0.60, 1.10, 1.60, 2.00, 2.10, 2.10)
_AFTERNOON_AND_EVENING = (2.40, 2.00, 1.80, 1.90, 1.90, 2.00, 2.20, 2.70, 3.00, 3.00, 2.50, 1.60)
_HOURS = _NIGHT_AND_MORNING + _AFTERNOON_AND_EVENING
_WEEKDAYS = (0.95, 0.94, 0.96, 0.98, 1.04, 1.10, 1.06)  # Monday first
_WEATHER_SD, _WEATHER_MIN = 0.10, 240.0

EVERYDAY_SHARE = 0.025  # complaints among all posts when nothing is wrong
_CAMPAIGN_TIMES = 50.0  # of the norm of the launch hour
_RISE_MIN = 13.0
_PLATEAU_MIN = 85.0
_HALF_LIFE_MIN = 92.0
_OUTAGE_SHARE = 0.225  # of the posts while a campaign runs
_OUTAGE_FLOOR = 1.3  # complaints per minute about an outage on an ordinary day
_ONSET_MIN = 4.0
_MENDED_MIN = 4.0  # after the repair the complaints fall by e in so many minutes
_SILENCED = 0.12  # of the cheerful posts that are not written while nothing works
_RELIEF_SHARE, _RELIEF_MIN = 0.14, 22.0
_RIVAL_SHARE = 0.09  # posts about the rivals alone, against those about the app


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Posts per minute expected in the minute that starts at `start`."""

    start: datetime
    ordinary: float  # everyday talk about the app
    campaign: float  # talk about the tea
    outage: float  # complaints about what is broken now
    relief: float  # "it works again"
    rivals: float  # about the rivals, not naming the app

    @property
    def calm(self) -> float:
        return self.ordinary + self.campaign


def rates(scenario: Scenario) -> Iterator[Rate]:
    """One Rate for each minute of the scenario, in order."""
    weather = _weather(Random(f"{scenario.seed}/weather"))
    peak = (_CAMPAIGN_TIMES - 1) * _norm(scenario.launched_at + timedelta(minutes=30))
    start = scenario.starts_at
    while start < scenario.ends_at:
        norm = _norm(start)
        ordinary = norm * next(weather)
        broken, mended = outage_level(scenario, start), _since(scenario.repaired_at, start)
        campaign = peak * surge_level(scenario, start) * (1 - _SILENCED * broken)
        calm = ordinary + campaign
        yield Rate(
            start=start,
            ordinary=ordinary,
            campaign=campaign,
            outage=broken * (calm * _OUTAGE_SHARE / (1 - _OUTAGE_SHARE) + _OUTAGE_FLOOR),
            relief=calm * _RELIEF_SHARE * exp(-mended / _RELIEF_MIN) if mended >= 0 else 0.0,
            rivals=norm * _RIVAL_SHARE,
        )
        start += timedelta(minutes=1)


def poisson(mean: float, rng: Random) -> int:
    """How many, where `mean` are expected (Knuth's product of uniforms; for means up to some hundreds)."""
    limit, product, drawn = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        drawn += 1
    return drawn


def _norm(moment: datetime) -> float:
    """Posts per minute on an ordinary day at this time of the week."""
    local = moment.astimezone(BEIJING)
    position = (local.hour * 60 + local.minute - 30) / 60
    hour = int(position // 1)
    before, after = _HOURS[hour % 24], _HOURS[(hour + 1) % 24]
    return (before + (after - before) * (position - hour)) * _WEEKDAYS[local.weekday()]


def _weather(rng: Random) -> Iterator[float]:
    """A factor around 1 that wanders over hours: AR(1) in the logarithm."""
    keep = exp(-1 / _WEATHER_MIN)
    step, level = _WEATHER_SD * sqrt(1 - keep * keep), 0.0
    while True:
        level = keep * level + rng.gauss(0, step)
        yield exp(level)


def _since(moment: datetime | None, now: datetime) -> float:
    """Minutes from `moment` to `now`; negative before it, and where it never comes."""
    return -1.0 if moment is None else (now - moment).total_seconds() / 60


def surge_level(scenario: Scenario, now: datetime) -> float:
    """The campaign's share of its own peak at `now`, 0 to 1."""
    minutes = _since(scenario.launched_at, now)
    if minutes < 0:
        return 0.0
    rise = 1 - exp(-(minutes + 1) / _RISE_MIN)
    return float(rise * 0.5 ** (max(0.0, minutes - _PLATEAU_MIN) / _HALF_LIFE_MIN))


def outage_level(scenario: Scenario, now: datetime) -> float:
    """How broken the app is, 0 to 1, as people feel it: it begins within minutes and fades after the repair."""
    began, mended = _since(scenario.outage_started_at, now), _since(scenario.repaired_at, now)
    if began < 0:
        return 0.0
    level = min(1.0, (began + 1) / _ONSET_MIN)
    return level * exp(-mended / _MENDED_MIN) if mended >= 0 else level
