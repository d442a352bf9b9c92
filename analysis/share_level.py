"""The normal share of complaints: complaints per other post, how sure we are of it, and how unevenly they fall.

`ShareLevel` follows the odds in two speeds: a mean over days, and around it a level that moves within the hour, whose
gain comes out of how much the minutes tell (Kalman 1960, on the log odds; linearised for counts as in West, Harrison &
Migon 1985). `Dispersion` measures by how much minutes differ beyond chance (method of moments, weighted by what each
minute tells).
"""

from math import exp, log

import msgspec

from analysis.baseline import CLIP_COUNT, CLIP_RATIO

_DAYS_TAU = 5 * 1440.0  # minutes: memory of the mean
_PRIOR_ODDS = 0.02
_PRIOR_COMPLAINTS = 5.0  # complaints' worth of _PRIOR_ODDS in the mean
_RETURN = exp(-1 / 720)  # the level goes back to the mean within 12 hours
_DRIFT = 5e-5  # variance the level gains each minute
_SURGE_DRIFT = 2.5e-4  # while volume surges: other people write now than usually
_SURGE_VARIANCE = 0.06  # what we know of the level when a surge begins
_LOWEST, _HIGHEST = log(0.75), log(1.6)  # how far the level may leave the mean


class ShareLevel(msgspec.Struct):
    complaints: float = 0.0
    others: float = 0.0
    log_mean: float = log(_PRIOR_ODDS)
    shift: float = 0.0  # log of level / mean
    variance: float = _SURGE_VARIANCE  # of `shift`

    def odds(self) -> float:
        """Complaints to be expected per other post."""
        return exp(self.log_mean + self.shift)

    def drift(self, surging: bool) -> None:
        """One minute passes."""
        self.shift *= _RETURN
        self.variance = self.variance * _RETURN * _RETURN + (_SURGE_DRIFT if surging else _DRIFT)

    def unsettle(self) -> None:
        """A surge begins: what was known of the level does not hold for the people who come now."""
        self.variance = max(self.variance, _SURGE_VARIANCE)

    def learn(self, complaints: float, others: float, expected: float, spread: float, trust: float) -> None:
        """Take in a minute with `expected` complaints; `spread` is their relative variance beyond chance."""
        most = CLIP_RATIO * expected + CLIP_COUNT
        count = complaints if complaints < most else most
        keep = 1.0 - 1.0 / _DAYS_TAU
        self.complaints = self.complaints * keep + count
        self.others = self.others * keep + others
        self.log_mean = log((self.complaints + _PRIOR_COMPLAINTS) / (self.others + _PRIOR_COMPLAINTS / _PRIOR_ODDS))
        gain = trust * self.variance / (1.0 + expected * (self.variance + spread))
        shift = self.shift + gain * (count - expected)
        self.shift = _LOWEST if shift < _LOWEST else _HIGHEST if shift > _HIGHEST else shift
        self.variance -= self.variance * gain * expected


_DISPERSION_TAU = 14 * 1440.0  # minutes
_DISPERSION = 0.1  # until measured: minutes of 10 complaints vary twice as much as chance would have it
_DISPERSION_WEIGHT = 1000.0
_LOCAL_TAU = 60.0  # minutes: slow drift of the share is not unevenness
_OUTLIER = 16.0  # squared standard deviations beyond which a minute is clipped, but …
_RARE = 4.0  # … never two complaints where next to none are due


class Dispersion(msgspec.Struct):
    """Relative variance of a minute's complaints beyond chance: variance = mean + value × mean²."""

    excess: float = _DISPERSION * _DISPERSION_WEIGHT
    weight: float = _DISPERSION_WEIGHT
    local_complaints: float = 0.0
    local_others: float = 0.0

    def value(self) -> float:
        ratio = self.excess / self.weight
        return 0.01 if ratio < 0.01 else 0.5 if ratio > 0.5 else ratio

    def learn(self, complaints: float, others: float, value: float) -> None:
        if self.local_others > 0.0:
            mean = others * self.local_complaints / self.local_others
            variance = mean + value * mean * mean
            squared = (complaints - mean) ** 2
            if squared > _OUTLIER * variance + _RARE:
                squared = _OUTLIER * variance + _RARE
            told = 1.0 / (1.0 + value * mean) ** 2
            keep = 1.0 - 1.0 / _DISPERSION_TAU
            self.excess = self.excess * keep + (squared - mean) * told + (1.0 - keep) * _DISPERSION * _DISPERSION_WEIGHT
            self.weight = self.weight * keep + mean * mean * told + (1.0 - keep) * _DISPERSION_WEIGHT
        keep = 1.0 - 1.0 / _LOCAL_TAU
        self.local_complaints = self.local_complaints * keep + complaints
        self.local_others = self.local_others * keep + others
