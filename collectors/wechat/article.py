"""The full text of WeChat articles whose addresses are known: given in the settings, or told by a bridge's feed.

No login is needed. Pages of 2 to 3 MB, nearly all of it script, of which a few assignments and one element are read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from collectors.errors import Gone, PayloadChanged
from collectors.normalise import clean, is_plausible
from collectors.polite import Client
from collectors.post import Kind, Page, Post, Rejected, Withdrawn
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.wechat.article_page import read_article
from collectors.wechat.feed import FeedSettings, WechatFeed
from collectors.wechat.ids import article_id, lasting_id

_FEED = "feed "  # starts the names of targets whose address is a feed's
_MOST_KNOWN = 10_000  # addresses remembered of feeds, so that an article is not asked for again


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSettings:
    """`urls`: addresses of articles, each read at every visit. `feeds`: addresses of feeds of which each article is
    read once. `pace_s` between two requests: a captcha answers those who hurry.
    """

    urls: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    pace_s: float = 10.0


class WechatArticle:
    """One target per address, and one per feed, whose articles are the pages of one visit."""

    kind: ClassVar[str] = "wechat-article"
    platform: ClassVar[str] = "wechat"
    scope: ClassVar[Scope] = Scope.ACCOUNTS
    Settings: ClassVar[type[Any]] = ArticleSettings

    def __init__(self, settings: ArticleSettings) -> None:
        self.settings = settings
        self._feed = WechatFeed(FeedSettings(urls=settings.feeds, pace_s=settings.pace_s))
        self._known: dict[str, None] = {}

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The configured addresses, whatever the topics."""
        feeds = tuple(Target(name=_FEED + each.name, query=each.query) for each in self._feed.targets(watched))
        names = {article_id(url, "", "", "", "") or url: url for url in self.settings.urls if url}
        return (*(Target(name=name, query=url) for name, url in names.items()), *feeds)

    def fetch(self, client: Client, ask: Ask) -> Page:
        """One article. Of a feed first its addresses, then one article a page; a deleted one ends nothing then."""
        if not ask.target.name.startswith(_FEED):
            try:
                return self._article(client, ask, ask.target.query)
            except Gone as error:
                raise Gone(str(error), _key(ask.target.query)) from error
        if ask.cursor is None:
            page = self._feed.fetch(client, ask)
            return Page(next_cursor=self._cursor([post.url for post in page.posts]), rejected=page.rejected)
        url, _, rest = ask.cursor.partition("\n")
        cursor = self._cursor(rest.split("\n"))
        try:
            page = self._article(client, ask, url)
            read = Page(posts=page.posts, next_cursor=cursor)
        except Gone as error:
            reason, key = str(error)[:300], _key(url)
            read = Page(
                next_cursor=cursor,
                rejected=(Rejected(reason=reason, where=clean(url)[:200]),),
                withdrawn=(Withdrawn(key=key, reason=reason),) if key else (),
            )
        self._known[url] = None
        while len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        return read

    def _cursor(self, urls: Sequence[str]) -> str | None:
        """The articles still to be read, one address a line."""
        return "\n".join(url for url in urls if _is_article(url) and url not in self._known) or None

    def _article(self, client: Client, ask: Ask, url: str) -> Page:
        body = client.get(url, headers={"Accept": "text/html,application/xhtml+xml"}, pace_s=self.settings.pace_s)
        return self.parse(body.content, Reading(at=client.now(), url=body.url, authors=ask.authors))

    def parse(self, body: bytes, reading: Reading) -> Page:
        """One article. Raises Gone where it was deleted or withheld, Blocked where a captcha stands before it."""
        article = read_article(body, reading.url)
        if not is_plausible(article.published_at, reading.at):
            raise PayloadChanged(f"possible date (it is {article.published_at:%Y-%m-%d})")
        # The address asked for names it as the feed did that told of it; the one on the page, as other feeds do.
        native_id = lasting_id(reading.url) or lasting_id(article.link) or article.number
        url = next((each for each in (article.link, reading.url) if lasting_id(each)), "") or _long_url(article.number)
        if native_id is None or not url:
            raise PayloadChanged("lasting address, or biz, mid and idx, of the article")
        text = "\n\n".join(dict.fromkeys(part for part in (article.title, article.text) if part))
        if not text:
            raise PayloadChanged("title or text of the article")
        post = Post(
            platform="wechat",
            native_id=native_id,
            url=url,
            text=text,
            published_at=article.published_at,
            collected_at=reading.at,
            kind=Kind.ARTICLE,
            author_id=reading.authors.id("wechat", article.account),
            author_name=reading.authors.name(article.account),
        )
        return Page(posts=(post,))


def _key(url: str) -> str | None:
    """Of the article at a lasting address."""
    native_id = lasting_id(url)
    return native_id and f"wechat:{native_id}"


def _long_url(number: str | None) -> str:
    biz, mid, idx = number.rsplit("_", 2) if number else ("", "", "")
    return f"https://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx={idx}" if number else ""


def _is_article(url: str) -> bool:
    return bool(re.match(r"https?://mp\.weixin\.qq\.com/s[/?]", url)) and "\n" not in url
