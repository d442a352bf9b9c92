"""The lifecycle through the store: restarts, failing rules, edits, silences, inhibition, acknowledgements."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.matchers import matcher
from monitor.alerts.types import PLATFORM_ELEVATED, RULE_FAILING, Acknowledgement, Severity, State
from monitor.config import EscalationStep, RouteConfig, TopicConfig
from monitor.store.store import NewSilence
from tests.contracts.store_samples import at, visit
from tests.monitor.alerts.judged import SCRIPTS, Scripted, World, scripted
from tests.monitor.alerts.test_lifecycle import LETTER, PICTURES

__all__ = ["scripted"]
pytestmark = pytest.mark.usefixtures("scripted")

FIRING = "complaints tea firing → chat"
OVER = "complaints tea resolved → chat"
TAKEN = "complaints tea acknowledged → chat"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(("minutes", "states", "why"), PICTURES)
def test_a_judge_made_anew_each_minute_sees_the_same_pictures(
    world: World, minutes: str, states: str, why: str
) -> None:
    SCRIPTS["tea"] = minutes
    lived = ""
    for _ in minutes:
        world.tick()
        alert = world.store.rule_state("complaints", "tea").alert
        lived += LETTER[alert.state] if alert else "o"
    assert lived == states, why


@pytest.mark.parametrize(
    ("minutes", "told", "why"),
    [
        ("!!!..", {2: FIRING}, "told once, when it fires"),
        ("!!!...", {2: FIRING, 5: OVER}, "and once when it is over"),
        ("!!!.!.!...", {2: FIRING, 9: OVER}, "flapping is told once"),
        ("!!!???", {2: FIRING}, "a dead source ends nothing"),
        ("!!.!!.", {}, "what did not last is told to nobody"),
        ("!!!...!!!...", {2: FIRING, 5: OVER, 8: FIRING, 11: OVER}, "every episode is told"),
    ],
)
def test_what_is_told_in_which_minute(world: World, minutes: str, told: dict[int, str], why: str) -> None:
    SCRIPTS["tea"] = minutes
    owed = [world.tick() for _ in minutes]
    assert owed == [[told[minute]] if minute in told else [] for minute in range(len(minutes))], why


def test_judging_the_same_moment_again_changes_nothing(world: World) -> None:
    SCRIPTS["tea"] = "!!!..."
    for _ in range(6):
        world.tick()
        before = (world.alert(), len(list(world.store.deliveries())))
        world.judge().judge(at(world.minute))
        assert (world.alert(), len(list(world.store.deliveries()))) == before


def test_what_becomes_more_urgent_is_told_again_and_what_becomes_less_is_not(world: World) -> None:
    SCRIPTS["tea"] = "www!!w..."
    owed = [world.tick() for _ in range(9)]
    assert owed == [[], [], [FIRING], [FIRING], [], [], [], [], [OVER]]
    severities = [each.message.severity for each in world.store.deliveries()]
    assert severities == [Severity.WARN, Severity.PAGE, Severity.PAGE]
    moves = [(t.before, t.after) for t in world.store.transitions(world.alert().key)]
    assert (State.FIRING, State.FIRING) in moves
    assert [each.message.facts.get("told_as") for each in world.store.deliveries()] == [None, ["warn"], ["warn"]]
    second = list(world.store.deliveries())[1].message
    assert second.lines[0] == "It has become more urgent since it was told."


def test_a_new_episode_begins_as_urgent_as_its_own_verdicts(world: World) -> None:
    SCRIPTS["tea"] = "!!!...www"
    for _ in range(9):
        world.tick()
    assert world.alert().severity is Severity.WARN


def test_a_rule_that_is_edited_goes_on_with_its_alert(world: World) -> None:
    SCRIPTS["tea"] = "!!!!!......"
    assert [world.tick() for _ in range(3)][-1] == [FIRING]
    world.edit(severity=Severity.NOTE, keep_firing_s=240)
    assert world.tick() == []
    assert (world.alert().state, world.alert().severity, world.alert().episode) == (State.FIRING, Severity.NOTE, 1)
    world.edit(severity=Severity.PAGE)
    assert world.tick() == []  # as urgent as it was told
    ends = [world.tick() for _ in range(5)]
    assert ends == [[], [], [], [], [OVER]]


def test_a_rule_whose_kind_was_edited_begins_anew(world: World) -> None:
    SCRIPTS["tea"] = "...."
    world.tick()
    world.tick()
    assert world.store.rule_state("complaints", "tea").state == b"complaint-share\x002"
    world.edit(kind="volume")
    world.tick()
    assert world.store.rule_state("complaints", "tea").state == b"volume\x001"


def test_a_rule_that_is_configured_no_more_ends_its_alert_and_tells(world: World) -> None:
    SCRIPTS["tea"] = "!!!!"
    for _ in range(3):
        world.tick()
    world.rules = ()
    world.judge().close_unwatched(at(4))
    assert world.new()[-1:] == [OVER]
    assert world.store.alerts(open_only=True) == ()


def test_a_rule_that_fails_sees_nothing_and_an_alert_of_its_own_says_so_until_it_works(world: World) -> None:
    SCRIPTS["tea"] = "!!!xx" + "!" * 8
    owed = [world.tick() for _ in range(13)]
    failing = f"{RULE_FAILING} complaints on tea firing → chat"
    assert owed[2:5] == [[FIRING], [failing], []]
    assert world.alert().state is State.FIRING
    assert [each for part in owed[5:] for each in part] == [failing.replace("firing", "resolved")]
    told = next(each.message for each in world.store.deliveries() if each.message.labels["rule"] == RULE_FAILING)
    assert told.lines[1] == "How bad: complaints on tea judges nothing: ZeroDivisionError: at minute 3"
    unknown = [v for v in world.store.evidence(world.alert().key) if v.answer == "unknown"]
    assert [each.because for each in unknown] == [
        "the rule failed: ZeroDivisionError: at minute 3",
        "the rule failed: ZeroDivisionError: at minute 4",
    ]


def test_a_rule_that_cannot_go_on_is_told_and_its_minutes_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    SCRIPTS["tea"] = "!!!!!!"
    with monkeypatch.context() as broken:
        broken.setattr(Scripted, "load", lambda *_: 1 / 0)
        owed = [world.tick() for _ in range(3)]
    assert owed == [[f"{RULE_FAILING} complaints on tea firing → chat"], [], []]
    assert world.store.rule_state("complaints", "tea").judged_until is None
    assert world.tick() == [FIRING]  # all four minutes are judged now
    assert world.alert().fired_at == at(2)


def test_what_still_fires_is_told_again_unless_it_is_a_note(world: World) -> None:
    world.routes = (RouteConfig(channels=("chat",), repeat_interval_s=120),)
    SCRIPTS["tea"] = "!" * 9
    owed = [world.tick() for _ in range(7)]
    assert owed == [[], [], [FIRING], [], [FIRING], [], [FIRING]]
    world.edit(severity=Severity.NOTE)
    world.tick()
    assert world.tick() == []


def silence(world: World, *conditions: str, since: float, until: float) -> int:
    return world.store.silence(
        NewSilence(
            matchers=tuple(map(matcher, conditions)), starts_at=at(since), ends_at=at(until), author="Li", comment=""
        )
    )


def test_a_silence_over_the_beginning_puts_it_off_while_it_fires(world: World) -> None:
    SCRIPTS["tea"] = "!!!!!!!..."
    silence(world, "topic=tea", since=0, until=5)
    owed = [world.tick() for _ in range(10)]
    assert owed == [[], [], [], [], [FIRING], [], [], [], [], [OVER]]


def test_what_began_and_ended_in_a_silence_is_told_to_nobody(world: World) -> None:
    SCRIPTS["tea"] = "!!!......"
    silence(world, "topic=tea", "severity!=note", since=0, until=7)
    assert [world.tick() for _ in range(9)] == [[]] * 9
    assert world.alert().state is State.RESOLVED


def test_the_end_of_what_was_told_is_told_in_a_silence(world: World) -> None:
    SCRIPTS["tea"] = "!!!!..."
    for _ in range(3):
        world.tick()
    silence(world, "topic=tea", since=3, until=99)
    assert [world.tick() for _ in range(4)][-1] == [OVER]


def test_a_silence_of_something_else_silences_nothing(world: World) -> None:
    SCRIPTS["tea"] = "!!!"
    silence(world, "topic=coffee", since=0, until=99)
    silence(world, "topic=tea", "severity=note", since=0, until=99)
    assert [world.tick() for _ in range(3)][-1] == [FIRING]


def test_what_still_waits_when_a_silence_begins_is_withdrawn_and_told_after_it(world: World) -> None:
    world.routes = (RouteConfig(channels=("chat",), group_by=("topic",), group_wait_s=600),)
    SCRIPTS["tea"] = "!!!!!!!"
    assert [world.tick() for _ in range(3)][-1] == [FIRING]
    number = silence(world, "topic=tea", since=3, until=99)
    world.tick()
    assert list(world.store.deliveries()) == []
    world.store.expire_silence(number, at(4))
    world.seen.clear()
    assert world.tick() == [FIRING]


def test_a_remembered_acknowledgement_is_told_once_and_ends_repetition_and_escalation(world: World) -> None:
    step = EscalationStep(after_s=180, channels=("boss",))
    world.routes = (RouteConfig(channels=("chat",), repeat_interval_s=120, escalate=(step,)),)
    SCRIPTS["tea"] = "!" * 12
    owed = [world.tick() for _ in range(6)]
    assert owed[2:] == [[FIRING], [], [FIRING], ["complaints tea firing → boss"]]
    world.store.acknowledge(Acknowledgement(alert=world.alert().key, at=at(6), author="Li", severity=Severity.PAGE))
    owed = [world.tick() for _ in range(6)]
    assert owed[0] == ["complaints tea acknowledged → boss", TAKEN]
    assert owed[1:] == [[]] * 5


def test_an_acknowledgement_does_not_cover_what_becomes_more_urgent(world: World) -> None:
    step = EscalationStep(after_s=120, channels=("boss",))
    world.routes = (RouteConfig(channels=("chat",), repeat_interval_s=0, escalate=(step,)),)
    SCRIPTS["tea"] = "wwwww!!!!"
    for _ in range(4):
        world.tick()
    world.store.acknowledge(Acknowledgement(alert=world.alert().key, at=at(4), author="Li", severity=Severity.WARN))
    owed = [world.tick() for _ in range(5)]
    assert owed == [[TAKEN], [FIRING], [], ["complaints tea firing → boss"], ["complaints tea acknowledged → boss"]]


def test_whoever_was_called_later_hears_the_end(world: World) -> None:
    step = EscalationStep(after_s=60, channels=("boss",))
    world.routes = (RouteConfig(channels=("chat",), repeat_interval_s=0, escalate=(step,)),)
    SCRIPTS["tea"] = "!!!!..."
    assert [world.tick() for _ in range(7)][-1] == ["complaints tea resolved → boss", OVER]


CONTROLS = tuple(TopicConfig(name=name, any=(name,), control=True) for name in ("weather", "metro", "bread"))


def test_where_most_control_topics_breach_the_platform_is_told_and_no_brand(tmp_path: Path) -> None:
    world = World(tmp_path, topics=(TopicConfig(name="tea", title="茶", any=("茶",), owner="brand"), *CONTROLS))
    SCRIPTS.update(tea="..!!!!!" + "!" * 16, weather="!" * 8 + "." * 15, metro="!" * 8 + "." * 15, bread="." * 23)
    owed = [world.tick() for _ in range(8)]
    platform = f"{PLATFORM_ELEVATED} platform firing → chat"
    assert owed == [[], [], [platform], [], [], [], [], []]
    assert world.alert().state is State.FIRING
    told = next(iter(world.store.deliveries())).message
    assert told.severity is Severity.WARN
    elevated = "the whole platform is elevated: 2 of 3 control topics complain more than usual (weather, metro)"
    assert told.lines[1] == f"How bad: {elevated}"
    later = [world.tick() for _ in range(15)]
    over = f"{PLATFORM_ELEVATED} platform resolved → chat"
    assert [each for part in later for each in part] == [over, FIRING]


def test_one_loud_control_topic_holds_nobody_back_and_is_told_to_nobody(tmp_path: Path) -> None:
    world = World(tmp_path, topics=(TopicConfig(name="tea", any=("茶",)), *CONTROLS))
    SCRIPTS.update(tea="!" * 5, weather="!" * 5, metro="." * 5, bread="." * 5)
    assert [world.tick() for _ in range(5)] == [[], [], [FIRING], [], []]


def test_the_platform_is_unknown_where_control_topics_cannot_be_judged(tmp_path: Path) -> None:
    world = World(tmp_path, topics=(TopicConfig(name="tea", any=("茶",)), *CONTROLS))
    SCRIPTS.update(tea="." * 8, weather="!!!!????", metro="!!!!????", bread="." * 8)
    for _ in range(8):
        world.tick()
    assert world.alert("platform", PLATFORM_ELEVATED).state is State.FIRING


def test_alerts_of_a_group_go_out_together_but_a_machine_gets_each(tmp_path: Path) -> None:
    rules = (
        replace(World.rules[0], name="complaints", hold_s=0),
        replace(World.rules[0], name="surge", kind="volume", severity=Severity.NOTE, hold_s=0),
    )
    routes = (RouteConfig(channels=("chat", "hook"), group_by=("topic",), group_wait_s=60, repeat_interval_s=0),)
    world = World(tmp_path, rules=rules, routes=routes)
    SCRIPTS["tea"] = "!"
    world.tick()
    due = {(each.channel, each.message.labels["rule"]): each for each in world.store.deliveries()}
    assert due["hook", "surge"].next_attempt_at == at(1)
    assert due["chat", "surge"].next_attempt_at == due["chat", "complaints"].next_attempt_at == at(2)
    chat = [each for each in world.store.lease(at(2), at(9), 10) if each.channel == "chat"]
    assert len({each.batch for each in chat}) == 1
    assert chat[0].batch is not None


def test_quiet_hours_put_off_what_is_no_page(tmp_path: Path) -> None:
    routes = (RouteConfig(channels=("chat",), quiet_hours="08:00-09:30", repeat_interval_s=0),)  # START is 09:00 there
    world = World(tmp_path, routes=routes)
    SCRIPTS["tea"] = "www!..."
    assert [world.tick() for _ in range(3)][-1] == [FIRING]
    (waiting,) = world.store.deliveries()
    assert waiting.next_attempt_at == at(30)
    assert waiting.message.lines[0] == ("Noticed at 2026-11-23 09:02, held back until 2026-11-23 09:30 by quiet hours.")
    assert world.tick() == [FIRING]  # it has become a page: that goes out now, and the warning is not needed any more
    (page,) = world.store.deliveries()
    assert (page.message.severity, page.next_attempt_at) == (Severity.PAGE, at(4))


def test_the_end_never_comes_before_the_beginning(tmp_path: Path) -> None:
    routes = (RouteConfig(channels=("chat",), quiet_hours="08:00-09:30"),)
    world = World(tmp_path, routes=routes)
    SCRIPTS["tea"] = "www..."
    for _ in range(6):
        world.tick()
    begun, ended = world.store.deliveries()
    assert (begun.message.event, ended.message.event) == ("firing", "resolved")
    assert begun.next_attempt_at == ended.next_attempt_at == at(30)


def test_history_is_told_to_nobody_until_it_reaches_the_present(world: World) -> None:
    SCRIPTS["tea"] = "!!!!!!"
    for start in range(4):
        world.store.ingest(visit(f"tea@{start}", seen=[(start, start + 1)], mark=start + 1, target="tea"))
    world.minute = 4
    world.judge().judge(at(4) + timedelta(hours=3))
    assert world.new() == []
    assert world.alert().state is State.FIRING
    assert world.tick() == [FIRING]
