"""The benchmark drives what the pipeline runs: the same counts give the same scores."""

import copy

from analysis.rules.complaint_share import ComplaintShare
from analysis.rules.rule import Answer, TopicRule
from analysis.rules.volume import Volume
from benchmarks.detectors import Judged
from benchmarks.judged import complaints, detector, volume_detector
from tests.analysis.rules.simulated_talk import DAY, Minute, talk


def loud(number: int, minute: Minute) -> Minute:
    if 2 * DAY <= number < 2 * DAY + 10:
        return minute.missing()
    return minute.times(6, 8) if 5 * DAY <= number < 5 * DAY + 90 else minute


def both(judged: Judged, rule: TopicRule) -> int:
    """How many minutes fired; asserts that both say the same in each."""
    fired, was = 0, False
    for seen in talk(0, 5 * DAY + 300, 3, loud, scale=10):
        verdict, tally = rule.update(seen), seen.tally
        start = int(seen.start.timestamp())
        if tally is None:
            assert verdict.answer is Answer.UNKNOWN
            assert judged.update(start, None, None, None, None, 0.0) is None
            was = False
            continue
        answered = judged.update(
            start, tally.mentions, tally.authors, tally.complaints, tally.complaint_authors, seen.share
        )
        assert answered is not None
        firing, score, because = answered
        assert firing is (verdict.answer is Answer.BREACH)
        assert round(score, 3) == verdict.value
        assert because == (verdict.because if firing and not was else None)
        fired, was = fired + firing, firing
    return fired


def test_the_complaint_detector_is_the_rule() -> None:
    assert both(detector(), ComplaintShare(ComplaintShare.Settings())) >= 60


def test_the_volume_detector_is_the_rule() -> None:
    assert both(volume_detector(), Volume(Volume.Settings())) >= 60


def test_complaints_are_those_of_the_service_with_the_shipped_settings() -> None:
    assert complaints(["知夏又崩了", "知夏好喝", ""]) == [["crash"], [], []]


def test_a_copy_goes_its_own_way() -> None:
    judged = detector()
    for number in range(100):
        judged.update(60 * number, 50, 50, 1, 1, 1.0)
    copied = copy.deepcopy(judged)
    copied.update(6000, 50, 50, 40, 40, 1.0)
    assert judged.update(6000, 50, 50, 1, 1, 1.0) != copied.update(6060, 50, 50, 1, 1, 1.0)
