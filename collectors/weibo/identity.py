"""Whose login Weibo takes a session for, as its own pages tell."""

import re

from collectors.errors import Blocked
from collectors.normalise import clean
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.secret import Secret
from collectors.weibo.answers import asking
from collectors.weibo.walls import SIGN_IN_MOBILE

MOBILE_CONFIG = "https://m.weibo.cn/api/config"
_UID = re.compile("[1-9][0-9]{4,15}")
_PAGE_SAYS = re.compile(r"\$CONFIG\['(uid|nick)'\]\s*=\s*'([^'\\<]{1,80})'")


def desktop_user(client: Client) -> str | None:
    """From the answer that just came of weibo.com (a header) or s.weibo.com (a script); None where neither tells."""
    body = client.last_body
    if body is None:
        return None
    told = dict(_PAGE_SAYS.findall(body.content.decode("utf-8", "replace")))
    uid = body.headers.get("x-log-uid") or told.get("uid", "")
    if not _UID.fullmatch(uid):
        return None
    name = clean(told.get("nick", ""))
    return f"{uid} ({name})" if name else uid


def mobile_user(client: Client, cookie: Secret) -> str | None:
    """Asked of m.weibo.cn. Raises Blocked where it takes the session for nobody's, and other SourceErrors."""
    body = client.get(MOBILE_CONFIG, headers=asking("https://m.weibo.cn/", cookie), cookie=cookie)
    data = json_object(body.content).get("data")
    if not isinstance(data, dict) or "login" not in data:
        return None
    if data["login"] is False:
        raise Blocked("m.weibo.cn takes the cookie for nobody's", SIGN_IN_MOBILE)
    uid = str(data.get("uid", ""))
    return uid if _UID.fullmatch(uid) else None
