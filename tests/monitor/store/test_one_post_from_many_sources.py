"""One post as two searches, an account's timeline and a crawler's file tell it is one post, by either of its names."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analysis.annotate import Annotator
from analysis.annotation import Document
from analysis.matching import Topic
from collectors.authors import Authors
from collectors.files.weibo_search_csv import WeiboSearchCsv, WeiboSearchCsvSettings
from collectors.post import Post
from collectors.secret import Secret
from collectors.source import Reading
from collectors.weibo.ids import bid_of
from collectors.weibo.search_mobile import SearchMobileSettings, WeiboSearchMobile
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from collectors.weibo.timeline import TimelineSettings, WeiboTimeline
from monitor.demo.pages import search_page
from monitor.demo.post import DemoPost, mid_at
from monitor.store.sqlite import SqliteStore, open_store
from monitor.store.store import Selection, Visit

AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)  # 10:00:30 in Beijing
SECOND = int(AT.timestamp()) - 300
MID, UID = mid_at(SECOND, 4711), "7900112233"
BEGINNING = "奶茶下单三次都付不了款，" + "门口排着几十个人在等，" * 11
WHOLE = BEGINNING + "最后小程序白屏了"
AUTHORS = Authors(key=Secret("key of the test"))
SOURCES = ("web", "mobile", "timeline", "csv")
ALL = Selection(since=datetime(2026, 11, 1, tzinfo=UTC), until=datetime(2026, 12, 1, tzinfo=UTC))
ANNOTATOR = Annotator([Topic(name="tea", hashtags={}, any=("奶茶",), all=(), none=(), subjects=())])


def from_web(likes: int) -> tuple[Post, ...]:
    """Folded: the page holds the whole text, hidden."""
    shown = DemoPost(
        mid=MID,
        uid=UID,
        nick="晚风",
        followers=1,
        text="奶茶下单三次都付不了款",
        second=SECOND,
        section="",
        template="",
        device="网页版",
        reposts=2,
        comments=1,
        likes=likes,
        repost_of=None,
    )
    page = search_page("奶茶", "/realtime?q=x", [shown], 1, 1, AT).encode()
    return WeiboSearchWeb(SearchWebSettings()).parse(page, reading()).posts


def status(**fields: Any) -> dict[str, Any]:
    user = {"id": int(UID), "screen_name": "晚风", "followers_count": "1.2万"}
    return {"created_at": "Mon Nov 23 09:55:30 +0800 2026", "user": user, "text": WHOLE, **fields}


def from_mobile(likes: int) -> tuple[Post, ...]:
    """By its bid, and long."""
    cards = [{"card_type": 9, "mblog": status(bid=bid_of(MID), attitudes_count=likes, reposts_count="3")}]
    body = {"ok": 1, "data": {"cardlistInfo": {"page": None}, "cards": cards}}
    source = WeiboSearchMobile(SearchMobileSettings(cookie=Secret("SUB=_2A25x")))
    return source.parse(json.dumps(body).encode(), reading()).posts


def from_timeline(likes: int) -> tuple[Post, ...]:
    """Its id a number."""
    listed = [status(id=int(MID), mblogid=bid_of(MID), text_raw=WHOLE, attitudes_count=likes, reads_count=900)]
    body = {"ok": 1, "data": {"list": listed, "since_id": ""}}
    return WeiboTimeline(TimelineSettings(accounts=(UID,))).parse(json.dumps(body).encode(), reading()).posts


def from_csv(likes: int) -> tuple[Post, ...]:
    """A spreadsheet rounded the id: the bid still names it."""
    rounded = MID[:-1] + "0"
    rows = "id,bid,user_id,用户昵称,微博正文,发布时间,转发数,评论数,点赞数\n"
    rows += f"{rounded},{bid_of(MID)},{UID},晚风,奶茶下单三次都付不了款,2026-11-23 09:55,2,1,{likes}\n"
    return WeiboSearchCsv(WeiboSearchCsvSettings()).parse(rows.encode(), reading()).posts


READ = {"web": from_web, "mobile": from_mobile, "timeline": from_timeline, "csv": from_csv}


def reading() -> Reading:
    return Reading(at=AT, authors=AUTHORS, url="https://s.weibo.com/realtime")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(tmp_path / "s.sqlite") as store:
        yield store


def ingest(store: SqliteStore, source: str, posts: tuple[Post, ...]) -> None:
    documents = [Document(text=p.text, platform=p.platform, kind=p.kind, author_id=p.author_id) for p in posts]
    annotations = tuple(ANNOTATOR.annotate(documents))
    store.ingest(
        Visit(
            slot=source,
            source=source,
            target="t",
            platform="weibo",
            at=AT,
            posts=posts,
            annotations=annotations,
        )
    )


@pytest.mark.parametrize("first", range(4))
def test_a_post_told_by_four_sources_in_any_order_is_one_post(store: SqliteStore, first: int) -> None:
    order = SOURCES[first:] + SOURCES[:first]
    for likes, source in enumerate(order, 10):
        posts = READ[source](likes)
        assert [post.key for post in posts] == [f"weibo:{MID}"], source
        assert posts[0].author_id == AUTHORS.id("weibo", UID), source
        ingest(store, source, posts)
    (stored,) = store.posts(ALL)
    assert stored.source == order[0]
    assert stored.post.text == WHOLE
    assert stored.post.likes == 13, "read at one moment: the one that came last"
    assert (stored.post.views, stored.post.followers, stored.post.comments) == (900, 12_000, 1)
    assert stored.post.author_name is None
    (mention,) = store.mentions(ALL)
    assert set(mention.categories) >= {"blank", "payment"}, "the end of the text is read, too"
    assert {(each.source, each.likes) for each in store.counts(ALL)} == set(zip(order, range(10, 14), strict=True))


def test_no_name_and_no_platform_id_of_an_author_is_stored_unless_names_are_asked_for(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        for source in SOURCES:
            ingest(store, source, READ[source](1))
        assert store.post(f"weibo:{MID}") is not None
    connection = sqlite3.connect(tmp_path / "s.sqlite")
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    named = {table: [c[1] for c in connection.execute(f"PRAGMA table_info({table})")] for table in tables}
    for table, fields in named.items():
        for field in fields:
            cells = [str(cell) for (cell,) in connection.execute(f"SELECT {field} FROM {table}")]
            assert not any("晚风" in cell for cell in cells), f"{table}.{field} holds the name"
            assert not any(cell == UID for cell in cells), f"{table}.{field} holds the id"
    connection.close()
