"""Files of the crawler weibo-search: 17 columns, and with author or comment columns 19, 21 or 24.

The files of 24 columns hold one row per comment: the post repeats in each, and is taken once.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from collectors.files.rows import FileOfRows, Form
from collectors.files.weibo_ids import no_id, post_url, read_mid
from collectors.normalise import clean, count, is_plausible, plain, trimmed
from collectors.post import Kind, Post
from collectors.source import Reading
from collectors.weibo.times import read_time

_REQUIRED = ("id", "微博正文", "发布时间")
_COMMENT = "评论内容"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeiboSearchCsvSettings:
    """`path`: the file; "" where the target names it, as an import does."""

    path: str = ""


class WeiboSearchCsv(FileOfRows):
    """Posts and comments of one file."""

    kind: ClassVar[str] = "weibo-search-csv"
    platform: ClassVar[str] = "weibo"
    Settings: ClassVar[type[Any]] = WeiboSearchCsvSettings
    forms = frozenset({Form.CSV})

    def __init__(self, settings: WeiboSearchCsvSettings) -> None:
        super().__init__(settings.path)
        self.settings = settings

    def missing(self, columns: Collection[str]) -> Sequence[str]:
        return [name for name in _REQUIRED if name not in columns]

    def read(self, row: Mapping[str, str], reading: Reading) -> Iterable[Post | str]:
        return _posts(row, reading)


def _posts(row: Mapping[str, str], reading: Reading) -> list[Post | str]:
    """The post of a row and, where it has one, the comment; or the reasons why not."""
    post = _post(row, reading)
    if isinstance(post, str) or not row.get(_COMMENT, "").strip():
        return [post]
    return [post, _comment(row, post, reading)]


def _post(row: Mapping[str, str], reading: Reading) -> Post | str:
    mid = read_mid(row["id"], row.get("bid", ""))
    if mid is None:
        return no_id(row["id"])
    published_at = read_time(row["发布时间"], reading.at)
    if published_at is None:
        return "no date"
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    uid = row.get("user_id", "").strip()
    original = read_mid(row.get("retweet_id", ""))
    return Post(
        platform="weibo",
        native_id=mid,
        url=post_url(uid, mid),
        text=trimmed(clean(row["微博正文"])),
        published_at=published_at,
        collected_at=reading.at,
        kind=Kind.REPOST if original else Kind.ORIGINAL,
        author_id=reading.authors.id("weibo", uid),
        author_name=reading.authors.name(clean(row.get("用户昵称", "")).strip()),
        repost_of=original and f"weibo:{original}",
        reposts=count(row.get("转发数")),
        comments=count(row.get("评论数")),
        likes=count(row.get("点赞数")),
    )


def _comment(row: Mapping[str, str], post: Post, reading: Reading) -> Post | str:
    """A comment has no id in these files: it is named by a hash of post, commenter, time and text as written."""
    written_at = read_time(row.get("评论时间", ""), reading.at)
    if written_at is None:
        return "comment: no date"
    if not is_plausible(written_at, reading.at):
        return f"comment: impossible date {written_at:%Y-%m-%d}"
    uid, text = row.get("评论人ID", "").strip(), plain(row[_COMMENT])
    if not text:
        return "comment: no text"
    named = "\n".join((post.native_id, uid, row.get("评论时间", "").strip(), row[_COMMENT]))
    return Post(
        platform="weibo",
        native_id=f"c{hashlib.sha256(named.encode('utf-8', 'replace')).hexdigest()[:24]}",
        url=post.url,
        text=text,
        published_at=written_at,
        collected_at=reading.at,
        kind=Kind.COMMENT,
        author_id=reading.authors.id("weibo", uid),
        author_name=reading.authors.name(clean(row.get("评论人昵称", "")).strip()),
        repost_of=post.key,
        likes=count(row.get("点赞次数")),
    )
