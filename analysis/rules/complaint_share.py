"""Rule kind `complaint-share`: users complain more than the talk of the day explains.

Fed a topic's Observations. Its counts are people: `Tally.complaint_authors` of an Observation holds one vote per author
in 30 minutes, and authors a source does not name have no vote, so a script with five accounts is five people however
much it posts. A sampled minute is judged on the sample: its share as it is, its count against the expected part of the
estimated volume. A missing minute changes nothing.

The detector and its sources of method are in `analysis.complaint_burst`.
"""

from math import exp
from typing import ClassVar, Self

import msgspec

from analysis.complaint_burst import ComplaintBurst, Sensitivity
from analysis.rules.rule import Answer, Subject, Verdict
from analysis.rules.sample import seen_part
from analysis.rules.wording import hour_of_week, moment, percent
from analysis.series import Observation

_FADE = exp(-1 / 20)  # per minute: categories of the last 20 minutes label the alert
_FAINT = 0.05
_NAMED = 5  # categories in the label
_CALM = 1.0  # nats below which there are no figures worth telling


class _State(msgspec.Struct):
    burst: ComplaintBurst = msgspec.field(default_factory=ComplaintBurst)
    categories: dict[str, float] = msgspec.field(default_factory=dict)


class ComplaintShare:
    kind: ClassVar[str] = "complaint-share"
    subject: ClassVar[Subject] = Subject.TOPIC
    Settings: ClassVar[type[Sensitivity]] = Sensitivity

    def __init__(self, settings: Sensitivity, state: _State | None = None) -> None:
        self._sensitivity = settings
        self._state = state or _State()

    def update(self, seen: Observation) -> Verdict:
        part = seen_part(seen)
        if part is None:
            return Verdict(at=seen.start, answer=Answer.UNKNOWN, because="the minute was not seen", unit="nats")
        tally, share = part
        start = int(seen.start.timestamp())
        firing, score = self.judge(
            start, float(tally.mentions), float(tally.complaints), float(tally.complaint_authors), share
        )
        self._note(seen.categories)
        return Verdict(
            at=seen.start,
            answer=Answer.BREACH if firing else Answer.CLEAR,
            because=self.because(start),
            value=round(score, 3),
            limit=self._sensitivity.threshold,
            unit="nats",
            labels=self._labels() if firing else (),
            began_at=moment(self._state.burst.began) if firing else None,
        )

    def judge(self, start: int, mentions: float, complaints: float, votes: float, share: float) -> tuple[bool, float]:
        """Is it firing after the minute that starts at `start`, and how many nats of evidence stand."""
        burst = self._state.burst
        return burst.update(start, mentions, complaints, votes, share, self._sensitivity), burst.score

    def dump(self) -> bytes:
        return msgspec.json.encode(self._state)

    @classmethod
    def load(cls, settings: Sensitivity, state: bytes | None) -> Self:
        return cls(settings, msgspec.json.decode(state, type=_State) if state else None)

    def _note(self, categories: tuple[tuple[str, int], ...]) -> None:
        known = {name: weight * _FADE for name, weight in self._state.categories.items() if weight > _FAINT}
        for name, mentions in categories:
            known[name] = known.get(name, 0.0) + mentions
        self._state.categories = known

    def _labels(self) -> tuple[tuple[str, str], ...]:
        known = self._state.categories
        first = sorted(known, key=lambda name: (-known[name], name))[:_NAMED]
        return (("categories", ",".join(first)),) if first else ()

    def because(self, start: int) -> str:
        """The figures after the minute that starts at `start`, as one sentence."""
        burst, of = self._state.burst, self._sensitivity
        line = f"evidence {burst.score:.1f} nats, page line {of.threshold:.1f}"
        if not burst.warm(of):
            line += (
                f"; the baseline has {burst.volume.seen / 1440:.1f} of {of.warm_min / 1440:g} days: until then"
                f" a floor decides, {of.floor_authors} authors in {of.floor_min} min and {percent(of.floor_share)}"
            )
        if burst.score < _CALM and not burst.firing:
            return f"no more complaints than usual; {line}"
        since = burst.since(start)
        told = [minute for minute in burst.recent if minute.start >= since]
        complaints = sum(minute.complaints for minute in told)
        mentions = sum(minute.mentions for minute in told)
        normal = burst.level.odds()
        return (
            f"{complaints:.0f} complaints by {sum(minute.votes for minute in told):.0f} authors"
            f" in {(start - since) // 60 + 1} min,"
            f" {sum(minute.expected for minute in told):.1f} expected for {hour_of_week(start)};"
            f" share {percent(complaints / mentions if mentions else 0.0)} against {percent(normal / (1 + normal))};"
            f" {line}"
        )
