import csv
import io
import logging
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, SourceError
from collectors.files.rows import ROWS_A_PAGE
from collectors.files.weibo_search_csv import WeiboSearchCsv, WeiboSearchCsvSettings
from collectors.polite import Client
from collectors.post import Kind, Page, Post
from collectors.secret import Secret
from collectors.source import Ask, Reading, Target
from tests.contracts.source_contract import PageContract

WITH_COMMENTS = Path(__file__).parents[2] / "payloads" / "weibo_search_csv" / "with_comments_24_columns.csv"
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AUTHORS = Authors(key=Secret("key of the test"), keep_names=True)
SOURCE = WeiboSearchCsv(WeiboSearchCsvSettings())
COLUMNS_21 = [*WITH_COMMENTS.read_text(encoding="utf-8").split(",")[:19], "会员类型", "会员等级"]
COLUMNS_17 = COLUMNS_21[:17]


class TestWeiboSearchCsv(PageContract):
    source = SOURCE
    at = AT
    page = "weibo_search_csv/with_comments_24_columns.csv"
    posts = [
        {"key": "weibo:5368326255542377", "reposts": 12, "comments": 3, "likes": 12_000},
        {"kind": Kind.COMMENT, "likes": 5},
        {"kind": Kind.COMMENT},
        {"key": "weibo:5368350934827111", "comments": 0},
    ]
    payloads = {
        "empty": "id,微博正文,发布时间\n".encode(),
        "undated": "id,微博正文,发布时间\n5368326255542377,茶,\n".encode(),
    }
    empty = ("empty",)
    undated = ("undated",)


def row(number: int, text: str = "晚风茶", at: str = "2026-11-23 08:03", columns: int = 17) -> list[str]:
    fields = [str(5368326255542377 + number), "", "61", "甲", text, "", "", "", "", "1", "2", "3", at, "", "", "", ""]
    return fields + [""] * (columns - 17)


def table(rows: list[list[str]], columns: list[str] = COLUMNS_17) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([columns, *rows])
    return out.getvalue()


def parse(text: str | bytes) -> Page:
    body = text.encode("utf-8-sig") if isinstance(text, str) else text
    return SOURCE.parse(body, Reading(at=AT, url="tea.csv", authors=AUTHORS))


def numbers(page: Page) -> list[int]:
    return [int(post.native_id) - 5368326255542377 for post in page.posts]


def test_a_file_with_a_row_per_comment_gives_its_post_once_and_each_comment() -> None:
    page = parse(WITH_COMMENTS.read_bytes())
    assert [post.kind for post in page.posts] == [Kind.ORIGINAL, Kind.COMMENT, Kind.COMMENT, Kind.REPOST]
    assert page.rejected == ()
    assert page.posts[0] == Post(
        platform="weibo",
        native_id="5368326255542377",
        url="https://weibo.com/6100000005/RsFtDnfPb",
        text='【晚风茶多店排队】记者走访\n三家门店，"第二杯半价"',
        published_at=datetime(2026, 11, 23, 0, 3, tzinfo=UTC),
        collected_at=AT,
        author_id=AUTHORS.id("weibo", "6100000005"),
        author_name="城南日报",
        reposts=12,
        comments=3,
        likes=12_000,
    )


def test_a_comment_names_its_post_and_has_its_own_text_time_and_author() -> None:
    first, second = parse(WITH_COMMENTS.read_bytes()).posts[1:3]
    assert first.text == "排不动[泪]"
    assert first.repost_of == "weibo:5368326255542377"
    assert first.published_at == datetime(2026, 11, 23, 0, 10, 39, tzinfo=UTC)
    assert first.author_id == AUTHORS.id("weibo", "6300000001")
    assert (first.likes, first.reposts, first.comments) == (5, None, None)
    assert second.published_at == datetime(2026, 11, 23, 0, 11, tzinfo=UTC)
    assert second.likes is None


def test_the_id_of_a_comment_is_the_same_at_every_import() -> None:
    # Spelled out: a changed rule would store every comment of earlier imports a second time.
    assert [post.native_id for post in parse(WITH_COMMENTS.read_bytes()).posts[1:3]] == [
        "cbfc1cca44d9771fd7411b17a",
        "cb9c866adfbfcc721f54f6506",
    ]


def test_a_repost_names_its_original_and_empty_counts_are_unknown() -> None:
    repost = parse(WITH_COMMENTS.read_bytes()).posts[3]
    assert repost.repost_of == "weibo:5368121653198855"
    assert (repost.reposts, repost.comments, repost.likes) == (None, 0, None)
    assert repost.author_id is None
    assert repost.url == "https://m.weibo.cn/detail/5368350934827111"


@pytest.mark.parametrize("columns", [COLUMNS_17, COLUMNS_21[:19], COLUMNS_21])
def test_files_of_17_19_and_21_columns(columns: list[str]) -> None:
    page = parse(table([row(1, columns=len(columns)), row(2, columns=len(columns))], columns))
    assert numbers(page) == [1, 2]
    assert page.rejected == ()
    assert (page.covered_from, page.covered_until) == (None, None)


def test_a_gbk_file_is_recognised_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        page = parse(table([row(1, "晚风茶卡住了")]).encode("gbk"))
    assert page.posts[0].text == "晚风茶卡住了"
    assert caplog.messages == ["tea.csv: read as gb18030"]


def test_a_utf_8_file_without_a_mark_is_utf_8_and_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    page = parse(table([row(1, "晚风茶")]).encode())
    assert page.posts[0].text == "晚风茶"
    assert caplog.messages == []


