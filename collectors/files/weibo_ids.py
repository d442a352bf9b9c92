"""The ids of Weibo as crawlers and spreadsheets leave them in files."""

import re

from collectors.weibo.ids import bid_of, is_mid, mid_of

_ROUNDED = re.compile(r"([0-9])\.?([0-9]*)E\+[0-9]+", re.IGNORECASE)  # as spreadsheets show long numbers
_EXACT_DIGITS = 15  # that a spreadsheet keeps of a number


def read_mid(shown: str, bid: str = "") -> str | None:
    """The mid in a cell; None where there is none that can be trusted.

    A spreadsheet rounds a mid and leaves the `bid` beside it as it is: where both begin alike, the bid tells.

    >>> read_mid("'5073209014095008"), read_mid("5073209014095008\\t"), read_mid("5.07321E+15")
    ('5073209014095008', '5073209014095008', None)
    >>> read_mid("5073209014095000", "OuIv3hbiw"), read_mid("5.07321E+15", "OuIv3hbiw"), read_mid("49", "OuIv3hbiw")
    ('5073209014095008', '5073209014095008', '49')
    """
    # Spreadsheets, crawlers and pandas have their ways with long numbers.
    mid = shown.strip().lstrip("'").removesuffix(".0")
    rounded = _ROUNDED.fullmatch(mid)
    begins = rounded[1] + rounded[2].rstrip("0")[:-1] if rounded else mid[:_EXACT_DIGITS]
    if (rounded or (len(mid) > _EXACT_DIGITS and mid.endswith("0"))) and (named := _named(bid)).startswith(begins):
        return named or None
    return mid if is_mid(mid) else None


def _named(bid: str) -> str:
    try:
        return mid_of(bid.strip())
    except ValueError:
        return ""


def no_id(shown: str) -> str:
    """Why a cell gives no id.

    >>> no_id("5.07321E+15")
    'no id (5.07321E+15: rounded by a spreadsheet)'
    """
    shown = shown.strip()[:30]
    return f"no id ({shown}: rounded by a spreadsheet)" if "E+" in shown.upper() else "no id"


def post_url(uid: str, mid: str) -> str:
    """Where to read a post; `uid` may be "" or anything else that is no id."""
    return f"https://weibo.com/{uid}/{bid_of(mid)}" if is_mid(uid) else f"https://m.weibo.cn/detail/{mid}"
