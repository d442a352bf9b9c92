import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import PayloadChanged, SourceError
from collectors.files.row_times import row_time
from collectors.files.rows import ROWS_A_PAGE
from collectors.files.table import Table, TableColumns, TableSettings
from collectors.polite import Client
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Ask, Reading, Target
from tests.contracts.source_contract import PageContract

VENDOR = (Path(__file__).parents[2] / "payloads" / "table" / "vendor.json").read_bytes()
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
COLUMNS = TableColumns(
    id="Id",
    text="Text|Content",
    title="Title",
    published_at="PubTime",
    url="Url",
    author_id="Author.Id",
    author_name="Author.DisplayName",
    comments="CommentCount",
    reposts="ForwardCount",
)
SOURCE = Table(TableSettings(columns=COLUMNS))
OWN = Table(TableSettings())


class TestTable(PageContract):
    source = SOURCE
    at = AT
    page = "table/vendor.json"
    posts = [
        {"key": "weibo:5368326255542377", "reposts": None, "comments": 0},
        {"key": "weibo:5368350934827111", "reposts": 12_000, "comments": 3},
    ]
    payloads = {
        "empty": b"Id,Text,PubTime\n",
        "undated": b"Id,Text,PubTime\n5368326255542377,tea,soon\n",
    }
    empty = ("empty",)
    undated = ("undated",)


def parse(body: bytes, source: Table = SOURCE) -> Page:
    return source.parse(body, Reading(at=AT, url="table", authors=AUTHORS))


def own(**cells: str) -> Page:
    row = {"native_id": "5368326255542377", "text": "茶", "published_at": "2026-11-23 08:03", **cells}
    out = io.StringIO()
    csv.writer(out).writerows([row.keys(), row.values()])
    return parse(out.getvalue().encode("utf-8-sig"), OWN)


def test_a_post_of_a_vendor_s_export_with_objects_in_objects() -> None:
    assert parse(VENDOR).posts[0] == Post(
        platform="weibo",
        native_id="5368326255542377",
        url="https://weibo.com/6100000005/RsFtDnfPb",
        text="晚风茶多店排队",
        published_at=datetime(2025, 11, 23, 0, 3, 7, tzinfo=UTC),
        collected_at=AT,
        author_id=AUTHORS.id("weibo", "6100000005"),  # the same author as another source tells
        author_name="城南日报",
        comments=0,
    )


def test_a_post_without_an_address_has_that_of_its_id() -> None:
    assert parse(VENDOR).posts[1].url == "https://m.weibo.cn/detail/5368350934827111"


def test_articles_have_title_and_text_and_any_id() -> None:
    source = Table(TableSettings(platform="wechat", columns=COLUMNS))
    row = {"Id": "wechat:MzA_1", "Title": "标题", "Content": "<p>一</p><p>二</p>", "PubTime": 1763856187, "Url": "x"}
    (post,) = parse(json.dumps(row).encode(), source).posts
    assert (post.key, post.text, post.kind, post.url) == ("wechat:MzA_1", "标题\n\n一\n二", Kind.ARTICLE, "")


def test_our_own_export_can_be_read_without_a_map() -> None:
    page = own(
        native_id='="5368326255542377"', kind="repost", repost_of="weibo:5368121653198855", likes="", views="0",
        published_at="2026-11-23T08:03:00+08:00",
    )  # fmt: skip
    (post,) = page.posts
    assert (post.native_id, post.kind, post.repost_of) == (
        "5368326255542377",
        Kind.REPOST,
        "weibo:5368121653198855",
    )
    assert (post.likes, post.views) == (None, 0)
    assert post.published_at == datetime(2026, 11, 23, 0, 3, tzinfo=UTC)


