"""A rule is a plug-in: its fault is told, and stops no other rule."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from analysis.rules.rule import Answer, Verdict

log = logging.getLogger(__name__)

LONGEST_REASON = 300  # characters of why a rule failed

Made = TypeVar("Made")


@dataclass(slots=True)
class Guard:
    """Around the steps of one rule on one subject; `failure` is the newest reason why one failed, or empty."""

    rule: str
    subject: str
    failure: str = ""

    def working(self, step: Callable[[], Made]) -> Made | None:
        """What the rule makes of the step; None where it fails."""
        try:
            return step()
        except Exception as error:
            if not self.failure:
                log.exception("rule %s on %s failed", self.rule, self.subject)
            self.failure = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
            return None

    def verdict(self, step: Callable[[], Verdict], at: datetime) -> Verdict:
        """A rule that fails could not see, and says why."""
        return self.working(step) or Verdict(at=at, answer=Answer.UNKNOWN, because=f"the rule failed: {self.failure}")
