"""The charts of a digest as ECharts options: plain data, drawn by `svg` here and by the browser elsewhere.

What was seen is solid, what is estimated beside it pale and hatched, what was not collected a hatched column over the
full height: told apart by tone and pattern, not by colour alone. Shaded are alerts about complaints: what a surge of
volume is, the bars show themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.digest.facts import Facts, Incident, Point
from monitor.digest.incidents import COMPLAINTS
from monitor.digest.wording import BEIJING, Wording

INK, FAINT, LINE, EDGE = "#56616f", "#7b8591", "#e3e7ec", "#b9c0c9"
OTHER, NEGATIVE, ESTIMATED, INCIDENT, GAP = "#8fb0d3", "#b23a2a", "#dbe6f2", "#f9e4de", "#f1f2f4"
LEFT, RIGHT = 44, 8  # pixels beside the plot
NARROW, ONE_LINE, LEGEND_LINE = 480, 3, 18  # below that width, so many names fit on one line of the legend
NEAR_EDGE = 0.2  # of the width: a label there would not fit if it were centred
LABEL = 84  # pixels that the times of an incident take above the plot
FONT = (
    "system-ui, -apple-system, 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans SC', "
    "'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
)
FEW = 20  # mentions below which a share of them is not drawn
UNSEEN = 0.5  # an interval of which less was collected is drawn as a gap

Option = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Points of equal length from `since` on; `slots` of them, so that a day that is not over keeps its width."""

    points: Sequence[Point]
    since: datetime
    step: timedelta
    slots: int
    labels: Mapping[int, str]  # slot → what stands under it
    every: int  # slots between two labels
    unit: str
    incidents: Sequence[tuple[Incident, str]]
    watched_since: datetime | None

    def slot(self, at: datetime) -> int:
        return (at - self.since) // self.step


def week(facts: Facts, wording: Wording) -> Chart:
    """Seven days by hour."""
    since = facts.hours[0].start
    days = [since + timedelta(days=number) for number in range(7)]
    return Chart(
        points=facts.hours,
        since=since,
        step=timedelta(hours=1),
        slots=7 * 24,
        labels={24 * n: f"{day.astimezone(BEIJING):%-m/%-d}" for n, day in enumerate(days)},
        every=24,
        unit=wording.say("per_hour"),
        incidents=[(incident, "") for incident in _complaints([*facts.earlier, *facts.incidents])],
        watched_since=facts.watched_since,
    )


def day(facts: Facts, wording: Wording, *, every_h: int) -> Chart:
    """The day by ten minutes, with an hour named `every_h` hours."""
    return Chart(
        points=facts.minutes,
        since=facts.since,
        step=timedelta(minutes=10),
        slots=24 * 6,
        labels={6 * hour: f"{hour}:00" for hour in range(0, 24, every_h)},
        every=6 * every_h,
        unit=wording.say("per_ten"),
        incidents=[
            (incident, f"{wording.clock(incident.began_at)}–{_end(incident, wording)}")
            for incident in _complaints(facts.incidents)
        ],
        watched_since=facts.watched_since,
    )


def _complaints(incidents: Sequence[Incident]) -> list[Incident]:
    return sorted((i for i in incidents if i.kind == COMPLAINTS), key=lambda i: (i.began_at, i.alert))


def _end(incident: Incident, wording: Wording) -> str:
    return wording.clock(incident.resolved_at) if incident.resolved_at else wording.say("open")


