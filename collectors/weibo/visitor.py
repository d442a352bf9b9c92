"""Visitor sessions: what Weibo gives to everybody who asks, good for a little.

The passport host answers a form with a session; no check is solved for it. Where it wants one, that is a wall.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import TypeVar

from collectors.errors import Blocked, PayloadChanged
from collectors.polite import Client
from collectors.secret import Secret
from collectors.weibo.walls import SIGN_IN

T = TypeVar("T")

DESKTOP = "https://passport.weibo.com/visitor/genvisitor2"  # for weibo.com and s.weibo.com
MOBILE = "https://visitor.passport.weibo.cn/visitor/genvisitor2"  # for m.weibo.cn
_GRANTED = 20_000_000
_ANSWER = re.compile(r"visitor_gray_callback\((.*)\)\s*;?\s*$", re.DOTALL)
_SESSION = re.compile("[0-9A-Za-z_.-]{8,2048}")


class Visitor:
    """The visitor session of one source, in memory. `url`: the passport endpoint of its hosts.

    A session is asked for when a wall stands and there is none that was just asked for: once, and not again until a
    page came.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookie: Secret | None = None
        self._asked = False  # for the wall that stands
        self._lock = Lock()

    def read(self, client: Client, get: Callable[[Secret], T]) -> T:
        """What `get` gives with a session. Raises what it raises, Blocked where a fresh session meets the wall too."""
        with self._lock:
            cookie = self._cookie or self._renew(client)
            try:
                page = get(cookie)
            except Blocked:
                if self._asked:
                    raise
                page = get(self._renew(client))
            self._asked = False
            return page

    def _renew(self, client: Client) -> Secret:
        if self._asked:
            raise Blocked("the visitor session was refused, and a second one is not asked for", SIGN_IN)
        self._cookie = None
        self._cookie, self._asked = new_session(client, self._url), True
        return self._cookie


def new_session(client: Client, url: str) -> Secret:
    """Ask for a visitor session, as its cookie. Raises SourceError and nothing else."""
    page = url.removesuffix("genvisitor2") + "visitor"
    body = client.post_form(
        url,
        {"cb": "visitor_gray_callback", "tid": "", "from": "weibo", "webdriver": "false", "rid": _now_ms(client.now())},
        headers={"Origin": url.partition("/visitor/")[0], "Referer": page},
    )
    return session_in(body.content)


def session_in(body: bytes) -> Secret:
    """The cookie in an answer of the passport host. Errors never show the answer: it is a credential."""
    found = _ANSWER.search(body.decode("utf-8", "replace")[:20_000])
    if found is None:
        raise PayloadChanged("visitor_gray_callback(…)")
    try:
        answer = json.loads(found[1])
        code, data = answer["retcode"], answer.get("data") or {}
        if code != _GRANTED:
            raise Blocked(f"no visitor session is given (retcode {str(code)[:20]})", SIGN_IN)
        pairs = [(name, data.get(key)) for name, key in (("SUB", "sub"), ("SUBP", "subp")) if data.get(key)]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise PayloadChanged("readable visitor session") from None
    if not pairs or pairs[0][0] != "SUB" or not all(_SESSION.fullmatch(str(value)) for _, value in pairs):
        raise PayloadChanged("data.sub of the visitor session")
    return Secret("; ".join(f"{name}={value}" for name, value in pairs))


def _now_ms(now: datetime) -> str:
    return str(int(now.astimezone(UTC).timestamp() * 1000))
