"""A platform in a surge: one phrase, the same number of posts minute after minute, shown as s.weibo.com shows a search.

It is a world of its own beside the demo's stories: steady, so that what an estimate must come to is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import ClassVar

from monitor.demo.post import DemoPost, mid_at
from monitor.demo.scenario import LAUNCH_DAY, TEA_MORNING, Scenario, beijing

PHRASE = "奶茶"
NOON = beijing(LAUNCH_DAY, 12)
CALM: Scenario = replace(TEA_MORNING, name="surge", gaps=(), quiet_days=0)
_SAID = ("真好喝", "又排队了", "谁懂啊", "第二杯", "安排上了", "今天也要", "下班就去", "卡住了", "求求了", "出餐好快")


class PromptPost(DemoPost):
    """A search shows it within two seconds."""

    lag_s: ClassVar[float] = 2.0

    @property
    def shown_from(self) -> float:
        return self.second + int(self.mid) // 7 % 3 / 2 * self.lag_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """`per_min` posts a minute on average (Poisson) over [since, until).

    `lags`: a search shows them 10 to 58 s late, as in the demo, instead of within two seconds.
    """

    per_min: float
    since: datetime = NOON - timedelta(minutes=15)
    until: datetime = NOON + timedelta(minutes=15)
    lags: bool = False
    seed: int = 7

    def posts(self) -> tuple[DemoPost, ...]:
        """Oldest first."""
        return tuple(self._written())

    def _written(self) -> Iterator[DemoPost]:
        random = Random(f"{self.seed}/{self.per_min}")
        kind: type[DemoPost] = DemoPost if self.lags else PromptPost
        at = self.since.timestamp()
        while (at := at + random.expovariate(self.per_min / 60)) < self.until.timestamp():
            author = random.randrange(10**9, 10**10)
            yield kind(
                mid=mid_at(int(at), int(at % 1 * (1 << 22))),
                uid=str(author),
                nick=f"用户{author}",
                followers=200,
                text=f"{PHRASE}{random.choice(_SAID)}，{random.randrange(10**6)}号",
                second=int(at),
                section="surge/steady",
                template="",
                device="微博网页版",
                reposts=0,
                comments=0,
                likes=0,
                repost_of=None,
            )


def published_in(posts: tuple[DemoPost, ...], start: datetime) -> int:
    """How many were published in the minute from `start`."""
    begins = int(start.astimezone(UTC).timestamp())
    return sum(begins <= post.second < begins + 60 for post in posts)
