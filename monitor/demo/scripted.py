"""What is published at a set time whatever the crowd does: the app's own posts, and WeChat articles.

`voices/official.toml` and `voices/articles.toml` hold them; each is anchored to an event of the story and left out
where the story has no such event.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from monitor.demo.people import OFFICIAL, Person
from monitor.demo.scenario import Scenario, beijing


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One post of the app's own account."""

    second: int  # unix
    author: Person
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of a WeChat account. `body` is paragraphs of plain text."""

    short_id: str  # of https://mp.weixin.qq.com/s/…
    account: str
    title: str
    body: tuple[str, ...]
    at: datetime


def scripted(scenario: Scenario) -> list[Line]:
    """The official posts of a scenario, oldest first."""
    found = [
        Line(second=int(at.timestamp()), author=OFFICIAL, text=entry["text"].strip())
        for at, entry in _anchored(scenario, "official.toml", "post")
    ]
    return sorted(found, key=lambda line: line.second)


def articles(scenario: Scenario) -> list[Article]:
    """The articles of a scenario, newest first."""
    found = [
        Article(
            short_id=entry["id"],
            account=entry["account"],
            title=entry["title"],
            body=tuple(part.strip() for part in entry["body"].strip().split("\n\n")),
            at=at,
        )
        for at, entry in _anchored(scenario, "articles.toml", "article")
    ]
    return sorted(found, key=lambda article: article.at, reverse=True)


def _anchored(scenario: Scenario, name: str, kind: str) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Each entry with its moment: `minutes` after its `anchor` (start, launch, outage, repair; `without` skips it)."""
    anchors = {
        "start": beijing(scenario.day0),
        "launch": scenario.launched_at,
        "outage": scenario.outage_started_at,
        "repair": scenario.repaired_at,
    }
    for entry in _read(name)[kind]:
        anchor = anchors[entry["anchor"]]
        unwanted = entry.get("unless")
        if anchor is not None and (unwanted is None or anchors[unwanted] is None):
            yield anchor + timedelta(minutes=entry["minutes"]), entry


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("monitor.demo").joinpath("voices", name).read_text("utf-8"))
