import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.aggregators.age import seen_at, told_time
from collectors.aggregators.dailyhot import Dailyhot, DailyhotSettings
from collectors.aggregators.newsnow import Newsnow, NewsnowSettings
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, SourceError, Transient
from collectors.polite import Client
from collectors.post import HotEntry, Page
from collectors.source import Ask, Reading, Target
from tests.contracts.source_contract import SourceContract

PAYLOADS = Path(__file__).parents[2] / "payloads"
NEWSNOW_BODY = (PAYLOADS / "newsnow" / "weibo.json").read_bytes()
DAILYHOT_BODY = (PAYLOADS / "dailyhot" / "weibo.json").read_bytes()
LIST_TIME = datetime.fromtimestamp(1795400000, UTC)
AT = LIST_TIME + timedelta(minutes=2)
NEWSNOW = Newsnow(NewsnowSettings(site="https://newsnow.example/"))
DAILYHOT = Dailyhot(DailyhotSettings(site="https://hot.example"))
WORDS = ["晚风茶第二杯半价", "城南地铁", "周末去哪儿"]


class TestNewsnow(SourceContract):
    source = NEWSNOW
    at = AT
    page = "newsnow/weibo.json"
    hot_entries = [
        {"word": WORDS[0], "rank": 1, "heat": 851_000, "seen_at": LIST_TIME},
        {"word": WORDS[1], "rank": 2, "heat": None, "url": None},
        {"word": WORDS[2], "rank": 4},
    ]


class TestDailyhot(SourceContract):
    source = DAILYHOT
    at = AT
    page = "dailyhot/weibo.json"
    hot_entries = [
        {"word": WORDS[0], "rank": 1, "heat": 1_136_119, "seen_at": LIST_TIME},
        {"word": WORDS[1], "rank": 2, "heat": None, "onboard_at": LIST_TIME - timedelta(hours=1)},
        {"word": WORDS[2], "rank": 3, "heat": 825_000, "onboard_at": None},
    ]


def newsnow(at: datetime = AT, **changes: Any) -> Page:
    return NEWSNOW.parse(json.dumps(json.loads(NEWSNOW_BODY) | changes).encode(), Reading(at=at))


def dailyhot(at: datetime = AT, **changes: Any) -> Page:
    told = json.loads(DAILYHOT_BODY) | changes
    return DAILYHOT.parse(json.dumps({k: v for k, v in told.items() if v is not None}).encode(), Reading(at=at))


def test_an_entry_in_full() -> None:
    assert dailyhot().hot_entries[0] == HotEntry(
        platform="weibo",
        word=WORDS[0],
        seen_at=LIST_TIME,
        rank=1,
        heat=1_136_119,
        onboard_at=LIST_TIME - timedelta(minutes=20),
        url="https://s.weibo.com/weibo?q=a",
    )
    assert [(each.where, each.reason) for each in newsnow().rejected] == [("item 3", "no word")]


@pytest.mark.parametrize("status", ["success", "cache"])
def test_a_list_is_seen_when_its_data_says_and_not_when_it_was_asked_for(status: str) -> None:
    page = newsnow(at=LIST_TIME + timedelta(minutes=29), status=status)
    assert {entry.seen_at for entry in page.hot_entries} == {LIST_TIME}


@pytest.mark.parametrize("read", [newsnow, dailyhot])
def test_a_stale_list_is_refused_with_its_age(read: Any) -> None:
    with pytest.raises(Transient, match=r"31 minutes old \(of 2026-11-23 02:13 UTC\)"):
        read(at=LIST_TIME + timedelta(minutes=31))


def test_entries_are_believed_where_the_mirror_dates_an_old_list_anew() -> None:
    day_later = LIST_TIME + timedelta(days=1)
    fresh = int(day_later.timestamp() * 1000)
    with pytest.raises(Transient, match="1460 minutes old"):
        dailyhot(at=day_later, updateTime=fresh)
    with pytest.raises(Transient, match="old"):
        dailyhot(at=day_later, updateTime=None)


