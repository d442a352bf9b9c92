"""How far a host has been asked: kept with the store, so that a restart neither hurries nor forgets a Retry-After."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPace:
    host: str
    answered_at: datetime | None  # the end of the newest request
    rest_until: datetime | None  # it asked to be left alone until then
    refusals: int = 0  # in a row
