"""What people are told of an alert at three in the morning, in the order in which they ask.

How urgent, what and which product; since when; how bad; about what; what users write; whether volume surges too; how
much of it we can see; what to do. Plain functions from values to a `Message`; the channel gives it its form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from monitor.alerts.excerpt import excerpt
from monitor.alerts.matchers import Matcher, Sign
from monitor.alerts.sentences import category_names, coverage_line, figure, how_bad, lasting, surge_line, volume_line
from monitor.alerts.types import Acknowledgement, Alert, Coverage, Message, Occasion, Severity, Volume, most_urgent
from monitor.alerts.wording import WORDINGS, Wording

EXAMPLES = 3
UNSEEN = timedelta(minutes=30)  # an alert that was not judged for longer may be over


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """For whom a message is written. `external_url` is where people reach this service; None: no links to it."""

    language: str = "en"
    time_zone: str = "Asia/Shanghai"
    external_url: str | None = None

    @property
    def wording(self) -> Wording:
        return WORDINGS[self.language]

    def local(self, moment: datetime) -> str:
        return f"{moment.astimezone(ZoneInfo(self.time_zone)):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A post that shows what users write; the text as published, masked when it is shown."""

    text: str
    url: str


def firing_message(
    alert: Alert,
    event_id: str,
    audience: Audience,
    *,
    now: datetime,
    title: str,
    examples: Iterable[Example] = (),
    volume: Volume | None = None,
    coverage: Coverage | None = None,
    runbook: str = "",
    occasion: Occasion = Occasion.BEGUN,
    quiet_until: datetime | None = None,
    holds_back: Sequence[str] = (),
) -> Message:
    """That it fires. `title` is the subject's name for people; what is None is not said.

    `quiet_until`: it is told no earlier; `holds_back`: titles of those whose alerts are not told meanwhile.
    """
    words = audience.wording
    since = alert.breached_at or alert.fired_at or now
    categories = category_names(alert, words)
    lines = [words.occasions[occasion]] if occasion in words.occasions else []
    if quiet_until:
        lines.append(words.held.format(at=audience.local(now), until=audience.local(quiet_until)))
    lines.append(
        words.since.format(
            since=audience.local(since),
            zone=audience.time_zone,
            ago=lasting((alert.fired_at or now) - since, words),
            rule=alert.rule,
        )
    )
    if unseen := _unseen_since(alert, now):
        lines.append(words.unseen.format(since=audience.local(unseen)))
    if told := how_bad(alert, words):
        lines.append(words.how_bad.format(because=told))
    if holds_back:
        lines.append(words.holds_back.format(subjects=words.comma.join(holds_back)))
    if alert.figures is None and alert.value is not None and alert.limit is not None:
        lines.append(words.limit.format(value=figure(alert.value, alert), limit=figure(alert.limit, alert)))
    if categories:
        lines.append(words.categories_line.format(categories=categories))
    if surge := surge_line(alert.figures, words):
        lines.append(surge)
    if volume:
        lines.append(volume_line(volume, words))
    if coverage:
        lines.append(coverage_line(coverage, now, words))
    shown = list(examples)[:EXAMPLES]
    lines += [words.example.format(text=excerpt(example.text), url=example.url) for example in shown]
    lines += [
        words.acknowledge.format(command=acknowledge_command(alert)),
        words.silence.format(command=silence_command(alert)),
    ]
    headline = words.firing.format(
        severity=words.severities[alert.severity],
        what=words.kinds.get(alert.kind, alert.kind),
        subject=title,
        categories=words.about.format(categories=categories) if categories else "",
        since=audience.local(since),
    )
    return _message(alert, event_id, "firing", headline, lines, now, _links(alert, audience, runbook))


def resolved_message(
    alert: Alert, event_id: str, audience: Audience, *, now: datetime, title: str, total: int | None, runbook: str = ""
) -> Message:
    """That it is over; `total` complaints (of an alert about them) or mentions were seen meanwhile, None: not said."""
    words = audience.wording
    since = alert.breached_at or alert.fired_at or now
    until = alert.cleared_at or alert.resolved_at or now
    lasted = lasting(until - since, words)
    times = {"since": audience.local(since), "until": audience.local(until), "zone": audience.time_zone}
    lines = [words.lasted.format(**times, lasted=lasted, rule=alert.rule)]
    if alert.peak is not None and alert.limit is not None:
        lines.append(words.peak.format(peak=figure(alert.peak, alert), limit=figure(alert.limit, alert)))
    if total is not None:
        counted = words.complaints_total if alert.kind == "complaint-share" else words.mentions_total
        lines.append(counted.format(total=f"{total:,}"))
    headline = words.resolved.format(what=words.kinds.get(alert.kind, alert.kind), subject=title, lasted=lasted)
    return _message(alert, event_id, "resolved", headline, lines, now, _links(alert, audience, runbook))


