"""Times as the standards write them, read strictly: the standard library makes a time of nearly anything."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

_RFC_822 = re.compile(
    r"((?:[A-Za-z]{3,9}, ?)?[0-9]{1,2} [A-Za-z]{3,9} [0-9]{2,4} [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?: ([+-][0-9]{2}:?[0-9]{2}|GMT|UTC?|Z|CST|E[SD]T|CDT|M[SD]T|P[SD]T))?"
)


def iso_time(shown: str) -> datetime:
    """ISO 8601, naive where it tells no offset. ValueError where it is none, or its offset is none that is used.

    >>> iso_time("2026-11-23T12:00:00+08:00").isoformat()
    '2026-11-23T12:00:00+08:00'
    """
    moment = datetime.fromisoformat(shown)
    offset = moment.utcoffset()
    if offset is not None and offset.total_seconds() % 60:
        raise ValueError(shown)
    return moment


def rfc_822_time(shown: str) -> datetime:
    """RFC 822, as in RSS, naive where it tells no zone; CST is China's. ValueError where it is none.

    >>> rfc_822_time("Wed, 16 Jun 2021 23:22:08 CST").isoformat()
    '2021-06-16T23:22:08+08:00'
    """
    found = _RFC_822.fullmatch(shown.strip())
    if found is None:
        raise ValueError(shown)
    zone = (found[2] or "").replace(":", "").replace("CST", "+0800")
    return parsedate_to_datetime(f"{found[1]} {zone}".strip())
