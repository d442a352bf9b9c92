"""The demo's two weeks and its launch day, judged again from what each visit brought."""

import json
from dataclasses import fields

import pytest

from analysis.series import Observation
from monitor.alerts.types import Alert
from tests.monitor.command_line import monitor
from tests.monitor.walk.conftest import Walking
from tests.monitor.walk.walked import COMPLAINTS, SURGE, TOPIC, Walked

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def morning(walked: Walking) -> Walked:
    return walked("tea-morning", 1.0)


def test_every_minute_is_rebuilt_as_it_was_judged_live(morning: Walked) -> None:
    with morning.store() as store:
        live, rebuilt = list(store.observations(TOPIC)), list(store.rebuilt(TOPIC))
    assert len(live) > 14 * 1440
    assert [seen.start for seen in rebuilt] == [seen.start for seen in live]
    for name in (field.name for field in fields(Observation)):
        assert [getattr(seen, name) for seen in rebuilt] == [getattr(seen, name) for seen in live], name


def test_a_backtest_tells_the_alerts_that_there_were(morning: Walked) -> None:
    since, until = morning.scenario.starts_at, morning.scenario.ends_at
    words = ("--from", since.isoformat(), "--to", until.isoformat(), "--rule", COMPLAINTS, "--rule", SURGE, "--json")
    done = monitor("backtest", *words, "-c", morning.folder / "config.toml")
    told = [each for result in json.loads(done.stdout)["results"] for each in result["alerts"]]
    with morning.store() as store:
        live = [alert for alert in store.alerts() if alert.rule in (COMPLAINTS, SURGE) and alert.fired_at]
        because = {
            alert.key: next(v.because for v in store.evidence(alert.key) if v.at == alert.fired_at) for alert in live
        }
    assert len(live) == 2
    assert sorted(told, key=lambda each: each["fired_at"]) == [
        as_told(alert, because[alert.key]) for alert in sorted(live, key=lambda alert: str(alert.fired_at))
    ]


def as_told(alert: Alert, because: str) -> dict[str, object]:
    assert alert.breached_at
    assert alert.fired_at
    return {
        "topic": alert.subject,
        "severity": alert.severity.value,
        "breached_at": alert.breached_at.isoformat(),
        "fired_at": alert.fired_at.isoformat(),
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
        "because": because,
        "peak": alert.peak,
        "limit": alert.limit,
        "unit": alert.unit,
    }
