"""Conditions on labels, silences, inhibitions and quiet hours: what is held back, from when to when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.inhibition import BUILT_IN, Inhibition, inhibited_by
from monitor.alerts.matchers import Matcher, Sign, matcher
from monitor.alerts.notices import Standing, notices
from monitor.alerts.quiet_hours import quiet_hours
from monitor.alerts.silences import Silence, SilenceState, silenced_by
from monitor.alerts.types import PLATFORM_ELEVATED, Alert, Severity, State, Telling
from monitor.config import RouteConfig

T0 = datetime(2026, 11, 23, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
TEA = Alert(
    fingerprint="a",
    episode=1,
    rule="complaints",
    kind="complaint-share",
    subject="tea",
    severity=Severity.PAGE,
    state=State.FIRING,
    labels={"topic": "tea", "owner": "brand", "categories": "slow,payment"},
)


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        ("topic=tea", True),
        ("topic = tea", True),
        ('topic="tea"', True),
        ("topic=te", False),
        ("topic!=tea", False),
        ("topic!=coffee", True),
        ("topic=~t.*", True),
        ("topic=~e", False),  # the whole value
        ("topic!~t.*", False),
        ("topic!~coffee|milk", True),
        ("categories=payment", True),
        ("categories=slow,payment", True),
        ("categories!=payment", False),
        ("categories=~pay.*", True),
        ("categories!~pay.*", False),
        ("absent=", True),
        ("absent!=x", True),
        ("absent=~.+", False),
        ("severity=page", True),
        ("rule=complaints", True),
    ],
)
def test_conditions_match_as_alertmanager_s_do(condition: str, matches: bool) -> None:
    assert matcher(condition).matches(TEA.all_labels) is matches


@pytest.mark.parametrize("text", ["", "topic", "=tea", "topic=~tea[", "topic=~(", "9x=1", "topic=~" + "x" * 501])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"matcher|expression|characters"):
        matcher(text)


@given(st.sampled_from(Sign), st.text(max_size=80).map(lambda text: text.replace("\n", " ").strip(' "')))
def test_a_condition_written_is_read_as_the_same(sign: Sign, value: str) -> None:
    if sign in (Sign.LIKE, Sign.UNLIKE):
        value = "".join(letter for letter in value if letter.isalnum())
    made = Matcher("topic", sign, value.strip())
    assert matcher(str(made)) == made


SILENCE = Silence(
    id=1,
    matchers=(matcher("topic=tea"), matcher("severity!=note")),
    starts_at=T0,
    ends_at=T0 + timedelta(hours=2),
    author="Li",
    comment="",
)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(-1, SilenceState.PENDING), (0, SilenceState.ACTIVE), (119, SilenceState.ACTIVE), (120, SilenceState.EXPIRED)],
)
def test_the_state_of_a_silence_is_that_of_the_moment(minutes: int, state: SilenceState) -> None:
    now = T0 + timedelta(minutes=minutes)
    assert SILENCE.state(now) is state
    assert (silenced_by([SILENCE], TEA.all_labels, now) is SILENCE) is (state is SilenceState.ACTIVE)


def test_all_conditions_of_a_silence_must_agree() -> None:
    assert silenced_by([SILENCE], replace(TEA, severity=Severity.NOTE).all_labels, T0) is None
    assert silenced_by([SILENCE], {**TEA.all_labels, "topic": "milk"}, T0) is None


BLOCKED = replace(TEA, fingerprint="b", kind="source-blocked", labels={"source": "web", "platform": "weibo"})
BLIND = replace(BLOCKED, fingerprint="c", kind="source-blind")
WALL = Inhibition(source=(matcher("kind=source-blocked"),), target=(matcher("kind=source-blind"),), equal=("source",))


def test_an_alert_is_held_back_while_one_that_explains_it_fires() -> None:
    assert inhibited_by(BLIND, [TEA, BLOCKED], [WALL]) is BLOCKED
    assert inhibited_by(BLOCKED, [BLIND, BLOCKED], [WALL]) is None
    assert inhibited_by(BLIND, [replace(BLOCKED, state=State.RECOVERING)], [WALL]) is not None
    for state in (State.OK, State.PENDING, State.RESOLVED):
        assert inhibited_by(BLIND, [replace(BLOCKED, state=state)], [WALL]) is None
    assert inhibited_by(BLIND, [replace(BLOCKED, labels={"source": "app"})], [WALL]) is None


def test_no_alert_holds_itself_back() -> None:
    itself = Inhibition(source=(matcher("kind=~.*"),), target=(matcher("kind=~.*"),))
    assert inhibited_by(TEA, [TEA], [itself]) is None


def test_what_is_built_in_holds_back_complaints_in_a_platform_s_trouble_and_too_little_of_what_is_not_seen() -> None:
    platform = replace(TEA, fingerprint="p", kind=PLATFORM_ELEVATED, labels={})
    assert inhibited_by(TEA, [platform], BUILT_IN) is platform
    assert inhibited_by(replace(TEA, kind="volume"), [platform], BUILT_IN) is None
    low = replace(TEA, fingerprint="l", kind="threshold", labels={"topic": "tea", "side": "low"})
    assert inhibited_by(low, [BLIND], BUILT_IN) is BLIND
    assert inhibited_by(replace(low, labels={"topic": "tea"}), [BLIND], BUILT_IN) is None


@pytest.mark.parametrize(
    ("hours", "local", "ends"),
    [
        ("22:00-08:00", "2026-11-23T21:59", None),
        ("22:00-08:00", "2026-11-23T22:00", "2026-11-24T08:00"),
        ("22:00-08:00", "2026-11-24T07:59", "2026-11-24T08:00"),
        ("22:00-08:00", "2026-11-24T08:00", None),
        ("12:00-13:30", "2026-11-24T12:15", "2026-11-24T13:30"),
        ("12:00-13:30", "2026-11-24T13:30", None),
    ],
)
def test_quiet_hours_end_when_the_clock_on_the_wall_says_so(hours: str, local: str, ends: str | None) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(UTC)
    expected = datetime.fromisoformat(ends).replace(tzinfo=SHANGHAI) if ends else now
    assert quiet_hours(hours).end(now, SHANGHAI) == expected


@pytest.mark.parametrize("text", ["", "22-08", "24:00-08:00", "08:00-08:00", "22:00–08:00"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|same time"):
        quiet_hours(text)


def test_nobody_is_owed_what_is_held_back_but_its_end() -> None:
    routes = [RouteConfig(channels=("chat",))]
    free = Standing(zone=SHANGHAI)
    (begun,) = notices(TEA, routes, free, T0)
    assert (begun.channel, begun.event, begun.due_at) == ("chat", "firing", T0)
    assert notices(TEA, routes, replace(free, held_back=True), T0) == []
    told = Telling(
        id=1,
        alert=TEA.key,
        event="firing",
        event_id=begun.event_id,
        channel="chat",
        recipient="",
        severity=Severity.PAGE,
        created_at=T0,
        next_attempt_at=T0,
        untried=False,
    )
    over = replace(TEA, state=State.RESOLVED)
    (end,) = notices(over, routes, replace(free, held_back=True, told=(told,), may_begin=False), T0)
    assert end.event == "resolved"
