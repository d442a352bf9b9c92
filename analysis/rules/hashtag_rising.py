"""Rule kind `hashtag-rising`: a hashtag beside a topic is used far more than in the past 28 days.

The measure is the smoothed growth of `analysis.emerging`, with a minimum support and more voices than one. Where less
than a day of the past was seen, usual is not known, and a static floor of `floor` mentions decides, and says so.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Gt, Le

from analysis.emerging import Trend, is_spread, rising
from analysis.rules.rule import Answer, Subject, TopicHashtags, Verdict

_HALF = 0.5  # of the window must have been seen
_A_DAY_MIN = 1440.0
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    growth: Annotated[float, Gt(1)] = 4.0  # times its usual mentions, smoothed
    support: Annotated[int, Ge(3)] = 20  # mentions in the window
    window_min: Annotated[int, Ge(10), Le(1440)] = 60
    floor: Annotated[int, Ge(3)] = 100  # mentions in the window, until a day of the past was seen


class HashtagRising:
    kind: ClassVar[str] = "hashtag-rising"
    subject: ClassVar[Subject] = Subject.HASHTAGS
    Settings: ClassVar[type[Rise]] = Rise

    def __init__(self, settings: Rise) -> None:
        self._rise = settings

    def judge(self, seen: TopicHashtags) -> Verdict:
        of = self._rise
        if seen.coverage < _HALF:
            told = f"of the last {of.window_min} min {seen.coverage:.0%} were seen"
            return Verdict(at=seen.at, answer=Answer.UNKNOWN, because=told, unit="times")
        if not seen.counts:
            told = f"no hashtag has {of.support} mentions in {of.window_min} min"
            return Verdict(
                at=seen.at, answer=Answer.CLEAR, because=told, value=0.0, limit=of.growth, unit="times", version="1"
            )
        if seen.windows * of.window_min < _A_DAY_MIN:
            return self._by_floor(seen)
        found = rising(seen.counts, seen.windows, support=of.support, at_least=of.growth)
        every = rising(seen.counts, seen.windows, support=of.support, at_least=0.0)
        fastest = every[0] if every else None
        because = "; ".join(_told(trend, of.window_min) for trend in found[:_NAMED])
        return Verdict(
            at=seen.at,
            answer=Answer.BREACH if found else Answer.CLEAR,
            because=because or f"no hashtag grew to {of.growth:g} times its usual mentions in {of.window_min} min",
            value=round(fastest.growth, 3) if fastest else 0.0,
            limit=of.growth,
            unit="times",
            version="1",
        )

    def _by_floor(self, seen: TopicHashtags) -> Verdict:
        of = self._rise
        spread = [count for count in seen.counts if is_spread(count)]
        most = max(spread, key=lambda count: count.mentions, default=None)
        breach = most is not None and most.mentions >= of.floor
        told = f"#{most.label}# {most.mentions} times in {of.window_min} min" if most else "no hashtag"
        return Verdict(
            at=seen.at,
            answer=Answer.BREACH if breach else Answer.CLEAR,
            because=f"{told}; less than a day of the past was seen: until then a floor of {of.floor} decides",
            value=float(most.mentions) if most else 0.0,
            limit=float(of.floor),
            unit="mentions",
            version="1",
        )


def _told(trend: Trend, minutes: int) -> str:
    usual = "never before" if trend.new else f"{trend.usual:.1f} usual"
    return f"#{trend.count.label}# {trend.count.mentions} times in {minutes} min, {usual}"
