"""What is normal for one series at this hour of the week, and how much of it is there lately.

`WeeklyProfile` answers "how many a minute are to be expected now": a table of the 168 hours of the week (in Shanghai),
each the exponentially weighted mean of the minutes seen in that hour (memory about four weeks), times the level of the
last six hours. While the table is young an hour is shrunk towards the same hour of other days, and that towards the
mean of all hours, so that one odd night does not become the expectation. What is learnt of one minute is clipped at
`CLIP_RATIO` × expected + `CLIP_COUNT`: a burst cannot teach the baseline that bursts are normal.

Method: exponential smoothing with a seasonal index (Holt 1957, Winters 1960); shrinkage (James & Stein 1961).
"""

from math import exp

import msgspec

HOURS = 168
WEEK_S = 604_800
MONDAY_S = 28_800 + 3 * 86_400  # epoch 0 was a Thursday, 08:00 in Shanghai: adding this makes Monday 00:00 the origin
CLIP_RATIO = 3.0
CLIP_COUNT = 3.0

_FIRST = 60  # minutes in which there is no expectation to clip by, and the mean is asked anew each time
_FORGET = exp(-1 / 240)  # per minute seen of one hour of the week: 60 a week, so 240 are four weeks
_SHRINK = 20.0  # minutes' worth of the broader mean in each hour's
_LEVEL_KEEP = exp(-1 / 360)  # per minute: six hours
_LEVEL_PRIOR = 20.0  # posts' worth of "as the table says" in the level


class WeeklyProfile(msgspec.Struct):
    """The expected rate per minute of one series, learnt minute by minute.

    Fed with counts and the share of the minute's posts these are (1 where all were seen).
    """

    sums: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS)
    minutes: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS)
    level_sum: float = 0.0
    level_expected: float = 0.0
    hour: int = -1  # that `left`, `middle` and `right` belong to
    left: float = 0.0  # rates of the hour before, of `hour`, and of the hour after it
    middle: float = 0.0
    right: float = 0.0
    seen: int = 0  # minutes learnt from, ever
    unit: float = 1.0  # what counts as one post in the priors and the clipping: 1 for counts

    def expected(self, start_s: int) -> float:
        """Posts expected in the minute that starts at `start_s`, were all of them seen."""
        place = (start_s + MONDAY_S) % WEEK_S
        hour = place // 3600
        if hour != self.hour or self.seen < _FIRST:
            self._enter(hour)
        into = (place % 3600) / 3600 - 0.5  # an hour's mean stands at its middle; straight lines between
        beside = self.left if into < 0 else self.right
        table = self.middle + abs(into) * (beside - self.middle)
        prior = _LEVEL_PRIOR * self.unit
        return table * (self.level_sum + prior) / (self.level_expected + prior)

    def learn(self, count: float, share: float, expected: float, passed: float = 1.0) -> None:
        """Take in what was seen of the moment that `expected` was asked for last; `expected` is what it said.

        `passed`: minutes since the value before. A series with another spacing than a minute has its rate per interval.
        """
        most = CLIP_RATIO * expected * share + CLIP_COUNT * self.unit
        rate = (count if count < most else most) / share if self.seen >= _FIRST else count / share
        hour = self.hour
        forget = _FORGET if passed == 1.0 else _FORGET**passed
        self.sums[hour] = self.sums[hour] * forget + rate * passed
        self.minutes[hour] = self.minutes[hour] * forget + passed
        prior = _LEVEL_PRIOR * self.unit
        level = (self.level_sum + prior) / (self.level_expected + prior)
        keep = _LEVEL_KEEP if passed == 1.0 else _LEVEL_KEEP**passed
        self.level_sum = self.level_sum * keep + rate
        self.level_expected = self.level_expected * keep + expected / level
        self.seen += 1

    def _enter(self, hour: int) -> None:
        mean = sum(self.sums) / max(sum(self.minutes), 1.0)
        self.left, self.middle, self.right = (self._rate(h % HOURS, mean) for h in (hour - 1, hour, hour + 1))
        self.hour = hour

    def _rate(self, hour: int, mean: float) -> float:
        of_day = slice(hour % 24, HOURS, 24)
        daily = (sum(self.sums[of_day]) + _SHRINK * mean) / (sum(self.minutes[of_day]) + _SHRINK)
        return (self.sums[hour] + _SHRINK * daily) / (self.minutes[hour] + _SHRINK)