def test_a_bid_and_a_mid_name_one_post() -> None:
    assert own(native_id="RsFtDnfPb").posts[0].key == own().posts[0].key == "weibo:5368326255542377"
    assert own(native_id="5368326255542377.0").posts[0].key == "weibo:5368326255542377"
    assert own(native_id="zZZZZZZZZ").posts[0].native_id == "zZZZZZZZZ"  # like a bid, and none


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"native_id": ""}, "no id"),
        ({"native_id": "5.36833E+15"}, "no id (5.36833E+15: rounded by a spreadsheet)"),
        ({"text": " "}, "no text"),
        ({"published_at": "2026-11-23 08:03 PST"}, "no date"),
        ({"published_at": "2026-11-23"}, "no time of day (set day_only = true to take it as midnight in Beijing)"),
        ({"published_at": "2036-11-23 08:00"}, "impossible date 2036-11-23"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside(cells: dict[str, str], reason: str) -> None:
    page = own(**cells)
    assert page.posts == ()
    assert [(each.where, each.reason) for each in page.rejected] == [("line 2", reason)]


def test_days_are_taken_as_midnight_only_where_that_is_wanted() -> None:
    page = parse(b"native_id,text,published_at\n5368326255542377,tea,2026-11-23\n", Table(TableSettings(day_only=True)))
    assert page.posts[0].published_at == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("/Date(1735783782000)/", "2025-01-02T02:09:42"),
        ("/Date(1735783782000+0800)/", "2025-01-02T02:09:42"),
        ("1735783782", "2025-01-02T02:09:42"),
        ("1735783782000", "2025-01-02T02:09:42"),
        ("1735783782.0", "2025-01-02T02:09:42"),
        ("2025-01-02 10:09:42", "2025-01-02T02:09:42"),
        ("2025-1-2 9:05", "2025-01-02T01:05:00"),
        ("2025/01/02 10:09", "2025-01-02T02:09:00"),
        ("2025年01月02日 10:09", "2025-01-02T02:09:00"),
        ("2025-01-02T02:09:42Z", "2025-01-02T02:09:42"),
        ("2025-01-02 02:09:42+00:00", "2025-01-02T02:09:42"),
        ("Thu, 02 Jan 2025 10:09:42 +0800", "2025-01-02T02:09:42"),
        ("Thu Jan 02 10:09:42 +0800 2025", "2025-01-02T02:09:42"),
        ("2025-01-02 10:09 UTC", None),
        ("20250102", None),
        ("0", None),
        ("", None),
    ],
)
def test_every_way_to_write_a_time(shown: str, moment: str | None) -> None:
    read = row_time(shown, AT)
    assert (read and f"{read:%Y-%m-%dT%H:%M:%S}") == moment


def test_columns_that_are_not_there_are_named_as_the_map_names_them() -> None:
    with pytest.raises(PayloadChanged, match=r"column Text or Content \(for text\), PubTime \(for published_at\)"):
        parse(b"Id,Author\n")
    with pytest.raises(PayloadChanged, match=r"none named. \(for id\)"):
        parse(b"Id,Author\n", Table(TableSettings(columns=TableColumns(id=""))))


def test_a_long_file_of_json_lines_comes_in_pages(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    row = {"text": "茶", "published_at": "2026-11-23 08:03"}
    ids = [5368326255542377 + number for number in range(ROWS_A_PAGE + 5)]
    path.write_text("".join(json.dumps({"id": each, **row}) + "\n" for each in ids), encoding="utf-8")
    found: list[int] = []
    cursor = None
    with Client(clock=EventClock(AT), transport=httpx.MockTransport(lambda _: httpx.Response(500))) as client:
        while True:
            page = OWN.fetch(client, Ask(target=Target(name="t", query=str(path)), since=AT, until=AT, cursor=cursor))
            found += [int(post.native_id) for post in page.posts]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert found == ids


def test_rows_after_an_open_quote_are_read_where_nothing_is_known_of_their_start() -> None:
    body = 'native_id,text,published_at\n5368326255542377,"茶,2026-11-23 08:03\n{}\n'
    page = parse(body.format("5368326255542378,好,2026-11-23 08:03").encode(), OWN)
    assert [post.native_id for post in page.posts] == ["5368326255542378"]
    assert [each.where for each in page.rejected] == ["line 2"]


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({name: st.text(max_size=30) for name in ("native_id", "text", "published_at", "likes")}))
def test_no_cell_leaves_the_error_tree_or_invents_a_date(cells: dict[str, str]) -> None:
    try:
        page = parse(json.dumps(cells).encode(), OWN)
    except SourceError:
        return
    for post in page.posts:
        post.text.encode()
        assert post.published_at.tzinfo is UTC
