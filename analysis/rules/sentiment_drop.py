"""Rule kind `sentiment-drop`: the talk of the last half hour is clearly more negative than usual.

Evidence, never a gate: polarity is a guess about each post, and anger that names no trouble wakes nobody, so it is a
warning at most. The mean polarity of the window is compared with that of the past days, in standard errors of a mean of
so many posts (Student 1908); a drop must be both sure and large. Until `warm_min` minutes were seen, a static floor
decides, and says so. While it breaches nothing is learnt, at most for `thaw_min`.
"""

from dataclasses import dataclass
from math import exp, sqrt
from typing import Annotated, ClassVar, Self

import msgspec
from annotated_types import Ge, Gt, Le

from analysis.rules.rule import Answer, Subject, Urgency, Verdict
from analysis.rules.sample import seen_part
from analysis.rules.window import Seen, seen_minute, slide
from analysis.rules.wording import moment
from analysis.series import Observation

_KEEP = exp(-1 / (7 * 1440))  # per minute: the past week
_PRIOR_VARIANCE, _PRIOR_POSTS = 0.25, 50.0
_UNEVEN = 0.03  # standard deviation by which the mean of a window drifts however many posts it has


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    sigmas: Annotated[float, Gt(0)] = 5.0
    drop: Annotated[float, Gt(0), Le(2)] = 0.1  # of the mean polarity, which lies between -1 and +1
    window_min: Annotated[int, Ge(5), Le(240)] = 30
    support: Annotated[int, Ge(5)] = 30  # posts with a polarity in the window
    warm_min: Annotated[int, Ge(0)] = 1440
    floor: Annotated[float, Ge(-1), Le(1)] = -0.4  # mean polarity that is told until then
    thaw_min: Annotated[int, Ge(60)] = 1440


class _State(msgspec.Struct):
    minutes: list[Seen] = msgspec.field(default_factory=list)
    posts: float = 0.0  # with a polarity, fading
    polarity: float = 0.0  # their sum
    squares: float = 0.0  # of what minutes differ from the usual mean by, times their posts
    told: float = 0.0  # minutes, fading, that `squares` is of
    seen: int = 0
    breached_min: int = 0

    def usual(self) -> float:
        return self.polarity / self.posts if self.posts > 0.0 else 0.0

    def deviation(self) -> float:
        """Standard deviation of one post's polarity, as minutes show it."""
        return sqrt((self.squares + _PRIOR_VARIANCE * _PRIOR_POSTS) / (self.told + _PRIOR_POSTS))


class SentimentDrop:
    kind: ClassVar[str] = "sentiment-drop"
    subject: ClassVar[Subject] = Subject.TOPIC
    Settings: ClassVar[type[Mood]] = Mood

    def __init__(self, settings: Mood, state: _State | None = None) -> None:
        self._mood = settings
        self._state = state or _State()

    def update(self, seen: Observation) -> Verdict:
        part = seen_part(seen)
        if part is None:
            return Verdict(at=seen.start, answer=Answer.UNKNOWN, because="the minute was not seen", unit="sigmas")
        state, of = self._state, self._mood
        minute = seen_minute(int(seen.start.timestamp()), *part)
        slide(state.minutes, minute, of.window_min)
        posts = sum(each.polar for each in state.minutes)
        mean = sum(each.polarity for each in state.minutes) / 1000 / posts if posts else 0.0
        drop = state.usual() - mean
        sigmas = drop / sqrt(state.deviation() ** 2 / posts + _UNEVEN**2) if posts else 0.0
        by_floor = state.seen < of.warm_min
        if posts < of.support:
            breach = False
        elif by_floor:
            breach = mean <= of.floor
        else:
            breach = sigmas >= of.sigmas * seen.foreseen and drop >= of.drop * seen.foreseen
        state.breached_min = state.breached_min + 1 if breach else 0
        if not breach or by_floor or state.breached_min > of.thaw_min:
            self._learn(minute)
        floor = f"; the past is too short: until then a floor of {of.floor:+.2f} decides" if by_floor else ""
        return Verdict(
            at=seen.start,
            answer=Answer.BREACH if breach else Answer.CLEAR,
            because=f"mean polarity {mean:+.2f} of {posts} posts, {state.usual():+.2f} usual;"
            f" {sigmas:.1f} sigmas below it, told from {of.sigmas:.1f} on{floor}",
            value=round(sigmas, 3),
            limit=of.sigmas,
            unit="sigmas",
            began_at=moment(state.minutes[0].start) if breach else None,
            urgency=Urgency.WARN if breach else None,
            version="1",
        )

    def _learn(self, minute: Seen) -> None:
        state = self._state
        state.seen += 1
        if minute.polar:
            apart = minute.polarity / 1000 / minute.polar - state.usual()
            state.squares = state.squares * _KEEP + min(4.0, apart * apart * minute.polar)
            state.told = state.told * _KEEP + 1.0
        state.posts = state.posts * _KEEP + minute.polar
        state.polarity = state.polarity * _KEEP + minute.polarity / 1000

    def dump(self) -> bytes:
        return msgspec.json.encode(self._state)

    @classmethod
    def load(cls, settings: Mood, state: bytes | None) -> Self:
        return cls(settings, msgspec.json.decode(state, type=_State) if state else None)
