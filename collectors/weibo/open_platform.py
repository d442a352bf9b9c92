"""Weibo's official interface: posts of a #topic#, and for those with a contract a search for anything.

The errors are the platform's numbered ones; what a person can do about each kind is told with it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Literal

from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError, Transient
from collectors.normalise import clean
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.post import Page, Rejected
from collectors.redaction import without
from collectors.secret import Secret
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.weibo.answers import number_of
from collectors.weibo.order import SHOWN_WITHIN, covered
from collectors.weibo.status import read_statuses

TOPICS_URL = "https://api.weibo.com/2/search/topics.json"
LIMITED_URL = "https://c.api.weibo.com/2/search/statuses/limited.json"
_A_PAGE = 50
_TOPICS_PAGES = 4  # the newest 200 posts
_LIMITED_PAGES = 20
_TOPIC = re.compile("[#＃]([^#＃]{1,100})[#＃]")
_NUMBER = re.compile("[1-9][0-9]{0,3}")

_BUSY = frozenset({10001, 10002, 10003, 10009, 10010, 10011})
_TOO_OFTEN = frozenset({10022, 10023, 10024})
_NOT_ALLOWED = frozenset({10004, 10005, 10006, 10007, 10013, 10014})
_TOKEN = range(21300, 21400)
_GET_TOKEN = "authorise the app again at open.weibo.com and put the new access token where `token` points"
_GET_LEAVE = (
    "ask for this interface, and for this server's address, at open.weibo.com (search needs advanced permission)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlatformSettings:
    """`token`: the access token of an approved app; `search`: "topics" finds posts of a #topic# only, "limited" is the
    commercial search; `pace_s`: between two pages.
    """

    token: Secret | None = None
    search: Literal["topics", "limited"] = "topics"
    pace_s: float = 3.0


class WeiboOpenPlatform:
    """One target per topic and search phrase; with "topics" only phrases written as #…#."""

    kind: ClassVar[str] = "weibo-open-platform"
    platform: ClassVar[str] = "weibo"
    scope: ClassVar[Scope] = Scope.TOPIC
    Settings: ClassVar[type[Any]] = OpenPlatformSettings
    shows_within: ClassVar[timedelta] = SHOWN_WITHIN

    def __init__(self, settings: OpenPlatformSettings) -> None:
        self.settings = settings

    @property
    def max_pages_shown(self) -> int:
        return _TOPICS_PAGES if self.lists_from_now else _LIMITED_PAGES

    @property
    def lists_from_now(self) -> bool:
        """Posts of a topic come without regard to a window."""
        return self.settings.search == "topics"

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        return tuple(
            Target(name=f"{each.topic}/{query}", query=query, topic=each.topic)
            for each in watched
            for query in dict.fromkeys(each.queries)
            if not self.lists_from_now or _TOPIC.fullmatch(query.strip())
        )

    def page_cursor(self, page: int) -> str:
        """The cursor that asks for this page, from 1, of any question."""
        return str(page)

    def fetch(self, client: Client, ask: Ask) -> Page:
        token = self.settings.token
        if token is None:
            raise Blocked("no access token configured", _GET_TOKEN)
        page = int(ask.cursor) if ask.cursor and _NUMBER.fullmatch(ask.cursor) else 1
        url, question = self._question(ask)
        body = client.get(
            url,
            params={"access_token": token.reveal(), **question, "count": _A_PAGE, "page": page},
            headers={"Accept": "application/json"},
            pace_s=self.settings.pace_s,
            also={400, 401, 403},
        )
        content = without(body.content, (token.reveal(),))  # its errors name the token
        if body.status != 200:
            raise _refusal(body.status, content)
        read = self.parse(content, Reading(at=client.now(), url=body.url, authors=ask.authors, page=page))
        if self.lists_from_now and not ask.live:
            return Page(posts=read.posts, next_cursor=read.next_cursor, rejected=read.rejected)
        return read

    def _question(self, ask: Ask) -> tuple[str, Mapping[str, str | int]]:
        """(URL, parameters) of a search, but for the page."""
        query = ask.target.query.strip()
        if self.lists_from_now:
            topic = _TOPIC.fullmatch(query)
            return TOPICS_URL, {"q": topic[1] if topic else query}
        window = {"starttime": int(ask.since.timestamp()), "endtime": -int(-ask.until.timestamp() // 1)}
        return LIMITED_URL, {
            "q": query,
            "sort": "time",
            **(window if not ask.live else {"starttime": window["starttime"]}),
        }

    def parse(self, body: bytes, reading: Reading) -> Page:
        payload = json_object(body)
        if (error := _error(payload)) is not None:
            raise error
        listed = payload.get("statuses")
        if not isinstance(listed, list):
            raise PayloadChanged("statuses[]")
        statuses = read_statuses(listed, "statuses", reading)
        total = number_of(payload.get("total_number"))
        last = min(self.max_pages_shown, -(-total // _A_PAGE)) if total is not None else None
        rejected = statuses.rejected
        if not listed and last is not None and reading.page <= last:
            # It says that there are more and shows none: an end that is not the end of what there is.
            rejected = (Rejected(reason=f"no posts, though {total} are announced", where=f"page {reading.page}"),)
        covered_from, covered_until = covered([each.post.published_at for each in statuses.listed])
        goes_on = bool(listed) and reading.page < (self.max_pages_shown if last is None else last)
        return Page(
            posts=statuses.posts,
            next_cursor=str(reading.page + 1) if goes_on else None,
            covered_from=covered_from,
            covered_until=covered_until,
            pages_shown=last,
            rejected=rejected,
            withdrawn=statuses.withdrawn,
        )


def _refusal(status: int, content: bytes) -> SourceError:
    """What an answer with an error status means: the numbered error in it, else the status."""
    try:
        numbered = _error(json_object(content))
    except PayloadChanged:
        numbered = None
    if numbered is not None:
        return numbered
    return (
        PayloadChanged("answer with status 200") if status == 400 else Blocked(f"refused: status {status}", _GET_LEAVE)
    )


def _error(payload: Mapping[str, Any]) -> SourceError | None:
    """What a numbered error means; None where the answer is none. The number comes as a number or as text."""
    code = number_of(payload.get("error_code"))
    if code is None:
        return None if "error" not in payload else PayloadChanged("error_code beside error")
    told = f"error {code}: {clean(str(payload.get('error') or ''))[:100]}"
    if code in _TOO_OFTEN:
        return RateLimited()
    if code in _BUSY:
        return Transient(told)
    if code in _TOKEN:
        return Blocked(told, _GET_TOKEN)
    if code in _NOT_ALLOWED:
        return Blocked(told, _GET_LEAVE)
    return PayloadChanged(f"answer to a question it understands ({told})")
