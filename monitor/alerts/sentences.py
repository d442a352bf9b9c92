"""The sentences of messages: how bad it is, how much is talked, how much can be seen, how long it lasts."""

from datetime import datetime, timedelta

from analysis.rules.rule import Figures
from monitor.alerts.types import Alert, Coverage, Volume
from monitor.alerts.wording import Wording

NATS = "nats"


def how_bad(alert: Alert, words: Wording) -> str:
    """The figures of the newest breach in the reader's language; the rule's own sentence where it gave no figures."""
    told = alert.figures
    if told is None or (told.complaints is None and told.mentions is None):
        return alert.because
    parts = [_counted(told, words)]
    if told.expected is not None:
        hour = told.expected_for
        for english, own in words.days.items():
            hour = hour.replace(english, own)
        expected = words.expected_for if hour else words.expected
        parts[0] += words.and_so + expected.format(expected=f"{told.expected:,.1f}", hour=hour)
    if told.share is not None and told.usual_share is not None:
        parts.append(words.share.format(share=_percent(told.share), usual=_percent(told.usual_share)))
    if alert.value is not None and alert.limit is not None:
        line = f"{alert.limit:,.1f}" if alert.unit == NATS else figure(alert.limit, alert)
        parts.append(words.evidence.format(value=figure(alert.value, alert), limit=line))
    if told.by_floor:
        parts.append(words.by_floor)
    return words.semicolon.join(parts)


def _counted(told: Figures, words: Wording) -> str:
    span = words.minutes.format(n=f"{told.minutes:,}")
    if told.complaints is None:
        return words.mentions_in.format(mentions=f"{told.mentions:,}", span=span)
    if told.authors is None:
        return words.complaints_in.format(complaints=f"{told.complaints:,}", span=span)
    return words.complaints_by.format(complaints=f"{told.complaints:,}", authors=f"{told.authors:,}", span=span)


def surge_line(told: Figures | None, words: Wording) -> str:
    """Does volume surge, too? Empty where the rule does not look at it."""
    if told is None or told.volume_surges is None:
        return ""
    line = words.surges if told.volume_surges else words.no_surge
    if told.volume_ratio is None:
        return line
    return line + words.ratio.format(ratio=f"{told.volume_ratio:,.1f}")


def category_names(alert: Alert, words: Wording) -> str:
    keys = [key for key in alert.labels.get("categories", "").split(",") if key]
    return words.comma.join(words.categories.get(key, key) for key in keys)


def volume_line(volume: Volume, words: Wording) -> str:
    span = lasting(volume.span, words)
    if volume.seen is None:
        return words.volume_unknown.format(span=span)
    text = words.volume_seen.format(seen=f"{volume.seen:,}", span=span)
    if estimate := volume.estimated:
        bounds = {"low": f"{estimate.low:,.0f}", "mid": f"{estimate.mid:,.0f}", "high": f"{estimate.high:,.0f}"}
        text = words.volume_estimated.format(seen=f"{volume.seen:,}", span=span, **bounds)
    if volume.before is not None:
        text += words.volume_before.format(before=f"{volume.before:,}")
    return text


def coverage_line(coverage: Coverage, now: datetime, words: Wording) -> str:
    text = words.coverage.format(working=coverage.working, sources=coverage.sources)
    if coverage.newest_post_at is None:
        return text + words.no_newest
    return text + words.newest.format(age=lasting(now - coverage.newest_post_at, words))


def lasting(time: timedelta, words: Wording) -> str:
    minutes = max(0, round(time.total_seconds() / 60))
    if minutes < 60:
        return words.minutes.format(n=minutes)
    if minutes < 24 * 60:
        return words.hours.format(h=minutes // 60, m=minutes % 60)
    return words.whole_days.format(d=minutes // 1440, h=minutes % 1440 // 60)


def figure(value: float, alert: Alert) -> str:
    """With its unit; a share from 0 to 1 as a percentage."""
    if alert.unit.startswith("share"):
        return f"{value:.1%}"
    digits = ",.1f" if alert.unit == NATS else ",.4g"
    return f"{value:{digits}} {alert.unit}".rstrip()


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
