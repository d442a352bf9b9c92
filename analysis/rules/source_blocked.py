"""Rule kind `source-blocked`: a source stands before a wall (a login page, a captcha, a refusal), for a person to open.

Unlike `source-blind` it speaks at the first wall, and never of a network that fails. The wall stands until a page
came: a visit that failed for another reason says nothing about it.
"""

from dataclasses import dataclass
from typing import ClassVar

from analysis.rules.rule import Answer, SourceHealth, Subject, Verdict
from analysis.rules.wording import clock_time, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """It has no settings of its own: `hold_s` says how long a wall must stand."""


class SourceBlocked:
    kind: ClassVar[str] = "source-blocked"
    subject: ClassVar[Subject] = Subject.SOURCE
    Settings: ClassVar[type[Wall]] = Wall

    def __init__(self, settings: Wall) -> None:
        del settings

    def judge(self, health: SourceHealth) -> Verdict:
        since = health.blocked_since
        if since is not None:
            stood = max(0.0, (health.at - since).total_seconds())
            reason = f": {health.blocked_reason}" if health.blocked_reason else ""
            return Verdict(
                at=health.at,
                answer=Answer.BREACH,
                because=f"{health.source}: a wall since {clock_time(since, health.at)} ({duration(stood)}){reason}",
                began_at=since,
            )
        if health.last_error is None and health.last_success_at is not None:
            return Verdict(at=health.at, answer=Answer.CLEAR, because=f"{health.source}: no wall")
        told = f"{health.source}: whether there is a wall is not known ({health.last_error or 'not visited yet'})"
        return Verdict(at=health.at, answer=Answer.UNKNOWN, because=told)
