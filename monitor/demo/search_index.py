"""Which posts a search shows at a moment, newest first."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from monitor.demo.post import LONGEST_LAG_S, DemoPost, folded


class SearchIndex:
    """`posts` oldest first. A post is found from its `shown_from` on; posts are listed by when they were published."""

    def __init__(self, posts: Sequence[DemoPost]) -> None:
        self._folded = [(folded(post.text), post) for post in posts]
        self._matching = lru_cache(maxsize=64)(self._match)

    def _match(self, query: str) -> tuple[list[DemoPost], list[int]]:
        wanted = folded(query)
        found = [post for text, post in self._folded if wanted in text]
        return found, [post.second for post in found]

    def find(
        self, query: str, now: datetime, since: datetime | None = None, until: datetime | None = None, *, most: int
    ) -> list[DemoPost]:
        """The newest `most` posts published in [since, until) that are shown at `now`, newest first."""
        found, seconds = self._matching(query)
        at = now.timestamp()
        low = bisect_left(seconds, since.timestamp()) if since else 0
        high = bisect_right(seconds, at)
        if until:
            high = min(high, bisect_left(seconds, until.timestamp()))
        settled = min(high, bisect_right(seconds, at - LONGEST_LAG_S))
        fresh = [post for post in reversed(found[max(low, settled) : high]) if post.shown_from <= at]
        return (fresh + found[max(low, settled - most) : settled][::-1])[:most]
