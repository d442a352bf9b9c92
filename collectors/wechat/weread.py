"""Articles of WeChat accounts, from one's own login at WeChat Reading (weread.qq.com).

Written from what three programs and their users tell of it; no answer of it was on record when this was written. The
platform shows blank lists to those who ask often, so one account is asked at most every six hours.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le

from collectors.errors import Blocked, PayloadChanged, RateLimited, Transient
from collectors.normalise import clean, count, from_epoch, is_plausible, plain, trimmed
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.post import Kind, Page, Post, Rejected
from collectors.session import Session
from collectors.source import Ask, Reading, Scope, Target, Watched

SITE = "https://weread.qq.com"
FLOOR_S = 6 * 3600.0  # between two rounds of one account
SIGN_IN = (
    "log in at weread.qq.com in a browser and copy the cookies wr_vid, wr_skey and wr_rt, as wr_vid=…; wr_skey=…; "
    "wr_rt=…, into the environment variable or file that `cookie` names"
)
READER = (
    "open the account in the browser's reader (weread.qq.com/web/mp/reader/…), pass the check if there is one, and set "
    "`reader` to that page's address; then leave it alone for a day"
)
_BOOK = re.compile("MP_WXS_([0-9]{6,12})")
_GROUPS_A_PAGE = 20
_ARTICLE = re.compile(r"[\w-]{22}", re.ASCII)
_LOGIN_CODES = frozenset({-2012, -2013, -12013})
_CHECK_CODES = frozenset({-2010, -2041, -2050, -2054, -2063})


@dataclass(frozen=True, slots=True, kw_only=True)
class WereadSettings:
    """`cookie`: wr_vid, wr_skey and wr_rt of the login. `accounts`: as MP_WXS_… or as the `__biz` of their articles.

    `reader`: the address of a reader page that you have open, sent along as the page before. `every_s`: at least six
    hours. `pace_s` between two requests.
    """

    cookie: Session | None = None
    accounts: tuple[str, ...] = ()
    reader: str = f"{SITE}/"
    every_s: Annotated[float, Ge(FLOOR_S), Le(86_400)] = 8 * 3600.0
    pace_s: float = 20.0

    def __post_init__(self) -> None:
        for account in self.accounts:
            book_id(account)


class WechatWeread:
    """One target per account; twenty days' groups of articles a page, newest first."""

    kind: ClassVar[str] = "wechat-weread"
    platform: ClassVar[str] = "wechat"
    scope: ClassVar[Scope] = Scope.ACCOUNTS
    Settings: ClassVar[type[Any]] = WereadSettings

    def __init__(self, settings: WereadSettings) -> None:
        self.settings = settings
        self._asked_at: dict[str, datetime] = {}

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The configured accounts, whatever the topics."""
        del watched
        return tuple(Target(name=name, query=name) for name in dict.fromkeys(map(book_id, self.settings.accounts)))

    def fetch(self, client: Client, ask: Ask) -> Page:
        book, offset = ask.target.query, ask.cursor or "0"
        if ask.cursor is None:
            self._keep_floor(book, client.now())
        try:
            try:
                return self._page(client, ask, book, offset)
            except _LoginExpired:
                self._renew(client)
                return self._page(client, ask, book, offset)
            except _UpstreamTimeout:
                return self._page(client, ask, book, offset)
        except (RateLimited, Blocked, PayloadChanged):
            raise
        except Transient:
            self._asked_at.pop(book, None)  # nothing was shown: the next slot may ask again
            raise

    def parse(self, body: bytes, reading: Reading) -> Page:
        """A page of an account's articles; `reading.page` above 1 stands for any page but the first."""
        told = json_object(body)
        _check(told)
        groups = told.get("reviews")
        if not isinstance(groups, list):
            raise PayloadChanged("reviews")
        if not groups:
            if reading.page == 1:
                raise Blocked("an empty list, where every account has articles: too much was asked", READER)
            return Page()
        posts: dict[str, Post] = {}
        rejected = []
        moments = []
        for number, group in enumerate(groups, 1):
            subs = _dict(group).get("subReviews")
            for place, sub in enumerate(subs if isinstance(subs, list) else [None], 1):
                read = _article(_dict(sub), _dict(group), reading)
                if isinstance(read, Post):
                    posts.setdefault(read.native_id, read)
                    moments.append(read.published_at)
                else:
                    shown = clean(json.dumps(sub, ensure_ascii=False))[:300]
                    rejected.append(Rejected(reason=read, where=f"group {number}, article {place}", excerpt=shown))
        if not posts and len(rejected) > 2:
            raise PayloadChanged(f"reviews[].subReviews[].review.mpInfo ({rejected[0].reason})")
        is_whole = bool(posts) and not rejected and max(moments) <= reading.at
        return Page(
            posts=tuple(posts.values()),
            covered_from=min(moments) if is_whole else None,
            covered_until=(reading.at if reading.page == 1 else max(moments)) if is_whole else None,
            rejected=tuple(rejected),
        )

    def _keep_floor(self, book: str, now: datetime) -> None:
        asked_at = self._asked_at.get(book)
        if asked_at is not None and timedelta(0) <= now - asked_at < timedelta(seconds=FLOOR_S):
            raise RateLimited(FLOOR_S - (now - asked_at).total_seconds())
        self._asked_at[book] = now

    def _page(self, client: Client, ask: Ask, book: str, offset: str) -> Page:
        body = client.get(
            f"{SITE}/web/mp/articles",
            params={"bookId": book, "offset": offset},
            headers={"Accept": "application/json, text/plain, */*", "Referer": self.settings.reader},
            cookie=self._session(),
            pace_s=self.settings.pace_s,
            also=(401,),
        )
        if body.status == 401 and not body.content.lstrip().startswith(b"{"):
            raise Blocked("status 401: no login", SIGN_IN)
        number = 1 if ask.cursor is None else 2
        page = self.parse(body.content, Reading(at=client.now(), url=body.url, authors=ask.authors, page=number))
        groups = len(json_object(body.content)["reviews"])
        if groups < _GROUPS_A_PAGE:
            return page
        return Page(
            posts=page.posts,
            next_cursor=str(int(offset) + groups),
            covered_from=page.covered_from,
            covered_until=page.covered_until,
            rejected=page.rejected,
        )

    def _session(self) -> Session:
        if self.settings.cookie is None:
            raise Blocked("no cookie is configured", SIGN_IN)
        return self.settings.cookie

    def _renew(self, client: Client) -> None:
        """A new wr_skey, which lives 90 minutes, for the wr_rt, which lives a year. Blocked where it is refused."""
        session = self._session()
        expired = session.reveal()
        client.post_json(
            f"{SITE}/web/login/renewal",
            {"rq": "%2Fweb%2Fmp%2Farticles"},
            headers={"Referer": self.settings.reader},
            cookie=session,
            pace_s=self.settings.pace_s,
        )
        if session.reveal() == expired:
            raise Blocked("the login is over and was not renewed", SIGN_IN)


