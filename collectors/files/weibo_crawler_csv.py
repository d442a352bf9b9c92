"""Files of the crawler weibo-crawler: one file per user, named by the user's id, in a folder named by the user's name.

A row holds the user's post and, where that is a repost, the whole original beside it: both are posts. A row of a
post that is no repost ends after 是否原创.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, ClassVar

from collectors.files.row_times import is_day_only, row_time
from collectors.files.rows import FileOfRows, Form
from collectors.files.weibo_ids import no_id, post_url, read_mid
from collectors.normalise import BEIJING, clean, count, is_plausible, plain, trimmed
from collectors.post import Kind, Post
from collectors.source import Reading
from collectors.weibo.ids import is_mid, second_of

_REQUIRED = ("id", "正文", "日期")
_LAST_OF_AN_ORIGINAL = "是否原创"
_ORIGINAL = "源微博"  # before the names of the original's columns
_NOT_A_NAME = frozenset({"", ".", "..", "weibo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WeiboCrawlerCsvSettings:
    """`path`: the file `…/<user's name>/<user's id>.csv`; "" where the target names it, as an import does."""

    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _User:
    uid: str = ""  # "": the file does not tell
    name: str = ""


class WeiboCrawlerCsv(FileOfRows):
    """The posts of one user, and the originals that the user passed on."""

    kind: ClassVar[str] = "weibo-crawler-csv"
    platform: ClassVar[str] = "weibo"
    Settings: ClassVar[type[Any]] = WeiboCrawlerCsvSettings
    forms = frozenset({Form.CSV})

    def __init__(self, settings: WeiboCrawlerCsvSettings) -> None:
        super().__init__(settings.path)
        self.settings = settings

    def missing(self, columns: Collection[str]) -> Sequence[str]:
        return [name for name in _REQUIRED if name not in columns and not (name == "日期" and "完整日期" in columns)]

    def shorter(self, columns: tuple[str, ...]) -> Collection[int]:
        return (columns.index(_LAST_OF_AN_ORIGINAL) + 1,) if _LAST_OF_AN_ORIGINAL in columns else ()

    def read(self, row: Mapping[str, str], reading: Reading) -> Iterable[Post | str]:
        original = None
        if row.get(f"{_ORIGINAL}id", "").strip():
            by = _User(uid=row.get("源用户id", "").strip(), name=row.get("源用户昵称", ""))
            passed_on = {name.removeprefix(_ORIGINAL): row[name] for name in row if name.startswith(_ORIGINAL)}
            original = _post(passed_on, by, None, reading)
        known = original.key if isinstance(original, Post) else None
        yield _post(row, _user(reading.url), known, reading)
        if original is not None:
            yield f"original: {original}" if isinstance(original, str) else original


def _user(path: str) -> _User:
    """Whose file it is, by its name and its folder's.

    >>> _user("weibo/晚风茶官方/6100000005.csv"), _user("weibo/6100000005/6100000005.csv").name
    (_User(uid='6100000005', name='晚风茶官方'), '')
    """
    parts = PurePath(path).parts
    stem = re.sub(r"\.[^.]*$", "", parts[-1]) if parts else ""
    folder = parts[-2] if len(parts) > 1 else ""
    uid = next((name for name in (stem, folder) if is_mid(name)), "")
    name = next((name for name in (folder, stem) if name not in _NOT_A_NAME and not is_mid(name)), "")
    return _User(uid=uid, name=name)


def _post(row: Mapping[str, str], by: _User, original: str | None, reading: Reading) -> Post | str:
    mid = read_mid(row.get("id", ""), row.get("bid", ""))
    if mid is None:
        return no_id(row.get("id", ""))
    published_at = _published(row, mid, reading.at)
    if isinstance(published_at, str):
        return published_at
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    text = row.get("正文", "")
    return Post(
        platform="weibo",
        native_id=mid,
        url=post_url(by.uid, mid),
        text=plain(text) if "</" in text or "<br" in text else trimmed(clean(text)),
        published_at=published_at,
        collected_at=reading.at,
        kind=Kind.REPOST if original or row.get(_LAST_OF_AN_ORIGINAL, "").strip() == "False" else Kind.ORIGINAL,
        author_id=reading.authors.id("weibo", by.uid),
        author_name=reading.authors.name(clean(by.name).strip()),
        repost_of=original,
        reposts=count(row.get("转发数")),
        comments=count(row.get("评论数")),
        likes=count(row.get("点赞数")),
    )


def _published(row: Mapping[str, str], mid: str, at: datetime) -> datetime | str:
    """When, or why that is not known. Older files tell the day only; then the id tells the second of it."""
    shown = [row.get(name, "") for name in ("完整日期", "日期")]
    whole = next((each for each in shown if each.strip() and not is_day_only(each)), "")
    if moment := row_time(whole, at):
        return moment
    day = next((moment for each in shown if (moment := row_time(each, at))), None)
    if day is None:
        return "no date"
    moment = second_of(mid)
    if moment is None or moment.astimezone(BEIJING).date() != day.astimezone(BEIJING).date():
        return "no time of day"
    return moment
