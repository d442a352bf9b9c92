"""How a newest-first search is walked: page after page as long as the budget reaches, in samples where it does not.

Page 1 is the newest. Pages read one after the other prove that everything newer than the oldest post on them was seen;
posts that arrive meanwhile push others onto the next page, where they are met again, never past it. Where the pages
needed exceed the budget, a page as deep as the budget settles whether they really do; if so, the rest of the budget is
spread over the window (`sampling`), provided that the source can jump (`Paged`).

What a source may not show yet (`Late`) is not claimed complete: it is left to the next visit. A sample, which makes no
such claim, reaches to the moment of asking.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from collectors.errors import SourceError, Transient
from collectors.post import Page, Post
from collectors.sampling import Seen, next_page, pages_needed, sampled
from collectors.source import Late, Paged, Timed
from collectors.visit import Visit

EXACT = timedelta(seconds=1)  # precision of a moment that the source knows to the second
SHOWN = timedelta(minutes=1)  # precision of a time as pages show it
CUT_OFF = 0.8  # a list that ends beyond this share of the most pages shown may have been cut off there
REPEATS = 3  # a live list that moves on while it is read may give two equal pages by chance


class Search:
    """The walk of one visit."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        # Asked once: to compare an object with a protocol is slow, and this is done for every post.
        self._paged = visit.source if isinstance(visit.source, Paged) else None
        self._timed = visit.source if isinstance(visit.source, Timed) else None
        now = visit.clock.now()
        # Up to here all there is was shown when the first page was asked for.
        self._settled = min(visit.until, now - visit.source.shows_within if isinstance(visit.source, Late) else now)
        self._seen: list[Seen] = []  # pages that prove an order
        self._tail = 0  # pages 1 to this one were read one after the other
        self._tail_cursor: str | None = None  # of the page after it
        self._unbroken = True  # each of them proved its order
        self._proved_from = visit.until  # everything shown from here on is on them
        self._last: int | None = None  # the platform says that there is no page after this one
        self._empty: int | None = None  # the first page known to hold nothing
        self._told: int | None = None  # how many pages it says there are
        self._asked: set[int] = set()
        self._probed = False
        self._sampling = False

    def read(self) -> None:
        """Read within the budget and leave stretches, `reached` and `error` with the visit."""
        visit = self._visit
        try:
            number: int | None = 1
            while number is not None and visit.left > 0:
                self._read_page(number)
                number = None if self._complete() else self._next_number()
        except SourceError as error:
            visit.error = error
        self._conclude()

    # -- which page next -------------------------------------------------------------------------------------------

    def _next_number(self) -> int | None:
        onward = self._tail + 1 if self._tail_cursor is not None else None
        if self._paged is None or not self._unbroken or not self._seen:
            return onward
        deepest = self._deepest(self._paged)
        left = self._visit.left
        if not self._sampling:
            settled = any(page.reach <= self._visit.since for page in self._seen)
            to_read = min(deepest, pages_needed(self._seen, self._visit.since)) - self._tail
            if deepest - self._tail <= left or to_read <= (left - 1 if settled else left // 2):
                return onward
            if not self._probed and to_read <= 2 * left and left > 2:
                self._probed = True
                return min(deepest, self._tail + left)
            self._sampling = True
        number = next_page(self._seen, deepest, self._visit.since, self._empty)
        return None if number in self._asked else number

    def _deepest(self, source: Paged) -> int:
        return min(n for n in (source.max_pages_shown, self._told, self._last) if n is not None)

    # -- what a page proves ----------------------------------------------------------------------------------------

    def _read_page(self, number: int) -> None:
        visit = self._visit
        onward = number == self._tail + 1
        cursor = self._tail_cursor if onward or self._paged is None else self._paged.page_cursor(number)
        self._asked.add(number)
        page = visit.fetch(cursor)
        seen = self._as_seen(number, page) if page.posts and page.covered_from is not None else None
        self._told = page.pages_shown or self._told
        if not page.posts and not page.rejected and page.next_cursor is None:
            self._empty = min(number, self._empty or number)
            self._last = max(1, self._empty - 1)
        elif page.next_cursor is None:
            self._last = number
        if onward:
            self._tail, self._tail_cursor = number, page.next_cursor
            self._unbroken = self._unbroken and (seen is not None or not page.posts)
            if seen is not None and self._unbroken:
                self._proved_from = min(self._proved_from, seen.reach)
        if seen is not None:
            if sum(other.keys == seen.keys for other in self._seen) >= REPEATS - 1:
                raise Transient(f"the search gives the same page again and again (page {number})")
            self._seen.append(seen)

    def _as_seen(self, number: int, page: Page) -> Seen:
        visit = self._visit
        asked_at = visit.clock.now() if visit.live else visit.until
        posts = _listed(page)
        told = [self._told_moment(post) for post in posts]
        precision = EXACT if any(exact for _, exact in told) else SHOWN
        # One post out of order, such as an old one put on top, must not end the window: the last two decide.
        reach = max(moment + (EXACT if exact else SHOWN) for moment, exact in told[-2:])
        return Seen(
            number=number,
            asked_at=asked_at,
            keys=tuple(post.key for post in posts),
            moments=tuple(_middle(moment, EXACT if exact else SHOWN, asked_at) for moment, exact in told),
            reach=reach,
            size=len(posts) + len(page.rejected),
            precision_s=precision.total_seconds(),
        )

    def _told_moment(self, post: Post) -> tuple[datetime, bool]:
        """When it was published, and whether that is known to the second."""
        moment = self._timed.moment(post) if self._timed is not None else None
        if moment is None or moment == post.published_at:
            return post.published_at, False
        return moment, True

    # -- what the visit proves -------------------------------------------------------------------------------------

    def _complete(self) -> bool:
        return self._unbroken and (self._proved_from <= self._visit.since or self._all_shown_was_all(self._tail))

    def _all_shown_was_all(self, number: int) -> bool:
        """The list ends at this page because there is no more, not because the platform shows no more."""
        if self._last is None or number < self._last:
            return False
        return self._paged is None or number < CUT_OFF * self._paged.max_pages_shown

    def _conclude(self) -> None:
        visit = self._visit
        if self._complete():
            visit.claim(visit.since, self._settled)
            visit.reached = True
            return
        bottom = max(self._seen, key=lambda page: page.number, default=None)
        if bottom is None or bottom.number <= self._tail or visit.error is not None:
            visit.claim(self._proved_from, self._settled)
            visit.reached = self._unbroken and self._tail_cursor is None
            return
        to_the_end = bottom.number if self._empty is None else self._empty - 1
        whole = bottom.reach <= visit.since or self._all_shown_was_all(to_the_end)
        start = visit.since if whole else max(visit.since, bottom.reach)
        visit.stretches += sampled(self._seen, start, visit.until, self._settled)
        shown_at_most = self._paged.max_pages_shown if self._paged is not None else 0
        at_the_end = bottom.number >= min(self._last or shown_at_most, shown_at_most)
        visit.reached = whole or at_the_end or self._empty is not None


def _listed(page: Page) -> Sequence[Post]:
    """The posts in the order of the search: without those that only came along inside a repost of theirs."""
    passed_on = {post.repost_of for post in page.posts}
    return [post for post in page.posts if post.key not in passed_on] or page.posts


def _middle(shown: datetime, precision: timedelta, asked_at: datetime) -> datetime:
    """The middle of the minute or second that a time stands for, as far as it had passed."""
    if shown.microsecond or (precision > EXACT and shown.second):
        return shown
    return shown + (min(precision, max(timedelta(0), asked_at - shown)) / 2)