def acknowledged_message(
    alert: Alert, event_id: str, audience: Audience, said: Acknowledgement, *, title: str
) -> Message:
    """That somebody has taken it on."""
    words = audience.wording
    what = words.kinds.get(alert.kind, alert.kind)
    headline = words.acknowledged.format(what=what, subject=title, author=said.author)
    lines = [words.acknowledged_at.format(at=audience.local(said.at), zone=audience.time_zone, author=said.author)]
    if said.comment:
        lines.append(words.comment.format(comment=said.comment))
    return _message(alert, event_id, "acknowledged", headline, lines, said.at, _links(alert, audience, ""))


def grouped_message(messages: Sequence[Message], event_id: str, audience: Audience) -> Message:
    """Several alerts of one group as one message: what each says, the most urgent first."""
    words = audience.wording
    ordered = sorted(messages, key=lambda message: (message.event == "resolved", message.severity.rank))
    firing = [message for message in ordered if message.event != "resolved"]
    lines: list[str] = []
    for message in ordered:
        lines += [message.title, *message.lines]
    shared = dict(set.intersection(*(set(message.labels.items()) for message in messages)))
    return Message(
        event_id=event_id,
        event=ordered[0].event,
        severity=most_urgent(*(message.severity for message in firing or ordered)),
        title=words.grouped.format(first=ordered[0].title, others=len(messages) - 1),
        lines=tuple(lines),
        labels=shared,
        at=max((message.at for message in messages if message.at), default=None),
        links={label: url for message in reversed(ordered) for label, url in message.links.items()},
        facts={"alerts": [dict(message.facts) for message in ordered]},
    )


def acknowledge_command(alert: Alert) -> str:
    return f"monitor alerts ack {alert.key} --by NAME"


def silence_command(alert: Alert) -> str:
    """Of this rule on this subject, for two hours."""
    label = next((each for each in ("topic", "source") if each in alert.labels), "failing")
    named = [Matcher(each, Sign.EQUAL, alert.all_labels[each]) for each in ("rule", label) if each in alert.all_labels]
    conditions = " ".join(f"'{each}'" if '"' in str(each) else str(each) for each in named)
    return f"monitor silence add {conditions} --for 2h --by NAME"


def failing_channel_message(
    channel: str, event_id: str, audience: Audience, *, now: datetime, error: str, attempts: int
) -> Message:
    """That another channel does not deliver."""
    words = audience.wording
    return Message(
        event_id=event_id,
        event="channel",
        severity=Severity.WARN,
        title=words.failing_title.format(channel=channel),
        lines=(
            words.failing_why.format(error=error),
            words.failing_waiting.format(attempts=attempts, channel=channel),
        ),
        labels={"channel": channel},
        at=now,
    )


def _message(
    alert: Alert, event_id: str, event: str, title: str, lines: list[str], now: datetime, links: Mapping[str, str]
) -> Message:
    facts = {
        "alert": alert.key,
        "rule": alert.rule,
        "kind": alert.kind,
        "subject": alert.subject,
        "value": alert.value,
        "peak": alert.peak,
        "limit": alert.limit,
        "unit": alert.unit,
        "because": alert.because,
        "figures": asdict(alert.figures) if alert.figures else None,
        "version": alert.version,
        "breached_at": _iso(alert.breached_at),
        "fired_at": _iso(alert.fired_at),
        "resolved_at": _iso(alert.resolved_at),
    }
    return Message(
        event_id=event_id,
        event=event,
        severity=alert.severity,
        title=title,
        lines=tuple(lines),
        labels=alert.all_labels,
        at=now,
        links=links,
        facts=facts,
    )


def _unseen_since(alert: Alert, now: datetime) -> datetime | None:
    """Since when nobody knows whether it still fires; None: it was seen lately."""
    if alert.unknown_since:
        return alert.unknown_since
    return alert.judged_at if alert.judged_at and now - alert.judged_at > UNSEEN else None


def _links(alert: Alert, audience: Audience, runbook: str) -> dict[str, str]:
    links = {audience.wording.runbook: runbook} if runbook else {}
    if audience.external_url:
        links[audience.wording.alert_link] = f"{audience.external_url}/alerts/{quote(alert.key, safe='')}"
    return links


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
