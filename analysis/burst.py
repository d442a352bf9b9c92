"""Evidence that counts are no longer what they were: a bank of CUSUMs, one for each size of effect looked for.

Method: the cumulative sum of log likelihood ratios, cut off at zero (Page 1954), which among all tests with a given
time between false alarms has the shortest worst delay (Lorden 1971, Moustakides 1986); several in parallel because the
size of the effect is not known beforehand. Counts are taken as negative binomial: what happens in one minute drags the
next post along, so their variance is `mean + mean² / size` (Evans 1953), and a Poisson test would page on that alone.
"""

from math import log, log1p

import msgspec

EFFECTS = (1.7, 3.0, 8.0, 25.0)  # times normal
_LOG_EFFECTS = tuple(log(effect) for effect in EFFECTS)


class CusumBank(msgspec.Struct):
    """Nats of evidence for each of `EFFECTS` against "at most `tolerance` times normal"."""

    sums: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(EFFECTS))
    began: list[int] = msgspec.field(default_factory=lambda: [0] * len(EFFECTS))  # minute in which a sum left zero

    def add(
        self, start_s: int, count: float, normal: float, log_tolerance: float, tolerance: float, size: float
    ) -> float:
        """Take in one minute's count where `normal` was to be expected; the strongest evidence after it."""
        sums, best = self.sums, 0.0
        if not count and not any(sums):
            return best
        allowed = log(size + tolerance * normal)
        for i, effect in enumerate(EFFECTS):
            shift = log(size + effect * normal) - allowed
            before = sums[i]
            after = before + count * (_LOG_EFFECTS[i] - log_tolerance - shift) - size * shift
            if after > 0.0 and effect > tolerance:
                sums[i] = after
                if before <= 0.0:
                    self.began[i] = start_s
                if after > best:
                    best = after
            elif before:
                sums[i] = 0.0
        return best

    def leading(self) -> int:
        """Index of the effect with the strongest evidence."""
        return self.sums.index(max(self.sums))

    def clear(self) -> None:
        self.sums = [0.0] * len(EFFECTS)


def evidence(count: float, normal: float, low: float, high: float, size: float) -> float:
    """Log likelihood ratio of one count: mean `high` × normal against mean `low` × normal."""
    shift = log1p((high - low) * normal / (size + low * normal))
    return count * (log(high / low) - shift) - size * shift
