"""What a case found in the pages, in a form in which cases can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    posts: Mapping[str, str]  # id → text
    mentions: frozenset[tuple[str, str]]  # topic, id of the post
    per_minute: Mapping[str, Mapping[int, int]]  # topic → start of the minute → mentions
    signs: Mapping[str, int]  # id → -1 bad, 0 neither, 1 good


def sign(polarity: float | None) -> int:
    return ((polarity or 0.0) > 0) - ((polarity or 0.0) < 0)


def differences(theirs: Answers, ours: Answers) -> list[str]:
    """What must be equal and is not."""
    found = []
    if theirs.posts != ours.posts:
        found.append(f"{len(theirs.posts.items() ^ ours.posts.items())} posts differ")
    if theirs.mentions != ours.mentions:
        found.append(f"{len(theirs.mentions ^ ours.mentions)} mentions differ")
    if theirs.per_minute != ours.per_minute:
        found.append("per-minute counts differ")
    return found


def agreement(theirs: Answers, ours: Answers) -> float:
    """The share of the posts that both call good, both bad, or both neither."""
    both = theirs.signs.keys() & ours.signs.keys()
    return sum(theirs.signs[key] == ours.signs[key] for key in both) / max(1, len(both))
