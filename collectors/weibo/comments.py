"""Comments under Weibo posts: under given ones, and under the newest posts of given accounts.

Where people complain about an outage first: under whatever the service's own account published last.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from collectors.errors import Blocked, PayloadChanged
from collectors.normalise import clean, is_plausible, plain
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.post import Kind, Page, Post, Rejected, Withdrawn
from collectors.session import Session
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.weibo.accounts import account_ids, post_ids
from collectors.weibo.answers import answer_of, asking, message_of, number_of, unlike
from collectors.weibo.identity import desktop_user
from collectors.weibo.ids import is_mid
from collectors.weibo.order import covered
from collectors.weibo.status import mid_in, post_url, read_statuses, unescaped, user_in
from collectors.weibo.times import post_time
from collectors.weibo.walls import SIGN_IN

URL = "https://weibo.com/ajax/statuses/buildComments"
TIMELINE_URL = "https://weibo.com/ajax/statuses/mymblog"
_ACCOUNT = "account:"
_GONE = re.compile("不存在|已被?删除|被作者删除")
_NONE = re.compile(f"还没有内容|暂无数据|{_GONE.pattern}")  # a post that is gone is no wall
_ALL_BAD = 3
_MOST_COMMENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsSettings:
    """`posts`: addresses or ids of posts; `accounts`: whose `newest` posts are looked under; `flow`: whether a post
    gives its comments newest first or hottest first; `pace_s`: between two pages.
    """

    posts: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    newest: int = 3
    flow: Literal["time", "hot"] = "time"
    cookie: Session | None = None
    pace_s: float = 5.0

    def __post_init__(self) -> None:
        post_ids(self.posts)
        account_ids(self.accounts)
        if not 1 <= self.newest <= 20:
            raise ValueError("newest must be between 1 and 20")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """How far a visit has come: the posts left to look under, the first of them after `max_id`."""

    posts: tuple[tuple[str, str], ...]  # (mid, account id or "")
    max_id: str = ""
    started_at: datetime
    is_whole: bool = True  # so far every post was read back to where the window begins

    def cursor(self) -> str:
        return json.dumps([self.posts, self.max_id, self.started_at.timestamp(), self.is_whole])


class WeiboComments:
    """One target per post and per account. It claims the window when every post of the target was read back to it."""

    kind: ClassVar[str] = "weibo-comments"
    platform: ClassVar[str] = "weibo"
    scope: ClassVar[Scope] = Scope.ACCOUNTS
    Settings: ClassVar[type[Any]] = CommentsSettings

    def __init__(self, settings: CommentsSettings) -> None:
        self.settings = settings

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The configured posts and accounts, whatever the topics."""
        del watched
        posts = [Target(name=mid, query=f"{uid or ''}/{mid}") for mid, uid in post_ids(self.settings.posts)]
        return (*posts, *(Target(name=_ACCOUNT + u, query=_ACCOUNT + u) for u in account_ids(self.settings.accounts)))

    def fetch(self, client: Client, ask: Ask) -> Page:
        """A page of comments; of an account, first the list of its posts, which has none."""
        if self.settings.cookie is None:
            raise Blocked("no session configured: comments are shown to logged-in accounts only", SIGN_IN)
        uid, _, mid = ask.target.query.rpartition("/")
        walk = _walk(ask.cursor, (mid, uid), client.now())
        if walk is None and ask.target.query.startswith(_ACCOUNT):
            walk = self._newest_posts(client, ask.target.query.removeprefix(_ACCOUNT), ask)
            return self._onward(Page(), walk, ask)
        return self._comments(client, walk or _Walk(posts=((mid, uid),), started_at=client.now()), ask)

    def who(self, client: Client) -> str | None:
        return desktop_user(client)

    def parse(self, body: bytes, reading: Reading) -> Page:
        """A page of comments, replies directly after what they reply to; which post it is, `reading.url` tells."""
        return self._read(body, reading)[0]

    def _newest_posts(self, client: Client, uid: str, ask: Ask) -> _Walk:
        body = client.get(
            TIMELINE_URL,
            params={"uid": uid, "page": 1, "feature": 0},
            headers=asking(f"https://weibo.com/u/{uid}", self.settings.cookie),
            cookie=self.settings.cookie,
            pace_s=self.settings.pace_s,
        )
        reading = Reading(at=client.now(), url=body.url, authors=ask.authors)
        answer = answer_of(body.content, reading) or {"data": {"list": []}}
        data = answer.get("data")
        listed = data.get("list") if isinstance(data, Mapping) else None
        if not isinstance(listed, list):
            raise unlike("data.list", answer)
        posts = [status.post for status in read_statuses(listed, "data.list", reading).listed]
        posts.sort(key=lambda post: post.published_at, reverse=True)
        spoken_under = [post for post in posts[: self.settings.newest] if post.comments != 0]
        return _Walk(posts=tuple((post.native_id, uid) for post in spoken_under), started_at=reading.at)

    def _comments(self, client: Client, walk: _Walk, ask: Ask) -> Page:
        mid, uid = walk.posts[0]
        params: dict[str, str | int] = {"is_reload": 1, "id": mid, "is_show_bulletin": 2, "is_mix": 0, "count": 20}
        params |= {"uid": uid} if uid else {}
        params |= {"fetch_level": 0, "locale": "zh-CN", "flow": int(self.settings.flow == "time")}
        params |= {"max_id": walk.max_id} if walk.max_id else {}
        body = client.get(
            URL,
            params=params,
            headers=asking(post_url(uid or None, mid), self.settings.cookie),
            cookie=self.settings.cookie,
            pace_s=self.settings.pace_s,
        )
        reading = Reading(at=client.now(), url=body.url, authors=ask.authors)
        page, newest_first_from = self._read(body.content, reading)
        is_back = newest_first_from is not None and newest_first_from < ask.since
        repeats = page.next_cursor is not None and page.next_cursor == walk.max_id
        if page.next_cursor is None or is_back or repeats:
            walk = replace(walk, posts=walk.posts[1:], max_id="", is_whole=walk.is_whole and not repeats)
        else:
            walk = replace(walk, max_id=page.next_cursor)
        return self._onward(page, walk, ask)

    @staticmethod
    def _onward(page: Page, walk: _Walk, ask: Ask) -> Page:
        """The page with the cursor of the next one, or with what the whole visit proves."""
        if walk.posts:
            return replace(page, next_cursor=walk.cursor())
        if not walk.is_whole:
            return replace(page, next_cursor=None)
        since = min(ask.since, walk.started_at)
        return replace(page, next_cursor=None, covered_from=since, covered_until=walk.started_at)

    def _read(self, body: bytes, reading: Reading) -> tuple[Page, datetime | None]:
        """The page, its cursor the bare max_id; and since when it holds all comments, where they are newest first."""
        answer = answer_of(body, reading, _NONE)
        if answer is None:
            return Page(withdrawn=_withdrawn(body, reading)), None
        if str(answer.get("ok")) != "1" or not isinstance(answer.get("data"), list):
            raise unlike("data[]", answer)
        posts: dict[str, Post] = {}
        rejected: list[Rejected] = []
        moments = []
        for where, fields, is_reply in _flat(answer["data"]):
            read = _comment(fields, reading)
            if isinstance(read, str):
                rejected.append(Rejected(reason=read, where=where, excerpt=clean(str(fields)[:300])))
                continue
            posts.setdefault(read.native_id, read)
            if not is_reply:
                moments.append(read.published_at)
        if not posts and len(rejected) >= _ALL_BAD:
            raise PayloadChanged(f"readable comment among {len(rejected)} (the first: {rejected[0].reason})")
        max_id = str(answer.get("max_id"))
        next_cursor = max_id if is_mid(max_id) else None
        return Page(posts=tuple(posts.values()), next_cursor=next_cursor, rejected=tuple(rejected)), covered(moments)[0]