def option(chart: Chart, wording: Wording, width: int) -> Option:
    """The ECharts option: volume, and under it the negative share where there is enough to tell one.

    `width` in pixels: in a narrow picture the legend may take two lines.
    """
    shares = [_share(point) for point in chart.points]
    with_share = any(share is not None for share in shares)
    legend = _legend(chart, wording)
    top = 44 + (LEGEND_LINE if width < NARROW and len(legend["data"]) > ONE_LINE else 0)
    grids = [{"left": LEFT, "right": RIGHT, "top": top + 20, "height": 150}]
    titles = [_title(chart.unit, top)]
    axes = [_x_axis(chart, 0, named=not with_share), _x_axis(chart, 0, named=False)]
    if with_share:
        grids.append({"left": LEFT, "right": RIGHT, "top": top + 202, "height": 44})
        titles.append(_title(wording.say("share_axis"), top + 182))
        axes.append(_x_axis(chart, 1, named=True))
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "fontSize": 11},
        "title": titles,
        "legend": legend,
        "grid": grids,
        "xAxis": axes,
        "yAxis": _y_axes(with_share=with_share),
        "series": _columns(chart, wording, width) + _bars(chart, wording) + ([_line(shares)] if with_share else []),
    }


def height(built: Option) -> int:
    """The pixels that an option needs."""
    lowest = built["grid"][-1]
    return int(lowest["top"] + lowest["height"] + 28)


# -- parts -----------------------------------------------------------------------------------------------------


def _title(text: str, top: int) -> Option:
    style = {"fontSize": 11, "color": FAINT, "fontWeight": "normal", "fontFamily": FONT}
    return {"text": text, "left": 4, "top": top, "padding": 0, "textStyle": style}


def _legend(chart: Chart, wording: Wording) -> Option:
    shown = ["legend_other", "legend_negative"]
    shown += ["legend_estimated"] if any(point.estimated for point in chart.points) else []
    shown += ["legend_incident"] if chart.incidents else []
    shown += ["legend_gap"] if any(_gap(point) for point in chart.points) else []
    return {
        "data": [wording.say(key) for key in shown],
        "left": 0,
        "top": 0,
        "padding": 4,
        "itemWidth": 14,
        "itemHeight": 10,
        "itemGap": 14,
        "selectedMode": False,
        "textStyle": {"fontSize": 12, "color": INK, "fontFamily": FONT},
    }


def _x_axis(chart: Chart, grid: int, *, named: bool) -> Option:
    every = chart.every - 1
    return {
        "type": "category",
        "gridIndex": grid,
        "position": "bottom",
        "data": [chart.labels.get(slot, "") for slot in range(chart.slots)],
        "axisLine": {"onZero": False, "lineStyle": {"color": EDGE}},
        "axisTick": {"show": named, "interval": every, "lineStyle": {"color": EDGE}},
        "axisLabel": {"show": named, "interval": every, "align": "left", "margin": 7, "fontSize": 11, "color": INK},
    }


def _y_axes(*, with_share: bool) -> list[Option]:
    label = {"fontSize": 11, "color": INK}
    split = {"lineStyle": {"color": LINE}}
    axes: list[Option] = [
        {
            "type": "value",
            "gridIndex": 0,
            "minInterval": 1,
            "splitNumber": 4,
            "boundaryGap": [0, "12%"],
            "axisLabel": label,
            "splitLine": split,
        },
        {"type": "value", "gridIndex": 0, "min": 0, "max": 1, "show": False},
    ]
    if with_share:
        percent = label | {"formatter": "{value}%"}
        axes.append(
            {
                "type": "value",
                "gridIndex": 1,
                "min": 0,
                "max": 100,
                "interval": 50,
                "axisLabel": percent,
                "splitLine": split,
            }
        )
    return axes


def _hatch(color: str) -> Option:
    return {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [1, 4], "rotation": -0.785, "color": color}


