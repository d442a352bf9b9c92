"""Whether a server's clock and ours agree: times that count back ("3分钟前") are dated wrongly where they do not."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from collectors.errors import Transient
from collectors.standard_times import rfc_822_time

MOST_APART = timedelta(hours=1)


def check_clock(headers: Mapping[str, str], now: datetime) -> None:
    """Raise Transient where an answer's Date (and Age, if it comes from a cache) is hours from `now`.

    Nobody can tell which of the two is wrong, so what was answered is not dated at all.
    """
    try:
        told = rfc_822_time(headers.get("Date", ""))
        age_s = int(headers.get("Age", "0"))
    except ValueError:
        return
    apart = (told if told.tzinfo else told.replace(tzinfo=UTC)) + timedelta(seconds=age_s) - now
    if abs(apart) > MOST_APART:
        raise Transient(
            f"its clock and this machine's are {abs(apart).total_seconds() / 3600:.1f} hours apart "
            f"(it says {told:%Y-%m-%d %H:%M} UTC): set this machine's clock, or wait until it has set its own"
        )
