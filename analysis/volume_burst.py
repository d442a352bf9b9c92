"""Is there clearly more than usual? One detector per series, at any spacing, for counts and for other levels ≥ 0.

What is usual is forecast twice, by the hour of the week (`WeeklyProfile`) and by the last values; the better of the two
lately has the greater say, so that a series without a rhythm, or with one not learnt yet, is served as well. How far a
value lies above the forecast is counted in standard deviations, whose size is learnt from how well earlier values were
foreseen; a CUSUM adds up what exceeds `ALLOWED` of them, each value clipped so that less than `DECIDING_MIN` minutes of
talk never decide alone, and one value of an hour may. To be told, the last minutes must besides be `ratio` × the
forecast: at a high volume small differences are certain, and still nobody wants to hear of them. The score is the
lesser of the two, both measured by the line that they must cross.

Method: forecasts combined by their past errors (Bates & Granger 1969) of an exponential smoothing without and one with
a season (Holt 1957, Winters 1960); CUSUM (Page 1954).
"""

from dataclasses import dataclass
from math import exp, sqrt
from typing import Annotated

import msgspec
from annotated_types import Ge, Gt

from analysis.baseline import WeeklyProfile

ALLOWED = 2.0  # standard deviations that are nobody's surprise
DECIDING_MIN = 5.0
_LONGEST_MIN = 60.0  # a value stands for so much time at most
_FIRST_VALUES = 40  # values from which on the forecasts are believed
_LATELY_MIN, _LATELY_VALUES = 30.0, 6.0  # memory of the last values: the longer of the two
_ERROR_VALUES = 100.0  # memory of how well each forecast did
_ERROR_AT_FIRST = 0.3  # relative
_LEAST_ERROR = 1e-4
_MEAN_MIN = 7 * 1440.0  # memory of the mean over all hours
_LEVEL_PRIOR_MIN = 180.0  # minutes' worth of "as the table says" in the level
_SPREAD_MIN, _SPREAD_VALUES = 1440.0, 200.0  # memory of the spread: the longer of the two
_SPREAD_AT_FIRST, _SPREAD_PRIOR = 0.25, 10.0  # relative variance, and values' worth of it
_LEAST_SPREAD = 0.05  # relative standard deviation that is nobody's surprise even in the steadiest series
_CLIP = 4.0  # standard deviations of one value that are learnt
_LOW = 0.1  # part of the mean below which the spread shrinks no more
_RECENT_MIN = 5.0
_SUSPECT = 0.5  # part of the threshold from which on nothing is learnt


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    threshold: Annotated[float, Gt(0)] = 12.0  # standard deviations in excess of what is allowed, summed
    ratio: Annotated[float, Ge(1)] = 1.5  # times the expectation
    thaw_min: Annotated[int, Ge(60)] = 1440  # minutes after which what lasts is learnt as usual


