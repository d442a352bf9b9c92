"""A backtest as one HTML file that needs nothing beside it: each topic over time, with alerts and labels shaded."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from monitor.backtest.labels import Incident
from monitor.backtest.replay import Episode, Period, Point, Replayed
from monitor.digest.charts import EDGE, FAINT, FONT, GAP, INCIDENT, INK, LINE, NEGATIVE, OTHER
from monitor.digest.svg import Drawing

WIDTH, HEIGHT = 960, 250  # pixels
CLEAR = "rgba(217, 230, 210, 0.35)"  # what lies under a label shows through
NAMED = 8  # times along the axis
Option = dict[str, Any]


def page(told: Sequence[Replayed], period: Period, zone: ZoneInfo, lines: Sequence[str]) -> str:
    """The document: `lines` are what the command told, a chart of each topic that was judged stands over them."""
    drawing = Drawing()
    charts = [
        (
            f"{each.topic.title or each.topic.name}: mentions seen, per {_length(period)}",
            Markup(drawing.svg(option(each, period, zone), WIDTH, HEIGHT)),
        )
        for each in told
        if each.minutes
    ]
    return _templates().get_template("backtest.html").render(charts=charts, lines=lines, font=FONT)


def option(told: Replayed, period: Period, zone: ZoneInfo) -> Option:
    """The ECharts option. Shaded over the full height: alerts as configured, labels and gaps hatched."""
    starts = [period.since + period.step * number for number in range(slots(period))]
    points = [told.points.get(start, Point()) for start in starts]
    alerts = [e for r in told.replays if r.variant.configured for e in r.episodes]
    every = max(1, len(starts) // NAMED)
    form = "%m-%d %H:%M" if period.step.days < 1 else "%Y-%m-%d"
    axis = {
        "type": "category",
        "data": [f"{start.astimezone(zone):{form}}" for start in starts],
        "axisLine": {"lineStyle": {"color": EDGE}},
        "axisTick": {"show": False},
        "axisLabel": {"interval": every - 1, "color": INK, "fontSize": 11},
    }
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "fontSize": 11},
        "legend": {"left": 0, "top": 0, "itemWidth": 14, "itemHeight": 10, "itemGap": 28, "textStyle": {"color": INK}},
        "grid": [{"left": 52, "right": 12, "top": 34, "height": 170}],
        "xAxis": [axis, axis | {"show": False}],  # the second for what is shaded: its bars take the whole width
        "yAxis": [
            {"type": "value", "minInterval": 1, "splitLine": {"lineStyle": {"color": LINE}}},
            {"type": "value", "min": 0, "max": 1, "show": False},
        ],
        "series": [
            _shade("alert", INCIDENT, _during(starts, period, _fired(alerts, period))),
            _shade("labelled incident", CLEAR, _during(starts, period, _labelled(told.covered)), hatch=0.785),
            _shade("not collected", GAP, [point.minutes == 0 or point.seen == 0 for point in points], hatch=-0.785),
            _bars("complaints", NEGATIVE, [point.complaints for point in points]),
            _bars("other mentions", OTHER, [point.mentions - point.complaints for point in points]),
        ],
    }


def slots(period: Period) -> int:
    return -((period.since - period.until) // period.step)


def _labelled(covered: Mapping[Incident, int]) -> list[tuple[datetime, datetime]]:
    return [(incident.starts_at, incident.ends_at) for incident in covered]


def _fired(alerts: Sequence[Episode], period: Period) -> list[tuple[datetime, datetime]]:
    return [(each.fired_at, each.alert.resolved_at or period.until) for each in alerts]


def _during(starts: Sequence[datetime], period: Period, spans: Sequence[tuple[datetime, datetime]]) -> list[bool]:
    return [any(start < until and since < start + period.step for since, until in spans) for start in starts]


def _shade(name: str, color: str, shown: Sequence[bool], *, hatch: float | None = None) -> Option:
    decal = {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [1, 4], "rotation": hatch, "color": FAINT}
    return {
        "type": "bar",
        "name": name,
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "barWidth": "104%",
        "barGap": "-100%",
        "z": 0,
        "silent": True,
        "data": [1 if each else None for each in shown],
        "itemStyle": {"color": color} | ({} if hatch is None else {"decal": decal}),
    }


def _bars(name: str, color: str, counts: Sequence[int]) -> Option:
    return {
        "type": "bar",
        "name": name,
        "stack": "mentions",
        "barCategoryGap": "12%",
        "z": 3,
        "silent": True,
        "data": [count or None for count in counts],
        "itemStyle": {"color": color},
    }


def _length(period: Period) -> str:
    minutes = round(period.step.total_seconds() / 60)
    return {60: "hour", 360: "6 hours", 1440: "day", 10_080: "week"}.get(minutes, f"{minutes} minutes")


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("monitor.backtest"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
