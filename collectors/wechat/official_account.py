"""One's own WeChat account, by the official API: its published articles, their daily figures, and their comments.

Articles that were sent to followers without being published (群发) are not all in its list. A comment is asked for by
the message number, which is the `mid` of the article's address.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from collectors.errors import Gone, PayloadChanged
from collectors.normalise import BEIJING, clean, count, from_epoch, is_plausible, plain, trimmed
from collectors.polite import Client
from collectors.post import Kind, Page, Post, Rejected
from collectors.secret import Secret
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.wechat.ids import lasting_id
from collectors.wechat.official_api import OfficialApi, RightMissing, answer

ARTICLES, COMMENTS = "articles", "comments"
_A_PAGE = 20  # articles; the most that may be asked for
_COMMENTS_A_PAGE = 49
_FIGURES_DAYS = 7  # the platform counts for so long after the day of publication


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialAccountSettings:
    """`app_id`, `app_secret`: of the account's developer page. `account`: its name, as readers see it.

    `figures`: also ask for the reads and shares of the last days; `comments`: also ask for the comments under articles
    not older than `comments_days`. `pace_s` between two requests.
    """

    app_id: str = ""
    app_secret: Secret | None = None
    account: str = ""
    figures: bool = True
    comments: bool = True
    comments_days: float = 7.0
    pace_s: float = 3.0


class WechatOfficialAccount:
    """Two targets: the articles, twenty a page, and the comments, one article's a page."""

    kind: ClassVar[str] = "wechat-official-account"
    platform: ClassVar[str] = "wechat"
    scope: ClassVar[Scope] = Scope.ACCOUNTS
    Settings: ClassVar[type[Any]] = OfficialAccountSettings

    def __init__(self, settings: OfficialAccountSettings) -> None:
        self.settings = settings
        self._api = OfficialApi(settings.app_id, settings.app_secret, settings.pace_s)
        self._has_figures = settings.figures

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The account's articles and, unless switched off, its comments, whatever the topics."""
        del watched
        return tuple(Target(name=name) for name in (ARTICLES, COMMENTS) if name == ARTICLES or self.settings.comments)

    def fetch(self, client: Client, ask: Ask) -> Page:
        if ask.target.name != COMMENTS:
            if not (number := ask.cursor or "1").isdecimal():
                raise PayloadChanged(f"page number in the cursor {number[:40]!r}")
            return self._with_figures(client, self._articles(client, ask, int(number)))
        if ask.cursor is None:
            recent = client.now() - timedelta(days=self.settings.comments_days)
            articles = self._articles(client, ask, 1)
            threads = [_thread(post) for post in articles.posts if post.published_at >= recent]
            return Page(next_cursor="\n".join(filter(None, threads)) or None, rejected=articles.rejected)
        return self._comments(client, ask)

    def parse(self, body: bytes, reading: Reading) -> Page:
        """A page of published articles, newest first."""
        told = answer(body, reading.at)
        listed = told.get("item")
        if not isinstance(listed, list) or not isinstance(told.get("total_count"), int):
            raise PayloadChanged("item and total_count")
        posts: dict[str, Post] = {}
        rejected = []
        moments = []
        for number, item in enumerate(listed, 1):
            moment = from_epoch(_field(item, "update_time"))
            moments += [moment] if moment else []
            for place, news in enumerate(_news(item), 1):
                read = self._article(news, moment, reading)
                if isinstance(read, Post):
                    posts.setdefault(read.native_id, read)
                else:
                    shown = clean(str(_field(news, "title") or ""))[:300]
                    rejected.append(Rejected(reason=read, where=f"item {number}, article {place}", excerpt=shown))
        if listed and not posts and not any(each.reason.startswith("deleted") for each in rejected):
            raise PayloadChanged(f"item[].content.news_item[] that can be read ({len(rejected)} cannot)")
        further = listed and (reading.page - 1) * _A_PAGE + len(listed) < told["total_count"]
        in_order = moments == sorted(moments, reverse=True) and len(moments) == len(listed) > 0
        return Page(
            posts=tuple(posts.values()),
            next_cursor=str(reading.page + 1) if further else None,
            covered_from=moments[-1] if in_order and moments[-1] <= reading.at else None,
            covered_until=(reading.at if reading.page == 1 else moments[0]) if in_order else None,
            rejected=tuple(rejected),
        )

    def _articles(self, client: Client, ask: Ask, page: int) -> Page:
        question = {"offset": (page - 1) * _A_PAGE, "count": _A_PAGE, "no_content": 0}
        body = self._api.ask(client, "/cgi-bin/freepublish/batchget", question)
        return self.parse(body, Reading(at=client.now(), authors=ask.authors, page=page))

    def _article(self, news: object, published_at: datetime | None, reading: Reading) -> Post | str:
        if not isinstance(news, dict):
            return "no object"
        if news.get("is_deleted") in (True, 1, "true", "1"):
            return "deleted"
        if published_at is None:
            return "no date"
        if not is_plausible(published_at, reading.at):
            return f"impossible date {published_at:%Y-%m-%d}"
        url = clean(str(news.get("url") or "")).replace("#rd", "")
        native_id = lasting_id(url)
        if native_id is None:
            return "no lasting address"
        title, content = trimmed(clean(str(news.get("title") or ""))), plain(str(news.get("content") or ""))
        text = "\n\n".join(dict.fromkeys(filter(None, (title, content or plain(str(news.get("digest") or ""))))))
        account = self.settings.account
        return Post(
            platform="wechat",
            native_id=native_id,
            url=url,
            text=text,
            published_at=published_at,
            collected_at=reading.at,
            kind=Kind.ARTICLE,
            author_id=reading.authors.id("wechat", account or self.settings.app_id),
            author_name=reading.authors.name(account),
        ) if text else "no text"  # fmt: skip

    def _with_figures(self, client: Client, page: Page) -> Page:
        """Reads and shares of the articles published in the last days; an account without that right has none."""
        if not self._has_figures:
            return page
        today = client.now().astimezone(BEIJING).date()
        days = {post.published_at.astimezone(BEIJING).date() for post in page.posts}
        figures: dict[str, tuple[int | None, int | None]] = {}
        for day in sorted(day for day in days if 1 <= (today - day).days <= _FIGURES_DAYS):
            question = {"begin_date": f"{day}", "end_date": f"{day}"}
            try:
                figures |= read_figures(self._api.ask(client, "/datacube/getarticletotal", question), client.now())
            except RightMissing:
                self._has_figures = False
                return page
        return replace(page, posts=tuple(_counted(post, figures) for post in page.posts))

    def _comments(self, client: Client, ask: Ask) -> Page:
        thread, _, others = (ask.cursor or "").partition("\n")
        message, index, begin, article = (*thread.split(" "), "", "", "", "")[:4]
        if not (message.isdigit() and index.isdigit() and begin.isdigit() and article):
            raise PayloadChanged(f"message, index, start and article in the cursor {thread[:60]!r}")
        thread_of = {"msg_data_id": int(message), "index": int(index), "begin": int(begin)}
        question = {**thread_of, "count": _COMMENTS_A_PAGE, "type": 0}  # type 0: those the account chose and the others
        try:
            body = self._api.ask(client, "/cgi-bin/comment/list", question)
        except Gone:  # comments are switched off, or the article is deleted: the others are still there
            return Page(next_cursor=others or None)
        page = read_comments(body, article, message, index, Reading(at=client.now(), authors=ask.authors))
        further = int(begin) + _COMMENTS_A_PAGE
        if page.pages_shown is not None and further < page.pages_shown:
            others = "\n".join(filter(None, (f"{message} {index} {further} {article}", others)))
        return replace(page, next_cursor=others or None, pages_shown=None)


