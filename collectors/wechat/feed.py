"""Articles of WeChat accounts from the feed of any bridge (wewe-rss, we-mp-rss, Wechat2RSS, RSSHub, …)."""

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from collectors.errors import Blocked, PayloadChanged, RateLimited, Transient
from collectors.normalise import BEIJING, clean, from_epoch, is_plausible, plain, trimmed
from collectors.polite import Client
from collectors.post import Kind, Page, Post, Rejected
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.standard_times import iso_time, rfc_822_time
from collectors.wechat.feed_formats import Entry, read_feed
from collectors.wechat.ids import article_id, article_url

_BRIDGE = r"(?:wechat-feeds|wewe[ -]?rss(?: all)?|we-?mp-?rss|mp-we-rss|werss|wechat2rss|rsshub)"
_BRIDGE_SUFFIX = re.compile(rf"(?:^|\s+[|｜-]\s+){_BRIDGE}$", re.IGNORECASE)
_ESCAPED_CDATA = re.compile(r"^\s*<!\[CDATA\[(.*?)(?:\]\]>\s*)?$", re.DOTALL)
_TAG = re.compile(r"<[A-Za-z/!]")
_ESCAPED_TAG = re.compile(r"&lt;[A-Za-z/!]")
_NOT_CONTENT = re.compile(r"\s*获取全文失败[，,]?\s*请重试~?\s*")
_LOGIN_WORDS = re.compile("登录|验证码|环境异常|captcha|sign ?in|log ?in|passport", re.IGNORECASE)
_EPOCH_SECONDS = re.compile("[0-9]{9,11}")
_ALL_BAD = 3  # so many articles, none readable, is a new shape and not a few odd ones
_LOOK_AT = "open the feed's address in a browser; the bridge's own page says what it needs"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """`url` or `urls`: addresses of feeds; `platform`: what the posts are filed under; `pace_s` between requests."""

    url: str = ""
    urls: tuple[str, ...] = ()
    platform: str = "wechat"
    pace_s: float = 3.0


class WechatFeed:
    """One target per feed. A feed shows its newest articles, and what it shows is all there is since the oldest."""

    kind: ClassVar[str] = "wechat-feed"
    platform: ClassVar[str] = "wechat"
    scope: ClassVar[Scope] = Scope.ACCOUNTS
    Settings: ClassVar[type[Any]] = FeedSettings

    def __init__(self, settings: FeedSettings) -> None:
        self.settings = settings

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The configured feeds, whatever the topics: topics are found in what the accounts publish."""
        del watched
        urls = dict.fromkeys(url for url in (self.settings.url, *self.settings.urls) if url)
        return tuple(Target(name=_target_name(url), query=url) for url in urls)

    def fetch(self, client: Client, ask: Ask) -> Page:
        try:
            body = client.get(
                ask.target.query,
                headers={"Accept": "application/rss+xml, application/atom+xml, application/feed+json, */*;q=0.1"},
                pace_s=self.settings.pace_s,
                conditional=True,  # what has not changed proves as much as what came
            )
        except RateLimited:
            raise
        except (Transient, PayloadChanged):
            # Bridges tell what they lack with status 400 or 503.
            if client.last_body is not None:
                _check_bridge(client.last_body.content[:20_000].decode("utf-8", "replace"))
            raise
        return self.parse(body.content, Reading(at=client.now(), url=body.url, authors=ask.authors))

    def parse(self, body: bytes, reading: Reading) -> Page:
        try:
            feed = read_feed(body)
        except PayloadChanged:
            said = body[:20_000].decode("utf-8", "replace")
            _check_bridge(said)
            if re.search("<(?:html|body|!doctype html)", said, re.IGNORECASE):
                _check_login(said)
                raise PayloadChanged("RSS, Atom or JSON Feed (it is a web page)") from None
            raise
        account = _BRIDGE_SUFFIX.sub("", trimmed(clean(html.unescape(feed.title))))
        posts: dict[str, Post] = {}
        rejected = []
        for number, entry in enumerate(feed.entries, 1):
            read = article_of(entry, account, self.settings.platform, reading)
            if isinstance(read, Post):
                posts.setdefault(read.native_id, read)
            else:
                shown = clean(f"{entry.title} {entry.link}".strip())[:300]
                rejected.append(Rejected(reason=read, where=f"article {number}", excerpt=shown))
        if not posts and len(rejected) >= _ALL_BAD:
            raise PayloadChanged(f"readable article among {len(rejected)} (the first: {rejected[0].reason})")
        return Page(
            posts=tuple(posts.values()),
            covered_from=min((post.published_at for post in posts.values()), default=None),
            covered_until=reading.at if posts else None,
            rejected=tuple(rejected),
        )


def article_of(entry: Entry, account: str, platform: str, reading: Reading) -> Post | str:
    """The post of an entry of an account's feed, or the reason why there is none."""
    author = _BRIDGE_SUFFIX.sub("", trimmed(clean(html.unescape(entry.author)))) or account
    title = trimmed(clean(html.unescape(entry.title)))
    link = clean(html.unescape(entry.link))
    native_id = article_id(link, clean(entry.guid), title, author, entry.published)
    url = article_url(link if link else clean(entry.guid), native_id or "")
    if native_id is None or url is None:
        return "no id"
    published_at = published_time(entry.published)
    if published_at is None:
        return "no date"
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    content = next((text for each in entry.contents if each and (text := content_text(each))), "")
    text = f"{title}\n\n{content}" if title and content and content != title else title or content
    if not text:
        return "no text"
    return Post(
        platform=platform,
        native_id=native_id,
        url=url,
        text=text,
        published_at=published_at,
        collected_at=reading.at,
        kind=Kind.ARTICLE,
        author_id=reading.authors.id(platform, author),
        author_name=reading.authors.name(author),
    )


