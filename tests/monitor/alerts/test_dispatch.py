"""From the outbox to the channels: at least once, no channel waits for another, and nobody fails in silence."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from collectors.secret import Secret
from monitor.alerts.directory import Directory
from monitor.alerts.dispatch import FAILING_AFTER, LEASE, LONGEST_AGE, Dispatcher, DispatchReport
from monitor.alerts.messages import Audience
from monitor.alerts.types import Message, Severity
from monitor.channels.channel import DeliveryError, Receipt
from monitor.channels.webhook import Webhook, WebhookSettings
from monitor.channels.wecom import WeCom, WeComSettings
from monitor.store.sqlite import open_store
from monitor.store.store import NewDelivery, OutboxCounts, Store
from tests.contracts.local_provider import HANG, RESET, provider

NOW = datetime(2026, 11, 20, 2, 40, tzinfo=UTC)
GONE = DeliveryError("gone", retry=False)
DOWN = DeliveryError("down", retry=True)


class Spy:
    """A channel that answers what it is told to, and remembers what it was asked."""

    kind = "spy"
    Settings = object

    def __init__(self, answer: Callable[[str], Receipt] = lambda event_id: Receipt(reference=f"r-{event_id}")) -> None:
        self.answer = answer
        self.sent: list[str] = []
        self.titles: list[str] = []

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        assert isinstance(client, httpx.Client)
        self.sent.append(message.event_id)
        self.titles.append(message.title)
        return self.answer(message.event_id)


def failing(error: BaseException) -> Callable[[str], Receipt]:
    def fail(_: str) -> Receipt:
        raise error

    return fail


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "monitor.sqlite") as opened:
        yield opened


def owe(store: Store, *deliveries: tuple[str, str], event: str = "firing", at: datetime = NOW) -> None:
    """(event id, channel) each."""
    store.enqueue(
        [
            NewDelivery(
                alert=None,
                channel=channel,
                recipient="",
                message=Message(event_id=event_id, event=event, severity=Severity.PAGE, title=event_id, lines=()),
                next_attempt_at=at,
            )
            for event_id, channel in deliveries
        ],
        at,
    )


def dispatch(store: Store, channels: Mapping[str, Spy], now: datetime = NOW, **options: object) -> DispatchReport:
    with httpx.Client() as client:
        return Dispatcher(store, channels, client, **options).dispatch(now)


def by_event(store: Store) -> dict[str, object]:
    return {delivery.message.event_id: delivery for delivery in store.deliveries()}


def test_what_is_due_is_sent_once_and_marked_with_the_receipt(store: Store) -> None:
    chat, mail = Spy(), Spy()
    owe(store, ("a", "chat"), ("b", "chat"), ("c", "mail"))
    owe(store, ("later", "chat"), at=NOW + timedelta(minutes=1))
    assert dispatch(store, {"chat": chat, "mail": mail}) == DispatchReport(delivered=3)
    assert (chat.sent, mail.sent) == (["a", "b"], ["c"])
    assert by_event(store)["a"].delivered_at == NOW
    assert dispatch(store, {"chat": chat, "mail": mail}) == DispatchReport()
    assert store.outbox().pending == 1


def test_marks_only_after_the_channel_accepted(store: Store) -> None:
    stages: list[str] = []

    def accept(event_id: str) -> Receipt:
        stages.append(f"accepted {event_id}")
        return Receipt()

    owe(store, ("a", "chat"), ("b", "chat"))
    dispatch(store, {"chat": Spy(accept)}, on_stage=stages.append)
    assert stages == ["send", "accepted a", "mark", "send", "accepted b", "mark"]


@pytest.mark.parametrize("stage", ["send", "mark"])
def test_a_crash_at_any_stage_loses_nothing(store: Store, stage: str) -> None:
    def crash(reached: str) -> None:
        if reached == stage:
            raise KeyboardInterrupt

    chat = Spy()
    owe(store, ("a", "chat"), ("b", "chat"))
    with pytest.raises(KeyboardInterrupt):
        dispatch(store, {"chat": chat}, on_stage=crash)
    assert dispatch(store, {"chat": chat}) == DispatchReport()  # the lease still holds them
    assert dispatch(store, {"chat": chat}, NOW + LEASE) == DispatchReport(delivered=2)
    assert set(chat.sent) == {"a", "b"}
    assert chat.sent.count("a") == (2 if stage == "mark" else 1)


def test_a_failing_channel_holds_no_other_and_is_asked_once_a_dispatch(store: Store) -> None:
    dead, chat = Spy(failing(DOWN)), Spy()
    owe(store, *((f"d{number}", "dead") for number in range(5)), ("c", "chat"))
    assert dispatch(store, {"dead": dead, "chat": chat}) == DispatchReport(delivered=1, retried=5)
    assert (dead.sent, chat.sent) == (["d0"], ["c"])
    assert by_event(store)["d4"].last_error == "down"


def test_a_slow_channel_keeps_no_other_waiting(store: Store) -> None:
    fast_is_done = threading.Event()

    def slow(_: str) -> Receipt:
        assert fast_is_done.wait(timeout=60)
        return Receipt()

    def fast(event_id: str) -> Receipt:
        if event_id == "f2":
            fast_is_done.set()
        return Receipt()

    owe(store, ("s", "a-slow"), ("f1", "fast"), ("f2", "fast"))
    assert dispatch(store, {"a-slow": Spy(slow), "fast": Spy(fast)}) == DispatchReport(delivered=3)


def test_a_refused_message_is_given_up_and_the_next_one_still_goes(store: Store) -> None:
    chat = Spy(lambda event_id: failing(GONE)(event_id) if event_id == "a" else Receipt())
    owe(store, ("a", "chat"), ("b", "chat"))
    assert dispatch(store, {"chat": chat}) == DispatchReport(delivered=1, dead=1)
    assert by_event(store)["a"].dead_at == NOW
    assert chat.sent == ["a", "b"]


def test_waits_double_up_to_an_hour_and_end_in_a_dead_letter_after_a_day(store: Store) -> None:
    owe(store, ("a", "chat"))
    now, waits = NOW, []
    while by_event(store)["a"].dead_at is None:
        dispatch(store, {"chat": Spy(failing(DOWN))}, now)
        due = by_event(store)["a"].next_attempt_at
        waits.append((due - now).total_seconds() / 60)
        now = max(due, now)
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert LONGEST_AGE <= now - NOW < LONGEST_AGE + timedelta(hours=1)
    assert store.outbox().dead == 1


def test_jitter_comes_from_the_seed(store: Store) -> None:
    owe(store, ("a", "chat"))
    dispatch(store, {"chat": Spy(failing(DOWN))}, jitter=Random(7))
    expected = 60 * (1 + Random(7).random() / 2)
    assert (by_event(store)["a"].next_attempt_at - NOW).total_seconds() == pytest.approx(expected, abs=1)


def test_what_a_provider_asks_for_is_obeyed_up_to_a_day(store: Store) -> None:
    owe(store, ("a", "chat"))
    dispatch(store, {"chat": Spy(failing(DeliveryError("busy", retry=True, retry_after_s=600)))})
    assert by_event(store)["a"].next_attempt_at == NOW + timedelta(minutes=10)
    owe(store, ("b", "chat"))
    dispatch(store, {"chat": Spy(failing(DeliveryError("busy", retry=True, retry_after_s=1e9)))})
    assert by_event(store)["b"].next_attempt_at == NOW + timedelta(days=1)


def test_a_channel_with_a_fault_of_its_own_counts_as_failing(store: Store) -> None:
    owe(store, ("a", "chat"), ("b", "fine"))
    report = dispatch(store, {"chat": Spy(failing(ZeroDivisionError("key=s3cret"))), "fine": Spy()})
    assert report == DispatchReport(delivered=1, retried=1)
    assert by_event(store)["a"].last_error == "the channel itself failed (ZeroDivisionError)"


def test_a_channel_that_is_configured_no_more_is_a_dead_letter(store: Store) -> None:
    owe(store, ("a", "old"))
    assert dispatch(store, {"chat": Spy()}) == DispatchReport(delivered=1, dead=1)
    assert by_event(store)["a"].last_error == "no channel old is configured"


def test_a_dying_channel_is_told_of_once_through_another(store: Store) -> None:
    dead, chat = Spy(failing(DOWN)), Spy()
    channels = {"dead": dead, "chat": chat}
    now = NOW
    owe(store, ("a", "dead"), ("b", "dead"))
    for _ in range(FAILING_AFTER + 3):
        dispatch(store, channels, now, audience=Audience(language="en"))
        now += timedelta(hours=1)
    assert chat.sent == ["channel:dead:2026-11-20"]
    assert chat.titles == ["[WARNING] Channel dead does not deliver"]


def test_when_all_channels_fail_none_is_asked_to_tell_of_another(store: Store) -> None:
    channels = {"a": Spy(failing(DOWN)), "b": Spy(failing(DOWN))}
    owe(store, ("x", "a"), ("y", "b"))
    for hour in range(FAILING_AFTER + 1):
        dispatch(store, channels, NOW + timedelta(hours=hour))
    waiting = {delivery.message.event_id for delivery in store.deliveries()}
    assert {"x", "y"} <= waiting
    assert len(waiting) <= 3


def test_more_than_a_batch_goes_out_in_one_dispatch(store: Store) -> None:
    chat = Spy()
    owe(store, *((f"{number:03}", "chat") for number in range(450)))
    assert dispatch(store, {"chat": chat}) == DispatchReport(delivered=450)
    assert chat.sent == sorted(chat.sent)


def owe_group(store: Store, *event_ids: str, channel: str = "chat") -> None:
    store.enqueue(
        [
            NewDelivery(
                alert=None,
                channel=channel,
                recipient="",
                message=Message(
                    event_id=each, event="firing", severity=Severity.WARN, title=each, lines=(f"of {each}",)
                ),
                next_attempt_at=NOW,
                group="topic=tea",
            )
            for each in event_ids
        ],
        NOW,
    )


def test_a_group_is_sent_as_one_message_and_marked_whole(store: Store) -> None:
    chat = Spy()
    owe_group(store, "a", "b", "c")
    owe(store, ("alone", "chat"))
    assert dispatch(store, {"chat": chat}) == DispatchReport(delivered=4)
    assert chat.titles == ["a (+2 more)", "alone"]
    assert len({each.batch for each in store.deliveries() if each.message.title != "alone"}) == 1


@pytest.mark.parametrize("stage", ["send", "mark"])
def test_a_group_that_a_crash_cut_off_is_sent_again_as_the_same_message(store: Store, stage: str) -> None:
    def crash(reached: str) -> None:
        if reached == stage:
            raise KeyboardInterrupt

    chat = Spy()
    owe_group(store, "a", "b")
    with pytest.raises(KeyboardInterrupt):
        dispatch(store, {"chat": chat}, on_stage=crash)
    owe_group(store, "late")  # joins no message that may have been sent
    assert dispatch(store, {"chat": chat}, NOW + LEASE) == DispatchReport(delivered=3)
    first = chat.sent[0]
    assert set(chat.sent) == {first, "late"}
    assert chat.sent.count(first) == (2 if stage == "mark" else 1)


def test_people_get_mail_of_their_own_and_are_called_by_name_in_a_group(store: Store) -> None:
    directory = Directory(people={"li": {"chat": "ID1"}, "wang": {"chat": "ID2"}}, together=frozenset({"chat"}))
    (recipient,) = directory.recipients("chat", ["li", "wang"])
    message = Message(event_id="e", event="firing", severity=Severity.PAGE, title="t", lines=())
    due = NewDelivery(alert=None, channel="chat", recipient=recipient, message=message, next_attempt_at=NOW)
    gone = replace(due, recipient="gone", message=replace(message, event_id="g"))
    store.enqueue([due, gone], NOW)
    with provider((200, {}, b'{"errcode":0}')) as robot, httpx.Client() as client:
        chat = WeCom(WeComSettings(url=Secret(robot.url), mention=("ALL",)))
        report = Dispatcher(store, {"chat": chat}, client, directory=directory).dispatch(NOW)
        assert report == DispatchReport(delivered=1, dead=1)
        (body,) = robot.bodies
    assert json.loads(body)["markdown"]["content"].endswith("<@ID1><@ID2>")
    assert by_event(store)["g"].last_error == "no such person is configured with an address on this channel"


def test_a_group_of_one_is_told_as_the_alert_it_is(store: Store) -> None:
    chat = Spy()
    owe_group(store, "a")
    dispatch(store, {"chat": chat})
    assert (chat.sent, chat.titles) == (["a"], ["a"])


@pytest.mark.parametrize(
    ("worse", "attempts"),
    [
        ((200, {}, b'{"errcode":45009}'), 2),
        ((429, {"Retry-After": "60"}, b""), 2),
        ((RESET, {}, b""), 2),
        ((HANG, {}, b""), 2),
        ((503, {}, b""), 2),
    ],
    ids=["refused with 200", "limited", "reset after it was taken", "hangs", "down"],
)
def test_over_a_socket_what_goes_wrong_is_sent_again_under_one_id(
    store: Store, worse: tuple[int, dict[str, str], bytes], attempts: int
) -> None:
    accepted = (200, {}, b'{"errcode":0}')
    with (
        provider(worse, accepted) as robot,
        provider(worse, (200, {}, b"")) as hook,
        provider(accepted) as fine,
        httpx.Client(timeout=0.5) as client,
    ):
        channels = {
            "robot": WeCom(WeComSettings(url=Secret(robot.url))),
            "hook": Webhook(WebhookSettings(url=Secret(hook.url), secret=Secret("k"))),
            "fine": WeCom(WeComSettings(url=Secret(fine.url))),
        }
        owe(store, ("r", "robot"), ("f", "fine"), ("h", "hook"))
        dispatcher = Dispatcher(store, channels, client)
        first = dispatcher.dispatch(NOW)
        assert (len(fine.bodies), first.delivered >= 1, first.dead) == (1, True, 0)
        dispatcher.dispatch(NOW + timedelta(minutes=2))
        assert store.outbox() == OutboxCounts(pending=0, dead=0, delivered=3, failing_since=None)
        assert len(robot.bodies) == attempts
        assert len(set(robot.bodies)) == 1
        assert {json.loads(body)["event_id"] for body in hook.bodies} == {"h"}
