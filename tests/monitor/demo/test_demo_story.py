"""What the demo tells on a terminal: short sentences, each at its time, what happened beside what was noticed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.types import Alert, Severity
from monitor.demo.scenario import TEA_MORNING, beijing, scenario_named
from monitor.demo.story import Noticed, timeline, verdict_line

ZONE = ZoneInfo("Asia/Shanghai")
DAY = TEA_MORNING.launch_day


def page(fired: tuple[int, int] = (9, 44), resolved: tuple[int, int] | None = (12, 24)) -> Noticed:
    alert = Alert(
        fingerprint="f1",
        episode=1,
        rule="complaints",
        kind="complaint-share",
        subject="first-ai-tea",
        severity=Severity.PAGE,
        fired_at=beijing(DAY, *fired),
        resolved_at=beijing(DAY, *resolved) if resolved else None,
    )
    return Noticed(
        alert=alert, because="68 complaints by 68 authors in 4 min; evidence 10.4 nats", categories=("slow", "busy")
    )


def test_what_was_noticed_stands_beside_what_happened_with_its_delay() -> None:
    lines = timeline(TEA_MORNING, [page()], ZONE, width=200)
    assert lines[2:] == [
        "03:20  search asks for a login",
        "03:45  search answers again",
        "09:00  THE CAMPAIGN IS LAUNCHED",
        "09:40  THE OUTAGE BEGINS",
        "09:44                                 PAGE after 4 min: complaints above normal. 68 complaints by 68 authors"
        " in 4 min. About: slow or lagging, system busy.",
        "10:40  search refuses (status 432)",
        "11:00  search answers again",
        "12:00  IT IS REPAIRED",
        "12:24                                 resolved after 24 min: complaints above normal",
    ]


@pytest.mark.parametrize("width", [60, 80, 100, 112])
def test_lines_keep_to_the_width_of_the_terminal(width: int) -> None:
    lines = timeline(TEA_MORNING, [page()], ZONE, width=width)
    assert max(map(len, lines)) <= max(width, 7 + 31 + 30)


@pytest.mark.parametrize(
    ("scenario", "noticed", "told"),
    [
        (
            "tea-morning",
            [page()],
            "The outage was paged 4 minutes after it began, and called over 24 minutes after the repair.",
        ),
        ("tea-morning", [], "The outage was not noticed."),
        ("tea-morning", [page((9, 10), (9, 30))], "The outage was not noticed."),  # a page before it is about nothing
        ("no-repair", [page(resolved=None)], "The outage was paged 4 minutes after it began, and is still open."),
        ("no-outage", [], "Nothing broke, and nobody was paged."),
        ("no-outage", [page()], "Nothing broke, and people were paged 1 times."),
    ],
)
def test_one_sentence_says_how_well_it_went(scenario: str, noticed: list[Noticed], told: str) -> None:
    assert verdict_line(scenario_named(scenario), noticed) == told


def test_a_delay_of_hours_is_not_told() -> None:
    late = page(resolved=(18, 57))
    assert timeline(TEA_MORNING, [late], ZONE, width=200)[-1].endswith("  resolved: complaints above normal")
    assert timeline(TEA_MORNING, [late], ZONE)[-1].startswith("18:57")
    assert late.alert.resolved_at == beijing(DAY) + timedelta(hours=18, minutes=57)