def read_figures(body: bytes, at: datetime) -> dict[str, tuple[int | None, int | None]]:
    """(reads, shares) so far, by message number and place `mid_idx`."""
    listed = answer(body, at).get("list")
    if not isinstance(listed, list):
        raise PayloadChanged("list")
    figures = {}
    for item in listed:
        details = _field(item, "details")
        days = [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []
        if days:
            newest = max(days, key=lambda each: str(each.get("stat_date", "")))
            figures[str(_field(item, "msgid"))] = (_count(newest, "int_page_read_count"), _count(newest, "share_count"))
    return figures


def read_comments(body: bytes, article: str, message: str, index: str, reading: Reading) -> Page:
    """The comments under an article; `pages_shown` is how many there are in all."""
    told = answer(body, reading.at)
    listed, total = told.get("comment"), told.get("total")
    if not isinstance(listed, list) or not isinstance(total, int):
        raise PayloadChanged("comment and total")
    posts: dict[str, Post] = {}
    rejected = []
    for number, item in enumerate(listed, 1):
        read = _comment(item, article, f"{message}_{index}", reading)
        if isinstance(read, Post):
            posts.setdefault(read.native_id, read)
        else:
            rejected.append(Rejected(reason=read, where=f"comment {number}", excerpt=clean(str(item))[:300]))
    return Page(posts=tuple(posts.values()), pages_shown=total, rejected=tuple(rejected))


def _comment(item: object, article: str, thread: str, reading: Reading) -> Post | str:
    written_at, number = from_epoch(_field(item, "create_time")), str(_field(item, "user_comment_id") or "")
    text = trimmed(clean(str(_field(item, "content") or "")))
    if not number.isascii() or not number.isdigit():
        return "no id"
    if written_at is None or not is_plausible(written_at, reading.at):
        return "no date"
    if not text:
        return "no text"
    return Post(
        platform="wechat",
        native_id=f"{thread}_{number[:30]}",
        url=_url_of(article),
        text=text,
        published_at=written_at,
        collected_at=reading.at,
        kind=Kind.COMMENT,
        author_id=reading.authors.id("wechat", str(_field(item, "openid") or "")),
        repost_of=f"wechat:{article}",
    )


def _thread(post: Post) -> str | None:
    """Where the comments of an article stand: message, index from 0, start, article."""
    message, index = _numbers(post.url)
    return f"{message} {int(index) - 1} 0 {post.native_id}" if message and index != "0" else None


def _numbers(url: str) -> tuple[str, str]:
    """`mid` and `idx` of a long address; "" where it is a short one."""
    asked = parse_qs(urlsplit(url).query)
    mid, idx = asked.get("mid", [""])[0], asked.get("idx", [""])[0]
    return (mid, idx) if mid.isascii() and mid.isdigit() and idx.isascii() and idx.isdigit() else ("", "")


def _url_of(article: str) -> str:
    parts = article.rsplit("_", 2)
    if len(article) == 22 or len(parts) < 3:
        return f"https://mp.weixin.qq.com/s/{article}"
    return f"https://mp.weixin.qq.com/s?__biz={parts[0]}&mid={parts[1]}&idx={parts[2]}"


def _counted(post: Post, figures: Mapping[str, tuple[int | None, int | None]]) -> Post:
    reads, shares = figures.get("_".join(_numbers(post.url)), (None, None))
    return replace(post, views=reads, reposts=shares)


def _news(item: object) -> Iterator[object]:
    content = _field(item, "content")
    listed = _field(content, "news_item")
    yield from listed if isinstance(listed, list) else (None,)


def _field(item: object, name: str) -> Any:
    return item.get(name) if isinstance(item, dict) else None


def _count(item: Mapping[str, object], name: str) -> int | None:
    value = item.get(name)
    return count(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None
