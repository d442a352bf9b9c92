"""Files of MediaCrawler for Weibo: `…_contents_….csv|jsonl|json` and `…_comments_…`, of 2025 and of 2026.

Since 2026 they hold no user id but `creator_hash`, a hash of their own: it tells authors apart within these files, and
not that one of them is also known from elsewhere.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from collectors.files.row_times import row_time
from collectors.files.rows import FileOfRows
from collectors.files.weibo_ids import no_id, post_url, read_mid
from collectors.normalise import clean, count, is_plausible, plain
from collectors.post import Kind, Post
from collectors.source import Reading

_TIMES = ("create_time", "create_date_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaCrawlerSettings:
    """`path`: the file; "" where the target names it, as an import does."""

    path: str = ""


class MediaCrawler(FileOfRows):
    """Posts, or comments, of one file; which of them the columns tell."""

    kind: ClassVar[str] = "media-crawler"
    platform: ClassVar[str] = "weibo"
    Settings: ClassVar[type[Any]] = MediaCrawlerSettings

    def __init__(self, settings: MediaCrawlerSettings) -> None:
        super().__init__(settings.path)
        self.settings = settings

    def missing(self, columns: Collection[str]) -> Sequence[str]:
        missing = [name for name in ("note_id", "content") if name not in columns]
        return missing if any(name in columns for name in _TIMES) else [*missing, _TIMES[0]]

    def read(self, row: Mapping[str, str], reading: Reading) -> Iterable[Post | str]:
        yield _comment(row, reading) if "comment_id" in row else _post(row, reading)


def _post(row: Mapping[str, str], reading: Reading) -> Post | str:
    return _read(
        row,
        reading,
        row.get("note_id", ""),
        kind=Kind.ORIGINAL,
        reposts=count(row.get("shared_count")),
        comments=count(row.get("comments_count")),
        likes=count(row.get("liked_count")),
    )


def _comment(row: Mapping[str, str], reading: Reading) -> Post | str:
    on = read_mid(row.get("note_id", ""))
    return _read(
        row,
        reading,
        row.get("comment_id", ""),
        kind=Kind.COMMENT,
        url=post_url("", on) if on else None,
        repost_of=on and f"weibo:{on}",
        comments=count(row.get("sub_comment_count")),
        likes=count(row.get("comment_like_count")),
    )


def _read(
    row: Mapping[str, str], reading: Reading, shown_id: str, *, url: str | None = None, **told: Any
) -> Post | str:
    mid = read_mid(shown_id)
    if mid is None:
        return no_id(shown_id)
    published_at = next((moment for name in _TIMES if (moment := row_time(row.get(name, ""), reading.at))), None)
    if published_at is None:
        return "no date"
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    uid = row.get("user_id", "").strip().removesuffix(".0")
    author = uid or (f"creator:{own}" if (own := row.get("creator_hash", "").strip()) else "")
    return Post(
        platform="weibo",
        native_id=mid,
        url=url or post_url(uid, mid),
        text=plain(row.get("content", "")),
        published_at=published_at,
        collected_at=reading.at,
        author_id=reading.authors.id("weibo", author),
        author_name=reading.authors.name(clean(row.get("nickname", "")).strip()),
        **told,
    )
