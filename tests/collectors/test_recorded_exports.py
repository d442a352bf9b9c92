"""The `table` source on a vendor's real export. Facts of it only: ids, counts, times, short fragments."""

from datetime import UTC, datetime
from pathlib import Path

from collectors.authors import Authors
from collectors.files.table import Table, TableColumns, TableSettings
from collectors.post import Kind
from collectors.source import Reading

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AUTHORS = Authors()
COLUMNS = TableColumns(
    id="Mid|Id",
    text="Text|Content",
    title="Title",
    published_at="PubTime",
    url="Url",
    author_id="Author.Id",
    comments="CommentCount",
    reposts="ForwardCount",
    likes="LikeCount",
    views="ReadCount",
)


def test_a_hundred_posts_of_a_vendor(corpora: Path) -> None:
    source = Table(TableSettings(columns=COLUMNS))
    page = source.parse((corpora / "data/vendor_feed/JsonAnalyzer_weibo.json").read_bytes(), Reading(at=AT))
    assert len(page.posts) + len(page.rejected) == 100
    first, second = page.posts[:2]
    assert (first.key, first.url) == ("weibo:5118310511282287", "https://weibo.com/5509694182/P7Gl55nA3")
    assert first.published_at == datetime(2025, 1, 2, 2, 9, 42, tzinfo=UTC)
    assert first.author_id == AUTHORS.id("weibo", "5509694182")
    assert (first.comments, first.reposts, first.likes) == (0, 0, None)
    assert (second.key, second.comments, second.reposts) == ("weibo:5118403683292335", None, None)
    assert second.published_at == datetime(2025, 1, 2, 8, 19, 56, tzinfo=UTC)
    assert all(post.published_at.year == 2025 and post.published_at.month == 1 for post in page.posts)


def test_a_hundred_articles_of_a_vendor(corpora: Path) -> None:
    source = Table(TableSettings(platform="wechat", columns=COLUMNS))
    page = source.parse((corpora / "data/vendor_feed/JsonAnalyzer_wechat.json").read_bytes(), Reading(at=AT))
    assert len(page.posts) + len(page.rejected) == 100
    assert {post.kind for post in page.posts} == {Kind.ARTICLE}
    assert page.posts[0].author_id == AUTHORS.id("wechat", "MzkyNTI4NTE0NQ==")
    assert page.posts[0].text.splitlines()[2] == "2025年禾众公考招生公告"  # title, empty line, text