def _flat(comments: list[object]) -> Iterator[tuple[str, object, bool]]:
    """(where, comment, is a reply) in the order of the page; some replies come inside what they reply to."""
    if len(comments) > _MOST_COMMENTS:
        raise PayloadChanged(f"data of at most {_MOST_COMMENTS} comments")
    for number, fields in enumerate(comments, 1):
        yield f"comment {number}", fields, False
        replies = fields.get("comments") if isinstance(fields, Mapping) else None
        for place, reply in enumerate(replies[:_MOST_COMMENTS] if isinstance(replies, list) else (), 1):
            yield f"comment {number}, reply {place}", reply, True


def _comment(fields: object, reading: Reading) -> Post | str:
    """The comment of an object, or the reason why there is none."""
    if not isinstance(fields, Mapping):
        return "no object"
    native_id = mid_in(fields)
    if native_id is None:
        return "no id"
    shown = fields.get("created_at")
    published_at = post_time(shown, native_id, reading.at) if isinstance(shown, str) else None
    if published_at is None:
        return "no date"
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    raw, html = fields.get("text_raw"), fields.get("text")
    text = (unescaped(raw) if isinstance(raw, str) else "") or (plain(html) if isinstance(html, str) else "")
    if not text:
        return "no text"
    mid, owner = _post_of(reading.url)
    uid, name, followers = user_in(fields)
    return Post(
        platform="weibo",
        native_id=native_id,
        url=post_url(owner, mid or native_id),
        text=text,
        published_at=published_at,
        collected_at=reading.at,
        kind=Kind.COMMENT,
        author_id=reading.authors.id("weibo", uid),
        author_name=reading.authors.name(name),
        repost_of=mid and f"weibo:{mid}",
        comments=number_of(fields.get("total_number")),
        likes=number_of(fields.get("like_counts")),
        followers=followers,
    )


def _withdrawn(body: bytes, reading: Reading) -> tuple[Withdrawn, ...]:
    """The post itself, where the answer says that it is no longer there."""
    said, (mid, _) = message_of(json_object(body)), _post_of(reading.url)
    return (Withdrawn(key=f"weibo:{mid}", reason=said),) if mid and _GONE.search(said) else ()


def _post_of(url: str) -> tuple[str | None, str | None]:
    """(mid, account id) of the post that an address asks for."""
    try:
        asked = parse_qs(urlsplit(url).query)
    except ValueError:
        return None, None
    mid, uid = asked.get("id", [""])[0], asked.get("uid", [""])[0]
    return mid if is_mid(mid) else None, uid if is_mid(uid) else None


def _walk(cursor: str | None, post: tuple[str, str], now: datetime) -> _Walk | None:
    """What a cursor stands for: one of ours, or the bare `max_id` of a page under `post`."""
    if cursor is None:
        return None
    if cursor.isdecimal():
        return _Walk(posts=(post,), max_id=cursor, started_at=now, is_whole=False)
    posts, max_id, started_at, is_whole = json.loads(cursor)
    return _Walk(
        posts=tuple((mid, uid) for mid, uid in posts),
        max_id=max_id,
        started_at=datetime.fromtimestamp(started_at, UTC),
        is_whole=is_whole,
    )
