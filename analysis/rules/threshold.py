"""Rule kind `threshold`: a count or a share of the last minutes reaches a figure that somebody chose.

For what a baseline cannot know, such as an agreed service level. A sampled minute counts with its estimated volume,
a share is that of the sample; minutes that were not seen add nothing, so the count is "at least".
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

import msgspec
from annotated_types import Ge, Gt, Le

from analysis.rules.rule import Answer, Figures, Subject, Verdict
from analysis.rules.sample import seen_part
from analysis.rules.window import Seen, seen_minute, slide
from analysis.rules.wording import moment, percent
from analysis.series import Observation

Measure = Literal["mentions", "complaints", "complaint_authors", "complaint_share", "negative_share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    measure: Measure = "complaint_authors"
    at_least: Annotated[float, Gt(0)] = 20.0  # a count, or a share from 0 to 1
    window_min: Annotated[int, Ge(1), Le(240)] = 10
    support: Annotated[int, Ge(1)] = 20  # mentions that a share must be of

    def __post_init__(self) -> None:
        if self.measure.endswith("_share") and self.at_least > 1:
            raise ValueError("at_least of a share should be at most 1")


class Threshold:
    kind: ClassVar[str] = "threshold"
    subject: ClassVar[Subject] = Subject.TOPIC
    Settings: ClassVar[type[Line]] = Line

    def __init__(self, settings: Line, minutes: list[Seen] | None = None) -> None:
        self._line = settings
        self._minutes = minutes or []

    def update(self, seen: Observation) -> Verdict:
        part = seen_part(seen)
        of = self._line
        unit = "share" if of.measure.endswith("_share") else of.measure.replace("_", " ")
        if part is None:
            return Verdict(at=seen.start, answer=Answer.UNKNOWN, because="the minute was not seen", unit=unit)
        start = int(seen.start.timestamp())
        slide(self._minutes, seen_minute(start, *part), of.window_min)
        value = self._value()
        limit = of.at_least * seen.foreseen
        breach = value >= limit
        shown, line = (percent(value), percent(limit)) if unit == "share" else (f"{value:,.0f}", f"{limit:,.0f}")
        return Verdict(
            at=seen.start,
            answer=Answer.BREACH if breach else Answer.CLEAR,
            because=f"{of.measure.replace('_', ' ')} {shown} in {len(self._minutes)} min seen; told from {line} on",
            value=round(value, 4),
            limit=round(limit, 4),
            unit=unit,
            began_at=moment(self._minutes[0].start) if breach else None,
            figures=Figures(
                minutes=len(self._minutes),
                mentions=sum(minute.posts for minute in self._minutes),
                complaints=sum(minute.complaint_posts for minute in self._minutes),
            ),
            version="1",
        )

    def _value(self) -> float:
        minutes = self._minutes
        match self._line.measure:
            case "mentions":
                return sum(minute.mentions for minute in minutes)
            case "complaints":
                return sum(minute.complaints for minute in minutes)
            case "complaint_authors":
                return sum(minute.votes for minute in minutes)
            case "complaint_share":
                part, whole = sum(minute.complaint_posts for minute in minutes), sum(minute.posts for minute in minutes)
            case "negative_share":
                part, whole = sum(minute.negative for minute in minutes), sum(minute.polar for minute in minutes)
        return part / whole if whole >= self._line.support else 0.0

    def dump(self) -> bytes:
        return msgspec.json.encode(self._minutes)

    @classmethod
    def load(cls, settings: Line, state: bytes | None) -> Self:
        return cls(settings, msgspec.json.decode(state, type=list[Seen]) if state else None)
