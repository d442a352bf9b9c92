import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import PayloadChanged, SourceError
from collectors.files.weibo_crawler_csv import WeiboCrawlerCsv, WeiboCrawlerCsvSettings
from collectors.polite import Client
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Ask, Reading, Target
from tests.contracts.source_contract import PageContract

FILE = Path(__file__).parents[2] / "payloads" / "weibo_crawler_csv" / "晚风茶官方" / "6100000005.csv"
BODY = FILE.read_bytes()
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
SOURCE = WeiboCrawlerCsv(WeiboCrawlerCsvSettings())


class TestWeiboCrawlerCsv(PageContract):
    source = SOURCE
    at = AT
    page = "weibo_crawler_csv/晚风茶官方/6100000005.csv"
    posts = [
        {"key": "weibo:5368326255542377", "reposts": 0, "comments": 3, "likes": 12},
        {"key": "weibo:5368350934827111", "reposts": 1, "likes": 5},
        {"key": "weibo:5368121653198855", "reposts": 7, "comments": 30, "likes": 12_000},
    ]
    payloads = {
        "empty": "id,正文,日期\n".encode(),
        "undated": "id,正文,日期\n5368326255542377,茶,\n".encode(),
    }
    empty = ("empty",)
    undated = ("undated",)


def parse(body: bytes, path: str = str(FILE)) -> Page:
    return SOURCE.parse(body, Reading(at=AT, url=path, authors=AUTHORS))


def small(*rows: tuple[str, ...], columns: tuple[str, ...] = ("id", "正文", "日期")) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([columns, *rows])
    return out.getvalue().encode("utf-8-sig")


def test_a_post_has_the_author_of_the_file_and_the_time_to_the_second() -> None:
    assert parse(BODY).posts[0] == Post(
        platform="weibo",
        native_id="5368326255542377",
        url="https://weibo.com/6100000005/RsFtDnfPb",
        text="今天第二杯半价\n#晚风茶#",
        published_at=datetime(2026, 11, 23, 0, 3, 7, tzinfo=UTC),
        collected_at=AT,
        author_id=AUTHORS.id("weibo", "6100000005"),
        author_name="晚风茶官方",
        reposts=0,
        comments=3,
        likes=12,
    )


def test_a_repost_stands_beside_its_original_which_has_its_own_author_and_time() -> None:
    page = parse(BODY)
    repost, original = page.posts[1:]
    assert (repost.kind, repost.repost_of) == (Kind.REPOST, original.key)
    assert repost.author_name == "晚风茶官方"
    assert (original.kind, original.repost_of) == (Kind.ORIGINAL, None)
    assert (original.text, original.author_name) == ("晚风茶多店排队", "城南日报")
    assert original.author_id == AUTHORS.id("weibo", "6300000001")
    assert original.published_at == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert page.rejected == ()


@pytest.mark.parametrize(
    ("path", "uid", "name"),
    [
        ("weibo/甲/6100000005.csv", "6100000005", "甲"),
        ("weibo/6100000005/6100000005.csv", "6100000005", None),
        ("6100000005.csv", "6100000005", None),
        ("weibo/6100000005/甲.csv", "6100000005", "甲"),
        ("甲.csv", None, "甲"),
        ("", None, None),
    ],
)
def test_file_and_folder_tell_whose_posts_they_are(path: str, uid: str | None, name: str | None) -> None:
    (post,) = parse(small(("5368326255542377", "茶", "2026-11-23 08:03")), path).posts
    assert post.author_id == AUTHORS.id("weibo", uid)
    assert post.author_name == name


def test_the_second_of_a_post_of_which_only_the_day_is_told_is_in_its_id() -> None:
    page = parse(
        small(
            ("5277908669302546", "茶", "2026-03-18"),
            ("5277908669302546", "另一天", "2026-03-20"),
            ("3500000000000000", "不知道", "很久以前"),
        )
    )
    (post,) = page.posts
    assert post.published_at == datetime(2026, 3, 18, 11, 55, 48, tzinfo=UTC)
    assert [(each.where, each.reason) for each in page.rejected] == [
        ("line 3", "no time of day"),
        ("line 4", "no date"),
    ]


def test_times_with_a_t_and_without_seconds_are_beijing_time() -> None:
    rows = ("5368326255542377", "茶", "2026-11-23T08:03:09"), ("5368326255542378", "茶", "2026-11-23 08:04")
    assert [f"{post.published_at:%H:%M:%S}" for post in parse(small(*rows)).posts] == ["00:03:09", "00:04:00"]


def test_an_original_that_was_deleted_does_not_cost_the_repost() -> None:
    columns = ("id", "正文", "日期", "是否原创", "源用户id", "源用户昵称", "源微博id", "源微博正文", "源微博日期")
    row = ("5368326255542377\t", "看", "2026-11-23 08:03", "False", "", "", "5368121653198855\t", "抱歉，已删除", "")
    page = parse(small(row, columns=columns))
    assert [(post.kind, post.repost_of) for post in page.posts] == [(Kind.REPOST, None)]
    assert [each.reason for each in page.rejected] == ["original: no date"]


def test_a_row_of_another_length_is_set_aside() -> None:
    page = parse(BODY.replace(b"False,0,True", b"False,0"))
    assert len(page.posts) == 2
    assert [(each.where, each.reason) for each in page.rejected] == [("line 2", "18 fields where the header has 39")]


def test_missing_columns_are_named() -> None:
    with pytest.raises(PayloadChanged, match="column 正文, 日期 on line 1"):
        parse(b"id,text\n")


def test_json_is_another_format() -> None:
    with pytest.raises(PayloadChanged, match=r"CSV \(this is JSON lines\)"):
        parse(b'{"id": 1}')


def test_fetch_reads_the_file_that_the_target_names() -> None:
    with Client(clock=EventClock(AT), transport=httpx.MockTransport(lambda _: httpx.Response(500))) as client:
        ask = Ask(target=Target(name="f", query=str(FILE)), since=AT, until=AT, authors=AUTHORS)
        assert SOURCE.fetch(client, ask) == parse(BODY)


@settings(max_examples=150, deadline=None)
@given(
    place=st.floats(0, 1),
    length=st.integers(0, 60),
    odd=st.sampled_from([b"", b'"', b",", b"\n", b"\t", b"\xff", "源微博id".encode(), b"9" * 25, b"2026-13-45"]),
)
def test_whatever_the_bytes_the_answer_is_a_page_or_a_source_error(place: float, length: int, odd: bytes) -> None:
    start = int(place * len(BODY))
    try:
        page = parse(BODY[:start] + odd + BODY[start + length :])
    except SourceError:
        return
    assert len({post.key for post in page.posts}) == len(page.posts)
    assert all(post.published_at.tzinfo is UTC for post in page.posts)
