"""The last minutes that were seen of one topic, for rules that judge a window and not a minute."""

import msgspec

from analysis.series import Tally


class Seen(msgspec.Struct, array_like=True):
    """Sums over minutes; `mentions` and `complaints` are scaled up where a minute is a sample."""

    start: int
    mentions: float
    complaints: float
    votes: float
    posts: int  # as seen, not scaled
    complaint_posts: int
    negative: int
    polar: int  # mentions with a polarity
    polarity: int  # sum of polarity × 1000


def seen_minute(start: int, tally: Tally, share: float) -> Seen:
    return Seen(
        start=start,
        mentions=tally.mentions / share,
        complaints=tally.complaints / share,
        votes=tally.complaint_authors / share,
        posts=tally.mentions,
        complaint_posts=tally.complaints,
        negative=tally.negative,
        polar=tally.negative + tally.neutral + tally.positive,
        polarity=tally.polarity_sum,
    )


def slide(minutes: list[Seen], newest: Seen, window_min: int) -> None:
    """Take in the newest minute, and let go of those that are older than the window."""
    minutes.append(newest)
    while minutes[0].start <= newest.start - 60 * window_min:
        del minutes[0]
