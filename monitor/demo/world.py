"""Every post of a scenario, written out, and the truth about them that a test compares results with."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from monitor.demo.post import DemoPost
from monitor.demo.scenario import Scenario
from monitor.demo.writer import Writer


@lru_cache(maxsize=8)
def posts(scenario: Scenario, scale: float = 1.0) -> tuple[DemoPost, ...]:
    """All posts, oldest first. `scale` thins the world evenly (0.1: a tenth of the posts)."""
    return tuple(Writer(scenario, scale).write())


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What really happened, per minute from `starts_at`; each tuple has one entry for each minute."""

    starts_at: datetime
    posts: tuple[int, ...]
    complaints: tuple[int, ...]
    complaint_keys: frozenset[str]  # `weibo:mid`

    def minute(self, moment: datetime) -> int:
        """The index of the minute that `moment` lies in."""
        return int((moment - self.starts_at).total_seconds() // 60)

    def share(self, since: datetime, until: datetime) -> float:
        """Complaints among the posts of [since, until); 0 where there was none."""
        window = slice(self.minute(since), self.minute(until))
        return sum(self.complaints[window]) / max(1, sum(self.posts[window]))


def truth(scenario: Scenario, *queries: str, scale: float = 1.0) -> Truth:
    """The truth about the posts that at least one of the queries finds; about all of them without a query."""
    found = [p for p in posts(scenario, scale) if not queries or any(p.says(query) for query in queries)]
    complaints = [post for post in found if post.is_complaint]
    return Truth(
        starts_at=scenario.starts_at,
        posts=_per_minute(scenario, found),
        complaints=_per_minute(scenario, complaints),
        complaint_keys=frozenset(f"weibo:{post.mid}" for post in complaints),
    )


def _per_minute(scenario: Scenario, counted: list[DemoPost]) -> tuple[int, ...]:
    begins = int(scenario.starts_at.timestamp())
    counts = [0] * ((int(scenario.ends_at.timestamp()) - begins) // 60)
    for post in counted:
        counts[(post.second - begins) // 60] += 1
    return tuple(counts)
