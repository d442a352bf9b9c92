"""`python -m benchmarks.traffic [SERIES]`: the volume detector as a detector of anomalies in traffic of any kind.

Series are drawn with a fixed seed: spacing 5 min to 1 h, 10 to 60 days, with or without a rhythm of days and weeks,
multiplicative noise (also correlated, also with outliers), a trend, levels from 0.02 to 100,000 or counts; one to five
labelled rises each: spikes, bursts, ramps, and shifts of the level. Judged cold, in order, one line for all series.
An alarm counts for the event in which it begins (up to 15 minutes late); everything else is false.
"""

import sys
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.detectors import volume_detector

EPOCH = 1_767_542_400
Floats = NDArray[np.float64]


class Series(NamedTuple):
    spacing_s: int
    values: Floats
    events: list[tuple[int, int]]  # index of the first value and after the last


class Detector(Protocol):
    def update(
        self, start: int, mentions: float, _authors: float, complaints: float, complaint_authors: float, coverage: float
    ) -> tuple[bool, float, str | None] | None: ...


class MedianMad:
    """The floor to beat: robust z of a value against the last day's (288 values), upper side, from `line` on."""

    def __init__(self, line: float = 6.0) -> None:
        self.line = line
        self.last: deque[float] = deque(maxlen=288)

    def update(
        self, _start: int, mentions: float, _authors: float, _complaints: float, _votes: float, _coverage: float
    ) -> tuple[bool, float, str | None]:
        z = 0.0
        if len(self.last) >= 20:
            known = np.array(self.last)
            median = float(np.median(known))
            mad = 1.4826 * float(np.median(np.abs(known - median)))
            z = (mentions - median) / (mad + 0.01 * abs(median) + 1e-9)
        self.last.append(mentions)
        return z >= self.line, z, None


def draw(seed: int) -> Series:
    rng = np.random.default_rng(seed)
    spacing = int(rng.choice([300, 300, 900, 1800, 3600]))
    days = int(rng.choice([21, 42, 60] if spacing == 3600 else [10, 14, 21, 28]))
    per_day = 86_400 // spacing
    number = np.arange(days * per_day)
    values = (
        _rhythm(number, per_day, rng)
        * _noise(len(number), rng)
        * np.exp(np.linspace(0, rng.normal(0, 0.2), len(number)))
    )
    events = _rises(values, spacing, rng)
    values *= np.exp(rng.uniform(np.log(0.02), np.log(1e5)))
    if rng.random() < 0.35:
        mean = values / values.mean() * np.exp(rng.uniform(np.log(0.5), np.log(200)))
        values = rng.poisson(rng.gamma(20, 1 / 20, len(number)) * mean).astype(float)
    return Series(spacing, values, events)


def _rhythm(number: NDArray[np.int64], per_day: int, rng: np.random.Generator) -> Floats:
    hours = number % per_day / per_day * 24
    size = rng.choice([0, 0.3, 0.6, 0.85])
    of_day = 1 + size * np.sin(2 * np.pi * (hours - rng.uniform(0, 24)) / 24)
    of_day += 0.3 * size * np.sin(4 * np.pi * (hours - rng.uniform(0, 24)) / 24)
    of_week = 1 - rng.choice([0, 0, 0.3, 0.5]) * (number // per_day % 7 >= 5)
    return np.asarray(np.clip(of_day * of_week, 0.02, None))


def _noise(length: int, rng: np.random.Generator) -> Floats:
    size, memory = rng.choice([0.03, 0.08, 0.15, 0.3]), rng.choice([0, 0.5, 0.9])
    steps = rng.normal(0, np.sqrt(1 - memory**2), length)
    noise = np.zeros(length)
    for i in range(1, length):
        noise[i] = memory * noise[i - 1] + steps[i]
    if rng.random() < 0.3:
        noise = noise * np.where(rng.random(length) < 0.02, 3, 1)
    return np.asarray(np.exp(size * noise - size * size / 2))


def _rises(values: Floats, spacing: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Put the events into the values; they keep half a day from each other."""
    per_day, length, usual = 86_400 // spacing, len(values), float(np.median(values))
    events: list[tuple[int, int]] = []
    first = int(length * 0.15)
    for start in np.sort(rng.integers(first, length - max(20, length // 50), int(rng.integers(1, 6)))).tolist():
        if events and start < events[-1][1] + per_day // 2:
            continue
        kind = rng.choice(["spike", "burst", "shift", "ramp"], p=[0.35, 0.35, 0.15, 0.15])
        times = float(rng.choice([1.6, 2, 3, 5, 10]))
        hours = {"spike": 0.0, "burst": rng.uniform(0.3, 6), "ramp": rng.uniform(1, 6), "shift": 12.0}[str(kind)]
        end = min(length, start + max(1 if kind == "spike" else 3, int(hours * 3600 / spacing)))
        if kind == "shift":
            values[start:] *= min(times, 3.0)
        else:
            shape = np.linspace(0, 1, end - start) if kind == "ramp" else np.ones(end - start)
            least = max(times, 3.0) if kind == "spike" else times
            values[start:end] += (least - 1) * np.maximum(values[start:end], usual / 2) * shape
        events.append((start, end))
    return events


def onsets(firing: NDArray[np.bool_], spacing: int) -> list[int]:
    """First values of alarms; what pauses for an hour at most is one."""
    at = np.flatnonzero(firing)
    if not len(at):
        return []
    return [int(run[0]) for run in np.split(at, np.flatnonzero(np.diff(at) > max(2, 3600 // spacing)) + 1)]


def judge(make: Callable[[], Detector], count: int) -> tuple[int, int, int]:
    """Events found, events missed, false alarms."""
    found = missed = false = 0
    for seed in range(count):
        series, detector = draw(seed), make()
        firing = np.zeros(len(series.values), bool)
        for i, value in enumerate(series.values.tolist()):
            answer = detector.update(EPOCH + series.spacing_s * i, value, value, 0.0, 0.0, 1.0)
            firing[i] = bool(answer and answer[0])
        late = max(1, 900 // series.spacing_s)
        hit = set()
        for onset in onsets(firing, series.spacing_s):
            inside = [number for number, (start, end) in enumerate(series.events) if start <= onset < end + late]
            hit.update(inside[:1])
            false += not inside
        found, missed = found + len(hit), missed + len(series.events) - len(hit)
    return found, missed, false


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{count} series              precision   recall      F1")  # noqa: T201
    for name, make in (
        ("volume", volume_detector),
        ("median/MAD, line 6", MedianMad),
        ("median/MAD, line 10", lambda: MedianMad(10.0)),
    ):
        found, missed, false = judge(make, count)
        precision, recall = found / max(found + false, 1), found / max(found + missed, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        print(f"{name:22} {precision:12.2f} {recall:8.2f} {f1:7.2f}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
