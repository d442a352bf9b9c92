"""The rate of a search that shows seconds only, and shows posts late.

A search lists a post some seconds after it was published. Where all it shows is younger than that takes, the newest
seconds look emptier than they were, and the rank of a post tells too little. How late posts appear is not known; it is
taken to be spread evenly between two delays of at most LATEST_S; before looking, "at once" is as likely as all other
pairs together, and these are equally likely. Each pair says how the rank must grow with age; how well that fits the
pages read (least squares, as wide as they really scatter) weighs the rate that goes with it. The 90 % interval spans
every rate whose delays fit: it is wide where the pages cannot tell how late the latest posts are.
"""

from collections.abc import Sequence
from math import exp, sqrt

from collectors.stretch import Rate

LATEST_S = 60  # searches show a post up to a minute after it was published
STEP_S = 2  # of the delays tried
LEAST_S = 1.0  # delays that leave less to be seen explain nothing
YOUNGEST_S = 0.25  # the middle of a second that has just begun
LEAST_POINTS = 6
FREE = 3  # two delays and a rate are fitted
TOGETHER = 2.0  # the first and the last post of a page say nearly the same
SLOPE = 2.0  # at most so much steeper than on average is the growth of a rank where its age is rounded
Z90 = 1.645


def steady_rate(points: Sequence[tuple[float, float]]) -> Rate | None:
    """The rate, taken to be steady over the ages shown. `points`: (age in s, how many posts shown are at most as old).

    None where there are too few points to tell.
    """
    told = [(max(age, YOUNGEST_S), count) for age, count in points]
    if len(told) < LEAST_POINTS:
        return None
    weights = [1 / (1 + count + (SLOPE * count / age) ** 2 / 12) for age, count in told]
    oldest = max(age for age, _ in told)
    delays = [(first, last) for first in range(0, LATEST_S, STEP_S) for last in range(first, LATEST_S + 1, STEP_S)]
    fits = [_fit(told, weights, *pair) for pair in delays if _shown(oldest, *pair) >= LEAST_S]
    at_once, _ = fits[0]
    best = min(misfit for misfit, _ in fits)
    scatter = max(1.0, best / (len(told) - FREE)) * TOGETHER
    weighed = [(per_s, exp((best - misfit) / (2 * scatter))) for misfit, per_s in fits]
    weighed.append((fits[0][1], len(fits) * exp((best - at_once) / (2 * scatter))))
    mid = sum(per_s * weight for per_s, weight in weighed) / sum(weight for _, weight in weighed)
    likely = [per_s for misfit, per_s in fits if misfit - best <= Z90**2 * scatter]
    counting = Z90 * mid * sqrt(scatter / max(count for _, count in told))
    low, high = min(mid, *likely) - counting, max(mid, *likely) + counting
    return Rate(low=60 * max(0.0, low), mid=60 * mid, high=60 * high)


def _fit(told: Sequence[tuple[float, float]], weights: Sequence[float], first: int, last: int) -> tuple[float, float]:
    """How badly these delays fit (weighed squares), and the posts per second that fit best with them."""
    shown = [_shown(age, first, last) for age, _ in told]
    both = list(zip(shown, told, weights, strict=True))
    per_s = sum(w * part * count for part, (_, count), w in both) / sum(w * part * part for part, _, w in both)
    return sum(w * (count - per_s * part) ** 2 for part, (_, count), w in both), per_s


def _shown(age: float, first: int, last: int) -> float:
    """Seconds' worth of posts that are shown of those up to this age."""
    if age <= first:
        return 0.0
    if age < last:
        return (age - first) ** 2 / (2 * (last - first))
    return age - (first + last) / 2
