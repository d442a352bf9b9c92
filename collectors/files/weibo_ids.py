"""The ids of Weibo as crawlers and spreadsheets leave them in files."""

from collectors.weibo.ids import bid_of, is_mid


def read_mid(shown: str) -> str | None:
    """The mid in a cell; None where there is none that can be trusted.

    >>> read_mid("'5073209014095008"), read_mid("5073209014095008\\t"), read_mid("5.07321E+15")
    ('5073209014095008', '5073209014095008', None)
    """
    mid = (
        shown.strip().lstrip("'").removesuffix(".0")
    )  # spreadsheets, crawlers and pandas have their ways with long numbers
    return mid if is_mid(mid) else None


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