def test_without_a_time_of_its_own_a_list_is_as_old_as_its_newest_entry_or_of_no_use() -> None:
    page = dailyhot(updateTime=None)
    assert {entry.seen_at for entry in page.hot_entries} == {LIST_TIME - timedelta(minutes=20)}
    timeless = [{"title": "茶", "url": "https://s.weibo.com/"}]
    with pytest.raises(PayloadChanged, match="time of the list"):
        dailyhot(updateTime=None, data=timeless)
    with pytest.raises(PayloadChanged, match="updatedTime"):
        newsnow(updatedTime=None)


def test_a_mirror_whose_clock_is_ahead_is_not_believed_but_minutes_are_forgiven() -> None:
    with pytest.raises(Transient, match="ahead by 480 minutes"):
        newsnow(at=LIST_TIME - timedelta(hours=8))
    assert newsnow(at=LIST_TIME - timedelta(minutes=5)).hot_entries[0].seen_at == LIST_TIME - timedelta(minutes=5)


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        (1795400000000, LIST_TIME),
        ("1795400000000", LIST_TIME),
        ("2026-11-23T02:13:20.000Z", LIST_TIME),
        ("2026-11-23T10:13:20+08:00", LIST_TIME),
        ("2026-11-23T10:13:20", None),
        (1795400000, None),
        (None, None),
        (True, None),
        ([], None),
    ],
)
def test_a_told_time(shown: object, moment: datetime | None) -> None:
    assert told_time(shown) == moment


@settings(max_examples=200, deadline=None)
@given(told=st.none() | st.integers(-400, 400), entered=st.lists(st.integers(-400, 400), max_size=4))
def test_no_list_is_ever_newer_than_what_it_tells_or_than_now(told: int | None, entered: list[int]) -> None:
    moments = [AT + timedelta(minutes=each) for each in entered]
    moment = None if told is None else AT + timedelta(minutes=told)
    try:
        seen = seen_at(moment, moments, AT, 1_800)
    except (Transient, PayloadChanged):
        return
    assert AT - timedelta(minutes=30) <= seen <= AT
    assert moment is None or seen <= moment


@pytest.mark.parametrize(
    ("read", "changes", "error"),
    [
        (newsnow, {"status": "unknown"}, PayloadChanged),
        (newsnow, {"id": "zhihu"}, PayloadChanged),
        (newsnow, {"items": []}, PayloadChanged),
        (newsnow, {"items": [{"title": ""}]}, PayloadChanged),
        (newsnow, {"error": True, "message": "Invalid source id"}, Transient),
        (dailyhot, {"data": []}, PayloadChanged),
        (dailyhot, {"data": [1, None]}, PayloadChanged),
        (dailyhot, {"code": 500, "message": "x"}, Transient),
    ],
)
def test_what_is_no_list_says_why(read: Any, changes: dict[str, object], error: type[SourceError]) -> None:
    with pytest.raises(error):
        read(**changes)


def test_the_questions_and_a_missing_site() -> None:
    asked = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, content=NEWSNOW_BODY if "newsnow" in request.url.host else DAILYHOT_BODY)

    ask = Ask(target=Target(name="list"), since=AT, until=AT)
    with Client(clock=EventClock(AT), transport=httpx.MockTransport(respond)) as client:
        NEWSNOW.fetch(client, ask)
        DAILYHOT.fetch(client, ask)
        for source in (Newsnow(NewsnowSettings()), Dailyhot(DailyhotSettings())):
            assert source.targets([]) == ()
            with pytest.raises(Blocked, match="no site"):
                source.fetch(client, ask)
    assert asked == ["https://newsnow.example/api/s?id=weibo&latest=true", "https://hot.example/weibo?cache=false"]


NAMES = ["items", "data", "title", "extra", "info", "hot", "timestamp", "updatedTime", "updateTime", "status", "code"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
@pytest.mark.parametrize("read", [newsnow, dailyhot])
def test_no_json_leaves_the_error_tree(read: Any, changes: dict[str, object]) -> None:
    try:
        page = read(**changes)
    except SourceError:
        return
    assert all(entry.seen_at <= AT for entry in page.hot_entries)
