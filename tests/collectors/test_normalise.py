from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.normalise import clean, count, from_beijing, from_epoch, is_plausible, plain


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("0", 0),
        ("28", 28),
        ("转发 28", 28),
        ("1.2万", 12_000),
        ("1.05万", 10_500),
        ("100万+", 1_000_000),
        ("1.5亿", 150_000_000),
        ("3w", 30_000),
        ("2.5k", 2_500),
        ("1,024", 1_024),
        ("１２", 12),
        ("  7 ", 7),
        ("", None),
        (None, None),
        ("转发", None),
        ("-1", None),
        (".5", None),
        ("1.2.3", None),
        ("3 / 4", None),
        ("9" * 16, None),
        ("1" * 1000, None),
    ],
)
def test_a_shown_count_is_read_or_unknown(shown: str | None, number: int | None) -> None:
    assert count(shown) == number


@given(st.text())
def test_a_count_is_never_an_error_and_never_below_zero(shown: str) -> None:
    number = count(shown)
    assert number is None or 0 <= number < 2**63


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("喜<em class='red'>茶</em>好喝", "喜茶好喝"),
        ("a<br>b<br/><br />c", "a\nb\nc"),
        ("  一\n   二  ", "一\n   二"),
        ("<p>一\n   二</p>", "一 二"),
        ("<p>一</p><p>二</p>", "一\n二"),
        ("<div>一<div>二</div>三</div>", "一\n二\n三"),
        ("好<img alt=[doge] src=x>", "好[doge]"),
        ("好<img title='[心]' alt='x'>", "好[心]"),
        ("图<img alt='图片' src=x>文", "图文"),
        ("<style>p{}</style>正<script>alert(1)</script>文<!-- 不要 -->", "正文"),
        ("A &amp; B &lt;3", "A & B <3"),
        ("&#0;茶&#xD800;", "\ufffd茶\ufffd"),
        ("<p>&nbsp;茶\u200b</p>", "茶"),
        ("茶\x00", "茶"),
        ("<", "<"),
        ("<b", ""),
        ("", ""),
    ],
)
def test_html_becomes_plain_text(html: str, text: str) -> None:
    assert plain(html) == text


@given(st.text(alphabet=st.sampled_from("<>/&;=\"'abpdivrscimgtle \n[]心\x00\ud83d#x0"), max_size=200))
def test_plain_text_takes_any_fragment_and_gives_storable_text(html: str) -> None:
    text = plain(html)
    text.encode("utf-8")
    assert "\x00" not in text
    assert text == text.strip()


def test_a_bomb_of_nested_tags_is_flattened_not_parsed() -> None:
    assert plain("<div>" * 200_000 + "茶") == "茶"


def test_thousands_of_blocks_run_together_rather_than_cost_minutes() -> None:
    assert plain("<p>茶</p>" * 3) == "茶\n茶\n茶"
    assert plain("<p>茶</p>" * 5_000) == "茶" * 5_000


def test_clean_keeps_what_a_store_takes() -> None:
    assert clean("一\x00二\ud83d三\r\n四\r五 😀") == "一二三\n四\n五 😀"


def test_beijing_time_is_utc_plus_eight_and_impossible_days_are_unknown() -> None:
    assert from_beijing(2026, 11, 23, 7, 59, 58) == datetime(2026, 11, 22, 23, 59, 58, tzinfo=UTC)
    assert from_beijing(2026, 2, 29) is None
    assert from_beijing(2026, 11, 23, 24, 0) is None
    assert from_beijing(1, 1, 1) is None


def test_epoch_seconds_come_as_number_or_text() -> None:
    assert from_epoch(1_780_538_327) == from_epoch("1780538327") == datetime(2026, 6, 4, 1, 58, 47, tzinfo=UTC)
    assert [from_epoch(odd) for odd in (0, "", None, "soon", -5, 10**30)] == [None] * 6


def test_a_date_long_before_or_after_the_reading_is_not_plausible() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert is_plausible(now + timedelta(minutes=3), now)
    assert not is_plausible(now + timedelta(days=2), now)
    assert not is_plausible(datetime(1970, 1, 1, tzinfo=UTC), now)
