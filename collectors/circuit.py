"""A circuit breaker: a source that keeps failing is left alone for longer and longer, then probed with one visit.

Closed, it is asked as configured. After `THRESHOLD` failed visits in a row it opens; once its rest is over it is half
open: one visit is made, which closes it or opens it for twice as long. A rest that ends early is a person's doing:
another cookie than the one that failed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from collectors.errors import Blocked, RateLimited, SourceError, Transient

THRESHOLD = 5
CAP_S = 1800.0  # a source that is asked more rarely than that never rests


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    failures: int = 0  # visits in a row
    retry_at: datetime | None = None  # the end of its rest; None: closed
    mark: str = ""  # of the cookie that failed

    def is_open(self, now: datetime, mark: str) -> bool:
        return self.retry_at is not None and now < self.retry_at and mark == self.mark

    def after(self, error: SourceError | None, now: datetime, every_s: float, mark: str) -> Self:
        """The circuit after a visit. A host that answers, or that said itself how long to wait, is no failure."""
        if isinstance(error, RateLimited):
            return self
        if not isinstance(error, Transient | Blocked):
            return type(self)()
        failures = self.failures + 1
        if failures < THRESHOLD:
            return type(self)(failures=failures, mark=mark)
        rest_s = min(every_s * 2.0 ** min(failures - THRESHOLD, 32), CAP_S)
        return type(self)(failures=failures, retry_at=now + timedelta(seconds=rest_s), mark=mark)
