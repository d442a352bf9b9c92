from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.weibo.ids import bid_of, given_at, is_mid, mid_of
from collectors.weibo.times import is_relative, read_time

AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)  # 10:00:30 in Beijing


@pytest.mark.parametrize(
    ("mid", "bid"), [("5073209014095008", "OuIv3hbiw"), ("5347399807533369", "RjT5ivBLX"), ("1", "1")]
)
def test_mid_and_bid_name_one_post(mid: str, bid: str) -> None:
    assert bid_of(mid) == bid
    assert mid_of(bid) == mid


@given(st.integers(min_value=1, max_value=10**19))
def test_every_mid_comes_back_from_its_bid(number: int) -> None:
    assert mid_of(bid_of(str(number))) == str(number)


@given(st.text(max_size=15))
def test_what_is_no_id_is_a_value_error(text: str) -> None:
    for read in (bid_of, mid_of, given_at):
        try:
            read(text)
        except ValueError:
            continue
        assert text


def test_a_mid_tells_its_second() -> None:
    assert given_at("5277908669302546") == datetime(2026, 3, 18, 11, 55, 48, tzinfo=UTC)
    assert given_at("5073209014095008") == datetime(2024, 8, 30, 15, 12, 27, tzinfo=UTC)


def test_what_can_be_a_mid() -> None:
    assert [is_mid(text) for text in ("5277908669302546", "", "0123", "12a", "１２", "1" * 21)] == [True] + [False] * 5


def beijing(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=timezone(timedelta(hours=8)))


moments = st.integers(1_300_000_000, 3_900_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("刚刚", beijing(2026, 11, 23, 10, 0)),
        ("5秒前", beijing(2026, 11, 23, 10, 0)),
        ("45秒前", beijing(2026, 11, 23, 9, 59)),
        ("3分钟前", beijing(2026, 11, 23, 9, 57)),
        ("2小时前", beijing(2026, 11, 23, 8, 0)),
        ("今天08:03", beijing(2026, 11, 23, 8, 3)),
        ("今天 8:03", beijing(2026, 11, 23, 8, 3)),
        ("今天10:05", beijing(2026, 11, 23, 10, 5)),  # the platform's clock is a little ahead
        ("今天23:59", beijing(2026, 11, 22, 23, 59)),  # shown before midnight, read after
        ("昨天 23:58", beijing(2026, 11, 22, 23, 58)),
        ("11月22日 18:30", beijing(2026, 11, 22, 18, 30)),
        ("12月31日 23:59", beijing(2025, 12, 31, 23, 59)),
        ("02月29日 12:00", beijing(2024, 2, 29, 12, 0)),
        ("2025年12月31日 23:59", beijing(2025, 12, 31, 23, 59)),
        ("2025年1月2日", beijing(2025, 1, 2)),
        ("今天09:41 转赞人数超过20", beijing(2026, 11, 23, 9, 41)),
        ("11月22日 18:30\u00a0来自 iPhone", beijing(2026, 11, 22, 18, 30)),
        ("2024-03-01 18:29", beijing(2024, 3, 1, 18, 29)),
        ("2024/3/1 18:29:07", beijing(2024, 3, 1, 18, 29, 7)),
        ("2024-03-01", beijing(2024, 3, 1)),
        ("06-27", beijing(2026, 6, 27)),
        ("Sun Mar 03 00:00:39 +0800 2024", beijing(2024, 3, 3, 0, 0, 39)),
        ("Sun Mar 03 00:00:39 +0000 2024", datetime(2024, 3, 3, 0, 0, 39, tzinfo=UTC)),
    ],
)
def test_every_way_of_showing_a_time(shown: str, moment: datetime) -> None:
    assert read_time(shown, AT) == moment


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "来自 iPhone",
        "今天25:00",
        "13月01日 10:00",
        "02月30日 10:00",
        "昨天",
        "2025年",
        "Sun Foo 03 00:00:39 +0800 2024",
    ],
)
def test_what_is_no_time_is_unknown(shown: str) -> None:
    assert read_time(shown, AT) is None


def test_the_last_evening_of_the_year_read_on_new_years_day_is_last_year() -> None:
    new_year = datetime(2025, 12, 31, 16, 20, tzinfo=UTC)  # 2026-01-01 00:20 in Beijing
    assert read_time("12月31日 23:59", new_year) == beijing(2025, 12, 31, 23, 59)
    assert read_time("今天00:10", new_year) == beijing(2026, 1, 1, 0, 10)
    assert read_time("昨天 23:59", new_year) == beijing(2025, 12, 31, 23, 59)
    assert read_time("01月01日 00:05", new_year) == beijing(2026, 1, 1, 0, 5)


def test_relative_times_are_told_from_fixed_ones() -> None:
    assert [is_relative(shown) for shown in ("刚刚", " 3分钟前", "今天10:00", "11月22日 18:30")] == [
        True,
        True,
        False,
        False,
    ]


@given(st.text(max_size=40), moments)
def test_any_text_is_a_utc_time_or_none(shown: str, at: datetime) -> None:
    moment = read_time(shown, at)
    assert moment is None or moment.utcoffset() == timedelta(0)


@given(st.integers(1, 12), st.integers(1, 31), moments)
def test_a_date_without_a_year_is_never_ahead_by_more_than_the_clocks_differ(
    month: int, day: int, at: datetime
) -> None:
    moment = read_time(f"{month}月{day}日 12:00", at)
    assert moment is None or at - timedelta(days=8 * 366 + 1) <= moment <= at + timedelta(minutes=10)
