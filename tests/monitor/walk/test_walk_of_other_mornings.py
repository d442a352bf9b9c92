"""Three mornings that went another way, and one of them twice; each as small as its promises allow.

Few complaints are noticed late, and rightly so: how quickly an outage is paged can only be asked where enough talk.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.monitor.walk.conftest import Walking
from tests.monitor.walk.walked import BLIND, COMPLAINTS, NEWS, SURGE, WALL, Walked, falls_in, walk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

SCALES = {"no-outage": 0.3, "no-repair": 0.6, "outage-first": 1.0}


@pytest.fixture(scope="module", params=SCALES)
def any_of_them(request: pytest.FixtureRequest, walked: Walking) -> Walked:
    return walked(request.param, SCALES[request.param])


def test_every_gap_is_reported_as_blind(any_of_them: Walked) -> None:
    blind = any_of_them.alerts(BLIND)
    gaps = any_of_them.scenario.gaps
    assert [falls_in(alert.fired_at, gap) for alert, gap in zip(blind, gaps, strict=True)] == [True, True]


def test_the_launch_is_a_surge_of_volume_and_nothing_worse(any_of_them: Walked) -> None:
    launch = any_of_them.scenario.launched_at
    surges = [alert.fired_at for alert in any_of_them.alerts(SURGE)]
    assert [launch <= fired <= launch + timedelta(minutes=30) for fired in surges] == [True]


# -- nothing breaks --------------------------------------------------------------------------------------------


def test_without_an_outage_nobody_hears_of_complaints(walked: Walking) -> None:
    calm = walked("no-outage", SCALES["no-outage"])
    assert calm.told["scenario"]["outage_started_at"] is None
    assert calm.alerts(COMPLAINTS) == []
    assert {message["labels"]["rule"] for message in calm.messages} == {SURGE, BLIND, WALL, *NEWS}
    assert [incident.rule for incident in calm.facts.incidents] == [SURGE]
    assert "outage" not in calm.digest
    assert "1 volume surge (resolved)" in calm.digest.splitlines()[0]


# -- nobody mends it -------------------------------------------------------------------------------------------


def test_without_a_repair_it_is_still_firing_at_the_end_of_the_day(walked: Walking) -> None:
    broken = walked("no-repair", SCALES["no-repair"])
    (alert,) = broken.alerts(COMPLAINTS)
    onset = broken.scenario.outage_started_at
    assert onset is not None
    assert onset <= alert.fired_at <= onset + timedelta(minutes=10)
    assert alert.resolved_at is None
    assert broken.told["scenario"]["repaired_at"] is None
    told = [message for message in broken.messages if message["labels"]["rule"] == COMPLAINTS]
    assert {message["event"] for message in told} == {"firing"}
    moments = [datetime.fromisoformat(message["at"]) for message in told]
    waits = [later - earlier for earlier, later in pairwise(moments)]  # told again every four hours
    assert len(waits) == 3
    assert all(timedelta(hours=4) <= wait <= timedelta(hours=4, minutes=4) for wait in waits)


def test_a_digest_of_an_outage_that_goes_on_says_so(walked: Walking) -> None:
    broken = walked("no-repair", SCALES["no-repair"])
    subject, *lines = broken.digest.splitlines()
    assert "1 suspected outage (not resolved)" in subject
    assert any("not resolved by 21 Nov 00:0" in line for line in lines)
    first = broken.facts.incidents[0]
    assert (first.rule, first.resolved_at) == (COMPLAINTS, None)


# -- it breaks before the launch -------------------------------------------------------------------------------


def test_an_outage_on_an_ordinary_morning_is_paged_and_resolved(walked: Walking) -> None:
    early = walked("outage-first", SCALES["outage-first"])
    onset, repair, launch = early.scenario.outage_started_at, early.scenario.repaired_at, early.scenario.launched_at
    assert onset is not None
    assert repair is not None
    (alert,) = early.alerts(COMPLAINTS)  # the launch at 14:00 raises none
    assert onset <= alert.fired_at <= onset + timedelta(minutes=10)
    assert alert.resolved_at is not None
    assert repair < alert.resolved_at < launch
    assert "1 suspected outage (resolved)" in early.digest.splitlines()[0]


# -- again -----------------------------------------------------------------------------------------------------


def test_a_second_run_gives_the_same_figures(walked: Walking, tmp_path: Path) -> None:
    first = walked("no-outage", SCALES["no-outage"])
    again = walk(tmp_path / "again", "no-outage", SCALES["no-outage"])
    assert {**again.told, "paths": None} == {**first.told, "paths": None}
    for what in (
        "posts (CSV)",
        "mentions (CSV)",
        "series (CSV)",
        "alerts (CSV)",
        "messages",
        "digest",
        "digest (text)",
    ):
        assert Path(again.told["paths"][what]).read_bytes() == Path(first.told["paths"][what]).read_bytes(), what
    asked = [[(r["event_time"], r["path"], r["status"]) for r in run.requests] for run in (again, first)]
    assert asked[0] == asked[1]
