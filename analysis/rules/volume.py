"""Rule kind `volume`: there is clearly more talk than usual at this hour of the week.

Fed a topic's Observations; it looks at mentions alone and only upwards, so it tells of campaigns as of trouble: a note,
not a page. A sampled minute counts with its estimated volume, a missing one changes nothing. The detector and its
sources of method are in `analysis.volume_burst`.
"""

from typing import ClassVar, Self

import msgspec

from analysis.rules.rule import Answer, Figures, Subject, Verdict
from analysis.rules.sample import seen_part
from analysis.rules.wording import hour_of_week, moment
from analysis.series import Observation
from analysis.volume_burst import Loudness, VolumeBurst

VERSION = "2"  # to be raised when the same minutes give other verdicts


class Volume:
    kind: ClassVar[str] = "volume"
    subject: ClassVar[Subject] = Subject.TOPIC
    Settings: ClassVar[type[Loudness]] = Loudness

    def __init__(self, settings: Loudness, state: VolumeBurst | None = None) -> None:
        self._loudness = settings
        self._burst = state or VolumeBurst()

    def update(self, seen: Observation) -> Verdict:
        part = seen_part(seen)
        if part is None:
            return Verdict(at=seen.start, answer=Answer.UNKNOWN, because="the minute was not seen", unit="sd")
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
        return Verdict(
            at=seen.start,
            answer=Answer.BREACH if firing else Answer.CLEAR,
            because=self.because(start),
            value=round(score, 3),
            limit=self._loudness.threshold,
            unit="sd",
            began_at=moment(self._burst.began) if firing else None,
            figures=self.figures(start),
            version=VERSION,
        )

    def judge(
        self, start: int, mentions: float, _complaints: float, _votes: float, share: float, foreseen: float = 1.0
    ) -> tuple[bool, float]:
        """Is it firing after the value of the interval that starts at `start`, and how strong is the evidence."""
        return self._burst.update(start, mentions, share, self._loudness, foreseen), self._burst.score

    def figures(self, start: int) -> Figures:
        burst = self._burst
        return Figures(
            minutes=1,
            mentions=round(burst.recent),
            expected=round(burst.expected, 3),
            expected_for=hour_of_week(start),
            volume_surges=burst.firing,
            volume_ratio=round(burst.recent / burst.expected, 2) if burst.expected > 0.0 else None,
        )

    def because(self, start: int) -> str:
        """The figures after the minute that starts at `start`, as one sentence."""
        burst, of = self._burst, self._loudness
        times = f" ({burst.recent / burst.expected:.1f} times)" if burst.expected > 0.0 else ""
        return (
            f"{burst.recent:.1f} mentions a minute lately,"
            f" {burst.expected:.1f} expected for {hour_of_week(start)}{times};"
            f" evidence {burst.score:.1f}, line {of.threshold:.1f}"
        )

    def dump(self) -> bytes:
        return msgspec.json.encode(self._burst)

    @classmethod
    def load(cls, settings: Loudness, state: bytes | None) -> Self:
        return cls(settings, msgspec.json.decode(state, type=VolumeBurst) if state else None)
