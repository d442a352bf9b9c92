"""Rule kind `source-blind`: a source has shown nothing new for too long, so silence there says nothing.

It is judged by the oldest moment up to which all targets of the source were seen (`covered_until`), and where the
source has no such watermark by its last success. Never UNKNOWN: being blind is what it watches. A source that was
never seen at all is a breach at once, for "never" is not calm; its first good visit ends that. A source that is
reading the past (its watermark lies far back and goes forward) catches up and says so; it is no breach.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from annotated_types import Ge

from analysis.rules.rule import Answer, SourceHealth, Subject, Verdict
from analysis.rules.wording import clock_time, duration

AHEAD_S = 300.0  # clocks differ a little; more means that one of them was wrong
FAR_BACK_S = 3_600.0  # a watermark this old that moves is a catching-up; a younger one is a gap in the present


@dataclass(frozen=True, slots=True, kw_only=True)
class Blindness:
    blind_after_s: Annotated[float, Ge(60)] = 900.0
    missed_visits: Annotated[int, Ge(2)] = 3  # and at least this many visits must be due, however slowly it is asked


class SourceBlind:
    kind: ClassVar[str] = "source-blind"
    subject: ClassVar[Subject] = Subject.SOURCE
    Settings: ClassVar[type[Blindness]] = Blindness

    def __init__(self, settings: Blindness) -> None:
        self._settings = settings

    def judge(self, health: SourceHealth) -> Verdict:
        limit = max(self._settings.blind_after_s, self._settings.missed_visits * health.every_s)
        seen = health.covered_until or health.last_success_at
        error = _error(health)
        if seen is not None and (seen - health.at).total_seconds() > AHEAD_S:
            return Verdict(
                at=health.at,
                answer=Answer.BREACH,
                because=f"{health.source}: seen up to {clock_time(seen, health.at)}, which is still to come: "
                "the clock was set back, what was collected since cannot be trusted",
                limit=limit,
                unit="s",
            )
        if seen is None:
            return Verdict(
                at=health.at,
                answer=Answer.BREACH,
                because=f"{health.source}: not all that it is asked for was ever seen{error}",
                limit=limit,
                unit="s",
            )
        blind = max(0.0, (health.at - seen).total_seconds())
        if blind > FAR_BACK_S and _goes_forward(health, limit):
            return Verdict(
                at=health.at,
                answer=Answer.CLEAR,
                because=f"{health.source}: reading the past, has reached {clock_time(seen, health.at)}",
                limit=limit,
                unit="s",
            )
        breach = blind > limit
        return Verdict(
            at=health.at,
            answer=Answer.BREACH if breach else Answer.CLEAR,
            because=_because(health.source, seen, health.at, blind, breach) + error,
            value=blind,
            limit=limit,
            unit="s",
            began_at=seen if breach else None,
        )


def _goes_forward(health: SourceHealth, limit_s: float) -> bool:
    moved = health.moved_at
    return moved is not None and health.last_error is None and (health.at - moved).total_seconds() <= limit_s


def _because(source: str, seen: datetime, at: datetime, blind: float, breach: bool) -> str:
    when = clock_time(seen, at)
    if breach:
        return f"{source}: nothing seen since {when} ({duration(blind)})"
    return f"{source}: seen up to {when}"


def _error(health: SourceHealth) -> str:
    if health.last_error is None:
        return ""
    return f"; last error {health.last_error}" + (f": {health.last_reason}" if health.last_reason else "")
