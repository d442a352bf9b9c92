"""Weibo's two names for one post, and the time that is written into them.

`mid` is a decimal number, `bid` the same number in base 62: each seven decimal digits from the right are four
letters. The upper bits of a mid count seconds since May 1986, so that ids tell when they were given.
"""

from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_EPOCH = 515_483_463  # unix seconds of the mid 0
_SHIFT = 22
_MOST_DIGITS = 20


def is_mid(text: str) -> bool:
    """Whether this can be a mid.

    >>> is_mid("5073209014095008"), is_mid("OuIv3hbiw")
    (True, False)
    """
    return text.isascii() and text.isdigit() and 0 < len(text) <= _MOST_DIGITS and text[0] != "0"


def bid_of(mid: str) -> str:
    """The base-62 name of a mid. ValueError where it is none.

    >>> bid_of("5073209014095008")
    'OuIv3hbiw'
    """
    if not is_mid(mid):
        raise ValueError(f"not a mid: {mid[:40]!r}")
    groups = [int(mid[max(0, end - 7) : end]) for end in range(len(mid), 0, -7)]
    letters = "".join(_PAIRS[group // 3844] + _PAIRS[group % 3844] for group in reversed(groups))
    return letters.lstrip("0")


def mid_of(bid: str) -> str:
    """The decimal name of a bid. ValueError where it is none.

    >>> mid_of("OuIv3hbiw")
    '5073209014095008'
    """
    if not 0 < len(bid) <= 12 or any(letter not in _VALUE for letter in bid):
        raise ValueError(f"not a bid: {bid[:40]!r}")
    digits = ""
    for end in range(len(bid), 0, -4):
        value = 0
        for letter in bid[max(0, end - 4) : end]:
            value = value * 62 + _VALUE[letter]
        if value >= 10_000_000:
            raise ValueError(f"not a bid: {bid[:40]!r}")
        digits = f"{value:07d}" + digits
    mid = digits.lstrip("0")
    if not is_mid(mid):
        raise ValueError(f"not a bid: {bid[:40]!r}")
    return mid


def given_at(mid: str) -> datetime:
    """When this mid was given, to the second, UTC. ValueError where it is none.

    >>> given_at("5277908669302546").isoformat()
    '2026-03-18T11:55:48+00:00'
    """
    if not is_mid(mid):
        raise ValueError(f"not a mid: {mid[:40]!r}")
    return datetime.fromtimestamp((int(mid) >> _SHIFT) + _EPOCH, UTC)


def second_of(native_id: str) -> datetime | None:
    """As `given_at`; None for an id that is no mid, or tells no second that a calendar has.

    >>> second_of("OuIv3hbiw"), second_of("9223372036854775807")
    (None, None)
    """
    try:
        return given_at(native_id)
    except (ValueError, OverflowError, OSError):
        return None
