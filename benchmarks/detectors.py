"""The shipped detectors behind one `update`, for benchmarks that drive one series minute by minute."""

from analysis.rules.complaint_share import ComplaintShare
from analysis.rules.volume import Volume

N = float | None  # None: not collected


class Judged:
    """Says why in the minute in which it begins to fire."""

    def __init__(self, rule: ComplaintShare | Volume) -> None:
        self.rule, self.fired = rule, False

    def update(
        self, start: int, mentions: N, _authors: N, complaints: N, complaint_authors: N, coverage: float
    ) -> tuple[bool, float, str | None] | None:
        if mentions is None or coverage <= 0.0:
            self.fired = False
            return None
        firing, score = self.rule.judge(start, mentions, complaints or 0.0, complaint_authors or 0.0, coverage)
        because = self.rule.because(start) if firing and not self.fired else None
        self.fired = firing
        return firing, score, because


def detector() -> Judged:
    return Judged(ComplaintShare(ComplaintShare.Settings()))


def volume_detector() -> Judged:
    return Judged(Volume(Volume.Settings()))
