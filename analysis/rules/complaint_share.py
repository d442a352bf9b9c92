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
from analysis.rules.rule import Answer, Figures, Subject, Urgency, Verdict
from analysis.rules.sample import seen_part
from analysis.rules.wording import hour_of_week, moment, percent
from analysis.series import Observation

VERSION = "2"  # to be raised when the same minutes give other verdicts

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
            start,
            float(tally.mentions),
            float(tally.complaints),
            float(tally.complaint_authors),
            share,
            seen.foreseen,
        )
        self._note(seen.categories)
        figures = self.figures(start)
        return Verdict(
            at=seen.start,
            answer=Answer.BREACH if firing else Answer.CLEAR,
            because=self._sentence(figures),
            value=round(score, 3),
            limit=self._sensitivity.threshold,
            unit="nats",
            labels=self._labels() if firing else (),
            began_at=moment(self._state.burst.began) if firing else None,
            urgency=self._urgency() if firing else None,
            figures=figures,
            version=VERSION,
        )

    def judge(
        self, start: int, mentions: float, complaints: float, votes: float, share: float, foreseen: float = 1.0
    ) -> tuple[bool, float]:
        """Is it firing after the minute that starts at `start`, and how many nats of evidence stand."""
        burst = self._state.burst
        return burst.update(start, mentions, complaints, votes, share, self._sensitivity, foreseen), burst.score

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

    def _urgency(self) -> Urgency | None:
        """What few people complain of is told, and wakes nobody."""
        burst, of = self._state.burst, self._sensitivity
        return Urgency.WARN if burst.people < of.page_authors else None

    def _labels(self) -> tuple[tuple[str, str], ...]:
        known = self._state.categories
        first = sorted(known, key=lambda name: (-known[name], name))[:_NAMED]
        return (("categories", ",".join(first)),) if first else ()

    def because(self, start: int) -> str:
        """The figures after the minute that starts at `start`, as one sentence."""
        return self._sentence(self.figures(start))

    def figures(self, start: int) -> Figures:
        """What stands behind the evidence after the minute that starts at `start`."""
        burst = self._state.burst
        since = burst.since(start)
        told = [minute for minute in burst.recent if minute.start >= since]
        complaints = round(sum(minute.complaints for minute in told))
        mentions = round(sum(minute.mentions for minute in told))
        normal = burst.level.odds()
        return Figures(
            minutes=(start - since) // 60 + 1,
            mentions=mentions,
            complaints=complaints,
            authors=round(sum(minute.votes for minute in told)),
            expected=round(sum(minute.expected for minute in told), 3),
            expected_for=hour_of_week(start),
            share=complaints / mentions if mentions else None,
            usual_share=normal / (1 + normal),
            volume_surges=burst.surging,
            volume_ratio=burst.volume_ratio(),
            by_floor=not burst.warm(self._sensitivity),
        )

    def _sentence(self, of: Figures) -> str:
        burst, settings = self._state.burst, self._sensitivity
        line = f"evidence {burst.score:.1f} nats, page line {settings.threshold:.1f}"
        if of.by_floor:
            line += (
                f"; the baseline has {burst.volume.seen / 1440:.1f} of {settings.warm_min / 1440:g} days: until then"
                f" a floor decides, {settings.floor_authors} authors in {settings.floor_min} min"
                f" and {percent(settings.floor_share)}"
            )
        if burst.score < _CALM and not burst.firing:
            return f"no more complaints than usual; {line}"
        return (
            f"{of.complaints} complaints by {of.authors} authors in {of.minutes} min,"
            f" {of.expected:.1f} expected for {of.expected_for};"
            f" share {percent(of.share or 0.0)} against {percent(of.usual_share or 0.0)}; {line}"
        )
