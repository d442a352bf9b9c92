"""The message that tries a channel out: marked as a test, and with all that a real one has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.messages import Audience
from monitor.alerts.types import Message, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    title: str
    lines: tuple[str, ...]


WORDS: Mapping[str, _Words] = {
    "en": _Words(
        title="[TEST] Trend Monitor reaches {channel}",
        lines=(
            "This is a test, asked for by hand at {at} ({zone}). Nothing has happened, and nothing is to be done.",
            "Alerts that are routed to {channel} will look like this one.",
        ),
    ),
    "zh": _Words(
        title="【测试】Trend Monitor 已连通 {channel}",
        lines=(
            "这是一条测试消息，由人工于 {at}（{zone}）发出。没有发生任何异常，无需处理。",
            "路由到 {channel} 的告警会以这种形式出现。",
        ),
    ),
}


def trial_message(channel: str, audience: Audience, *, now: datetime) -> Message:
    """`now` is in its id: every test is a message of its own."""
    words = WORDS[audience.language]
    given = {"channel": channel, "at": audience.local(now), "zone": audience.time_zone}
    return Message(
        event_id=f"test:{channel}:{now:%Y-%m-%dT%H:%M:%S.%fZ}",
        event="test",
        severity=Severity.NOTE,
        title=words.title.format(**given),
        lines=tuple(line.format(**given) for line in words.lines),
        labels={"channel": channel},
        at=now,
        links={audience.wording.alert_link: audience.external_url} if audience.external_url else {},
    )
