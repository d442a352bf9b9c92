"""What the Set-Cookie lines of an answer say (RFC 6265), as far as a session needs it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,4096}")
_SECONDS = re.compile(r"-?[0-9]{1,12}")
_FOR_EVER = timedelta(days=400)  # browsers keep nothing longer


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCookie:
    name: str
    value: str  # "": it is deleted
    expires_at: datetime | None  # None: with the browser's session


def set_cookies(lines: Iterable[str], host: str, now: datetime) -> dict[str, SetCookie]:
    """The cookies by name that an answer of `host` may set; one that names a foreign domain is none."""
    read = (_read(line, host, now) for line in lines)
    return {each.name: each for each in read if each is not None}


def _read(line: str, host: str, now: datetime) -> SetCookie | None:
    pair, *attributes = line.split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    told = {key.strip().lower(): text.strip() for key, _, text in (each.partition("=") for each in attributes)}
    domain = told.get("domain", "").lstrip(".").lower()
    if not name or not equals or (domain and host != domain and not host.endswith(f".{domain}")):
        return None
    expires_at = _expiry(told, now)
    is_deleted = not _VALUE.fullmatch(value) or (expires_at is not None and expires_at <= now)
    return SetCookie(name=name, value="" if is_deleted else value, expires_at=expires_at)


def _expiry(told: dict[str, str], now: datetime) -> datetime | None:
    """Max-Age before Expires; one that cannot be read is as if it were not there."""
    if _SECONDS.fullmatch(told.get("max-age", "")):
        return now + min(timedelta(seconds=max(0, int(told["max-age"]))), _FOR_EVER)
    try:
        moment = parsedate_to_datetime(told["expires"])
        return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now + _FOR_EVER).astimezone(UTC)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return None
