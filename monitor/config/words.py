"""Texts in a configuration that must have a form: each type names the form and says what it looks like."""

import re
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

from analysis.terms import parse_term
from monitor.alerts.matchers import matcher
from monitor.alerts.quiet_hours import quiet_hours


def _word(text: str) -> str:
    if not text.strip():
        raise ValueError("is an empty word, which every text would contain")
    return text.strip()


def _term(text: str) -> str:
    parse_term(text)  # raises ValueError for what begins like an expression and is none
    return text.strip()


def _platform(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", text):
        raise ValueError('is not a platform such as "weibo" or "wechat": small letters')
    return text


def _account(text: str) -> str:
    platform, colon, native_id = text.strip().partition(":")
    if not (colon and native_id.strip()):
        raise ValueError('is not PLATFORM:ID such as "weibo:1742566624"')
    return f"{_platform(platform)}:{native_id.strip()}"


def _hashtag(text: str) -> str:
    return _word(text.strip().strip("#＃"))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError('should be a day such as "2026-11-11"') from None


def _time_of_day(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError('is not a time of day such as "08:00"')
    return text


def _hours(text: str) -> str:
    if text:
        quiet_hours(text)  # raises ValueError
    return text


def _condition(text: str) -> str:
    return str(matcher(text))  # raises ValueError for what is no matcher


def is_address(text: str) -> bool:
    """Is it a whole http or https URL?"""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return whole and not re.search(r"[\s\x00-\x1f]", text)


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (colon and host and re.fullmatch("[0-9]{1,5}", port) and int(port) <= 65_535):
        raise ValueError('is not HOST:PORT such as "127.0.0.1:8600"')
    return text


def _url(text: str) -> str:
    if text and not is_address(text):
        raise ValueError('is not an address such as "https://monitor.example.org"')
    return text


def _base_url(text: str) -> str:
    return _url(text).rstrip("/")


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('is not a time zone such as "Asia/Shanghai"') from None
    return text


Word = Annotated[str, AfterValidator(_word)]
Term = Annotated[str, AfterValidator(_term)]  # a word, near(A, B, n) or /regex/: see analysis/terms.py
Platform = Annotated[str, AfterValidator(_platform)]
Account = Annotated[str, AfterValidator(_account)]  # PLATFORM:ID, the id as the platform knows the author
Hashtag = Annotated[str, AfterValidator(_hashtag)]  # with or without # signs; kept without
Day = Annotated[str, AfterValidator(_day)]  # YYYY-MM-DD
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
Hours = Annotated[str, AfterValidator(_hours)]  # "22:00-08:00"; empty: none
Condition = Annotated[str, AfterValidator(_condition)]  # LABEL=VALUE, LABEL!=VALUE, LABEL=~REGEX, LABEL!~REGEX
Url = Annotated[str, AfterValidator(_url)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]  # paths are appended to it
Listen = Annotated[str, AfterValidator(_listen)]  # HOST:PORT, of IPv6 as [::1]:8600; port 0: any that is free
Zone = Annotated[str, AfterValidator(_zone)]
