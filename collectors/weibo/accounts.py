"""How accounts and posts are named in a configuration."""

import re
from collections.abc import Iterable

from collectors.weibo.ids import is_mid, mid_of

_ACCOUNT = re.compile(r"(?:(?:https?://)?(?:www\.|m\.)?weibo\.(?:com|cn)/(?:u/)?)?([1-9][0-9]{3,14})/?(?:\?.*)?")
_POST = re.compile(
    r"(?:(?:https?://)?(?:www\.|m\.)?weibo\.(?:com|cn)/)?(?:([1-9][0-9]{3,14}|detail|status)/)?([0-9A-Za-z]{6,20})(?:[?#].*)?"
)


def account_ids(named: Iterable[str]) -> tuple[str, ...]:
    """The ids of accounts given by id or by address. ValueError names one that is neither.

    >>> account_ids(["1234567890", "https://weibo.com/u/1234567890"])
    ('1234567890',)
    """
    ids: dict[str, None] = {}
    for name in named:
        found = _ACCOUNT.fullmatch(name.strip())
        if found is None:
            raise ValueError(f"{name!r} is no account: give its id, the number in https://weibo.com/u/…")
        ids[found[1]] = None
    return tuple(ids)


def post_ids(named: Iterable[str]) -> tuple[tuple[str, str | None], ...]:
    """(mid, account id or None) of posts given by mid, by bid, or by address. ValueError names one that is neither.

    >>> post_ids(["https://weibo.com/5266778656/OuIv3hbiw", "5073209014095008"])
    (('5073209014095008', '5266778656'),)
    """
    posts: dict[str, str | None] = {}
    for name in named:
        found = _POST.fullmatch(name.strip())
        try:
            mid = None if found is None else found[2] if is_mid(found[2]) else mid_of(found[2])
        except ValueError:
            mid = None
        if found is None or mid is None:
            raise ValueError(f"{name!r} is no post: give its address, https://weibo.com/…/…, or its number")
        uid = found[1] if found[1] and found[1].isdigit() else None
        posts[mid] = posts.get(mid) or uid
    return tuple(posts.items())
