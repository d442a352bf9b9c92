"""Figures, times and changes as words of one language. Times are shown in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analysis.complaints import CATEGORIES
from monitor.config.types import Language
from monitor.digest.facts import Against, Change, Figure, Interval, WhyNot
from monitor.translation import Texts

BEIJING = ZoneInfo("Asia/Shanghai")
UNKNOWN = "—"
TIMES_FROM = 4.0  # a growth to this multiple or more is told as "6.2 times", not as "+520%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change in words. `way` is up, down, same or none: the sign that goes with the colour."""

    text: str
    way: str

    @property
    def sign(self) -> str:
        return {"up": "▲", "down": "▼", "same": "＝"}.get(self.way, "")


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of one language about one day."""

    language: Language
    day: date

    @property
    def texts(self) -> Texts:
        return Texts(self.language, "digest")

    def say(self, key: str, **values: object) -> str:
        return self.texts.say(key, **values)

    def join(self, parts: list[str]) -> str:
        return self.say("list").join(parts)

    # -- time ----------------------------------------------------------------------------------------------

    def on(self, day: date) -> str:
        return self.texts.on(day)

    def weekday(self, day: date) -> str:
        return self.texts.weekday(day)

    def clock(self, at: datetime) -> str:
        """ "09:40"; with its date where that is not the day told of."""
        there = at.astimezone(BEIJING)
        return f"{there:%H:%M}" if there.date() == self.day else self.dated(at)

    def dated(self, at: datetime) -> str:
        there = at.astimezone(BEIJING)
        return f"{self.on(there.date())} {there:%H:%M}"

    def ending(self, at: datetime) -> str:
        """As `clock`, but the end of the day is 24:00."""
        there = at.astimezone(BEIJING)
        midnight = there.hour == there.minute == 0 and there.date() == self.day + timedelta(days=1)
        return "24:00" if midnight else self.clock(at)

    def duration(self, length: timedelta) -> str:
        return self.minutes(round(length.total_seconds() / 60))

    def minutes(self, count: int) -> str:
        hours, rest = divmod(count, 60)
        if not hours:
            return self.say("minutes_n", n=rest)
        return self.say("hours_minutes", h=hours, m=rest) if rest else self.say("hours_n", n=hours)

    # -- figures -------------------------------------------------------------------------------------------

    def count(self, value: float | None) -> str:
        return UNKNOWN if value is None else self.texts.number(round(value))

    def about(self, value: float) -> str:
        """An estimate, with no more than three digits that mean something."""
        whole = round(value)
        digits = len(str(abs(whole)))
        return self.texts.number(round(whole, 3 - digits) if digits > 3 else whole)

    def share(self, value: float | None) -> str:
        """One decimal below 10 %; a share is never rounded to 0 % or 100 % when it is not."""
        if value is None:
            return UNKNOWN
        percent = value * 100
        if 0 < percent < 0.1:
            return "<0.1%"
        if 99.5 <= percent < 100:
            return ">99%"
        return self.texts.percent(value, 1 if 0 < percent < 10 else 0)

    def estimate(self, estimated: Interval) -> str:
        return self.say(
            "estimated",
            mid=self.about(estimated.mid),
            low=self.about(estimated.low),
            high=self.about(estimated.high),
        )

    @staticmethod
    def category(name: str) -> tuple[str, str]:
        """(Chinese, English) name of a complaint category; one that is not known is named as it is."""
        return CATEGORIES.get(name, (name, name))

    def named(self, category: str) -> str:
        return self.category(category)[self.language == "en"]

    # -- changes -------------------------------------------------------------------------------------------

    def changes(self, figure: Figure) -> list[Told]:
        """One line each; a single line where nothing can be compared for one reason."""
        reasons = {change.why_not for change in figure.changes}
        if len(reasons) == 1 and None not in reasons:
            why = figure.changes[0].why_not
            return [Told(text=self.say("change_no", why=self._why(why)), way="none")]
        return [self.change(change) for change in figure.changes]

    def change(self, change: Change) -> Told:
        base = self.say(change.against.value)
        if change.points is not None:
            points = round(change.points, 1)
            if points == 0:
                return Told(text=self.say("change_same", base=base), way="same")
            return Told(
                text=self.say("change_points", base=base, change=self.texts.signed(points, 1)), way=_way(points)
            )
        if change.ratio is not None:
            return self._ratio(change, base)
        return Told(text=self.say("change_none", base=base, why=self._why(change.why_not)), way="none")

    def _ratio(self, change: Change, base: str) -> Told:
        assert change.ratio is not None
        least = "_least" if change.at_least else ""
        if change.ratio + 1 >= TIMES_FROM:
            return Told(text=self.say(f"change_times{least}", base=base, times=self.times(change.ratio)), way="up")
        percent = round(change.ratio * 100)
        if percent == 0:
            return Told(text=self.say("change_same", base=base), way="same")
        key = "change_least" if change.at_least else "change_ratio"
        return Told(text=self.say(key, base=base, change=self.texts.signed_percent(percent / 100)), way=_way(percent))

    def times(self, ratio: float) -> str:
        """A growth by `ratio` as a multiple: 5.2 → "6.2"."""
        return self.texts.number(ratio + 1, 1 if ratio + 1 < 10 else 0)

    def _why(self, why: WhyNot | None) -> str:
        return self.say(why.value if why else WhyNot.NO_VALUE.value)


def against(figure: Figure, which: Against) -> Change | None:
    return next((change for change in figure.changes if change.against is which), None)


def _way(value: float) -> str:
    return "up" if value > 0 else "down"
