"""Rule tests run: through the rule and the lifecycle that judge live minutes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from analysis.rules.rule import TopicRule, Verdict
from collectors.registry import load
from monitor.alerts.minutes import MINUTE, TopicJudging
from monitor.config import TopicConfig
from monitor.rule_tests.cases import Case, Cases, Expected, VerdictTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    case: Case
    differences: tuple[str, ...]  # lines for a person; none: it holds

    @property
    def holds(self) -> bool:
        return not self.differences


def run(cases: Cases) -> Iterator[Outcome]:
    for case in cases.cases:
        yield Outcome(case=case, differences=tuple(_differences(case, cases)))


def _differences(case: Case, cases: Cases) -> Iterator[str]:
    kind: type[TopicRule] = load("trend_monitor.rules", case.rule.kind)
    topic = TopicConfig(name=case.observations[0].topic, any=("tested",))
    calendar, zone = (cases.config.calendar, cases.config.time_zone) if cases.config else ((), "Asia/Shanghai")
    judging = TopicJudging(case.rule, kind, topic, None, calendar=calendar, time_zone=zone)
    wanted = {each.at: each for each in case.verdicts}
    verdicts: dict[int, Verdict] = {}
    got: list[tuple[Expected, str]] = []
    if judging.begin(None):
        start = case.observations[0].start
        for number, seen in enumerate(case.observations):
            verdict = judging.take(seen)
            if number in wanted:
                verdicts[number] = verdict
            for change in judging.course.transitions:
                alert = judging.course.changed[change.alert]
                minute = (change.at - start) // MINUTE
                got.append((Expected(minute=minute, state=change.after, severity=alert.severity), change.because))
            judging.course.transitions.clear()
            judging.course.verdicts.clear()
            judging.course.changed.clear()
    if judging.failure:
        yield f"the rule failed: {judging.failure}"
    if case.transitions is not None:
        yield from _transitions(case.transitions, got)
    for each in case.verdicts:
        if each.at in verdicts:
            yield from _verdict(each, verdicts[each.at])


def _transitions(expected: Sequence[Expected], got: Sequence[tuple[Expected, str]]) -> Iterator[str]:
    pairs = list(zip_longest(expected, got))
    if all(want and have and _meets(want, have[0]) for want, have in pairs):
        return
    yield f"transitions:  {'expected':26}got"
    for want, have in pairs:
        same = want and have and _meets(want, have[0])
        told = f"{have[0]}: {have[1]}" if have else "(none)"
        yield f"  {' ' if same else '≠'}           {want or '(none)'!s:26}{told}"


def _meets(want: Expected, have: Expected) -> bool:
    return (want.minute, want.state) == (have.minute, have.state) and want.severity in (None, have.severity)


def _verdict(want: VerdictTest, have: Verdict) -> Iterator[str]:
    value = have.value
    wrong = [
        f"answer {want.answer}" if want.answer and have.answer != want.answer else "",
        f"because with {want.because!r}" if want.because not in have.because else "",
        f"a value above {want.above:g}" if want.above is not None and not (value or 0.0) > want.above else "",
        f"a value below {want.below:g}" if want.below is not None and not (value or 0.0) < want.below else "",
    ]
    if any(wrong):
        shown = "none" if value is None else f"{value:g} {have.unit}".strip()
        yield f"verdict on minute {want.at}: expected {', '.join(filter(None, wrong))}"
        yield f"              got {have.answer}, value {shown}: {have.because}"
