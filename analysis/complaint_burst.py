"""Do users complain more than they should? One detector per series, fed minute by minute.

The evidence is the complaint SHARE: a campaign multiplies everything and changes no share. For each minute the number
of distinct complaining people is compared with what the other posts of the minute lead to expect (`ShareLevel`), by a
bank of CUSUMs (`burst`). What may pass as normal is `tolerance` × that, wider the less we know of the share, as in the
first minutes of a surge. A second bank, on the count against the hour of the week, must agree, so that a share that
rises because OTHER posts are missing pages nobody.

While evidence stands or the alert fires, nothing is learnt, at most for `thaw_min`. The end is detected like the
beginning: a CUSUM for "back to normal" against "most of it goes on".
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Annotated

import msgspec
from annotated_types import Ge, Gt, Le

from analysis.baseline import WeeklyProfile
from analysis.burst import EFFECTS, CusumBank, evidence
from analysis.share_level import Dispersion, ShareLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """One set of figures for every series, from 0.1 to 100 complaints a minute."""

    threshold: Annotated[float, Gt(0)] = 9.0  # nats of share evidence that page
    count_agrees: Annotated[float, Ge(0), Le(1)] = 0.4  # part of `threshold` that the count's evidence must reach
    recovered: Annotated[float, Gt(0)] = 6.0  # nats of evidence for "back to normal" that end it
    min_authors: Annotated[int, Ge(1)] = 3  # distinct complaining people since it began, for it to fire at all …
    page_authors: Annotated[int, Ge(1)] = 5  # … and for it to be as urgent as the rule is; until then a warning
    tolerance: Annotated[float, Ge(1)] = 1.05  # times the normal share that pass as normal, were it known exactly
    doubt: Annotated[float, Ge(0)] = 1.4  # standard deviations of what we know of the share that are tolerated on top
    thaw_min: Annotated[int, Ge(60)] = 1440  # minutes of firing after which what lasts is learnt as normal
    warm_min: Annotated[int, Ge(0)] = 4320  # minutes seen before the baseline decides
    floor_authors: Annotated[int, Ge(1)] = 10  # until then: this many complaining people within `floor_min` minutes …
    floor_share: Annotated[float, Gt(0), Le(1)] = 0.10  # … and this share of the posts
    floor_min: Annotated[int, Ge(1), Le(60)] = 15


REMEMBERED = 60  # minutes told of in a sentence
_RECENT_TAU = 10.0  # minutes of the volume that is compared with the expected one
_SMOOTH_TAU = 5.0
_RATE_PRIOR = 10.0  # posts' worth of "as at this hour of the week" in what the last minutes showed
_UNEVEN = 0.025  # relative variance, beyond chance, of a minute's other posts
_SUSPECT = 2.0  # nats of evidence from which the share is learnt only hesitantly
_HESITANT = 0.25
_SURGE_RATIO, _SURGE_COUNT = 2.0, 2.0
_SURGE_ENDS = 1.5
_FLOOD = 4.0  # complaints a person: above it a few accounts write most of them, and …
_FLOOD_AUTHORS = 5  # … this many times as many people are asked for


class Minute(msgspec.Struct, array_like=True):
    start: int
    mentions: float
    complaints: float
    votes: float
    expected: float  # complaining people, by hour of the week and normal share, in what was seen


class ComplaintBurst(msgspec.Struct):
    """State of one series. Its `Sensitivity` comes with every minute: what is stored is only what was learnt."""

    volume: WeeklyProfile = msgspec.field(default_factory=WeeklyProfile)
    level: ShareLevel = msgspec.field(default_factory=ShareLevel)
    dispersion: Dispersion = msgspec.field(default_factory=Dispersion)
    share_bank: CusumBank = msgspec.field(default_factory=CusumBank)
    count_bank: CusumBank = msgspec.field(default_factory=CusumBank)
    recent: list[Minute] = msgspec.field(default_factory=list)
    rate: float = -1.0  # other posts per minute, last few minutes; -1 before the first
    surge_rate: float = 0.0  # the same over some ten minutes
    usual: float = 0.0  # other posts expected in the newest minute
    surging: bool = False
    firing: bool = False
    fired_min: int = 0
    began: int = 0  # start of the minute in which it began
    people: float = 0.0  # distinct complaining people since then, while it fires
    back: float = 0.0  # nats for "back to normal"
    score: float = 0.0

    def update(
        self,
        start: int,
        mentions: float,
        complaints: float,
        votes: float,
        share: float,
        of: Sensitivity,
        foreseen: float = 1.0,
    ) -> bool:
        """Judge one seen minute: is it firing after it? A missing minute is simply not fed: it tells nothing.

        `mentions`, `complaints`: posts seen; `votes`: distinct people who complain, each counted once in 30 minutes;
        `share`: of the minute's posts that was seen, above 0 and at most 1; `foreseen`: times the normal share that
        pass as normal besides, because a campaign or a holiday was announced.
        """
        others = mentions - complaints
        expected = self.volume.expected(start)
        self._follow(others / share, expected)
        level = self.level
        level.drift(self.surging)
        base = self._talk(others, expected, share)
        spread = self.dispersion.value()
        normal = level.odds() * base
        log_tolerance = log(of.tolerance * foreseen) + of.doubt * sqrt(level.variance)
        size = 1.0 / (spread + 1.0 / (base + 1.0))
        score = self.share_bank.add(start, votes, normal, log_tolerance, exp(log_tolerance), size)
        by_count = level.odds() * expected * share
        agrees = self.count_bank.add(start, votes, by_count, log(foreseen), foreseen, size)
        recent = self.recent
        recent.append(Minute(start, mentions, complaints, votes, by_count))
        if len(recent) > REMEMBERED:
            del recent[0]
        self.score = score
        warm = self.warm(of)
        if not warm:
            self._by_floor(start, of)
        elif self.firing:
            self.fired_min += 1
            self.people += votes
            self._recover(votes, normal, size, of)
        elif score >= of.threshold and agrees >= of.count_agrees * of.threshold:
            self._fire(start, of)
        if not self.firing or not warm or self.fired_min > of.thaw_min:
            self.volume.learn(others, share, expected)
            level.learn(votes, base, normal, spread + 1.0 / (base + 1.0), 1.0 if score < _SUSPECT else _HESITANT)
            if score < of.threshold:
                self.dispersion.learn(votes, base, spread)
        return self.firing

    def warm(self, of: Sensitivity) -> bool:
        """Is there history enough to judge by it? Until then the static floor holds."""
        return self.volume.seen >= of.warm_min

    def since(self, start: int) -> int:
        """When the evidence after the minute `start` began: at most an hour ago; `start` where there is none."""
        if self.firing:
            began = self.began
        elif self.score > 0.0:
            began = self.share_bank.began[self.share_bank.leading()]
        else:
            began = start
        return max(began, start - 60 * (REMEMBERED - 1))

    def volume_ratio(self) -> float | None:
        """Other posts of the last ten minutes or so, times what is usual at this hour; None where none are expected."""
        return round(self.surge_rate / self.usual, 2) if self.usual > 0.0 else None

    def _follow(self, rate: float, expected: float) -> None:
        """The volume of the last minutes, and whether it surges."""
        self.usual = expected
        if self.rate < 0.0:
            self.rate = self.surge_rate = rate
        self.rate += (rate - self.rate) / _SMOOTH_TAU
        self.surge_rate += (rate - self.surge_rate) / _RECENT_TAU
        if self.surging:
            self.surging = self.surge_rate > _SURGE_ENDS * expected + _SURGE_COUNT
        elif self.surge_rate > _SURGE_RATIO * expected + _SURGE_COUNT:
            self.surging = True
            self.level.unsettle()

    def _talk(self, others: float, expected: float, share: float) -> float:
        """Other posts to which this minute's complaints belong: as many as the last minutes and the hour of the week
        lead to expect, or what there is where that is surely more, as when a campaign begins."""
        window = 2 * _SMOOTH_TAU * share
        steady = self.rate * share
        if expected > 0.0:
            steady = share * (self.rate * window + _RATE_PRIOR) / (window + _RATE_PRIOR / expected)
        surely = others / (1.0 + sqrt(1.0 / (others + 1.0) + _UNEVEN))
        return surely if surely > steady else steady

    def _fire(self, start: int, of: Sensitivity) -> None:
        began = self.since(start)
        window = [minute for minute in self.recent if minute.start >= began]
        votes, complaints = sum(minute.votes for minute in window), sum(minute.complaints for minute in window)
        flooded = complaints > _FLOOD * votes
        if votes >= of.min_authors * (_FLOOD_AUTHORS if flooded else 1):
            self.firing, self.fired_min, self.began, self.back = True, 1, began, 0.0
            self.people = votes

    def _by_floor(self, start: int, of: Sensitivity) -> None:
        """Fire above the floor, end below half of it."""
        window = [minute for minute in self.recent if minute.start > start - 60 * of.floor_min]
        part = 0.5 if self.firing else 1.0
        votes, mentions = sum(minute.votes for minute in window), sum(minute.mentions for minute in window)
        complaints = sum(minute.complaints for minute in window)
        above = votes >= part * of.floor_authors and complaints >= part * of.floor_share * mentions
        if above and not self.firing:
            self.began = next(minute.start for minute in window if minute.votes)
            self.fired_min, self.back = 0, 0.0
        self.firing, self.people = above, votes

    def _recover(self, votes: float, normal: float, size: float, of: Sensitivity) -> None:
        goes_on = EFFECTS[self.share_bank.leading()] ** 0.75
        self.back = max(0.0, self.back - evidence(votes, normal, 1.0, goes_on, size))
        if self.back >= of.recovered or self.score <= 0.0:
            self.firing = False
            self.share_bank.clear()
            self.count_bank.clear()
