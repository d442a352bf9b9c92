"""Any CSV, JSON-lines or JSON-array file whose columns the configuration names.

Without a map the columns are those of our own export. A column within an object of a JSON file is named with dots,
`Author.Id`; several names for one column are tried from left to right: `"Text|Content"`.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from collectors.files.row_times import is_day_only, row_time
from collectors.files.rows import FileOfRows
from collectors.files.weibo_ids import no_id, post_url
from collectors.normalise import clean, count, is_plausible, plain, trimmed
from collectors.post import Kind, Post
from collectors.source import Reading
from collectors.weibo.ids import is_mid, mid_of

_TAGS = re.compile(r"</[A-Za-z]|<(?:br|p|img|div|span|a|em)\b", re.IGNORECASE)
_BID = re.compile(r"(?=.*[A-Za-z])[1-9A-Za-z][0-9A-Za-z]{8}")
_NEEDED = ("id", "text", "published_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumns:
    """Which column holds what; "" for what the file does not tell."""

    id: str = "native_id|id"
    text: str = "text"
    title: str = ""  # put before the text, on a line of its own
    published_at: str = "published_at"
    url: str = "url"
    kind: str = "kind"  # original, repost, comment or article
    author_id: str = "author_id"
    author_name: str = "author_name"
    repost_of: str = "repost_of"
    reposts: str = "reposts"
    comments: str = "comments"
    likes: str = "likes"
    views: str = "views"
    followers: str = "followers"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSettings:
    """`path`: the file; "" where the target names it. `platform`: what the posts are filed under, as in their keys.

    `columns`: the map. `day_only`: also take rows whose time has no time of day, as of midnight in Beijing.
    """

    path: str = ""
    platform: str = "weibo"
    columns: TableColumns = field(default_factory=TableColumns)
    day_only: bool = False


class Table(FileOfRows):
    """Posts of one file."""

    kind: ClassVar[str] = "table"
    platform: ClassVar[str] = "table"  # of the visit; each post bears the one of the settings
    Settings: ClassVar[type[Any]] = TableSettings
    row_starts = re.compile("")  # nothing is known of the first column

    def __init__(self, settings: TableSettings) -> None:
        super().__init__(settings.path)
        self.settings = settings
        self._names = {
            each.name: tuple(name.strip() for name in getattr(settings.columns, each.name).split("|") if name.strip())
            for each in fields(TableColumns)
        }

    def missing(self, columns: Collection[str]) -> Sequence[str]:
        """Which of the three columns that a post cannot do without are not there, by the names that the map gives."""
        wanted = {each: self._names[each] for each in _NEEDED}
        return [
            f"{' or '.join(names) or '(none named)'} (for {each})"
            for each, names in wanted.items()
            if not any(name in columns for name in names)
        ]

    def read(self, row: Mapping[str, str], reading: Reading) -> Iterable[Post | str]:
        yield self._post({each: self._cell(row, each) for each in self._names}, reading)

    def _cell(self, row: Mapping[str, str], wanted: str) -> str:
        return next((row[name] for name in self._names[wanted] if row.get(name, "").strip()), "")

    def _post(self, told: Mapping[str, str], reading: Reading) -> Post | str:
        platform = self.settings.platform
        native_id = _native_id(told["id"], platform)
        if native_id is None:
            return no_id(told["id"])
        published_at = row_time(told["published_at"], reading.at)
        if published_at is None:
            return "no date"
        if is_day_only(told["published_at"]) and not self.settings.day_only:
            return "no time of day (set day_only = true to take it as midnight in Beijing)"
        if not is_plausible(published_at, reading.at):
            return f"impossible date {published_at:%Y-%m-%d}"
        text = "\n\n".join(part for part in (_text(told["title"]), _text(told["text"])) if part)
        if not text:
            return "no text"
        original = _native_id(told["repost_of"], platform)
        url = told["url"].strip()
        return Post(
            platform=platform,
            native_id=native_id,
            url=url if url.startswith(("https://", "http://")) else _url(platform, native_id),
            text=text,
            published_at=published_at,
            collected_at=reading.at,
            kind=_kind(told["kind"], platform, original),
            author_id=reading.authors.id(platform, _without(platform, clean(told["author_id"]).strip())),
            author_name=reading.authors.name(clean(told["author_name"]).strip()),
            repost_of=original and f"{platform}:{original}",
            reposts=count(told["reposts"]),
            comments=count(told["comments"]),
            likes=count(told["likes"]),
            views=count(told["views"]),
            followers=count(told["followers"]),
        )


def _native_id(shown: str, platform: str) -> str | None:
    """The id in a cell, without what our own export, vendors and spreadsheets put around it.

    >>> _native_id('="5073209014095008"', "weibo"), _native_id("weibo:OuIv3hbiw", "weibo"), _native_id("5.07E+15", "x")
    ('5073209014095008', '5073209014095008', None)
    """
    name = clean(shown).strip().removeprefix('="').removesuffix('"').strip("'").strip()
    name = _without(platform, name)
    if re.fullmatch(r"[0-9]+\.0", name):
        name = name[:-2]
    if not name or len(name) > 200 or not name.isprintable() or re.fullmatch(r"[0-9.]+[eE]\+?[0-9]+", name):
        return None
    if platform == "weibo" and _BID.fullmatch(name):
        with suppress(ValueError):
            return mid_of(name)
    return name


def _without(platform: str, name: str) -> str:
    return name.removeprefix(f"{platform}:")


def _url(platform: str, native_id: str) -> str:
    if platform == "weibo" and is_mid(native_id):
        return post_url("", native_id)
    return ""


def _text(shown: str) -> str:
    return plain(shown) if _TAGS.search(shown) else trimmed(clean(shown))


def _kind(shown: str, platform: str, original: str | None) -> Kind:
    try:
        return Kind(shown.strip().lower())
    except ValueError:
        if original:
            return Kind.REPOST
        return Kind.ARTICLE if platform == "wechat" else Kind.ORIGINAL
