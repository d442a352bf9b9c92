"""One visit to one target: which pages are asked for, and what they prove about time.

A search (scope TOPIC) is walked from its newest page until the window is complete, or sampled, see `search`. Accounts
speak for the time that their own pages claim; lists and files claim none.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from collectors.authors import Authors
from collectors.clock import Clock
from collectors.errors import SourceError
from collectors.polite import Client
from collectors.post import Rejected
from collectors.search import Search
from collectors.source import Paged, Scope, Source, Target
from collectors.stretch import Sweep
from collectors.visit import Visit

HOUR = timedelta(hours=1)
NO_AUTHORS = Authors()


def split(since: datetime, until: datetime, step: timedelta = HOUR) -> Iterator[tuple[datetime, datetime]]:
    """The windows of a backfill: [since, until) cut at whole steps of UTC, oldest first."""
    step_s = step.total_seconds()
    while since < until:
        cut = datetime.fromtimestamp((since.timestamp() // step_s + 1) * step_s, since.tzinfo)
        yield since, min(cut, until)
        since = cut


def sweep(
    source: Source,
    client: Client,
    target: Target,
    since: datetime,
    until: datetime,
    *,
    live: bool,
    max_pages: int,
    clock: Clock,
    authors: Authors = NO_AUTHORS,
) -> Sweep:
    """Visit `target` once for the window [since, until), asking for at most `max_pages` pages (files: all they have).

    A live window ends when its first page is asked for, whatever `until` says. No SourceError leaves this function: it
    ends the visit, and what had been read is kept and claimed as far as it proves.
    """
    now = clock.now()
    visit = Visit(
        source=source,
        client=client,
        target=target,
        since=since,
        until=now if live else min(until, now),
        live=live,
        max_pages=max_pages,
        clock=clock,
        authors=authors,
    )
    match source.scope:
        case Scope.TOPIC:
            Search(visit).read()
        case Scope.FILE:
            _read_file(visit)
        case Scope.ACCOUNTS | Scope.LIST:
            _read_on(visit)
    return visit.result()


def _read_on(visit: Visit) -> None:
    """Page after page, each claiming what it claims, until the window or the budget ends."""
    cursor: str | None = None
    while visit.left > 0:
        try:
            page = visit.fetch(cursor)
        except SourceError as error:
            visit.error = error
            return
        if page.covered_from and page.covered_until:
            visit.claim(page.covered_from, page.covered_until)
        cursor = page.next_cursor
        if cursor is None or (page.covered_from and page.covered_from <= visit.since):
            visit.reached = True
            return


def _read_file(visit: Visit) -> None:
    """All pages; where they can be asked for by number, an unreadable one does not hide those after it."""
    if isinstance(visit.source, Paged):
        for number in range(1, visit.source.max_pages_shown + 1):
            try:
                visit.fetch(visit.source.page_cursor(number))
            except SourceError as error:
                visit.error = visit.error or error
                visit.rejected.append(Rejected(reason=str(error)[:300], where=f"page {number}"))
    else:
        try:
            cursor = visit.fetch(None).next_cursor
            while cursor is not None:
                cursor = visit.fetch(cursor).next_cursor
        except SourceError as error:
            visit.error = error
    visit.reached = visit.error is None
