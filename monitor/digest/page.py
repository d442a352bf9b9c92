"""The facts as the lines, cells and figures of a page: what the HTML and the text template both lay out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.digest.facts import Facts, Figure, Incident, Point
from monitor.digest.incidents import COMPLAINTS
from monitor.digest.story import VOLUME, name
from monitor.digest.wording import BEIJING, UNKNOWN, Told, Wording

GAPS = 12  # told one by one
RULES_SPEAK = "en"  # the sentences of rules; the built-in ones are told in other languages by their figures
UNSEEN_FROM = 1.02  # an estimate that is hardly more than what was seen is not told beside it
TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    label: str
    value: str
    notes: tuple[str, ...]
    changes: tuple[Told, ...]
    bad_up: bool = False  # a rise is bad news


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentBox:
    name: str
    state: str
    open: bool
    rows: tuple[tuple[str, str], ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    label: str
    seen: str
    estimated: str
    negative: str
    complaints: str
    coverage: str
    hours: str  # a small bar per hour for plain text


def range_line(facts: Facts, wording: Wording) -> str:
    day, weekday = facts.day.isoformat(), wording.weekday(facts.day)
    if facts.over:
        return wording.say("range", date=day, weekday=weekday)
    return wording.say("range_open", date=day, weekday=weekday, time=f"{facts.until.astimezone(BEIJING):%H:%M}")


# -- headline --------------------------------------------------------------------------------------------------


def cards(facts: Facts, wording: Wording) -> tuple[Card, ...]:
    head = facts.headline
    mentions, share = head.mentions, head.negative_share
    sample = bool(mentions.estimated)
    bound = (wording.say("lower_bound"),) if sample else ()
    blank = not facts.quality.coverage and not mentions.value  # nothing was collected: no figure is known
    return (
        Card(
            label=wording.say("mentions_seen" if sample else "mentions"),
            value=_value(mentions, wording, blank),
            notes=(wording.estimate(mentions.estimated),) if mentions.estimated else (),
            changes=tuple(wording.changes(mentions)),
        ),
        Card(
            label=wording.say("negative_share"),
            value=wording.share(share.value),
            notes=(wording.say("of_judged", n=wording.count(share.of)),) if share.of else (),
            changes=tuple(wording.changes(share)),
            bad_up=True,
        ),
        Card(
            label=wording.say("authors"),
            value=_value(head.authors, wording, blank),
            notes=bound,
            changes=tuple(wording.changes(head.authors)),
        ),
        Card(
            label=wording.say("complaints"),
            value=_value(head.complaints, wording, blank),
            notes=bound,
            changes=tuple(wording.changes(head.complaints)),
            bad_up=True,
        ),
    )


def _value(figure: Figure, wording: Wording, blank: bool) -> str:
    return UNKNOWN if blank else wording.count(figure.value)


def makeup(facts: Facts, wording: Wording) -> tuple[str, ...]:
    head = facts.headline
    if not head.mentions.value:
        return ()
    reach = wording.say("reach_unknown")
    if head.reach.value is not None and head.reach.of:
        reach = wording.say(
            "reach_line",
            reach=wording.count(head.reach.value),
            n=wording.count(head.reach.of),
            share=wording.share(head.reach.of / head.mentions.value),
        )
    counts = {key: wording.count(getattr(head, key)) for key in ("originals", "reposts", "copies")}
    return (wording.say("makeup", **counts), reach)


# -- seven days ------------------------------------------------------------------------------------------------


def day_rows(facts: Facts, wording: Wording) -> tuple[DayRow, ...]:
    highest = max((_volume(point) for point in facts.hours), default=0.0)
    return tuple(
        DayRow(
            label=f"{wording.on(day.day)} {wording.weekday(day.day)}",
            seen=wording.count(day.mentions) if day.known else UNKNOWN,
            estimated=wording.about(day.estimated.mid) if day.estimated else "",
            negative=wording.share(day.negative_share) if day.known else UNKNOWN,
            complaints=wording.count(day.complaints) if day.known else UNKNOWN,
            coverage=wording.share(day.coverage),
            hours="".join(_block(p, highest) for p in facts.hours if p.start.astimezone(BEIJING).date() == day.day),
        )
        for day in facts.days
    )


def _volume(point: Point) -> float:
    return point.estimated.mid if point.estimated else float(point.mentions)


def _block(point: Point, highest: float) -> str:
    """One character: blank for zero, a dot where nothing is known."""
    if not point.known:
        return "·"
    if not _volume(point):
        return " "
    return "▁▂▃▄▅▆▇█"[min(7, int(8 * _volume(point) / highest))]


def chart_alt(points: tuple[Point, ...], title: str, unit: str, wording: Wording) -> str:
    """What the chart says, for those who do not see it."""
    known = [point for point in points if point.known]
    if not known:
        return wording.say("chart_alt_none", title=title)
    top = max(known, key=_volume)
    step = points[1].start - points[0].start if len(points) > 1 else None
    gaps = sum(point.coverage == 0 for point in points)
    return wording.say(
        "chart_alt",
        title=title,
        since=wording.clock(points[0].start),
        until=wording.ending(points[-1].start + step) if step else wording.clock(points[-1].start),
        peak=wording.about(_volume(top)),
        unit=unit,
        at=wording.clock(top.start),
        gaps=wording.duration(gaps * step) if step else UNKNOWN,
    )


# -- incidents -------------------------------------------------------------------------------------------------


def incident_boxes(facts: Facts, wording: Wording) -> tuple[IncidentBox, ...]:
    return tuple(_incident(incident, facts, wording) for incident in facts.incidents)


def _incident(incident: Incident, facts: Facts, wording: Wording) -> IncidentBox:
    ended = incident.resolved_at
    rows = [
        (wording.say("began"), wording.clock(incident.began_at)),
        (wording.say("fired"), wording.clock(incident.fired_at)),
        (wording.say("ended"), wording.clock(ended) if ended else wording.say("open")),
    ]
    lasted = wording.duration((ended or facts.as_of) - incident.began_at)
    rows.append((wording.say("lasted"), lasted if ended else wording.say("so_far", lasted=lasted)))
    own_words = wording.language == RULES_SPEAK or incident.kind not in (COMPLAINTS, VOLUME)
    if incident.first and not own_words:
        fired = incident.fired_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
        rows.append((wording.say("at_firing"), _seen(incident, incident.first, fired, wording)))
    if incident.worst:
        ends = incident.worst.start + TEN_MINUTES
        rows.append((wording.say("worst"), _seen(incident, incident.worst, ends, wording)))
    if incident.categories and incident.kind != VOLUME:
        told = [
            wording.say("category_count", name=wording.named(c.name), n=wording.count(c.mentions), authors=c.authors)
            for c in incident.categories
        ]
        rows.append((wording.say("about"), wording.join(told)))
    if incident.unknown:
        told = [f"{wording.clock(span.since)}–{wording.ending(span.until)}" for span in incident.unknown[:GAPS]]
        rows.append((wording.say("unknown_spans"), wording.join(told)))
    return IncidentBox(
        name=name(incident, wording),
        state=wording.say("resolved" if ended else "open"),
        open=ended is None,
        rows=tuple(rows),
        because=incident.because if own_words else "",
    )


def _seen(incident: Incident, point: Point, ends: datetime, wording: Wording) -> str:
    """What was seen in some minutes of an incident: complaints or mentions, as its rule counts."""
    times = {"since": wording.clock(point.start), "until": wording.ending(ends)}
    if incident.kind == COMPLAINTS:
        share = wording.share(point.complaints / point.mentions if point.mentions else None)
        return wording.say("seen_complaints", **times, n=wording.count(point.complaints), share=share)
    told = wording.say("seen_mentions", **times, n=wording.count(point.mentions))
    if point.estimated is None or point.estimated.mid < point.mentions * UNSEEN_FROM:
        return told
    return told + wording.say("seen_estimated", mid=wording.about(point.estimated.mid))
