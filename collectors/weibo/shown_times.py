"""Whether the times that a page shows fit the seconds in its posts' ids."""

from collections.abc import Iterable
from statistics import median

from collectors.errors import Transient
from collectors.post import Post
from collectors.weibo.ids import second_of

_ENOUGH = 5  # posts to judge by; a single one may have been scheduled, its id given hours before
_MOST = 0.8  # of them agree
_NEAR_S = 180.0
_FAR_S = 1800.0


def check_shown_times(posts: Iterable[Post]) -> None:
    """Raise Transient where nearly all posts are dated by the same hours too early or too late.

    That is a clock, ours or the platform's, or a page that shows another zone: its posts would be counted in hours in
    which they were not written.
    """
    told = ((post.published_at, second_of(post.native_id)) for post in posts)
    apart_s = [(shown - given).total_seconds() for shown, given in told if given is not None]
    if len(apart_s) < _ENOUGH:
        return
    middle_s = median(apart_s)
    if abs(middle_s) >= _FAR_S and sum(abs(each - middle_s) <= _NEAR_S for each in apart_s) >= _MOST * len(apart_s):
        hours = middle_s / 3600
        raise Transient(
            f"the times shown are {abs(hours):.1f} hours {'later' if hours > 0 else 'earlier'} than those in the ids: "
            "this machine's clock is off, or the platform's"
        )
