"""Articles of WeChat accounts that a bridge (we-mp-rss and its like) pushes to us as soon as it has them.

A push is `{"feed": {"id", "name"}, "articles": [{"id", "mp_id", "title", "pic_url", "url", "description",
"publish_time"}]}`. It proves nothing about time: what the bridge did not push is not known.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from collectors.errors import Blocked, PayloadChanged
from collectors.normalise import clean, trimmed
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.post import Page, Post, Rejected
from collectors.secret import Secret
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.wechat.feed import article_of
from collectors.wechat.feed_formats import Entry

TEST_ARTICLE = "test-article-001"  # what the bridge's test button sends: answered, and no article
NONE = "not an object"
PUSHED = "give the bridge this source's address as its webhook; `monitor run` tells it when it starts"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """`token`: what a push must prove to know, 16 characters or more; without it all pushes are refused."""

    token: Secret | None = None

    def __post_init__(self) -> None:
        if self.token is not None and len(self.token.reveal()) < 16:
            raise ValueError("token is too short to be secret: 16 characters or more")


class WechatWebhook:
    """It has no targets: nothing is asked for."""

    kind: ClassVar[str] = "wechat-webhook"
    platform: ClassVar[str] = "wechat"
    scope: ClassVar[Scope] = Scope.ACCOUNTS
    Settings: ClassVar[type[Any]] = WebhookSettings

    def __init__(self, settings: WebhookSettings) -> None:
        self.settings = settings

    @property
    def token(self) -> Secret | None:
        return self.settings.token

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        del watched
        return ()

    def fetch(self, client: Client, ask: Ask) -> Page:
        del client, ask
        raise Blocked("articles are pushed to this source, it cannot be asked", PUSHED)

    def parse(self, body: bytes, reading: Reading) -> Page:
        pushed = json_object(body)
        articles = pushed.get("articles")
        if not isinstance(articles, list):
            raise PayloadChanged("articles")
        feed = pushed.get("feed")
        account = trimmed(clean(_text(feed, "name"))) if isinstance(feed, dict) else ""
        posts: dict[str, Post] = {}
        rejected = []
        for number, article in enumerate(articles, 1):
            if isinstance(article, dict) and _text(article, "id") == TEST_ARTICLE:
                continue
            read = article_of(_entry(article), account, self.platform, reading) if isinstance(article, dict) else NONE
            if isinstance(read, Post):
                posts.setdefault(read.native_id, read)
            else:
                shown = clean(json.dumps(article, ensure_ascii=False))[:300]
                rejected.append(Rejected(reason=read, where=f"article {number}", excerpt=shown))
        return Page(posts=tuple(posts.values()), rejected=tuple(rejected))


def _entry(article: Mapping[str, Any]) -> Entry:
    return Entry(
        title=_text(article, "title"),
        link=_text(article, "url"),
        guid=_text(article, "id"),
        author="",
        published=_text(article, "publish_time"),
        contents=(_text(article, "content"), _text(article, "description")),
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
