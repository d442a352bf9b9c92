"""Messages on one alert as the teller makes them, for channels that open and close incidents."""

from datetime import timedelta

from monitor.alerts.messages import Audience, firing_message, resolved_message
from monitor.alerts.types import Alert, Message, Severity, State
from tests.contracts.channel_contract import AT


def alert(episode: int = 1, categories: str = "payment") -> Alert:
    return Alert(
        fingerprint="89abcdef01234567",
        episode=episode,
        rule="complaints",
        kind="complaint-share",
        subject="tea",
        severity=Severity.PAGE,
        state=State.FIRING,
        labels={"topic": "tea", "owner": "brand", "categories": categories, "team-名": "a"},
        breached_at=AT - timedelta(minutes=4),
        fired_at=AT,
        value=11.0,
        limit=9.0,
        unit="nats",
        because="41 complaints by 38 authors in 7 min",
    )


AUDIENCE = Audience(external_url="https://m.example")


def fires(episode: int = 1, categories: str = "payment") -> Message:
    told = alert(episode, categories)
    return firing_message(
        told, f"{told.key}:firing:c:", AUDIENCE, now=AT, title="奶茶", runbook="https://wiki.example/r"
    )


def is_over(episode: int = 1, categories: str = "payment,slow") -> Message:
    told = alert(episode, categories)
    return resolved_message(told, f"{told.key}:resolved:c:", AUDIENCE, now=AT, title="奶茶", total=120)
