"""Lines into parts, for any text: nothing is lost that fits, nothing is larger than allowed, no sign is cut."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.clock import EventClock
from monitor.channels.bucket import Bucket
from monitor.channels.channel import Paced
from monitor.channels.lines import Line, line_of, safe_url, unlinked
from monitor.channels.markdown import line as as_markdown
from monitor.channels.markdown import marked
from monitor.channels.parts import CUT, MOST_PARTS, in_parts, shortened, size_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def size(line: Line) -> int:
    return size_of(as_markdown(line)) + 1


@given(st.lists(TEXTS, max_size=12), st.integers(60, 400))
def test_parts_hold_the_lines_in_order_and_within_the_limit(texts: list[str], limit: int) -> None:
    lines = [Line(text=text) for text in texts]
    parts = in_parts(lines, limit, size)
    assert 1 <= len(parts) <= MOST_PARTS
    assert all(sum(map(size, part)) <= limit for part in parts)
    told = "".join(line.text for part in parts for line in part)
    whole = "".join(texts)
    assert told == whole or (told.endswith(CUT) and whole.startswith(told.removesuffix(CUT)))


def test_an_emoji_of_several_signs_stays_whole() -> None:
    [first, *rest] = in_parts([Line(text="👩‍💻" * 20)], 60, size)
    assert rest
    assert set("".join(line.text for line in first).split("👩‍💻")) == {""}


def test_a_link_stays_whole_with_the_last_of_its_text() -> None:
    line = Line(text="长" * 100, url="https://weibo.example/1", label="weibo.example")
    parts = in_parts([line], 120, size)
    assert [part[-1].url for part in parts] == [""] * (len(parts) - 1) + ["https://weibo.example/1"]


@given(TEXTS, st.integers(3, 300))
def test_a_shortened_text_fits_and_begins_as_the_whole(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert size_of(short) <= limit
    assert short == text or text.startswith(short.removesuffix(CUT))


@given(TEXTS)
def test_no_text_makes_a_markdown_link_or_tag(text: str) -> None:
    told = marked(text)
    assert not any(sign in told for sign in "<>*`|\\@~")
    assert "](" not in told


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://x.example", "https://user:pass@x.example", "https://", "//x", "https://x y", ""],
)
def test_what_is_no_safe_address_is_no_link(address: str) -> None:
    assert safe_url(address) == ""
    assert line_of(f"text {address}").url == ""


def test_signs_that_a_markup_could_obey_are_encoded_in_addresses() -> None:
    assert safe_url("https://x.example/a_(b)?q=<1>'\"|`*\\[]") == (
        "https://x.example/a_%28b%29?q=%3C1%3E%27%22%7C%60%2A%5C%5B%5D"
    )
    assert safe_url("https://x.example/" + "a" * 2000) == ""


def test_versions_and_figures_are_not_taken_for_addresses() -> None:
    for text in ("8.2 expected, share 6.1 %", "rule v1.2", "10:34", "等了1.5小时。真的"):
        assert unlinked(text) == text


def test_a_bucket_fills_with_the_clock_and_takes_nothing_that_it_cannot_give() -> None:
    clock = EventClock(datetime(2026, 11, 20, tzinfo=UTC))
    bucket = Bucket(4, 8.0, clock)
    bucket.take(3)
    with pytest.raises(Paced, match="at most 4 messages in 8 s") as caught:
        bucket.take(2)
    assert (caught.value.retry, caught.value.retry_after_s) == (True, 2.0)
    bucket.take(1)
    clock.wait(2)
    bucket.take(1)
    clock.wait(1000)
    bucket.take(6)  # more than it holds: once it is full, and paid for afterwards
    with pytest.raises(Paced) as caught:
        bucket.take(1)
    assert caught.value.retry_after_s == 6.0
