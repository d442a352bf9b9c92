"""Small visits for tests of stores: everything that a test does not name has a plain value."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from analysis.annotation import Annotation, Complaint, Hashtag, Match
from analysis.series import Tally
from collectors.post import Post
from collectors.stretch import Rate, Stretch
from monitor.alerts.types import Alert, Message, Severity, State, Transition
from monitor.store.store import Decider, Judgement, NewDelivery, StoredMention, Visit, WatchedTopic

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Beijing
TEA = WatchedTopic(name="tea", definition="d1")
WEB = Decider(topic="tea", query="#tea#", source="web", target="#tea#")


def at(minutes: float) -> datetime:
    """`minutes` after START."""
    return START + timedelta(minutes=minutes)


def post(number: int | str, minute: float = 0.0, **changes: Any) -> Post:
    fields: dict[str, Any] = {
        "platform": "weibo",
        "native_id": str(number),
        "url": f"https://example.test/{number}",
        "text": f"text {number}",
        "published_at": at(minute),
        "collected_at": at(minute + 1),
        "author_id": f"author-{number}",
    }
    return Post(**{**fields, **changes})


def note(
    topics: Iterable[str] = ("tea",),
    *,
    categories: Iterable[str] = (),
    polarity: float | None = None,
    fingerprint: int = 0,
    sketch: bytes = b"",
    hashtags: Iterable[str] = (),
    tokens: Iterable[str] = ("奶茶", "排队"),
    version: str = "v1",
) -> Annotation:
    return Annotation(
        normal="text",
        tokens=tuple(tokens),
        hashtags=tuple(Hashtag(key=tag.lower(), spelling=tag, start=0, end=1) for tag in hashtags),
        matches=tuple(Match(topic=topic, term="奶茶", start=2, end=4) for topic in topics),
        complaints=tuple(Complaint(category=name, term="卡", start=1, end=2) for name in categories),
        polarity=polarity,
        fingerprint=fingerprint,
        sketch=sketch,
        version=version,
    )


def visit(
    slot: str,
    posts: Sequence[Post | tuple[Post, Annotation]] = (),
    *,
    seen: Sequence[tuple[float, float] | tuple[float, float, float] | Stretch] = (),
    asked: tuple[float, float] | None = None,
    mark: float | None = None,
    now: float | None = None,
    source: str = "web",
    target: str = "#tea#",
    **changes: Any,
) -> Visit:
    """A visit. `seen` are stretches in minutes after START, (from, until) complete or (from, until, share) sampled."""
    pairs = [each if isinstance(each, tuple) else (each, note()) for each in posts]
    stretches = tuple(each if isinstance(each, Stretch) else stretch(*each) for each in seen)
    asked = asked or (0, mark or 0)
    fields: dict[str, Any] = {
        "slot": slot,
        "source": source,
        "target": target,
        "platform": "weibo",
        "at": at(now if now is not None else asked[1]),
        "asked_from": at(asked[0]),
        "asked_until": at(asked[1]),
        "posts": tuple(one for one, _ in pairs),
        "annotations": tuple(annotation for _, annotation in pairs),
        "stretches": stretches,
        "watermark": None if mark is None else at(mark),
        "pages": 1,
    }
    return Visit(**{**fields, **changes})


def stretch(start: float, end: float, share: float = 1.0, rate: tuple[float, float, float] | None = None) -> Stretch:
    rates = None if rate is None else Rate(low=rate[0], mid=rate[1], high=rate[2])
    return Stretch(starts_at=at(start), ends_at=at(end), share=share, rate=rates)


def tally_of(mentions: Iterable[StoredMention]) -> Tally:
    """The counts of mentions, in the plainest words."""
    found = list(mentions)
    millis = [round(m.polarity * 1000) for m in found if m.polarity is not None]
    reach = [m.followers for m in found if m.followers is not None]
    return Tally(
        mentions=len(found),
        authors=len({(m.platform, m.author_id) for m in found if m.author_id}),
        originals=len([m for m in found if m.original]),
        complaints=len([m for m in found if m.categories]),
        complaint_authors=len({(m.platform, m.author_id) for m in found if m.author_id and m.categories}),
        negative=len([p for p in millis if p < 0]),
        neutral=len([p for p in millis if p == 0]),
        positive=len([p for p in millis if p > 0]),
        polarity_sum=sum(millis),
        reach=sum(reach),
        reach_known=len(reach),
    )


def alert(state: State = State.FIRING, episode: int = 1, **changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "fingerprint": "f1",
        "episode": episode,
        "rule": "complaints",
        "kind": "complaint-share",
        "subject": "tea",
        "severity": Severity.PAGE,
        "state": state,
        "labels": {"topic": "tea"},
        "breached_at": at(1),
        "judged_at": at(2),
        "value": 0.5,
    }
    return Alert(**{**fields, **changes})


def delivery(event_id: str, minute: float = 0.0, *, event: str = "firing", of: str | None = "f1:1") -> NewDelivery:
    message = Message(
        event_id=event_id,
        event=event,
        severity=Severity.PAGE,
        title="下单失败",
        lines=("one", "two"),
        labels={"topic": "tea"},
        at=at(minute),
        facts={"count": 3, "share": 0.5},
    )
    return NewDelivery(alert=of, channel="chat", recipient="ops", message=message, next_attempt_at=at(minute))


def judgement(until: float, *alerts: Alert, state: bytes = b"s", **changes: Any) -> Judgement:
    transitions = tuple(
        Transition(alert=a.key, at=at(until), before=State.PENDING, after=a.state, because="share 50 %") for a in alerts
    )
    fields: dict[str, Any] = {
        "rule": "complaints",
        "subject": "tea",
        "judged_until": at(until),
        "state": state,
        "alerts": alerts,
        "transitions": transitions,
    }
    return Judgement(**{**fields, **changes})
