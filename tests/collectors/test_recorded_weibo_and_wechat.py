"""The adapters on recorded pages and real crawler files. Facts of them only: ids, counts, times, short fragments."""

import csv
import hashlib
import json
import lzma
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from collectors.authors import Authors
from collectors.errors import Blocked, PayloadChanged, SourceError
from collectors.files.weibo_search_csv import WeiboSearchCsv, WeiboSearchCsvSettings
from collectors.normalise import BEIJING
from collectors.post import HotKind, Kind, Page
from collectors.source import Reading
from collectors.wechat.feed import FeedSettings, WechatFeed
from collectors.weibo.hot_list import HotListSettings, WeiboHotList
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AUTHORS = Authors()
SEARCH, HOT_LIST = WeiboSearchWeb(SearchWebSettings()), WeiboHotList(HotListSettings())
FEED, TABLE = WechatFeed(FeedSettings()), WeiboSearchCsv(WeiboSearchCsvSettings())


def test_the_real_time_search_of_2026_03(corpora: Path) -> None:
    body = (corpora / "payloads/s_weibo_html/s_weibo_2026-03_realtime_heytea_REDUCED.html").read_bytes()
    page = SEARCH.parse(body, Reading(at=datetime(2026, 3, 18, 11, 57, 10, tzinfo=UTC)))
    first, second = page.posts
    assert (first.key, first.url) == ("weibo:5277908669302546", "https://weibo.com/7499890871/QwGL8D214")
    assert first.text.endswith("蛋挞[并不简单]")
    assert (first.reposts, first.comments, first.likes) == (0, 3, 12)
    assert first.author_id == AUTHORS.id("weibo", "7499890871")
    assert first.published_at == datetime(2026, 3, 18, 11, 55, tzinfo=UTC)
    assert (second.key, second.url) == ("weibo:5277908253018454", "https://weibo.com/5229243284/QwGKtcFeK")
    assert len(second.text.split("\n")) == 3  # the long form, not the folded one
    assert second.text.endswith("一杯喜茶。")
    assert (second.reposts, second.comments, second.likes) == (8, 0, 0)
    assert second.published_at == datetime(2026, 3, 18, 11, 54, tzinfo=UTC)
    assert page.rejected == ()


def test_the_visitor_wall_and_the_card_of_no_results(corpora: Path) -> None:
    pages = corpora / "payloads/s_weibo_html"
    with pytest.raises(Blocked):
        SEARCH.parse((pages / "visitor_wall_REDUCED.html").read_bytes(), Reading(at=AT))
    assert SEARCH.parse((pages / "no_result_card_RECONSTRUCTED.html").read_bytes(), Reading(at=AT)) == Page()


