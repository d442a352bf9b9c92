"""Weibo search as m.weibo.cn shows it: JSON, the newest first, some ten posts a page.

It cannot be asked for a window of the past, and to visitors it shows one page only. The host has sessions of its own:
the cookie of a weibo.com login is not one of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from collectors.errors import Blocked, PayloadChanged
from collectors.polite import Client
from collectors.post import Page
from collectors.secret import Secret
from collectors.session import Session, SessionKind, kind_of
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.weibo.answers import answer_of, asking, number_of, unlike
from collectors.weibo.cards import page_list, posts_in
from collectors.weibo.identity import mobile_user
from collectors.weibo.long_texts import LongTexts, mobile
from collectors.weibo.order import SHOWN_WITHIN, covered
from collectors.weibo.shown_times import check_shown_times
from collectors.weibo.status import read_statuses
from collectors.weibo.visitor import MOBILE, Visitor
from collectors.weibo.walls import SIGN_IN_MOBILE

URL = "https://m.weibo.cn/api/container/getIndex"
_NEWEST = "100103type=61"  # 1 is the platform's own mixture, 60 what is hot
_PAGES_SHOWN = 100  # it counts to 1000 posts
_NUMBER = re.compile("[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMobileSettings:
    """`cookie`: the session of an m.weibo.cn login; `visitor`: where there is none, ask for a visitor's, which reads
    one page; `long_texts`: how many cut-off texts of a page are asked for; `pace_s`: between two pages.
    """

    cookie: Session | None = None
    visitor: bool = False
    long_texts: int = 5
    pace_s: float = 5.0


class WeiboSearchMobile:
    """One target per topic and search phrase. What is beyond a visitor's one page stays unseen, and is not claimed."""

    kind: ClassVar[str] = "weibo-search-mobile"
    platform: ClassVar[str] = "weibo"
    scope: ClassVar[Scope] = Scope.TOPIC
    Settings: ClassVar[type[Any]] = SearchMobileSettings
    lists_from_now: ClassVar[bool] = True
    shows_within: ClassVar[timedelta] = SHOWN_WITHIN

    def __init__(self, settings: SearchMobileSettings) -> None:
        self.settings = settings
        self._visitor = Visitor(MOBILE)
        self._long_texts = LongTexts(mobile, settings.long_texts)

    @property
    def max_pages_shown(self) -> int:
        return 1 if self.is_visitor else _PAGES_SHOWN

    @property
    def is_visitor(self) -> bool:
        """Whether it reads with a visitor session."""
        cookie = self.settings.cookie
        return self.settings.visitor if cookie is None else kind_of(cookie.reveal()) is SessionKind.VISITOR

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        return tuple(
            Target(name=f"{each.topic}/{query}", query=query, topic=each.topic)
            for each in watched
            for query in dict.fromkeys(each.queries)
        )

    def page_cursor(self, page: int) -> str:
        """The cursor that asks for this page, from 1."""
        return str(page)

    def fetch(self, client: Client, ask: Ask) -> Page:
        """A page; of an ask for the past, too, it is the newest ones, and then it proves nothing."""
        if self.settings.cookie is not None:
            page = self._fetch(client, ask, self.settings.cookie)
        elif self.settings.visitor:
            page = self._visitor.read(client, lambda cookie: self._fetch(client, ask, cookie))
        else:
            raise Blocked("no session configured: m.weibo.cn shows no search without one", SIGN_IN_MOBILE)
        return page if ask.live else replace(page, covered_from=None, covered_until=None)

    def _fetch(self, client: Client, ask: Ask, cookie: Secret) -> Page:
        number = int(ask.cursor) if ask.cursor and _NUMBER.fullmatch(ask.cursor) else 1
        container = f"{_NEWEST}&q={ask.target.query}"  # one value, in which & and # of the phrase mean themselves
        body = client.get(
            URL,
            params={"containerid": container, "page_type": "searchall", "page": number},
            headers=asking(f"https://m.weibo.cn/search?containerid={quote(container, safe='')}", cookie)
            | {"MWeibo-Pwa": "1"},
            cookie=cookie,
            pace_s=self.settings.pace_s,
        )
        reading = Reading(at=client.now(), url=body.url, authors=ask.authors, page=number)
        page, cut = self._read(body.content, reading)
        return self._long_texts.fill(page, cut, client, cookie)

    def who(self, client: Client) -> str | None:
        return mobile_user(client, self.settings.cookie) if self.settings.cookie else None

    def parse(self, body: bytes, reading: Reading) -> Page:
        return self._read(body, reading)[0]

    def _read(self, body: bytes, reading: Reading) -> tuple[Page, tuple[str, ...]]:
        """The page, and the mids of its posts whose text is cut off."""
        answer = answer_of(body, reading)
        if answer is None:
            return Page(), ()
        data = answer.get("data")
        if str(answer.get("ok")) != "1" or not isinstance(data, dict):
            raise unlike("data", answer)
        statuses = read_statuses(posts_in(data), "data.cards", reading)
        check_shown_times(each.post for each in statuses.listed)
        told = page_list(data)
        covered_from, covered_until = covered([s.post.published_at for s in statuses.listed if not s.is_pinned])
        page = Page(
            posts=statuses.posts,
            next_cursor=None if self.is_visitor else _next(told, reading.page),
            covered_from=covered_from,
            covered_until=covered_until,
            pages_shown=self._pages_shown(told),
            rejected=statuses.rejected,
            withdrawn=statuses.withdrawn,
        )
        return page, statuses.cut

    def _pages_shown(self, told: Any) -> int | None:
        if self.is_visitor:
            return 1
        total, size = number_of(told.get("total")), number_of(told.get("page_size"))
        return min(_PAGES_SHOWN, -(-total // size)) if total and size else None


def _next(told: Any, page: int) -> str | None:
    """The number of the next page; a list says that it has ended with no number, or with 1."""
    named = number_of(told.get("page"))
    if named in (None, 0, 1):
        return None
    following = max(named or 0, page + 1)
    if following > _PAGES_SHOWN * 10:
        raise PayloadChanged("data.cardlistInfo.page within what is shown")
    return str(following)
