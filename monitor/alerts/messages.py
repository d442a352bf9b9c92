"""What people are told of an alert at three in the morning, in the order in which they ask.

How urgent, what and which product; since when; how bad; about what; what users write; whether volume surges too; how
much of it we can see; what to do. Plain functions from values to a `Message`; the channel gives it its form.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from analysis.series import Estimate
from monitor.alerts.excerpt import excerpt
from monitor.alerts.types import Alert, Message, Severity
from monitor.alerts.wording import WORDINGS, Wording

EXAMPLES = 3


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Mentions of the last `span`; `before` those seen in as long a time just before it. None: nothing was covered."""

    span: timedelta
    seen: int | None
    estimated: Estimate | None = None  # where `seen` is a sample
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much can be seen: sources that went well at their last visit, and the age of the newest post."""

    working: int
    sources: int
    newest_post_at: datetime | None


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
) -> Message:
    """That it fires. `title` is the subject's name for people; what is None is not said."""
    words = audience.wording
    since = alert.breached_at or alert.fired_at or now
    categories = _categories(alert, words)
    lines = [
        words.since.format(
            since=audience.local(since),
            zone=audience.time_zone,
            ago=_lasting((alert.fired_at or now) - since, words),
            rule=alert.rule,
        )
    ]
    if alert.because:
        lines.append(words.how_bad.format(because=alert.because))
    if alert.value is not None and alert.limit is not None:
        lines.append(words.limit.format(value=_figure(alert.value, alert), limit=_figure(alert.limit, alert)))
    if categories:
        lines.append(words.categories_line.format(categories=categories))
    if volume:
        lines.append(_volume_line(volume, words))
    if coverage:
        lines.append(_coverage_line(coverage, now, words))
    shown = list(examples)[:EXAMPLES]
    lines += [words.example.format(text=excerpt(example.text), url=example.url) for example in shown]
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
    lasted = _lasting(until - since, words)
    times = {"since": audience.local(since), "until": audience.local(until), "zone": audience.time_zone}
    lines = [words.lasted.format(**times, lasted=lasted, rule=alert.rule)]
    if alert.peak is not None and alert.limit is not None:
        lines.append(words.peak.format(peak=_figure(alert.peak, alert), limit=_figure(alert.limit, alert)))
    if total is not None:
        counted = words.complaints_total if alert.kind == "complaint-share" else words.mentions_total
        lines.append(counted.format(total=f"{total:,}"))
    headline = words.resolved.format(what=words.kinds.get(alert.kind, alert.kind), subject=title, lasted=lasted)
    return _message(alert, event_id, "resolved", headline, lines, now, _links(alert, audience, runbook))


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
        labels={**alert.labels, "rule": alert.rule, "kind": alert.kind, "severity": alert.severity.value},
        at=now,
        links=links,
        facts=facts,
    )


def _links(alert: Alert, audience: Audience, runbook: str) -> dict[str, str]:
    links = {audience.wording.runbook: runbook} if runbook else {}
    if audience.external_url:
        links[audience.wording.alert_link] = f"{audience.external_url}/alerts/{quote(alert.key, safe='')}"
    return links


def _categories(alert: Alert, words: Wording) -> str:
    keys = [key for key in alert.labels.get("categories", "").split(",") if key]
    return words.comma.join(words.categories.get(key, key) for key in keys)


def _volume_line(volume: Volume, words: Wording) -> str:
    span = _lasting(volume.span, words)
    if volume.seen is None:
        return words.volume_unknown.format(span=span)
    text = words.volume_seen.format(seen=f"{volume.seen:,}", span=span)
    if estimate := volume.estimated:
        bounds = {"low": f"{estimate.low:,.0f}", "mid": f"{estimate.mid:,.0f}", "high": f"{estimate.high:,.0f}"}
        text = words.volume_estimated.format(seen=f"{volume.seen:,}", span=span, **bounds)
    if volume.before is not None:
        text += words.volume_before.format(before=f"{volume.before:,}")
    return text


def _coverage_line(coverage: Coverage, now: datetime, words: Wording) -> str:
    text = words.coverage.format(working=coverage.working, sources=coverage.sources)
    if coverage.newest_post_at is None:
        return text + words.no_newest
    return text + words.newest.format(age=_lasting(now - coverage.newest_post_at, words))


def _lasting(time: timedelta, words: Wording) -> str:
    minutes = max(0, round(time.total_seconds() / 60))
    if minutes < 60:
        return words.minutes.format(n=minutes)
    if minutes < 24 * 60:
        return words.hours.format(h=minutes // 60, m=minutes % 60)
    return words.days.format(d=minutes // 1440, h=minutes % 1440 // 60)


def _figure(value: float, alert: Alert) -> str:
    """With its unit; a share from 0 to 1 as a percentage."""
    if alert.unit.startswith("share"):
        return f"{value:.1%}"
    return f"{value:,.4g} {alert.unit}".rstrip()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