def _columns(chart: Chart, wording: Wording, width: int) -> list[Option]:
    """Behind the bars and over the full height: incidents with their label above the plot, and gaps.

    A label that would touch the one before it is left out: the list of incidents has all times.
    """
    incidents: list[Option | None] = [None] * chart.slots
    free_from = 0.0  # in slots
    for incident, text in chart.incidents:
        first = max(0, chart.slot(incident.began_at))
        ended = incident.resolved_at or chart.since + chart.step * len(chart.points)
        last = min(chart.slots - 1, chart.slot(ended - timedelta(microseconds=1)))
        for slot in range(first, last + 1):
            incidents[slot] = {"value": 1}
        middle, wide = (first + last) / 2, LABEL / (width - LEFT - RIGHT) * chart.slots
        if text and first <= last and middle - wide / 2 >= free_from:
            incidents[(first + last) // 2] = {"value": 1, "label": _label(text, middle / chart.slots)}
            free_from = middle + wide / 2
    gaps = [1 if _gap(point) else None for point in chart.points]
    full = {"type": "bar", "xAxisIndex": 1, "yAxisIndex": 1, "barWidth": "130%", "barGap": "-100%", "silent": True}
    return [
        full | {"name": wording.say("legend_incident"), "z": 0, "data": incidents, "itemStyle": {"color": INCIDENT}},
        full
        | {
            "name": wording.say("legend_gap"),
            "z": 1,
            "data": gaps,
            "itemStyle": {"color": GAP, "decal": _hatch(EDGE)},
        },
    ] + ([_watching(chart, wording)] if _began(chart) is not None else [])


def _label(text: str, place: float) -> Option:
    """Above the plot, where no bar reaches; turned inwards near the edges."""
    align = "left" if place < NEAR_EDGE else "right" if place > 1 - NEAR_EDGE else "center"
    return {
        "show": True,
        "position": "top",
        "align": align,
        "distance": 4,
        "formatter": text,
        "color": NEGATIVE,
        "fontSize": 11,
    }


def _began(chart: Chart) -> int | None:
    """The slot in which watching began, where that lies in the chart."""
    slot = chart.slot(chart.watched_since) if chart.watched_since else -1
    return slot if 0 <= slot < chart.slots else None


def _watching(chart: Chart, wording: Wording) -> Option:
    slot = _began(chart)
    assert slot is not None
    label = _label(wording.say("watching"), slot / chart.slots) | {"color": INK}
    data = [{"value": 1, "label": label} if number == slot else None for number in range(chart.slots)]
    return {
        "type": "bar",
        "name": "watching",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "barWidth": 1,
        "barGap": "-100%",
        "z": 2,
        "data": data,
        "itemStyle": {"color": FAINT},
        "silent": True,
    }


def _bars(chart: Chart, wording: Wording) -> list[Option]:
    """What was seen, negative at the foot, and on top of it what is estimated beyond it."""
    points = chart.points
    parts = (
        ("legend_negative", {"color": NEGATIVE}, [point.negative or None for point in points]),
        ("legend_other", {"color": OTHER}, [point.mentions - point.negative or None for point in points]),
        ("legend_estimated", {"color": ESTIMATED, "decal": _hatch(OTHER)}, [_unread(point) for point in points]),
    )
    return [
        {
            "type": "bar",
            "name": wording.say(name),
            "stack": "volume",
            "xAxisIndex": 0,
            "yAxisIndex": 0,
            "barCategoryGap": "12%",
            "z": 3,
            "silent": True,
            "data": data,
            "itemStyle": style,
        }
        for name, style, data in parts
    ]


def _line(shares: Sequence[float | None]) -> Option:
    return {
        "type": "line",
        "name": "share",
        "xAxisIndex": 2,
        "yAxisIndex": 2,
        "data": [None if share is None else round(share * 100, 1) for share in shares],
        "connectNulls": False,
        "symbol": "circle",
        "symbolSize": 2,
        "silent": True,
        "z": 3,
        "lineStyle": {"color": NEGATIVE, "width": 1.5},
        "itemStyle": {"color": NEGATIVE},
    }


def _unread(point: Point) -> float | None:
    beyond = point.estimated.mid - point.mentions if point.estimated else 0
    return round(beyond, 1) if beyond > 0 else None


def _share(point: Point) -> float | None:
    judged = point.negative + point.neutral + point.positive
    return point.negative / judged if judged >= FEW else None


def _gap(point: Point) -> bool:
    return point.coverage < UNSEEN and not point.mentions
