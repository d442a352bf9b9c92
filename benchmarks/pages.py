"""The pages that every case reads: posts from the demo's outage on, as a feed and as a search would show them.

Both formats carry the same posts, 20 a page, newest first within a visit of 12 pages; no post is shown twice.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from benchmarks.texts import as_long_as_real
from monitor.demo import world
from monitor.demo.pages import search_page
from monitor.demo.post import DemoPost
from monitor.demo.scenario import Scenario, scenario_named

A_PAGE = 20  # posts
A_VISIT = 12  # pages
QUERY = "知夏"

Shown = Callable[[Sequence[DemoPost], int, datetime], bytes]  # posts of a page, its number, the time → the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """The pages of one visit, as they were read at `until`."""

    since: datetime
    until: datetime
    bodies: tuple[bytes, ...]


def feed_visits(count: int, texts: Iterable[str] | None = None) -> list[Visited]:
    """Pages of JSON Feed, with the texts of the demo, or with these, each of which then names the topic."""
    return _visits(count, texts, lambda posts, _number, _now: _feed_page(posts))


def search_visits(count: int, texts: Iterable[str] | None = None) -> list[Visited]:
    """Pages of s.weibo.com, with the same texts."""
    return _visits(count, texts, lambda posts, number, now: _search_page(posts, number, now))


def _visits(count: int, texts: Iterable[str] | None, shown: Shown) -> list[Visited]:
    scenario = scenario_named("tea-morning", seed=7)
    everything = world.posts(scenario)
    spoken = as_long_as_real(post.text for post in everything) if texts is None else (f"{QUERY} {t}" for t in texts)
    posts = [
        replace(post, text=text)
        for post, text in zip((post for post in everything if post.at >= _begins(scenario)), spoken, strict=False)
    ]
    visits, since, size = [], _begins(scenario), A_PAGE * A_VISIT
    if len(posts) < count * size:
        raise ValueError(f"{len(posts):,} texts, but {count * size:,} are needed")
    for first in range(0, count * size, size):
        newest_first = posts[first : first + size][::-1]
        until = newest_first[0].at + timedelta(seconds=1)
        pages = [newest_first[start : start + A_PAGE] for start in range(0, size, A_PAGE)]
        bodies = tuple(shown(page, number, until) for number, page in enumerate(pages, 1))
        visits.append(Visited(since=since, until=until, bodies=bodies))
        since = until
    return visits


def _begins(scenario: Scenario) -> datetime:
    assert scenario.outage_started_at is not None
    return scenario.outage_started_at.astimezone(UTC)


def _feed_page(posts: Sequence[DemoPost]) -> bytes:
    items = [
        {
            "id": _article_id(post),
            "url": f"https://mp.weixin.qq.com/s/{_article_id(post)}",
            "title": "",
            "content_text": post.text,
            "date_published": post.at.isoformat(),
            "authors": [{"name": post.nick}],
        }
        for post in posts
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "all", "items": items}
    return json.dumps(feed, ensure_ascii=False).encode()


def _article_id(post: DemoPost) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(post.mid.encode()).digest()).decode()[:22]


def _search_page(posts: Sequence[DemoPost], number: int, now: datetime) -> bytes:
    return search_page(QUERY, f"/realtime?q={QUERY}", posts, number, A_VISIT, now).encode()
