"""Several doors to the same thing, tried in order: the next one where the one before is walled or rebuilt."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from collectors.errors import Blocked, PayloadChanged, SourceError
from collectors.post import Page, Rejected


def first_that_answers(doors: Sequence[tuple[str, Callable[[], Page]]]) -> Page:
    """The page of the first door, by name, that gives one; what the doors before it said stands in `rejected`.

    Raises the error of the first door where all are closed. What passes by itself (a network that fails, a platform
    that asks to be left alone) is raised at once: another door would not be more polite.
    """
    refusals: list[tuple[str, SourceError]] = []
    for name, open_door in doors:
        try:
            page = open_door()
        except (Blocked, PayloadChanged) as error:
            refusals.append((name, error))
            continue
        told = tuple(
            Rejected(reason=f"{type(error).__name__}: {error}"[:300], where=refused) for refused, error in refusals
        )
        return replace(page, rejected=(*told, *page.rejected))
    raise refusals[0][1]