def test_the_hot_list_of_2026_06(corpora: Path) -> None:
    body = (corpora / "payloads/weibo_hotsearch/hotNews_weibo_2026.json").read_bytes()
    page = HOT_LIST.parse(body, Reading(at=AT))
    ranked = [entry for entry in page.hot_entries if entry.kind is HotKind.RANKED]
    assert [entry.rank for entry in ranked] == list(range(1, 51))
    assert (ranked[0].heat, ranked[49].heat) == (1_136_119, 135_400)
    assert Counter(entry.label for entry in ranked) == {None: 24, "新": 23, "热": 3}
    (pinned,) = [entry for entry in page.hot_entries if entry.kind is HotKind.PINNED]
    assert (pinned.rank, pinned.heat, pinned.label) == (None, None, "热")
    assert pinned.onboard_at == datetime(2026, 6, 4, 1, 58, 47, tzinfo=UTC)
    assert not any("#" in entry.word for entry in page.hot_entries)
    assert page.rejected == ()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("weibo_ok-100_desktop.json", Blocked),
        ("weibo_ok-100_mobile_REDUCED.json", Blocked),
        ("weibo_ajax_http403.json", Blocked),
    ],
)
def test_recorded_refusals_are_walls(corpora: Path, name: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        HOT_LIST.parse((corpora / "payloads/errors" / name).read_bytes(), Reading(at=AT))


def test_no_other_recorded_page_is_taken_for_one_of_ours(corpora: Path) -> None:
    ours = {"s_weibo_html", "weibo_hotsearch", "bridge_feeds"}
    strangers = [
        path
        for path in sorted((corpora / "payloads").rglob("*"))
        if path.is_file() and path.parent.name not in ours and path.suffix in {".html", ".json", ".txt"}
    ]
    assert len(strangers) > 20
    for path in strangers:
        for source in (SEARCH, HOT_LIST, FEED):
            with pytest.raises((Blocked, PayloadChanged)):
                source.parse(path.read_bytes(), Reading(at=AT))


def test_the_feed_of_a_bridge_of_2021(corpora: Path) -> None:
    body = (corpora / "payloads/bridge_feeds/wechat-feeds_MzI2MjIyMzM3MQ==.xml").read_bytes()
    page = FEED.parse(body, Reading(at=AT))
    assert len(page.posts) == 10
    assert page.rejected == ()
    assert [post.native_id for post in page.posts[:2]] == ["1SG6qNThNF9gKSPYZJ9lJQ", "QUt2HBdhjEgtmCbjWZsYFQ"]
    assert page.posts[0].published_at == datetime(2021, 6, 16, 14, 33, 50, tzinfo=UTC)
    assert page.posts[0].text.count("\n") == 3
    assert page.posts[1].text == page.posts[1].text.strip()
    assert {post.author_id for post in page.posts} == {AUTHORS.id("wechat", "复星高照")}
    assert page.covered_from == min(post.published_at for post in page.posts)


def test_five_thousand_articles_of_a_bridge(corpora: Path) -> None:
    with lzma.open(
        corpora / "data/wechat_feeds/wechat_feeds_2021-06-19_sample5000.jsonl.xz", "rt", encoding="utf-8"
    ) as file:
        rows = [json.loads(line) for line in file]
    feeds: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        feeds.setdefault(row["account"], []).append(row)
    keys, rejected = set(), 0
    for account, articles in feeds.items():
        items = "".join(
            f"<item><title>{escape(row['title'])}</title><link>{escape(row['link'])}</link>"
            f"<description>{escape(row['summary'])}</description><pubDate>{row['date']}</pubDate></item>"
            for row in articles
        )
        feed = f"<rss version='2.0'><channel><title>{escape(account)}</title>{items}</channel></rss>"
        page = FEED.parse(feed.encode(), Reading(at=AT))
        keys |= {post.key for post in page.posts}
        rejected += len(page.rejected)
        assert {post.author_id for post in page.posts} <= {
            AUTHORS.id("wechat", account.removesuffix(" | wechat-feeds").strip())
        }
    assert len(keys) + rejected == len({row["link"] for row in rows})


@pytest.mark.parametrize(
    ("name", "posts", "comments"),
    [
        ("YZS17_weibo-spiders-UI__OPPO.csv", 86, 719),
        ("YZS17_weibo-spiders-UI__小米.csv", 15, 60),
        ("MatheLover_weibo_search_2.0__比亚迪.csv", 47, 0),
        ("yageanny_a_spider__东莞吴绍强.csv", 3, 0),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_real_crawler_file_gives_its_distinct_posts(
    corpora: Path, name: str, posts: int, comments: int, encoding: str
) -> None:
    text = (corpora / "data/weibo_search_csv" / name).read_bytes().decode("utf-8-sig")
    page = TABLE.parse(text.encode(encoding), Reading(at=AT))
    assert Counter(post.kind is Kind.COMMENT for post in page.posts) == Counter({False: posts, True: comments})
    assert page.rejected == ()
    rows = {row["id"]: row for row in csv.DictReader(text.splitlines(keepends=True))}
    own = {post.native_id: post for post in page.posts if post.kind is not Kind.COMMENT}
    assert own.keys() == rows.keys()
    for mid, post in own.items():
        assert f"{post.published_at.astimezone(BEIJING):%Y-%m-%d %H:%M}" == rows[mid]["发布时间"]
        assert str(post.likes) == rows[mid]["点赞数"]
        assert post.text == rows[mid]["微博正文"].strip().strip("\u200b").strip()


def test_the_comment_ids_of_a_real_file_do_not_change(corpora: Path) -> None:
    body = (corpora / "data/weibo_search_csv/YZS17_weibo-spiders-UI__OPPO.csv").read_bytes()
    ids = sorted(post.native_id for post in TABLE.parse(body, Reading(at=AT)).posts if post.kind is Kind.COMMENT)
    assert hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16] == "f0a21df8bf19393e"
