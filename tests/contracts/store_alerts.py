"""Judgements, the outbox and digests: written once, whole, and not lost."""

from datetime import timedelta
from pathlib import Path

import pytest

from analysis.rules.rule import Answer, Figures, Urgency, Verdict
from monitor.alerts.types import State
from monitor.store.store import OutboxCounts, RuleState, Store
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
        assert store.told(firing.key) == {("chat", "ops")}
        assert store.told("other") == frozenset()

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
        assert store.outbox() == OutboxCounts(pending=3, dead=0, delivered=0, oldest_pending_at=at(0))

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
        assert store.told("f1:1") == {("chat", "ops")}
        store.failed(b.id, at(5), "refused", None)
        assert store.lease(at(900), at(901), 5) == ()
        (dead,) = store.deliveries(dead_only=True)
        assert (dead.attempts, dead.dead_at, dead.last_error) == (2, at(5), "refused")
        assert dead.message == delivery("b").message
        done = next(iter(store.deliveries()))
        assert (done.delivered_at, done.attempts) == (at(2), 1)
        assert store.outbox() == OutboxCounts(pending=0, dead=1, delivered=1, oldest_pending_at=None)

    def test_only_who_was_told_of_the_firing_counts_as_told(self, store: Store) -> None:
        store.enqueue((delivery("a", of="f1:2"),), at(0))
        store.enqueue((delivery("b", event="resolved"), delivery("c", of=None, event="test")), at(0))
        assert store.told("f1:1") == frozenset()
        (leased, *_) = store.lease(at(0), at(1), 1)
        store.failed(leased.id, at(0), "gone", None)
        assert store.told("f1:2") == frozenset()

    def test_digests_keep_their_newest_revision(self, store: Store) -> None:
        assert store.digest("2026-11-23", "tea") is None
        store.save_digest("2026-11-23", "tea", at(1), b"one")
        store.save_digest("2026-11-23", "milk", at(1), b"other")
        store.save_digest("2026-11-23", "tea", at(2), b"two")
        assert store.digest("2026-11-23", "tea") == (at(2), b"two")
        assert store.digest("2026-11-23", "milk") == (at(1), b"other")
