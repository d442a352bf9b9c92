"""What names a WeChat article, whichever bridge tells of it."""

import hashlib
import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

_SHORT = re.compile(r"^https?://mp\.weixin\.qq\.com/s/([\w-]{10,40})(?:[/?#]|$)", re.ASCII)
_LONG = re.compile(r"^https?://mp\.weixin\.qq\.com/s/?\?")
_SHORT_ID = re.compile(r"[\w-]{22}", re.ASCII)
_LONGEST = 100


def article_id(link: str, guid: str, title: str, account: str, published: str) -> str | None:
    """The identity of an article, the first that can be told of:

    1. the short id of `https://mp.weixin.qq.com/s/<id>`, in the link or the guid, or a guid that is such an id;
    2. `__biz`, `mid` and `idx` of a long link, as `biz_mid_idx`;
    3. the guid, unless it is the link; a hash of it where it is long;
    4. of a link that expires (`/s?src=11&timestamp=…`), a hash of account, title and date;
    5. a hash of the link.

    None where there is neither link nor guid.
    """
    for address in (link, guid):
        if found := _SHORT.match(address):
            return found[1]
    if _SHORT_ID.fullmatch(guid):
        return guid
    for address in (link, guid):
        if name := _long_name(address):
            return name
    if guid and guid != link:
        return guid if len(guid) <= _LONGEST and guid.isprintable() else _hash(guid)
    if not link:
        return None
    return _hash(f"{account}\n{title}\n{published}" if _LONG.match(link) else link)


def lasting_id(link: str) -> str | None:
    """The identity that a link names that does not expire; None for any other link."""
    found = _SHORT.match(link)
    return found[1] if found else _long_name(link)


def expiring_id(link: str, title: str, account: str, published_at: datetime) -> str:
    """The identity of an article whose link may expire: what a lasting link says, else account, title and second."""
    return lasting_id(link) or _hash(f"{account}\n{title}\n{int(published_at.timestamp())}")


def article_url(link: str, native_id: str) -> str | None:
    """Where to read the article: the link, or the address that a short id makes; None where neither is there."""
    if link.startswith(("https://", "http://")):
        return link
    return f"https://mp.weixin.qq.com/s/{native_id}" if _SHORT_ID.fullmatch(native_id) else None


def _long_name(address: str) -> str | None:
    if not _LONG.match(address):
        return None
    try:
        asked = parse_qs(urlsplit(address).query)
    except ValueError:
        return None
    biz, mid, idx = (
        next((asked[name][0] for name in names if name in asked), "")
        for names in (("__biz",), ("mid", "appmsgid"), ("idx", "itemidx"))
    )
    if not (biz and mid.isdigit() and idx.isdigit() and len(biz) + len(mid) + len(idx) <= _LONGEST):
        return None
    return f"{biz.replace(' ', '+')}_{mid}_{idx}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
