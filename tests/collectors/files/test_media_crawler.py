import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.errors import PayloadChanged, SourceError
from collectors.files.media_crawler import MediaCrawler, MediaCrawlerSettings
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Reading
from tests.contracts.source_contract import PageContract

PAYLOADS = Path(__file__).parents[2] / "payloads" / "media_crawler"
CONTENTS = (PAYLOADS / "search_contents.jsonl").read_bytes()
COMMENTS = (PAYLOADS / "search_comments.jsonl").read_bytes()
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
SOURCE = MediaCrawler(MediaCrawlerSettings())


class TestMediaCrawlerContents(PageContract):
    source = SOURCE
    at = AT
    page = "media_crawler/search_contents.jsonl"
    posts = [
        {"key": "weibo:5368326255542377", "reposts": 12_000, "comments": 0, "likes": 12},
        {"key": "weibo:5368350934827111", "reposts": 12_000, "comments": 0, "likes": None},
    ]
    payloads = {
        "empty": b"note_id,content,create_time\n",
        "no items": b"[]",
        "undated": b'{"note_id": "5368326255542377", "content": "a", "create_time": 0}\n',
    }
    empty = ("empty", "no items")
    undated = ("undated",)


class TestMediaCrawlerComments(PageContract):
    source = SOURCE
    at = AT
    page = "media_crawler/search_comments.jsonl"
    posts = [{"key": "weibo:5368326300000001", "kind": Kind.COMMENT, "comments": 0, "likes": 4}]


def parse(body: bytes) -> Page:
    return SOURCE.parse(body, Reading(at=AT, url="1_search_contents.jsonl", authors=AUTHORS))


def test_a_post_of_2025_names_its_author() -> None:
    assert parse(CONTENTS).posts[0] == Post(
        platform="weibo",
        native_id="5368326255542377",
        url="https://weibo.com/6100000005/RsFtDnfPb",
        text="晚风茶又排队了 & 付款一直转圈",
        published_at=datetime(2025, 11, 23, 0, 3, 7, tzinfo=UTC),
        collected_at=AT,
        author_id=AUTHORS.id("weibo", "6100000005"),
        author_name="城南日报",
        reposts=12_000,
        comments=0,
        likes=12,
    )


def test_a_post_of_2026_has_an_author_who_is_no_one_known_from_elsewhere() -> None:
    post = parse(CONTENTS).posts[1]
    assert post.author_id == AUTHORS.id("weibo", "creator:9f2c51d07a1e44b0")
    assert (post.author_name, post.url) == ("城***报", "https://m.weibo.cn/detail/5368350934827111")


def test_csv_and_json_say_the_same() -> None:
    first = parse(CONTENTS).posts[:1]
    assert parse((PAYLOADS / "search_contents.csv").read_bytes()).posts == first
    assert parse(b"[" + CONTENTS.splitlines()[0] + b"]").posts == first


def test_a_comment_names_the_post_it_stands_under() -> None:
    (comment,) = parse(COMMENTS).posts
    assert (comment.repost_of, comment.url) == ("weibo:5368326255542377", "https://m.weibo.cn/detail/5368326255542377")
    assert comment.published_at == datetime(2025, 11, 23, 0, 5, tzinfo=UTC)
    assert (comment.text, comment.reposts) == ("我这也是", None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"note_id": "5.36833E+15"}, "no id (5.36833E+15: rounded by a spreadsheet)"),
        ({"note_id": None}, "no id"),
        ({"create_time": "", "create_date_time": "昨天?"}, "no date"),
        ({"create_time": 33_000_000_000}, "impossible date 3015-09-24"),
    ],
)
def test_what_cannot_be_read_is_set_aside_with_its_line(change: dict[str, object], reason: str) -> None:
    good, bad = CONTENTS.splitlines()[:2]
    changed = json.dumps(json.loads(bad) | change)
    page = parse(good + b"\n" + changed.encode() + b"\n{broken\n[1]\n")
    assert len(page.posts) == 1
    assert [(each.where, each.reason) for each in page.rejected] == [
        ("line 2", reason),
        ("line 3", "not JSON (JSONDecodeError)"),
        ("line 4", "not an object"),
    ]


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        (b'{"aweme_id": 1}', "note_id, content, create_time"),
        (b'[{"note_id": 1, "content": "x"}]', "create_time"),
        (b"note_id,desc\n", "content, create_time"),
        (b"{\n}", "note_id, content, create_time"),
    ],
)
def test_files_of_other_platforms_are_refused_with_what_they_lack(body: bytes, missing: str) -> None:
    with pytest.raises(PayloadChanged, match=f"column {missing} "):
        parse(body)


def test_deep_and_long_json_is_bounded() -> None:
    deep = b"[" * 200_000
    with pytest.raises(PayloadChanged, match="JSON array"):
        parse(deep)
    nested = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    with pytest.raises(PayloadChanged, match="note_id"):
        parse(nested)
    number = b'{"note_id": ' + b"9" * 100_000 + b', "content": "x", "create_time": 1}'
    assert parse(number).posts == ()


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1), length=st.integers(0, 60), odd=st.binary(max_size=6))
@pytest.mark.parametrize("body", [CONTENTS, COMMENTS, b"[" + CONTENTS.strip().replace(b"\n", b",") + b"]"])
def test_whatever_the_bytes_the_answer_is_a_page_or_a_source_error(
    body: bytes, place: float, length: int, odd: bytes
) -> None:
    start = int(place * len(body))
    try:
        page = parse(body[:start] + odd + body[start + length :])
    except SourceError:
        return
    for post in page.posts:
        post.text.encode()
        assert post.published_at.tzinfo is UTC
