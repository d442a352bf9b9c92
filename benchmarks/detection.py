"""What the detectors cost, in process CPU time: `python -m benchmarks.detection`.

`update` is what a benchmark drives (`benchmarks.judged`), `verdict` the same through the rule, with its sentence and
figures, as the service judges.
"""

import time
from collections.abc import Callable

import numpy as np

from analysis.rules.complaint_share import ComplaintShare
from analysis.rules.volume import Volume
from benchmarks.detectors import Judged, detector, volume_detector
from tests.analysis.rules.simulated_talk import DAY, talk

MINUTES = 7 * DAY
SERIES = 10_000
TICKS = 5
MONDAY_S = 1_767_542_400


def update_us(make: Callable[[], Judged], scale: float) -> float:
    """Microseconds an update, over a week of one series of `scale` × 1.6 posts a minute."""
    rng = np.random.default_rng(1)
    complaints = rng.poisson(0.04 * scale, MINUTES).tolist()
    mentions = (rng.poisson(1.56 * scale, MINUTES) + complaints).tolist()
    update = make().update
    began = time.process_time()
    for number in range(MINUTES):
        update(MONDAY_S + 60 * number, mentions[number], mentions[number], complaints[number], complaints[number], 1.0)
    return (time.process_time() - began) / MINUTES * 1e6


def verdict_us(rule: ComplaintShare | Volume, scale: float) -> float:
    """Microseconds a verdict, over a day of one series."""
    minutes = list(talk(0, DAY, seed=1, scale=scale))
    began = time.process_time()
    for seen in minutes:
        rule.update(seen)
    return (time.process_time() - began) / DAY * 1e6


def tick_s(make: Callable[[], Judged]) -> float:
    """Seconds for one minute of `SERIES` series: the median of `TICKS`."""
    updates = [make().update for _ in range(SERIES)]
    spent = []
    for tick in range(TICKS):
        began = time.process_time()
        for update in updates:
            update(MONDAY_S + 60 * tick, 52, 50, 1, 1, 1.0)
        spent.append(time.process_time() - began)
    return sorted(spent)[TICKS // 2]


def main() -> None:
    print("rule              posts/min   us an update   us a verdict")  # noqa: T201
    for name, make, rule in (
        ("complaint-share", detector, lambda: ComplaintShare(ComplaintShare.Settings())),
        ("volume", volume_detector, lambda: Volume(Volume.Settings())),
    ):
        for scale in (1.0, 100.0):
            print(f"{name:16} {1.6 * scale:10.1f} {update_us(make, scale):14.1f} {verdict_us(rule(), scale):14.1f}")  # noqa: T201
        print(f"{name:16} {SERIES:,} series, one minute: {tick_s(make):.3f} s")  # noqa: T201


if __name__ == "__main__":
    main()
