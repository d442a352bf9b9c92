"""The evidence of one alert: what was judged with which figures, what it became, who was told, and which posts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analysis.rules.rule import Verdict
from monitor.alerts.excerpt import excerpt
from monitor.alerts.standing import Seen, standings
from monitor.alerts.teller import COMPLAINTS, SPAN
from monitor.alerts.types import Alert, Telling, Transition
from monitor.config import Config
from monitor.store.store import Selection, Store, StoredPost

MOST_POSTS = 50
MOST_LINES = 30  # evaluations shown in text; the JSON has all


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    seen: Seen
    settings: str  # of the rule as it is configured now
    transitions: Sequence[Transition]
    evaluations: Sequence[Verdict]
    tellings: Sequence[Telling]
    posts: Sequence[StoredPost]  # newest first, MOST_POSTS at most

    def as_json(self) -> dict[str, Any]:
        alert = self.seen.alert
        said = self.seen.said
        return {
            **self.seen.as_json(),
            "episode": alert.episode,
            "value": alert.value,
            "peak": alert.peak,
            "limit": alert.limit,
            "unit": alert.unit,
            "version": alert.version,
            "settings": self.settings,
            "acknowledgement": said and {"author": said.author, "at": said.at.isoformat(), "comment": said.comment},
            "transitions": [
                {"at": t.at.isoformat(), "before": t.before, "after": t.after, "because": t.because}
                for t in self.transitions
            ],
            "evaluations": [_evaluation(verdict) for verdict in self.evaluations],
            "told": [
                {
                    "event_id": t.event_id,
                    "event": t.event,
                    "channel": t.channel,
                    "recipient": t.recipient,
                    "at": t.created_at.isoformat(),
                    "state": _delivery_state(t),
                }
                for t in self.tellings
            ],
            "posts": [
                {
                    "key": each.post.key,
                    "url": each.post.url,
                    "at": each.post.published_at.isoformat(),
                    "categories": list(each.categories),
                    "text": excerpt(each.post.text),
                }
                for each in self.posts
            ],
        }

    def as_text(self, zone: ZoneInfo) -> str:
        alert = self.seen.alert

        def clock(at: datetime) -> str:
            return f"{at.astimezone(zone):%m-%d %H:%M}"

        lines = [
            self.seen.as_text(zone),
            "",
            f"rule      {alert.kind}, version {alert.version or '-'}, {self.settings}",
        ]
        lines += [f"labels    {', '.join(f'{name}={value}' for name, value in sorted(alert.labels.items()))}"]
        if said := self.seen.said:
            lines.append(f"taken on  {clock(said.at)} by {said.author}{': ' + said.comment if said.comment else ''}")
        lines += ["", "became"]
        lines += [f"  {clock(t.at)}  {t.before} → {t.after}: {t.because}" for t in self.transitions]
        lines += ["", f"evaluations ({len(self.evaluations)})"]
        shown = self.evaluations[-MOST_LINES:]
        if len(shown) < len(self.evaluations):
            lines.append(f"  … {len(self.evaluations) - len(shown)} earlier ones: --json shows all")
        for verdict in shown:
            figures = f"{verdict.value:.4g} of {verdict.limit:.4g} {verdict.unit}" if _measured(verdict) else ""
            lines.append(f"  {clock(verdict.at)}  {verdict.answer.upper():7} {figures:22} {verdict.because}")
        lines += ["", "told"]
        lines += [
            f"  {clock(t.created_at)}  {t.event:12} {t.channel}{' ' + t.recipient if t.recipient else ''}: "
            f"{_delivery_state(t)}"
            for t in self.tellings
        ] or ["  nobody"]
        lines += ["", f"posts ({len(self.posts)}{' newest' if len(self.posts) == MOST_POSTS else ''})"]
        lines += [
            f"  {clock(each.post.published_at)}  {each.post.key}  {','.join(each.categories)}  "
            f"{excerpt(each.post.text)}  {each.post.url}"
            for each in self.posts
        ] or ["  none: the alert is about no topic, or nothing is stored of that time"]
        return "\n".join(lines)


def casebook(store: Store, config: Config, alert: Alert, now: datetime) -> Case:
    rule = next((each for each in config.rules if each.name == alert.rule), None)
    (seen,) = standings(store, config, [alert], now)
    return Case(
        seen=seen,
        settings=repr(rule.settings) if rule else "not configured any more",
        transitions=store.transitions(alert.key),
        evaluations=store.evidence(alert.key),
        tellings=store.tellings([alert.key]),
        posts=tuple(_posts(store, alert)),
    )


def _posts(store: Store, alert: Alert) -> list[StoredPost]:
    """Complaints where the alert is about them, else mentions, from its beginning to its end."""
    topic = alert.labels.get("topic")
    since = alert.breached_at or alert.fired_at
    if topic is None or since is None:
        return []
    until = (alert.cleared_at or alert.resolved_at or alert.judged_at or since) + timedelta(minutes=1)
    chosen = []
    for each in store.posts(Selection(topic=topic, since=min(since, until - SPAN), until=until, newest_first=True)):
        if each.categories or alert.kind != COMPLAINTS:
            chosen.append(each)
        if len(chosen) == MOST_POSTS:
            break
    return chosen


def _measured(verdict: Verdict) -> bool:
    return verdict.value is not None and verdict.limit is not None


def _evaluation(verdict: Verdict) -> dict[str, Any]:
    return {
        "at": verdict.at.isoformat(),
        "answer": verdict.answer.value,
        "value": verdict.value,
        "limit": verdict.limit,
        "unit": verdict.unit,
        "urgency": verdict.urgency.value if verdict.urgency else None,
        "version": verdict.version,
        "because": verdict.because,
        "labels": dict(verdict.labels),
        "figures": asdict(verdict.figures) if verdict.figures else None,
    }


def _delivery_state(telling: Telling) -> str:
    if telling.dead:
        return "given up"
    return "delivered" if telling.delivered else "waits"