class _LoginExpired(Blocked):
    pass


class _UpstreamTimeout(Transient):
    pass


def book_id(account: str) -> str:
    """The name of an account at WeChat Reading, from itself or from the `__biz` of its articles. ValueError where none.

    >>> book_id("MzAxMjM0NTY3OA=="), book_id("MP_WXS_3012345678")
    ('MP_WXS_3012345678', 'MP_WXS_3012345678')
    """
    account = account.strip()
    if _BOOK.fullmatch(account):
        return account
    try:
        number = base64.b64decode(account, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        number = ""
    if not _BOOK.fullmatch(f"MP_WXS_{number}"):
        raise ValueError(f"{account[:40]!r} is no account: give MP_WXS_… or the __biz of one of its articles")
    return f"MP_WXS_{number}"


def _check(told: Mapping[str, Any]) -> None:
    """Raise what an errCode means."""
    code = told.get("errCode", told.get("errcode", 0))
    if code in (0, None):
        return
    if not isinstance(code, int):
        raise PayloadChanged(f"number as errCode (it is {str(code)[:40]!r})")
    said = f"errCode {str(code)[:20]}: {clean(str(told.get('errMsg', told.get('errmsg', ''))))[:100]}".rstrip(": ")
    if code in _LOGIN_CODES:
        raise _LoginExpired(f"the login is over ({said})", SIGN_IN)
    if code in _CHECK_CODES:
        raise Blocked(f"a check, or a login that may not read this ({said})", READER)
    if code == -2014:
        raise RateLimited(FLOOR_S)
    if code == -10100:
        raise _UpstreamTimeout(f"the platform's own upstream did not answer ({said})")
    raise PayloadChanged(f"errCode that we know (it is {said})")


def _article(sub: Mapping[str, Any], group: Mapping[str, Any], reading: Reading) -> Post | str:
    review = _dict(sub.get("review"))
    told = _dict(review.get("mpInfo"))
    native_id = str(told.get("originalId") or "").replace("~", "_")
    if not _ARTICLE.fullmatch(native_id):
        return "no id"
    times = (told.get("time"), review.get("createTime"), sub.get("createTime"), group.get("createTime"))
    published_at = next((moment for each in times if each and (moment := from_epoch(each))), None)
    if published_at is None:
        return "no date"
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    title, content = trimmed(clean(str(told.get("title") or ""))), plain(str(told.get("content") or ""))
    text = "\n\n".join(dict.fromkeys(part for part in (title, content) if part))
    if not text:
        return "no text"
    account = trimmed(clean(str(told.get("mp_name") or "")))
    return Post(
        platform="wechat",
        native_id=native_id,
        url=f"https://mp.weixin.qq.com/s/{native_id}",
        text=text,
        published_at=published_at,
        collected_at=reading.at,
        kind=Kind.ARTICLE,
        author_id=reading.authors.id("wechat", account),
        author_name=reading.authors.name(account),
        likes=_count(told.get("likeNum")),
        views=_count(told.get("readNum")),
    )


def _count(value: object) -> int | None:
    return count(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
