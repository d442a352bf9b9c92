"""What every rule kind about topics must do, whatever it looks for. Subclass it and give `settings` and `rule`."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from analysis.rules.rule import Answer, Subject, TopicRule
from analysis.series import Completeness, Observation, Tally
from tests.analysis.rules.simulated_talk import MONDAY, talk

MISSING = Observation(
    topic="tea", start=MONDAY, completeness=Completeness.MISSING, share=0.0, tally=None, estimated=None
)


class TopicRuleContract:
    kind: type[TopicRule]
    settings: Any

    def new(self) -> TopicRule:
        return self.kind.load(self.settings, None)

    def seen(self, minute: int, mentions: int, complaints: int) -> Observation:
        tally = Tally(
            mentions=mentions,
            authors=mentions,
            originals=mentions,
            complaints=complaints,
            complaint_authors=complaints,
        )
        start = MONDAY + timedelta(minutes=minute)
        return Observation(
            topic="tea", start=start, completeness=Completeness.COMPLETE, share=1.0, tally=tally, estimated=None
        )

    def test_it_watches_topics_and_its_defaults_are_settings(self) -> None:
        assert self.kind.subject is Subject.TOPIC
        assert self.kind.kind
        assert isinstance(self.settings, self.kind.Settings)
        assert self.kind.Settings() == self.kind.Settings()

    def test_a_missing_minute_is_unknown_and_says_so(self) -> None:
        verdict = self.new().update(MISSING)
        assert verdict.answer is Answer.UNKNOWN
        assert verdict.at == MONDAY
        assert verdict.because

    def test_missing_minutes_leave_the_state_as_it_is(self) -> None:
        rule = self.new()
        for minute in talk(0, 300, seed=5):
            rule.update(minute)
        before = rule.dump()
        for _ in range(30):
            rule.update(MISSING)
        assert rule.dump() == before

    def test_a_verdict_has_the_time_of_its_minute_and_its_figures(self) -> None:
        rule = self.new()
        for number in range(200):
            verdict = rule.update(self.seen(number, 10, 1))
            assert verdict.at == MONDAY + timedelta(minutes=number)
            assert verdict.value is not None
            assert verdict.limit is not None
            assert verdict.unit
            assert verdict.because
            assert "\n" not in verdict.because

    def test_the_same_minutes_give_the_same_bytes(self) -> None:
        first, second = self.new(), self.new()
        for minute in talk(0, 2000, seed=6):
            assert first.update(minute) == second.update(minute)
        assert first.dump() == second.dump()

    def test_a_loaded_rule_goes_on_as_if_it_had_never_stopped(self) -> None:
        whole, parts = self.new(), self.new()
        for number, minute in enumerate(talk(0, 3000, seed=7)):
            if number % 7 == 0:
                state = parts.dump()
                parts = self.kind.load(self.settings, state)
                assert parts.dump() == state
            assert parts.update(minute) == whole.update(minute)

    def test_the_state_is_small_and_plain_json(self) -> None:
        rule = self.new()
        for minute in talk(0, 8 * 1440, seed=8):
            rule.update(minute)
        state = rule.dump()
        assert len(state) < 20_000
        json.loads(state, parse_constant=lambda name: pytest.fail(f"{name} in the state"))

    @pytest.mark.parametrize(
        ("mentions", "complaints"),
        [(0, 0), (1, 1), (10**9, 0), (10**9, 10**9), (10**15, 10**6)],
        ids=["nothing", "only complaints", "huge", "huge, only complaints", "absurd"],
    )
    def test_no_count_breaks_it(self, mentions: int, complaints: int) -> None:
        rule = self.new()
        for number in range(400):
            rule.update(self.seen(number, mentions, complaints))
        for number in range(400, 600):
            verdict = rule.update(self.seen(number, 0, 0))
            assert verdict.answer in (Answer.CLEAR, Answer.BREACH)
            assert verdict.value == verdict.value  # not NaN
        assert self.kind.load(self.settings, rule.dump()).dump() == rule.dump()

    def test_a_breach_began_at_or_before_its_minute(self) -> None:
        rule = self.new()
        began: list[datetime] = []
        for minute in talk(0, 2 * 1440, seed=9, change=lambda n, m: m.times(60, 8) if n > 2000 else m):
            verdict = rule.update(minute)
            if verdict.answer is Answer.BREACH and verdict.began_at is not None:
                assert verdict.began_at <= verdict.at
                began.append(verdict.began_at)
        assert began, "volume and complaints up sixtyfold and more must breach any rule about talk"
