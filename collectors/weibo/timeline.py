"""What single Weibo accounts publish: from weibo.com (with a login) or from m.weibo.cn."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from collectors.errors import Blocked
from collectors.polite import Client
from collectors.post import Page
from collectors.secret import Secret
from collectors.session import Session
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.weibo import long_texts
from collectors.weibo.accounts import account_ids
from collectors.weibo.answers import answer_of, asking, unlike
from collectors.weibo.cards import page_list, posts_in
from collectors.weibo.identity import desktop_user, mobile_user
from collectors.weibo.long_texts import LongTexts
from collectors.weibo.order import covered
from collectors.weibo.status import Statuses, read_statuses
from collectors.weibo.visitor import MOBILE, Visitor
from collectors.weibo.walls import SIGN_IN, SIGN_IN_MOBILE

DESKTOP_URL = "https://weibo.com/ajax/statuses/mymblog"
MOBILE_URL = "https://m.weibo.cn/api/container/getIndex"
_CURSOR = re.compile(r"([1-9][0-9]{0,5}),([0-9A-Za-z_-]{0,60}),([0-9]{0,10})")
_SINCE_ID = re.compile("[0-9A-Za-z_-]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineSettings:
    """`accounts`: ids or addresses; `via`: which site is asked, each with a session of its own; `visitor`: where
    m.weibo.cn is asked without a cookie, ask for a visitor session; `long_texts`: how many cut-off texts of a page are
    asked for; `pace_s`: between two pages.
    """

    accounts: tuple[str, ...] = ()
    via: Literal["desktop", "mobile"] = "desktop"
    cookie: Session | None = None
    visitor: bool = False
    long_texts: int = 10
    pace_s: float = 5.0

    def __post_init__(self) -> None:
        account_ids(self.accounts)
        if self.visitor and self.via != "mobile":
            raise ValueError('visitor = true needs via = "mobile": weibo.com shows no account to visitors')


class WeiboTimeline:
    """One target per account, newest first. A post that the account put on top is read, and proves no time."""

    kind: ClassVar[str] = "weibo-timeline"
    platform: ClassVar[str] = "weibo"
    scope: ClassVar[Scope] = Scope.ACCOUNTS
    Settings: ClassVar[type[Any]] = TimelineSettings

    def __init__(self, settings: TimelineSettings) -> None:
        self.settings = settings
        self._visitor = Visitor(MOBILE)
        address = long_texts.mobile if settings.via == "mobile" else long_texts.desktop
        self._long_texts = LongTexts(address, settings.long_texts)

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The configured accounts, whatever the topics: topics are found in what they publish."""
        del watched
        return tuple(Target(name=uid, query=uid) for uid in account_ids(self.settings.accounts))

    def fetch(self, client: Client, ask: Ask) -> Page:
        if self.settings.cookie is not None:
            return self._fetch(client, ask, self.settings.cookie)
        if self.settings.visitor:
            return self._visitor.read(client, lambda cookie: self._fetch(client, ask, cookie))
        advice = SIGN_IN_MOBILE if self.settings.via == "mobile" else SIGN_IN
        raise Blocked("no session configured: an account's posts are shown with one only", advice)

    def _fetch(self, client: Client, ask: Ask, cookie: Secret) -> Page:
        number, since_id, newer_than_that_is_read = _read_cursor(ask.cursor)
        url, referer, params = self._question(ask.target.query, number, since_id)
        body = client.get(
            url, params=params, headers=asking(referer, cookie), cookie=cookie, pace_s=self.settings.pace_s
        )
        reading = Reading(at=client.now(), url=body.url, authors=ask.authors, page=number)
        page, cut = self._read(body.content, reading)
        if page.covered_from is not None and newer_than_that_is_read is not None:
            page = replace(page, covered_until=newer_than_that_is_read)  # between two pages there is no post
        return self._long_texts.fill(page, cut, client, cookie)

    def _question(self, uid: str, number: int, since_id: str) -> tuple[str, str, Mapping[str, str | int]]:
        """(URL, Referer, parameters) of one page."""
        onward = {"since_id": since_id} if since_id else {}
        if self.settings.via == "mobile":
            turned = {"page": number} if number > 1 and not since_id else onward
            asked: dict[str, str | int] = {"type": "uid", "value": uid, "containerid": f"107603{uid}"}
            return MOBILE_URL, f"https://m.weibo.cn/u/{uid}", {**asked, **turned}
        return DESKTOP_URL, f"https://weibo.com/u/{uid}", {"uid": uid, "page": number, "feature": 0, **onward}

    def who(self, client: Client) -> str | None:
        if self.settings.via == "mobile":
            return mobile_user(client, self.settings.cookie) if self.settings.cookie else None
        return desktop_user(client)

    def parse(self, body: bytes, reading: Reading) -> Page:
        """A page of either site. Later pages claim from their newest post only: what is newer, others must prove."""
        return self._read(body, reading)[0]

    def _read(self, body: bytes, reading: Reading) -> tuple[Page, tuple[str, ...]]:
        answer = answer_of(body, reading)
        if answer is None:
            return Page(), ()
        data = answer.get("data")
        if str(answer.get("ok")) != "1" or not isinstance(data, Mapping):
            raise unlike("data", answer)
        statuses, since_id, goes_on = _mobile(data, reading) if "cards" in data else _desktop(data, reading)
        in_order = [each.post.published_at for each in statuses.listed if not each.is_pinned]
        covered_from, covered_until = covered(in_order)
        if covered_from is not None and reading.page == 1:
            covered_until = reading.at
        oldest = "" if covered_from is None else str(int(covered_from.timestamp()))
        page = Page(
            posts=statuses.posts,
            next_cursor=f"{reading.page + 1},{since_id},{oldest}" if goes_on else None,
            covered_from=covered_from,
            covered_until=covered_until,
            rejected=statuses.rejected,
            withdrawn=statuses.withdrawn,
        )
        return page, statuses.cut


def _desktop(data: Mapping[str, Any], reading: Reading) -> tuple[Statuses, str, bool]:
    """The posts, the id that the next page begins after, and whether there is a next page: an empty one is the end."""
    listed = data.get("list")
    if not isinstance(listed, list):
        raise unlike("data.list", data)
    return read_statuses(listed, "data.list", reading), _since_id(data), bool(listed)


def _mobile(data: Mapping[str, Any], reading: Reading) -> tuple[Statuses, str, bool]:
    listed, told = posts_in(data), page_list(data)
    since_id = _since_id(told)
    goes_on = bool(listed) and bool(since_id or str(told.get("page") or "1") != "1")
    return read_statuses(listed, "data.cards", reading), since_id, goes_on


def _since_id(told: Mapping[str, Any]) -> str:
    """A number, or text such as `4793…kp2`; "" where there is none."""
    shown = told.get("since_id")
    text = str(shown) if isinstance(shown, int | str) and not isinstance(shown, bool) else ""
    return text if text != "0" and _SINCE_ID.fullmatch(text) else ""


def _read_cursor(cursor: str | None) -> tuple[int, str, datetime | None]:
    """(page, since_id, from when on all is read by now)."""
    found = _CURSOR.fullmatch(cursor or "")
    if found is None:
        return 1, "", None
    number, since_id, oldest = found.groups()
    return int(number), since_id, datetime.fromtimestamp(int(oldest), UTC) if oldest else None