class VolumeBurst(msgspec.Struct):
    """State of one series."""

    profile: WeeklyProfile = msgspec.field(default_factory=WeeklyProfile)
    lately: float = 0.0  # value per interval, of the last values
    mean: float = 0.0  # of all hours
    error_lately: float = _ERROR_AT_FIRST  # relative, of the forecast by the last values …
    error_profile: float = _ERROR_AT_FIRST  # … and of the one by the hour of the week
    squares: float = _SPREAD_AT_FIRST * _SPREAD_PRIOR
    weight: float = _SPREAD_PRIOR
    whole: bool = True  # all values were whole numbers: counts, which vary by chance
    recent: float = 0.0  # value per interval, over some five minutes
    expected: float = 0.0
    sum: float = 0.0  # the CUSUM, clipped
    score: float = 0.0
    firing: bool = False
    began: int = 0  # when the sum left zero
    held_min: float = 0.0  # for how long nothing was learnt because of what stands
    last: int = -1  # start of the value before
    values: int = 0

    def update(self, start: int, value: float, share: float, of: Loudness, foreseen: float = 1.0) -> bool:
        """Judge one seen value; `share` of what it counts was seen. Is it firing after it?

        `foreseen`: times as much is expected besides, because a campaign or a holiday was announced.
        """
        minutes = min(_LONGEST_MIN, (start - self.last) / 60.0) if self.last >= 0 else 1.0
        self.last = start
        self.whole = self.whole and value == int(value)
        rate = value / share
        if not self.values:
            self.lately = self.mean = self.recent = rate
        self.profile.unit = max(self.mean, 1e-12) * _LEVEL_PRIOR_MIN / minutes / 20.0
        by_hour = self.profile.expected(start + int(30 * minutes)) if self.values else rate
        forecast = self._weigh(by_hour)
        deviation = self._deviation(forecast, share)
        self.expected = forecast * foreseen
        self.recent += (rate - self.recent) * (1.0 - exp(-minutes / _RECENT_MIN))
        self._sum(start, (rate - self.expected) / (deviation * foreseen), minutes, of)
        suspect = self.firing or self.sum >= _SUSPECT * of.threshold
        self.held_min = self.held_min + minutes if suspect else 0.0
        if not suspect or self.held_min > of.thaw_min or self.values < _FIRST_VALUES:
            self._learn(rate, forecast, by_hour, deviation, minutes)
        self.values += 1
        return self.firing

    def _weigh(self, by_hour: float) -> float:
        lately, profile = (1.0 / (error + _LEAST_ERROR) ** 2 for error in (self.error_lately, self.error_profile))
        return (lately * self.lately + profile * by_hour) / (lately + profile)

    def _deviation(self, forecast: float, share: float) -> float:
        """Standard deviation of a value around its forecast: between in proportion to it and to its root."""
        spread = self.squares / self.weight + _LEAST_SPREAD * _LEAST_SPREAD
        variance = spread * max(forecast, _LOW * self.mean) * (forecast + self.mean) / 2.0
        if self.whole:
            variance = max(variance, (forecast + _LOW) / share)
        return sqrt(variance) + 1e-12

    def _sum(self, start: int, surprise: float, minutes: float, of: Loudness) -> None:
        before = self.sum
        most = ALLOWED + of.threshold * min(1.0, minutes / DECIDING_MIN)
        known = self.values >= _FIRST_VALUES
        evidence = max(0.0, before + surprise - ALLOWED)
        self.sum = min(max(before + min(surprise, most) - ALLOWED, 0.0), 2 * of.threshold)
        if before <= 0.0:
            self.began = start
        if self.firing:
            self.firing = self.sum > of.threshold / 2
        elif self.sum >= of.threshold and self.recent >= of.ratio * self.expected:
            self.firing = known
        size = self.recent / (of.ratio * self.expected) if self.expected > 0.0 else 1.0
        self.score = min(evidence, of.threshold * size) if known else 0.0

    def _learn(self, rate: float, forecast: float, by_hour: float, deviation: float, minutes: float) -> None:
        value = rate
        if self.values > 10:
            value = min(max(rate, forecast - _CLIP * deviation), forecast + _CLIP * deviation)
        middle = (forecast + self.mean) / 2.0 + 1e-12
        new = 1.0 - exp(-1.0 / _ERROR_VALUES)
        self.error_lately += (min(1.0, abs(rate - self.lately) / middle) - self.error_lately) * new
        self.error_profile += (min(1.0, abs(rate - by_hour) / middle) - self.error_profile) * new
        self.lately += (value - self.lately) * (1.0 - exp(-minutes / max(_LATELY_MIN, _LATELY_VALUES * minutes)))
        keep = exp(-min(minutes / _SPREAD_MIN, 1.0 / _SPREAD_VALUES))
        room = max(forecast, _LOW * self.mean) * (forecast + self.mean) / 2.0 + 1e-24
        most = 9.0 * (self.squares / self.weight + _LEAST_SPREAD * _LEAST_SPREAD)
        self.squares = self.squares * keep + min((rate - forecast) ** 2 / room, most)
        self.weight = self.weight * keep + 1.0
        self.profile.learn(value, 1.0, by_hour, minutes)
        self.mean += (value - self.mean) * max(1.0 / (self.values + 1), 1.0 - exp(-minutes / _MEAN_MIN))
