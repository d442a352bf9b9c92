"""Rule kind `session-expiring`: the login that a source reads with will soon end, as far as its platform told when.

The end is nominal: platforms end logins earlier, too, and then `source-blocked` speaks. Where nobody told when a login
ends, the answer is UNKNOWN, but for one that was put in the place of another less than a day ago: that is CLEAR.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from annotated_types import Gt, Le

from analysis.rules.rule import Answer, SourceHealth, Subject, Verdict
from analysis.rules.wording import clock_time, duration

NEW = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    days: Annotated[float, Gt(0), Le(365)] = 3.0  # before the end


class SessionExpiring:
    kind: ClassVar[str] = "session-expiring"
    subject: ClassVar[Subject] = Subject.SOURCE
    Settings: ClassVar[type[Expiry]] = Expiry

    def __init__(self, settings: Expiry) -> None:
        self._limit = timedelta(days=settings.days)

    def judge(self, health: SourceHealth) -> Verdict:
        source, since, end = health.source, health.session_since, health.session_ends_at
        if since is None:
            return Verdict(at=health.at, answer=Answer.CLEAR, because=f"{source}: it reads with no login")
        if end is None:
            is_new = health.at - since <= NEW
            return Verdict(
                at=health.at,
                answer=Answer.CLEAR if is_new else Answer.UNKNOWN,
                because=f"{source}: nobody told when the login ends, in use since {clock_time(since, health.at)}",
            )
        left = end - health.at
        if left > timedelta(0):
            told = f"the login ends {clock_time(end, health.at)}, in {duration(left.total_seconds())}"
        else:
            told = f"the login was to end {clock_time(end, health.at)}, {duration(-left.total_seconds())} ago"
        breach = left <= self._limit
        return Verdict(
            at=health.at,
            answer=Answer.BREACH if breach else Answer.CLEAR,
            because=f"{source}: {told}" + ("; log in again and renew the cookie" if breach else ""),
            began_at=min(end - self._limit, health.at) if breach else None,
        )
