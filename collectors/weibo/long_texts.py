"""The end of texts that a list cuts off, asked for one by one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import quote

from collectors.errors import SourceError
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.post import Page, Rejected
from collectors.secret import Secret
from collectors.weibo.answers import asking
from collectors.weibo.ids import bid_of
from collectors.weibo.status import long_text
from collectors.weibo.walls import check_json

_REMEMBERED = 500

Address = Callable[[str], tuple[str, str]]  # mid → URL of the long text, Referer


def desktop(mid: str) -> tuple[str, str]:
    return f"https://weibo.com/ajax/statuses/longtext?id={quote(bid_of(mid))}", "https://weibo.com/"


def mobile(mid: str) -> tuple[str, str]:
    return f"https://m.weibo.cn/statuses/extend?id={mid}", f"https://m.weibo.cn/detail/{mid}"


class LongTexts:
    """Asks at most `most` times a page, and remembers what it got: a list shows a post again and again."""

    def __init__(self, address: Address, most: int) -> None:
        self._address = address
        self._most = most
        self._known: dict[str, str] = {}

    def fill(self, page: Page, cut: Sequence[str], client: Client, cookie: Secret | None) -> Page:
        """The page with the texts whole, as far as they are given. A refusal is noted in `rejected`, the rest stays."""
        rejected = list(page.rejected)
        for mid in [mid for mid in cut if mid not in self._known][: self._most]:
            try:
                text = self._ask(mid, client, cookie)
            except SourceError as error:
                rejected.append(Rejected(reason=f"long text not read: {error}"[:300], where=f"post {mid}"))
                break
            if text:
                self._remember(mid, text)
        posts = tuple(replace(post, text=self._known.get(post.native_id, post.text)) for post in page.posts)
        return replace(page, posts=posts, rejected=tuple(rejected))

    def _ask(self, mid: str, client: Client, cookie: Secret | None) -> str:
        url, referer = self._address(mid)
        body = client.get(url, headers=asking(referer, cookie), cookie=cookie)
        answer = json_object(body.content)
        check_json(answer)
        return long_text(answer)

    def _remember(self, mid: str, text: str) -> None:
        self._known[mid] = text
        while len(self._known) > _REMEMBERED:
            self._known.pop(next(iter(self._known)), None)
