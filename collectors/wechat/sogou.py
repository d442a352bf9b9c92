"""WeChat articles on a topic, by Sogou's search (weixin.sogou.com): what it finds relevant, in that order.

Years-old articles stand beside those of today, so no stretch of time is ever claimed, and the window is applied here.
The addresses that it gives expire within a day; an article is known by its account, title and time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collectors.errors import Blocked, PayloadChanged
from collectors.normalise import clean, from_epoch, is_plausible, node_text
from collectors.page_text import text_of
from collectors.polite import Client
from collectors.post import Kind, Page, Post, Rejected
from collectors.session import Session
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.wechat.ids import expiring_id

URL = "https://weixin.sogou.com/weixin"
SOLVE = (
    "open weixin.sogou.com in a browser from the same network and pass the check there; then ask less often (pace_s), "
    "or copy the cookies SNUID and SUV into the environment variable or file that `cookie` names"
)
_MOST_PAGES = 10  # without a login there is no page beyond
_WALL = re.compile(rb"seccodeInput|/antispider/|antispider\.min\.(?:js|css)|id=\"seccodeImage\"")
_NO_RESULT = re.compile(rb"noresult_part1_container|noresult_frontbl_container|class=\"no-so(?:gou|suo)\"")
_MOST_ARTICLES = 100
_MOST_TAGS = 50_000  # of a page; one of ten articles has some thousand
_OURS = re.compile("的相关微信公众号文章|搜狗微信搜索")
_SECONDS = re.compile(r"timeConvert\(\s*['\"]?([0-9]{9,11})")
_PAGE = re.compile(r"[?&]page=([0-9]{1,3})(?:&|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SogouSettings:
    """`cookie`: SNUID=…; SUV=… of a browser that passed the check, where the search asks for one.

    `pace_s` between two requests; the third query within a minute was seen to meet a captcha. `max_age_s`: older
    articles are left out, however relevant.
    """

    cookie: Session | None = None
    pace_s: float = 60.0
    max_age_s: float = 7 * 86_400.0


class WechatSogou:
    """One target per topic and phrase; ten articles a page, ten pages."""

    kind: ClassVar[str] = "wechat-sogou"
    platform: ClassVar[str] = "wechat"
    scope: ClassVar[Scope] = Scope.ACCOUNTS  # what it does not show was not necessarily not there: no topic's minutes
    Settings: ClassVar[type[Any]] = SogouSettings

    def __init__(self, settings: SogouSettings) -> None:
        self.settings = settings

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """Each phrase once, hashtags without their signs: articles have none."""
        phrases = {query.strip("#＃ "): None for each in watched for query in each.queries}
        return tuple(Target(name=phrase, query=phrase) for phrase in phrases if phrase)

    def fetch(self, client: Client, ask: Ask) -> Page:
        """The articles of one page that lie in the window, or are younger than `max_age_s` where that reaches back."""
        page = ask.cursor or "1"
        body = client.get(
            URL,
            params={"type": 2, "s_from": "input", "query": ask.target.query, "ie": "utf8", "page": page},
            headers={"Accept": "text/html,application/xhtml+xml", "Referer": "https://weixin.sogou.com/"},
            cookie=self.settings.cookie,
            pace_s=self.settings.pace_s,
        )
        at = client.now()
        found = self.parse(body.content, Reading(at=at, url=body.url, authors=ask.authors))
        earliest = min(ask.since, at - timedelta(seconds=self.settings.max_age_s))
        return replace(found, posts=tuple(post for post in found.posts if post.published_at >= earliest))

    def parse(self, body: bytes, reading: Reading) -> Page:
        """All articles of a page, of any age."""
        if _WALL.search(body) or "/antispider" in reading.url:
            raise Blocked("captcha of Sogou's search (too many questions from this network)", SOLVE)
        if body.count(b"<") > _MOST_TAGS:
            raise PayloadChanged(f"page of at most {_MOST_TAGS} tags")
        tree = LexborHTMLParser(text_of(body))
        articles = tree.css("ul.news-list > li")[:_MOST_ARTICLES]
        if not articles:
            title = tree.css_first("title")
            if _NO_RESULT.search(body) and title is not None and _OURS.search(title.text()):
                return Page()
            raise PayloadChanged("ul.news-list > li")
        if b"</html" not in body[-4096:].lower():
            raise PayloadChanged("closing </html> (the page is cut off)")
        cursor = _next_page(tree)
        posts: dict[str, Post] = {}
        rejected = []
        for number, article in enumerate(articles, 1):
            shown = clean(article.text())[:300]
            read = _post(article, reading)
            if isinstance(read, Post):
                posts.setdefault(read.native_id, read)
            else:
                rejected.append(Rejected(reason=read, where=f"article {number}", excerpt=" ".join(shown.split())))
        if not posts and len(rejected) > 2:
            raise PayloadChanged(f"readable article among {len(rejected)} (the first: {rejected[0].reason})")
        return Page(posts=tuple(posts.values()), next_cursor=cursor, rejected=tuple(rejected))


def _next_page(tree: LexborHTMLParser) -> str | None:
    link = tree.css_first("a#sogou_next")
    found = _PAGE.search(link.attributes.get("href") or "") if link is not None else None
    return found[1] if found and int(found[1]) <= _MOST_PAGES else None


def _post(article: LexborNode, reading: Reading) -> Post | str:
    """The post of an article, or the reason why there is none. Changes the node."""
    link = article.css_first(".txt-box h3 a") or article.css_first("h3 a")
    href = (link.attributes.get("href") or "").strip() if link is not None else ""
    if link is None or not href:
        return "no address"
    published_at = _published(article)
    if published_at is None:
        return "no date"
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    named = article.css_first("a.account") or article.css_first("span.all-time-y2") or article.css_first(".s-p > a")
    account = " ".join(node_text(named).split()) if named is not None else ""
    title = " ".join(node_text(link).split())
    if not title:
        return "no title"
    shown = article.css_first("p.txt-info")
    summary = node_text(shown) if shown is not None else ""
    return Post(
        platform="wechat",
        native_id=expiring_id(href, title, account, published_at),
        url=quote(urljoin(URL, clean(href)), safe="/:?&=%#@!$'()*+,;~[]"),
        text="\n\n".join(part for part in (title, summary) if part),
        published_at=published_at,
        collected_at=reading.at,
        kind=Kind.ARTICLE,
        author_id=reading.authors.id("wechat", account),
        author_name=reading.authors.name(account),
    )


def _published(article: LexborNode) -> datetime | None:
    for script in article.css("script"):
        if found := _SECONDS.search(script.text()):
            return from_epoch(found[1])
    told = article.css_first(".s-p[t]")
    return from_epoch(told.attributes.get("t")) if told is not None else None
