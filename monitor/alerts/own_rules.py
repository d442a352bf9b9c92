"""The two rules that judge what the others say: does a rule work at all, and is it one brand or the whole platform?

They need no configuration, and go the way of every other alert: lifecycle, routes, outbox.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from analysis.rules.rule import Answer, Verdict
from monitor.alerts.types import PLATFORM_ELEVATED, RULE_FAILING, Severity
from monitor.config import RuleConfig
from monitor.store.store import RuleState

FAILING = RuleConfig(name=RULE_FAILING, kind=RULE_FAILING, severity=Severity.WARN, keep_firing_s=300)
ELEVATED = RuleConfig(name=PLATFORM_ELEVATED, kind=PLATFORM_ELEVATED, severity=Severity.WARN, keep_firing_s=600)
PLATFORM = "platform"  # the subject of the second
CONTROL = "control"  # label of alerts on control topics: they are compared with, and told to nobody
MOST = 0.5  # more than this share of the control topics
STALE = timedelta(minutes=30)  # a control topic that was judged no later than that ago says nothing of now


def failing_subject(rule: str, subject: str) -> str:
    return f"{rule} on {subject}"


def rule_failing(rule: str, subject: str, reason: str, at: datetime) -> Verdict:
    """`reason` is why it failed; empty: it works."""
    where = failing_subject(rule, subject)
    if reason:
        return Verdict(at=at, answer=Answer.BREACH, because=f"{where} judges nothing: {reason}")
    return Verdict(at=at, answer=Answer.CLEAR, because=f"{where} judges again")


def platform_elevated(controls: Mapping[str, Sequence[RuleState]], at: datetime) -> Verdict:
    """`controls`: title of each control topic → where the complaint rules on it stand.

    A breach where most of them complain more than usual; unknown where those that nobody can see could decide it.
    """
    answers = {title: _answer(states, at) for title, states in controls.items()}
    loud = [title for title, answer in answers.items() if answer is Answer.BREACH]
    unseen = sum(answer is Answer.UNKNOWN for answer in answers.values())
    share = len(loud) / len(controls)
    because = f"{len(loud)} of {len(controls)} control topics complain more than usual"
    if loud:
        because += f" ({', '.join(loud)})"
    if unseen:
        because += f", {unseen} cannot be judged"
    if share > MOST:
        answer, because = Answer.BREACH, f"the whole platform is elevated: {because}"
    else:
        answer = Answer.UNKNOWN if (len(loud) + unseen) / len(controls) > MOST else Answer.CLEAR
    return Verdict(
        at=at, answer=answer, because=because, value=round(share, 3), limit=MOST, unit="share of control topics"
    )


def _answer(states: Sequence[RuleState], at: datetime) -> Answer:
    seen = [
        s for s in states if s.judged_until and at - s.judged_until <= STALE and not (s.alert and s.alert.unknown_since)
    ]
    if any(state.alert and state.alert.fires for state in states):
        return Answer.BREACH
    return Answer.CLEAR if seen else Answer.UNKNOWN
