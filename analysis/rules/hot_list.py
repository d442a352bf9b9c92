"""Rule kind `hot-list`: a topic stands on a platform's hot list, at a rank or better.

Fed the newest lists. No fresh list is no answer: that a topic is absent can only be told of a list that was read.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Le

from analysis.rules.rule import Answer, HotLine, HotLists, Subject, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    rank: Annotated[int, Ge(1), Le(200)] = 50  # at this place or better


class HotList:
    kind: ClassVar[str] = "hot-list"
    subject: ClassVar[Subject] = Subject.HOT_LIST
    Settings: ClassVar[type[Places]] = Places

    def __init__(self, settings: Places) -> None:
        self._places = settings

    def judge(self, seen: HotLists) -> Verdict:
        limit = self._places.rank
        if not seen.read:
            return Verdict(at=seen.at, answer=Answer.UNKNOWN, because="no hot list was read lately", unit="rank")
        placed = sorted((line for line in seen.lines if line.rank is not None), key=_place)
        best = placed[0] if placed else None
        breach = best is not None and best.rank is not None and best.rank <= limit
        if best is None:
            because = f"on no hot list of {', '.join(seen.read)}"
        else:
            because = "; ".join(f"#{line.word}# at {line.rank} on {line.platform}" for line in placed[:3])
        return Verdict(
            at=seen.at,
            answer=Answer.BREACH if breach else Answer.CLEAR,
            because=f"{because}; told from {limit} on",
            value=float(best.rank) if best is not None and best.rank is not None else None,
            limit=float(limit),
            unit="rank",
            version="1",
        )


def _place(line: HotLine) -> tuple[int, str, str]:
    return line.rank or 0, line.platform, line.word
