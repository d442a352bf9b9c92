"""Judgements, the outbox and digests: written once, whole, and not lost."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.rules.rule import Answer, Figures, Urgency, Verdict
from monitor.alerts.matchers import matcher
from monitor.alerts.types import Acknowledgement, Severity, State
from monitor.store.store import GroupTimes, NewSilence, OutboxCounts, RuleState, Store
from tests.contracts.store_opening import Killed, OpensStore
from tests.contracts.store_samples import alert, at, delivery, judgement


class AlertContract(OpensStore):
    def test_a_judgement_is_read_back(self, store: Store) -> None:
        assert store.rule_state("complaints", "tea") == RuleState()
        firing = alert(fired_at=at(2))
        verdict = Verdict(
            at=at(2),
            answer=Answer.BREACH,
            because="share 50 %",
            value=0.5,
            labels=(("c", "slow"),),
            urgency=Urgency.WARN,
            figures=Figures(minutes=3, complaints=4, expected=0.25, share=0.5, volume_surges=False),
            version="2",
        )
        store.record(
            judgement(3, firing, state=b"\x00x", verdicts=((firing.key, verdict),), deliveries=(delivery("e"),))
        )
        assert store.rule_state("complaints", "tea") == RuleState(judged_until=at(3), state=b"\x00x", alert=firing)
        assert store.rule_state("complaints", "milk") == RuleState()
        (transition,) = store.transitions(firing.key)
        assert (transition.at, transition.before, transition.after) == (at(3), State.PENDING, State.FIRING)
        assert store.evidence(firing.key) == (verdict,)
        (telling,) = store.tellings([firing.key, "other"])
        assert (telling.alert, telling.event, telling.event_id) == (firing.key, "firing", "e")
        assert (telling.channel, telling.recipient, telling.severity) == ("chat", "ops", Severity.PAGE)
        assert (telling.created_at, telling.next_attempt_at) == (at(3), at(0))
        assert (telling.untried, telling.dead) == (True, False)
        assert store.tellings(["other"]) == ()
        assert store.alert(firing.key) == firing
        assert store.alert("other") is None

    def test_a_judgement_repeated_or_older_changes_nothing(self, store: Store) -> None:
        newest = judgement(3, alert(peak=9.0), deliveries=(delivery("e"),))
        store.record(newest)
        store.record(newest)
        store.record(judgement(2, alert(State.RESOLVED), state=b"old", deliveries=(delivery("old"),)))
        known = store.rule_state("complaints", "tea")
        assert (known.judged_until, known.state) == (at(3), b"s")
        assert known.alert is not None
        assert known.alert.peak == 9.0
        assert len(store.transitions("f1:1")) == 1
        assert [each.message.event_id for each in store.deliveries()] == ["e"]

    def test_a_death_before_the_outbox_leaves_no_judgement(self, tmp_path: Path) -> None:
        def die(stage: str) -> None:
            raise Killed(stage)

        with self.open(tmp_path, die) as store, pytest.raises(Killed, match="outbox"):
            store.record(judgement(3, alert(), deliveries=(delivery("e"),)))
        with self.open(tmp_path) as store:
            assert store.rule_state("complaints", "tea") == RuleState()
            assert store.alerts() == ()
            assert store.transitions("f1:1") == ()
            assert list(store.deliveries()) == []

    def test_alerts_are_asked_by_time_and_state(self, store: Store) -> None:
        over = alert(State.RESOLVED, 1, breached_at=at(10), fired_at=at(12), resolved_at=at(20))
        calmed = alert(State.OK, 2, breached_at=at(30), cleared_at=at(31), judged_at=at(31))
        running = alert(State.RECOVERING, 3, breached_at=at(40), fired_at=at(42))
        store.record(judgement(50, over, calmed, running))
        assert store.alerts() == (over, calmed, running)
        assert store.alerts(open_only=True) == (running,)
        assert store.alerts(at(20), at(30)) == (over,)
        assert store.alerts(at(20) + timedelta(seconds=1), at(30)) == ()
        assert store.alerts(since=at(25)) == (calmed, running)
        assert store.alerts(since=at(900)) == (running,)
        assert store.alerts(until=at(10)) == ()
        assert store.rule_state("complaints", "tea").alert == running

    def test_the_outbox_keeps_what_is_owed(self, store: Store) -> None:
        store.enqueue((delivery("b", 2), delivery("a", 1), delivery("later", 9)), at(0))
        store.enqueue((delivery("a", 5),), at(1))
        assert store.lease(at(0), at(5), 10) == ()
        first = store.lease(at(3), at(5), 1)
        second = store.lease(at(3), at(5), 10)
        assert [d.message.event_id for d in (*first, *second)] == ["a", "b"]
        assert first[0].message == delivery("a", 1).message
        assert (first[0].channel, first[0].recipient, first[0].attempts, first[0].created_at) == (
            "chat",
            "ops",
            0,
            at(0),
        )
        assert store.lease(at(4), at(9), 10) == ()
        assert store.outbox() == OutboxCounts(pending=3, dead=0, delivered=0, failing_since=None)

    def test_a_dead_senders_deliveries_come_back(self, store: Store) -> None:
        store.enqueue((delivery("a"),), at(0))
        (held,) = store.lease(at(1), at(3), 5)
        assert store.lease(at(2), at(9), 5) == ()
        (again,) = store.lease(at(3), at(9), 5)
        assert again.id == held.id

    def test_deliveries_succeed_fail_and_die(self, store: Store) -> None:
        store.enqueue((delivery("a"), delivery("b")), at(0))
        a, b = store.lease(at(1), at(3), 5)
        store.delivered(a.id, at(2), "ref")
        store.delivered(a.id, at(5), "twice")
        store.failed(b.id, at(2), "status 500", at(4))
        store.failed(b.id, at(2), "told twice", None)
        assert store.lease(at(3), at(9), 5) == ()
        (again,) = store.lease(at(4), at(9), 5)
        assert (again.id, again.attempts, again.last_error) == (b.id, 1, "status 500")
        assert [(each.event_id, each.untried, each.dead) for each in store.tellings(["f1:1"])] == [
            ("a", False, False),
            ("b", False, False),
        ]
        assert store.outbox().failing_since == at(0)
        store.failed(b.id, at(5), "refused", None)
        assert store.lease(at(900), at(901), 5) == ()
        (dead,) = store.deliveries(dead_only=True)
        assert (dead.attempts, dead.dead_at, dead.last_error) == (2, at(5), "refused")
        assert dead.message == delivery("b").message
        done = next(iter(store.deliveries()))
        assert (done.delivered_at, done.attempts) == (at(2), 1)
        assert store.outbox() == OutboxCounts(pending=0, dead=1, delivered=1, failing_since=None)

    def test_tellings_are_those_of_the_alerts_asked_for_and_say_what_was_given_up(self, store: Store) -> None:
        store.enqueue((delivery("a", of="f1:2"),), at(0))
        store.enqueue((delivery("b", event="resolved"), delivery("c", of=None, event="test")), at(0))
        (leased, *_) = store.lease(at(0), at(1), 1)
        store.failed(leased.id, at(0), "gone", None)
        assert [(each.event_id, each.event, each.dead) for each in store.tellings(["f1:1", "f1:2"])] == [
            ("a", "firing", True),
            ("b", "resolved", False),
        ]

    def test_what_is_due_together_in_a_group_becomes_one_batch_and_stays_it(self, store: Store) -> None:
        members = [
            replace(delivery(name, minute), group="topic=tea") for name, minute in (("a", 1), ("b", 2), ("c", 9))
        ]
        store.enqueue((*members, delivery("alone", 1), replace(delivery("other", 1), group="topic=milk")), at(0))
        assert store.group_times("chat", "ops", "topic=tea") == GroupTimes(next_at=at(1))
        leased = {each.message.event_id: each for each in store.lease(at(3), at(5), 10)}
        assert sorted(leased) == ["a", "alone", "b", "other"]
        assert leased["a"].batch == leased["b"].batch == leased["a"].id
        assert leased["other"].batch == leased["other"].id
        assert leased["alone"].batch is None
        for name in ("alone", "other"):
            store.delivered(leased[name].id, at(3), "")
        store.failed(leased["a"].id, at(3), "down", at(4))
        store.failed(leased["b"].id, at(3), "down", at(10))
        again = store.lease(at(9), at(10), 1)  # the whole batch, though only one of it is due
        assert [each.message.event_id for each in again] == ["a", "b"]
        (late,) = store.lease(at(9), at(11), 10)[-1:]
        assert (late.message.event_id, late.batch) == ("c", late.id)
        for each in again:
            store.delivered(each.id, at(9), "")
        assert store.group_times("chat", "ops", "topic=tea") == GroupTimes(last_at=at(9))
        assert store.group_times("chat", "ops", "topic=none") == GroupTimes()

    def test_only_what_was_never_tried_is_withdrawn(self, store: Store) -> None:
        store.enqueue((delivery("tried", 1), delivery("held", 1), delivery("waits", 9)), at(0))
        tried, held = store.lease(at(1), at(3), 10)
        store.failed(tried.id, at(1), "down", at(5))
        waits = next(each.id for each in store.deliveries() if each.message.event_id == "waits")
        assert store.withdraw([tried.id, held.id, waits, 999]) == 1
        assert [each.message.event_id for each in store.deliveries()] == ["tried", "held"]
        store.enqueue((delivery("waits", 9),), at(2))  # and is owed again when there is reason to
        assert store.outbox().pending == 3

    def test_what_was_given_up_can_be_tried_anew(self, store: Store) -> None:
        store.enqueue((delivery("a"), delivery("b", 9)), at(0))
        (dead,) = store.lease(at(0), at(2), 10)
        store.failed(dead.id, at(0), "refused", None)
        assert store.retry(dead.id, at(5))
        (again,) = store.lease(at(5), at(7), 10)
        assert (again.id, again.attempts, again.created_at, again.last_error) == (dead.id, 0, at(5), "refused")
        assert not store.retry(dead.id, at(6))  # on its way
        store.delivered(dead.id, at(6), "")
        assert not store.retry(dead.id, at(8))
        assert not store.retry(999, at(8))
        waiting = next(each.id for each in store.deliveries() if each.message.event_id == "b")
        assert store.retry(waiting, at(8))
        assert [each.id for each in store.lease(at(8), at(9), 10)] == [waiting]

    def test_the_newest_word_on_an_alert_counts(self, store: Store) -> None:
        store.record(judgement(3, alert()))
        said = Acknowledgement(alert="f1:1", at=at(4), author="Li", comment="looking", severity=Severity.WARN)
        store.acknowledge(said)
        store.acknowledge(replace(said, at=at(5)))  # the same word again
        assert store.acknowledgements(["f1:1", "f1:2"]) == (said,)
        newer = replace(said, at=at(6), author="Wang", severity=Severity.PAGE)
        store.acknowledge(newer)
        assert store.acknowledgements(["f1:1"]) == (newer,)
        assert store.acknowledgements(["f1:2"]) == ()

    def test_silences_are_kept_expired_and_never_forgotten(self, store: Store) -> None:
        new = NewSilence(
            matchers=(matcher("topic=tea"), matcher('rule=~"comp.*|x \\"y\\""')),
            starts_at=at(1),
            ends_at=at(60),
            author="Li",
            comment="计划内",
        )
        number = store.silence(new)
        assert store.silence(new) == number
        later = store.silence(replace(new, starts_at=at(100), ends_at=at(200)))
        (first, second) = store.silences()
        assert (first.id, first.matchers, first.starts_at, first.ends_at) == (number, new.matchers, at(1), at(60))
        assert (first.author, first.comment) == ("Li", "计划内")
        assert store.expire_silence(number, at(30))
        assert not store.expire_silence(number, at(31))
        assert not store.expire_silence(999, at(31))
        assert store.expire_silence(later, at(40))
        assert [(each.starts_at, each.ends_at) for each in store.silences()] == [(at(1), at(30)), (at(40), at(40))]
        assert store.silences(at(30)) == (replace(second, starts_at=at(40), ends_at=at(40)),)

    def test_digests_keep_their_newest_revision(self, store: Store) -> None:
        assert store.digest("2026-11-23", "tea") is None
        store.save_digest("2026-11-23", "tea", at(1), b"one")
        store.save_digest("2026-11-23", "milk", at(1), b"other")
        store.save_digest("2026-11-23", "tea", at(2), b"two")
        assert store.digest("2026-11-23", "tea") == (at(2), b"two")
        assert store.digest("2026-11-23", "milk") == (at(1), b"other")

    def test_digests_keep_their_earlier_revisions(self, store: Store) -> None:
        assert store.digest_revisions("2026-11-23", "tea") == ()
        store.save_digest("2026-11-23", "tea", at(1), b"one")
        store.save_digest("2026-11-23", "tea", at(2), b"two")
        store.save_digest("2026-11-23", "tea", at(2), b"two")
        assert store.digest_revisions("2026-11-23", "tea") == ((1, at(1)), (2, at(2)))
        assert store.digest("2026-11-23", "tea", 1) == (at(1), b"one")
        assert store.digest("2026-11-23", "tea", 3) is None
