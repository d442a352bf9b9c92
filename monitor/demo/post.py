"""A post of the demo as it is, before any platform shows it."""

from dataclasses import dataclass
from datetime import UTC, datetime

_EPOCH = 515_483_463  # unix seconds of the mid 0
_SHIFT = 22
FRESHEST_LAG_S, LONGEST_LAG_S = 10, 58  # a search shows a post so many seconds after it was published


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DemoPost:
    """A post as it is, before any platform shows it. `section` tells what it was written as.

    Counts do not grow with time, so that a post read twice is the same post. Two posts are the same where they are
    one object: a hash over their texts would cost more than drawing them.
    """

    mid: str
    uid: str
    nick: str
    followers: int  # persons
    text: str
    second: int  # unix
    section: str  # mood/subject
    template: str  # the voice it was written from; "" for a scripted post
    device: str
    reposts: int
    comments: int
    likes: int
    repost_of: "DemoPost | None" = None

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.second, UTC)

    @property
    def mood(self) -> str:
        return self.section.partition("/")[0]

    @property
    def is_complaint(self) -> bool:
        """Whether the author complains in own words about the app."""
        return self.mood == "complaint"

    @property
    def is_long(self) -> bool:
        """Whether a search shows it folded."""
        return len(self.text) > 140

    @property
    def shown_from(self) -> float:
        """Unix seconds from which a search shows it: 10 to 58 s after it was published."""
        lag = FRESHEST_LAG_S + int(self.mid) // 7 % (LONGEST_LAG_S - FRESHEST_LAG_S + 1)
        return self.second + lag

    def says(self, query: str) -> bool:
        """Whether a search for `query` finds it: the words as they stand, in any case."""
        return folded(query) in folded(self.text)


def folded(text: str) -> str:
    """A text as a search compares it.

    >>> folded("＃TheFirstAITea＃")
    '#thefirstaitea#'
    """
    return text.replace("＃", "#").casefold()


def mid_at(second: int, rest: int) -> str:
    """A mid given in this unix second; `rest` are its lower 22 bits.

    >>> mid_at(1773834948, 2361106)
    '5277908669302546'
    """
    return str(((second - _EPOCH) << _SHIFT) | rest)
