"""The stories the demo can tell: the tea morning, and three mornings that went another way.

A fictional AI app, 知夏 (Zhixia), gives away tea under the hashtag #TheFirstAITea#. People pay by way of Taobao; two
fictional rivals, 闪团 and 饱饱外卖, run promotions that need a calculator. All of it is invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.demo.faults import Fault, FaultKind

BEIJING = ZoneInfo("Asia/Shanghai")

SEARCH = "s.weibo.com"
HOT_LIST = "weibo.com"
BRIDGE = "wechat-bridge.local"
HOSTS = (SEARCH, HOT_LIST, BRIDGE)

BRAND = "知夏"
HASHTAG = "TheFirstAITea"
ALIASES = ("第一杯AI奶茶", "知夏请喝奶茶")
RIVALS = ("闪团", "饱饱外卖")

LAUNCH_DAY = date(2026, 11, 20)  # a Friday


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One deterministic world: the same values and the same seed give the same posts, to the byte.

    Times are aware UTC. `outage_started_at` None: everything holds; `repaired_at` None: not mended that day.
    """

    name: str
    launched_at: datetime
    outage_started_at: datetime | None
    repaired_at: datetime | None
    gaps: tuple[Fault, ...]  # when search answers with a wall
    seed: int = 7
    quiet_days: int = 14
    launch_day: date = LAUNCH_DAY  # in Beijing

    @property
    def day0(self) -> date:
        """The first quiet day, in Beijing."""
        return self.launch_day - timedelta(days=self.quiet_days)

    @property
    def starts_at(self) -> datetime:
        return beijing(self.day0)

    @property
    def ends_at(self) -> datetime:
        """Midnight after the launch day."""
        return beijing(self.launch_day + timedelta(days=1))


def beijing(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A Beijing wall time as aware UTC."""
    return datetime.combine(day, time(hour, minute), BEIJING).astimezone(UTC)


def _wall(kind: FaultKind, since: datetime, until: datetime) -> Fault:
    return Fault(host=SEARCH, kind=kind, starts_at=since, ends_at=until)


_AT_NIGHT = _wall(FaultKind.LOGIN_WALL, beijing(LAUNCH_DAY, 3, 20), beijing(LAUNCH_DAY, 3, 45))

TEA_MORNING = Scenario(
    name="tea-morning",
    launched_at=beijing(LAUNCH_DAY, 9),
    outage_started_at=beijing(LAUNCH_DAY, 9, 40),
    repaired_at=beijing(LAUNCH_DAY, 12),
    gaps=(_AT_NIGHT, _wall(FaultKind.BLOCKED, beijing(LAUNCH_DAY, 10, 40), beijing(LAUNCH_DAY, 11))),
)

SCENARIOS: Mapping[str, Scenario] = {
    each.name: each
    for each in (
        TEA_MORNING,
        replace(TEA_MORNING, name="no-outage", outage_started_at=None, repaired_at=None),
        replace(TEA_MORNING, name="no-repair", repaired_at=None),
        replace(
            TEA_MORNING,
            name="outage-first",
            outage_started_at=beijing(LAUNCH_DAY, 9, 40),
            repaired_at=beijing(LAUNCH_DAY, 11),
            launched_at=beijing(LAUNCH_DAY, 14),
            gaps=(_AT_NIGHT, _wall(FaultKind.BLOCKED, beijing(LAUNCH_DAY, 10, 15), beijing(LAUNCH_DAY, 10, 35))),
        ),
    )
}


def scenario_named(name: str, *, seed: int = 7) -> Scenario:
    """A scenario by name, with another seed. KeyError's text lists the names there are."""
    if name not in SCENARIOS:
        raise KeyError(f"no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    return replace(SCENARIOS[name], seed=seed)
