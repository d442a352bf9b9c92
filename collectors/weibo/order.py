"""What the order of the posts on a page proves, and from when on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

SHOWN_WITHIN = timedelta(minutes=1)  # searches show a post some 10 to 60 seconds after it was published
_ROUNDING = timedelta(minutes=1)  # of the times shown
_ENOUGH_TO_SPARE_ONE = 5


def covered(moments: Sequence[datetime]) -> tuple[datetime, datetime] | tuple[None, None]:
    """From the oldest to the newest post where they come newest first; else the page proves nothing.

    A single post out of place, such as an old one put on top, is left out of the evidence.
    """
    steps = [place for place, (newer, older) in enumerate(pairwise(moments)) if older > newer + _ROUNDING]
    if len(steps) == 1 and len(moments) >= _ENOUGH_TO_SPARE_ONE:
        without = ([*moments[:place], *moments[place + 1 :]] for place in (steps[0], steps[0] + 1))
        moments = next((rest for rest in without if _is_newest_first(rest)), moments)
    return (min(moments), max(moments)) if moments and _is_newest_first(moments) else (None, None)


def _is_newest_first(moments: Sequence[datetime]) -> bool:
    return all(older <= newer + _ROUNDING for newer, older in pairwise(moments))
