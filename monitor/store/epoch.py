"""Between aware UTC datetimes, as used everywhere, and whole epoch seconds, as stored."""

import math
from datetime import UTC, datetime

MINUTE = 60
HOUR = 3_600
DAY = 86_400
BEIJING = 8 * HOUR  # Asia/Shanghai has kept one offset since 1991


def seconds(moment: datetime) -> int:
    """Whole epoch seconds, cut off downwards. A naive time is refused: it could mean anything."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return math.floor(moment.timestamp())


def maybe_seconds(moment: datetime | None) -> int | None:
    return None if moment is None else seconds(moment)


def bound(moment: datetime) -> int:
    """The least whole second that is not before `moment`: as a border of stored seconds."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return math.ceil(moment.timestamp())


def moment(stored: int) -> datetime:
    return datetime.fromtimestamp(stored, UTC)


def maybe_moment(stored: int | None) -> datetime | None:
    return None if stored is None else moment(stored)
