"""A circuit breaker: a source that keeps failing is left alone for longer and longer, then probed with one visit.

Closed, it is asked as configured. After `THRESHOLD` failed visits in a row it opens, for a quarter of the time that it
has been failing; then it is half open: one visit is made, which closes it or opens it again. So the rests grow
exponentially, and what works again is noticed soon, as measured by how long it did not. A rest that ends early is a
person's doing: another cookie than the one that failed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from collectors.errors import Blocked, RateLimited, SourceError, Transient

THRESHOLD = 5
CAP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    failures: int = 0  # visits in a row
    failing_since: datetime | None = None  # the first of them
    retry_at: datetime | None = None  # the end of its rest; None: closed
    mark: str = ""  # of the cookie that failed

    def is_open(self, now: datetime, mark: str) -> bool:
        return self.retry_at is not None and now < self.retry_at and mark == self.mark

    def after(self, error: SourceError | None, now: datetime, mark: str) -> Self:
        """The circuit after a visit. A host that answers, or that said itself how long to wait, is no failure."""
        if isinstance(error, RateLimited):
            return self
        if not isinstance(error, Transient | Blocked):
            return type(self)()
        failures, since = self.failures + 1, self.failing_since or now
        rest = min(max(now - since, timedelta(0)) / 4, CAP)
        retry_at = now + rest if failures >= THRESHOLD else None
        return type(self)(failures=failures, failing_since=since, retry_at=retry_at, mark=mark)
