"""Is there clearly more than usual? One detector per series, at any spacing, for counts and for other levels ≥ 0.

Every value is compared with the expectation for its hour of the week and the level of the last hours (`WeeklyProfile`).
Its surprise is counted in standard deviations, whose size is learnt from how well earlier values were foreseen; a CUSUM
adds up what exceeds `ALLOWED` of them (Page 1954), each value clipped, so that no single one decides. To be told, the
last quarter of an hour must besides be `ratio` × the expectation: at a high volume small differences are certain, and
still nobody wants to hear of them.

There is no cold start apart: the first values make the expectation, a wide spread keeps it quiet, both narrow as more
is seen.
"""

from dataclasses import dataclass
from math import exp, sqrt
from typing import Annotated

import msgspec
from annotated_types import Ge, Gt

from analysis.baseline import WeeklyProfile

ALLOWED = 2.0  # standard deviations that are nobody's surprise
CLIPPED = 6.0
_SPREAD_TAU = 1440.0  # minutes, but at least …
_SPREAD_VALUES = 200.0  # … so many values
_SPREAD_PRIOR = 30.0  # values' worth of "four times as uneven as chance"
_SPREAD_FIRST = 4.0
_UNEVEN = 0.1  # part of the expectation that varies however large the counts are
_RECENT_TAU = 5.0  # minutes
_SUSPECT = 1 / 3  # part of the threshold from which on nothing is learnt


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    threshold: Annotated[float, Gt(0)] = 15.0  # standard deviations in excess of what is allowed, summed
    ratio: Annotated[float, Ge(1)] = 1.5  # times the expectation
    thaw_min: Annotated[int, Ge(60)] = 1440  # minutes after which what lasts is learnt as usual


class VolumeBurst(msgspec.Struct):
    """State of one series."""

    profile: WeeklyProfile = msgspec.field(default_factory=WeeklyProfile)
    squares: float = _SPREAD_FIRST * _SPREAD_PRIOR  # of surprises, over the expectation: 1 for counts by chance
    values: float = _SPREAD_PRIOR
    recent: float = 0.0  # value per minute, over some five minutes
    expected: float = 0.0
    score: float = 0.0
    firing: bool = False
    began: int = 0  # when the score left zero
    held_s: int = 0  # for how long nothing was learnt because of what stands
    last: int = -1  # start of the value before

    def update(self, start: int, value: float, share: float, of: Loudness) -> bool:
        """Judge one seen value; `share` of what it counts was seen. Is it firing after it?"""
        passed = min(3600, start - self.last) if self.last >= 0 else 60
        self.last = start
        rate = value / share
        expected = self.expected = self.profile.expected(start) if self.profile.seen else rate
        self.recent += (rate - self.recent) * (1.0 - exp(-passed / 60.0 / _RECENT_TAU)) if self.profile.seen else rate
        spread = self.squares / self.values
        normal = expected * share
        variance = spread * normal + spread * spread + (_UNEVEN * normal) ** 2
        surprise = (value - normal) / sqrt(variance)
        self._sum(start, surprise, of)
        suspect = self.firing or self.score >= _SUSPECT * of.threshold
        self.held_s = self.held_s + passed if suspect else 0
        if not suspect or self.held_s > 60 * of.thaw_min:
            self._learn(value, share, expected, passed)
        return self.firing

    def _sum(self, start: int, surprise: float, of: Loudness) -> None:
        before = self.score
        score = before + min(surprise, CLIPPED) - ALLOWED
        self.score = min(max(score, 0.0), 2 * of.threshold)
        if before <= 0.0:
            self.began = start
        if self.firing:
            self.firing = self.score > of.threshold / 2
        elif self.score >= of.threshold and self.recent >= of.ratio * self.expected:
            self.firing = True

    def _learn(self, value: float, share: float, expected: float, passed: int) -> None:
        normal = expected * share
        if normal > 0.0:
            most = 9.0 * (self.squares / self.values + _UNEVEN * _UNEVEN * normal)
            square = min((value - normal) ** 2 / (normal + 1e-9), most)
            keep = exp(-min(passed / 60.0 / _SPREAD_TAU, 1.0 / _SPREAD_VALUES))
            self.squares = self.squares * keep + square
            self.values = self.values * keep + 1.0
        self.profile.learn(value, share, expected, passed / 60.0)