def test_missing_columns_are_named_with_what_was_found() -> None:
    with pytest.raises(PayloadChanged, match=r"column 微博正文, 发布时间 on line 1 .*id, text, ip"):
        parse("id,text,ip\n1,2,3\n")


@pytest.mark.parametrize("body", [b"", b"\n", b"\xff\xfei\x00d\x00", b"PK\x03\x04\x00\x00", "id\n".encode("utf-16")])
def test_what_is_no_such_file_is_refused(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        parse(body)


def test_broken_rows_are_set_aside_by_line_and_good_rows_go_on() -> None:
    lines = table([row(1), row(2), row(3), row(4), row(5), row(6), row(7)]).splitlines()
    lines[2] = lines[2].rsplit(",", 2)[0]  # too few fields
    lines[3] = lines[3].replace(str(5368326255542377 + 3), "5.36833E+15")
    lines[4] = lines[4].replace("2026-11-23 08:03", "unknown")
    lines[5] = lines[5].replace("晚风茶", '"晚风茶')  # a quote that never closes
    lines[6] = lines[6].replace("2026-11-23", "2031-11-23")
    page = parse("\n".join(lines) + "\n")
    assert numbers(page) == [1, 7]
    assert [(each.where, each.reason) for each in page.rejected] == [
        ("line 3", "15 fields where the header has 17"),
        ("line 4", "no id (5.36833E+15: rounded by a spreadsheet)"),
        ("line 5", "no date"),
        ("line 6", "not a row of CSV (unexpected end of data)"),
        ("line 7", "impossible date 2031-11-23"),
    ]
    assert page.rejected[3].excerpt.startswith("5368326255542382")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_a_row_in_another_encoding_is_set_aside(encoding: str) -> None:
    text = table([row(1), row(2, "坏行"), row(3)])
    page = parse(text.encode(encoding).replace("坏行".encode(), "坏行".encode("gbk")))
    assert numbers(page) == [1, 3]
    assert [(each.where, each.reason) for each in page.rejected] == [("line 3", "characters that are not utf-8")]


def fetch(path: Path, cursor: str | None = None) -> Page:
    target = Target(name=str(path), query=str(path))
    with Client(clock=EventClock(AT), transport=httpx.MockTransport(lambda _: httpx.Response(500))) as client:
        return SOURCE.fetch(client, Ask(target=target, since=AT, until=AT, cursor=cursor, authors=AUTHORS))


def test_a_long_file_comes_in_pages_that_lose_and_repeat_nothing(tmp_path: Path) -> None:
    rows = [row(n, f'第{n}条\n有"引号"和换行' if n % 3 else "短") for n in range(2 * ROWS_A_PAGE + 10)]
    for encoding in ("utf-8-sig", "gb18030"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(table(rows).replace("\n", "\r\n").encode(encoding))
        pages, cursor = [], None
        while not pages or cursor is not None:
            pages.append(fetch(path, cursor))
            cursor = pages[-1].next_cursor
        assert [len(page.posts) for page in pages] == [ROWS_A_PAGE, ROWS_A_PAGE, 10]
        assert [n for page in pages for n in numbers(page)] == list(range(2 * ROWS_A_PAGE + 10))
        assert tuple(post for page in pages for post in page.posts) == parse(path.read_bytes()).posts
        assert not any(page.rejected for page in pages)


def test_line_numbers_go_on_over_pages(tmp_path: Path) -> None:
    rows = [row(n, "二\n行") for n in range(ROWS_A_PAGE)] + [row(1, at="unknown")]
    path = tmp_path / "tea.csv"
    path.write_text(table(rows), encoding="utf-8")
    page = fetch(path, fetch(path).next_cursor)
    assert [each.where for each in page.rejected] == [f"line {2 * ROWS_A_PAGE + 2}"]


def test_a_path_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    for path, reason in [(tmp_path / "none.csv", "no such file"), (tmp_path, "a folder"), (Path("a\0b"), "characters")]:
        with pytest.raises(Blocked, match=reason) as caught:
            fetch(path)
        assert caught.value.advice


def test_the_configured_file_is_the_target() -> None:
    source = WeiboSearchCsv(WeiboSearchCsvSettings(path="/data/tea.csv"))
    assert source.targets([]) == (Target(name="/data/tea.csv", query="/data/tea.csv"),)
    assert SOURCE.targets([]) == ()


BODY = WITH_COMMENTS.read_bytes()
ODD = st.sampled_from([b"", b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b'",', "茶".encode("gbk"), b"9" * 30, b'"' * 3])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), ODD), max_size=6))
def test_whatever_the_bytes_the_answer_is_a_page_or_a_source_error(changes: list[tuple[float, int, bytes]]) -> None:
    body = BODY
    for place, length, odd in changes:
        start = int(place * len(body))
        body = body[:start] + odd + body[start + length :]
    try:
        page = parse(body)
    except SourceError:
        return
    keys = [post.key for post in page.posts]
    assert len(set(keys)) == len(keys)
    for post in page.posts:
        post.text.encode("utf-8")
        assert post.published_at.tzinfo is UTC


def test_a_file_of_nothing_but_open_quotes_is_read_in_bounded_steps() -> None:
    lines = [",".join(row(n, f'"{n}')) for n in range(2_000)]
    page = parse(",".join(COLUMNS_17) + "\n" + "\n".join(lines))
    assert len(page.posts) + len(page.rejected) >= 1_000
