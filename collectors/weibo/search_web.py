"""Weibo search as s.weibo.com shows it to a logged-in browser: 20 posts a page, 50 pages at most.

The platform drops and hides posts at will, so that what a search shows is already its choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from collectors.errors import Blocked
from collectors.normalise import BEIJING
from collectors.polite import Client
from collectors.post import Page, Post
from collectors.session import Session
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.weibo.identity import desktop_user
from collectors.weibo.ids import second_of
from collectors.weibo.order import SHOWN_WITHIN
from collectors.weibo.search_page import read_page
from collectors.weibo.walls import SIGN_IN

HOST = "https://s.weibo.com"
_NEAR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWebSettings:
    """`cookie`: the session of a weibo.com login; `max_pages`: what one visit may read (the visit keeps to it);
    `pace_s`: between two pages.
    """

    cookie: Session | None = None
    max_pages: int = 12
    pace_s: float = 3.0


class WeiboSearchWeb:
    """One target per topic and search phrase: the real-time tab when live, an hourly time scope for the past."""

    kind: ClassVar[str] = "weibo-search-web"
    platform: ClassVar[str] = "weibo"
    scope: ClassVar[Scope] = Scope.TOPIC
    Settings: ClassVar[type[Any]] = SearchWebSettings
    max_pages_shown: ClassVar[int] = 50
    shows_within: ClassVar[timedelta] = SHOWN_WITHIN

    def __init__(self, settings: SearchWebSettings) -> None:
        self.settings = settings

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        return tuple(
            Target(name=f"{each.topic}/{query}", query=query, topic=each.topic)
            for each in watched
            for query in dict.fromkeys(each.queries)
        )

    def page_cursor(self, page: int) -> str:
        """The cursor that asks for this page, from 1, of any question."""
        return str(page)

    def moment(self, post: Post) -> datetime | None:
        """When a post was published, to the second, as its id tells: the page shows minutes only.

        None for a post that was written long before it appeared (scheduled, released by a review): its id is of
        another minute than the page shows.
        """
        given = second_of(post.native_id)
        return given if given is not None and abs(given - post.published_at) <= _NEAR else None

    def fetch(self, client: Client, ask: Ask) -> Page:
        if self.settings.cookie is None:
            raise Blocked("no session configured: s.weibo.com shows a search to logged-in accounts only", SIGN_IN)
        page = int(ask.cursor) if ask.cursor and ask.cursor.isdecimal() else 1
        path, params = question(ask, page)
        body = client.get(
            HOST + path,
            params=params,
            headers={"Accept": "text/html,application/xhtml+xml", "Referer": f"{HOST}/"},
            cookie=self.settings.cookie,
            pace_s=self.settings.pace_s,
        )
        return self.parse(body.content, Reading(at=client.now(), url=body.url, authors=ask.authors, page=page))

    def who(self, client: Client) -> str | None:
        return desktop_user(client)

    def parse(self, body: bytes, reading: Reading) -> Page:
        return read_page(body, reading, self.moment)


def question(ask: Ask, page: int) -> tuple[str, Mapping[str, str]]:
    """Path and parameters of one page: newest first when live, else whole Beijing hours around the window."""
    if ask.live:
        return "/realtime", {
            "q": ask.target.query,
            "rd": "realtime",
            "tw": "realtime",
            "Refer": "weibo_realtime",
            "page": str(page),
        }
    hour = timedelta(hours=1)
    last = ask.until.astimezone(UTC)
    last_hour = last.replace(minute=0, second=0, microsecond=0)
    return "/weibo", {
        "q": ask.target.query,
        "typeall": "1",
        "suball": "1",
        "timescope": f"custom:{_hour(ask.since)}:{_hour(last_hour if last == last_hour else last_hour + hour)}",
        "Refer": "g",
        "page": str(page),
    }


def _hour(moment: datetime) -> str:
    local = moment.astimezone(BEIJING)
    return f"{local:%Y-%m-%d}-{local.hour}"