def published_time(shown: str) -> datetime | None:
    """ISO 8601, RFC 822 or Unix seconds as UTC; a time without an offset is Beijing time. None where it is none.

    >>> published_time("Mon, 02 Jun 2025 10:00:00 ").isoformat()
    '2025-06-02T02:00:00+00:00'
    """
    shown = shown.strip()[:60]
    if _EPOCH_SECONDS.fullmatch(shown):
        return from_epoch(shown)
    for read in (iso_time, rfc_822_time):
        try:
            moment = read(shown)
            return (moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    return None


def content_text(content: str) -> str:
    """The plain text of an entry's content; "" where the bridge put its own failure notice there.

    >>> content_text("&lt;p&gt;早安&lt;/p&gt;"), content_text("获取全文失败，请重试~")
    ('早安', '')
    """
    if wrapped := _ESCAPED_CDATA.match(content):
        content = wrapped[1]
    if not _TAG.search(content) and _ESCAPED_TAG.search(content):
        content = html.unescape(content)
    text = plain(content) if _TAG.search(content) else trimmed(clean(html.unescape(content)))
    return "" if _NOT_CONTENT.fullmatch(text) else text


def _check_bridge(said: str) -> None:
    if "Cooling down" in said:
        raise RateLimited
    if "Cookies expired" in said:
        raise Blocked("the bridge's own session expired", "renew the cookies in the bridge's settings")
    if "不存在该feed" in said:
        raise Blocked("the bridge does not know this feed", "check the feed's address; subscribe to the account there")


def _check_login(said: str) -> None:
    if _LOGIN_WORDS.search(said):
        raise Blocked("a login or check page instead of a feed", _LOOK_AT)


def _target_name(url: str) -> str:
    """Stable, and fit to be shown: the query of a feed's address may hold a key."""
    try:
        parts = urlsplit(url)
        host, port, path, secret = parts.hostname or "", parts.port, parts.path, parts.query or parts.username
    except ValueError:
        host, port, path, secret = "", None, "", url
    tail = f"#{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:8]}" if secret else ""
    return f"{host}{f':{port}' if port else ''}{path}{tail}"
