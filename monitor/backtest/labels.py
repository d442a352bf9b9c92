"""Incidents that people know of: a CSV file with the columns topic, start, end and, if wanted, name.

Times are ISO times; without an offset they are meant in the configured time zone. The end is the first moment that is
no part of it any more.
"""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config.problems import Problem, nearest

NEEDED = ("topic", "start", "end")


class LabelError(ValueError):
    """The file cannot be used. One line a problem, `FILE:LINE: COLUMN: what`."""

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    topic: str
    starts_at: datetime
    ends_at: datetime
    name: str = ""


def read_labels(path: Path, topics: Collection[str], zone: ZoneInfo) -> tuple[Incident, ...]:
    """In order of time. Raises LabelError with every problem, OSError where the file cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LabelError([_problem(path, None, "", "is not UTF-8 text: save it as CSV UTF-8")]) from None
    rows = csv.DictReader(text.splitlines())
    missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
    if missing:
        told = f"the first line should name the columns topic, start, end and, if wanted, name; {missing[0]} is missing"
        raise LabelError([_problem(path, 1, "", told)])
    problems: list[Problem] = []
    found = []
    for row in rows:
        wrong = [_problem(path, rows.line_num, column, what) for column, what in _faults(row, topics, zone)]
        problems += wrong
        if not wrong:
            found.append(
                Incident(
                    topic=row["topic"].strip(),
                    starts_at=_moment(row["start"], zone),
                    ends_at=_moment(row["end"], zone),
                    name=(row.get("name") or "").strip(),
                )
            )
    if problems:
        raise LabelError(problems)
    return tuple(sorted(found, key=lambda incident: (incident.starts_at, incident.topic)))


def _faults(row: dict[str, str], topics: Collection[str], zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    topic = (row["topic"] or "").strip()
    if topic not in topics:
        yield "topic", f"there is no topic {topic or '(empty)'} ({nearest(topic, topics, 'topic')})"
    times = []
    for column in ("start", "end"):
        try:
            times.append(_moment(row[column] or "", zone))
        except (ValueError, OverflowError):
            yield column, f"{row[column] or '(empty)'} is no time such as 2026-11-20T09:30 or 2026-11-20T09:30+08:00"
    if len(times) > 1 and times[1] <= times[0]:
        yield "end", "does not lie after start"


def _moment(text: str, zone: ZoneInfo) -> datetime:
    parsed = datetime.fromisoformat(text.strip())
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)


def _problem(path: Path, line: int | None, column: str, what: str) -> Problem:
    return Problem(file=path.name, line=line, key=(column,) if column else (), what=what)
