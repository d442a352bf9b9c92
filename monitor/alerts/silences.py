"""Silences: people say what nobody shall be told of, and until when.

A silenced alert goes its course, is shown, and is told when the silence ends while it still fires. What was told
before is still told to be over: an incident that stays open lies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.alerts.matchers import Matcher, all_match


class SilenceState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts on which all matchers agree are told to nobody in [starts_at, ends_at)."""

    id: int
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    author: str
    comment: str

    def state(self, now: datetime) -> SilenceState:
        """Computed, never stored."""
        if now >= self.ends_at:
            return SilenceState.EXPIRED
        return SilenceState.ACTIVE if now >= self.starts_at else SilenceState.PENDING


def silenced_by(silences: Iterable[Silence], labels: Mapping[str, str], now: datetime) -> Silence | None:
    """The first active silence that covers an alert with these labels."""
    active = (silence for silence in silences if silence.state(now) is SilenceState.ACTIVE)
    return next((silence for silence in active if all_match(silence.matchers, labels)), None)
