"""Files of the crawler weibo-search: 17 columns, and with author or comment columns 19, 21 or 24.

The files of 24 columns hold one row per comment: the post repeats in each, and is taken once.
"""

import csv
import hashlib
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from collectors.errors import Blocked, PayloadChanged, Transient
from collectors.files.csv_records import BrokenRecord, Encoding, Record, detect_encoding, records
from collectors.normalise import clean, count, is_plausible, plain, trimmed
from collectors.polite import Client
from collectors.post import Kind, Page, Post, Rejected
from collectors.source import Ask, Reading, Scope, Target, Watched
from collectors.weibo.ids import bid_of, is_mid
from collectors.weibo.times import read_time

ROWS_A_PAGE = 2_000
_REQUIRED = ("id", "微博正文", "发布时间")
_COMMENT = "评论内容"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeiboSearchCsvSettings:
    """`path`: the file; "" where the target names it, as an import does."""

    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the beginning of a file says: how it is written, and which column stands where."""

    encoding: Encoding
    columns: tuple[str, ...]


class WeiboSearchCsv:
    """Posts and comments of one file, some thousand rows a page; the cursor is `byte offset:line number`."""

    kind: ClassVar[str] = "weibo-search-csv"
    platform: ClassVar[str] = "weibo"
    scope: ClassVar[Scope] = Scope.FILE
    Settings: ClassVar[type[Any]] = WeiboSearchCsvSettings

    def __init__(self, settings: WeiboSearchCsvSettings) -> None:
        self.settings = settings

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        """The configured file, whatever the topics."""
        del watched
        path = self.settings.path
        return (Target(name=path, query=path),) if path else ()

    def fetch(self, client: Client, ask: Ask) -> Page:
        path = Path(self.settings.path or ask.target.query)
        reading = Reading(at=client.now(), url=str(path), authors=ask.authors)
        try:
            with path.open("rb") as file:
                return self._read(file, reading, ask.cursor, ROWS_A_PAGE)
        except FileNotFoundError:
            raise Blocked(f"{path}: no such file", "check the path") from None
        except IsADirectoryError:
            raise Blocked(f"{path}: a folder", "name one file in it") from None
        except PermissionError:
            raise Blocked(f"{path}: may not be read", "give this user the right to read it") from None
        except OSError as error:
            raise Transient(f"{path}: {error.strerror or type(error).__name__}") from None
        except ValueError:
            raise Blocked("the path holds characters that no path has", "check the path") from None

    def parse(self, body: bytes, reading: Reading) -> Page:
        """A whole file at once."""
        return self._read(io.BytesIO(body), reading, None, None)

    def _read(self, file: IO[bytes], reading: Reading, cursor: str | None, most_rows: int | None) -> Page:
        head = read_head(file)
        if cursor is None and head.encoding is not Encoding.UTF_8:
            _log.warning("%s: read as %s", reading.url or "file", head.encoding.value)
        offset, line = (file.tell(), 2) if cursor is None else _place(cursor)
        posts: dict[str, Post] = {}
        rejected = []
        next_cursor = None
        file.seek(offset)
        for rows, record in enumerate(records(file, head.encoding, len(head.columns), line), 1):
            if isinstance(record, BrokenRecord):
                rejected.append(Rejected(reason=record.reason, where=f"line {record.line}", excerpt=record.excerpt))
            else:
                row = dict(zip(head.columns, record.fields, strict=True))
                for read in _posts(row, reading):
                    if isinstance(read, Post):
                        posts.setdefault(read.native_id, read)
                    else:
                        rejected.append(_rejected(read, record))
            if rows == most_rows:
                next_cursor = f"{record.end_offset}:{record.next_line}"
                break
        return Page(posts=tuple(posts.values()), next_cursor=next_cursor, rejected=tuple(rejected))


def read_head(file: IO[bytes]) -> Head:
    """Encoding and columns of a file; leaves it at the first row. PayloadChanged names what is missing."""
    sample = file.read(256 * 1024)
    encoding = detect_encoding(sample)
    file.seek(0)
    first = file.readline(64 * 1024)
    text = first.removeprefix(b"\xef\xbb\xbf").decode(encoding.value, "replace")
    try:
        names = next(csv.reader([text]), [])
    except csv.Error as error:
        raise PayloadChanged(f"header line ({error})") from None
    columns = tuple(trimmed(clean(name)) for name in names)
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        found = ", ".join(columns)[:300] or "an empty line"
        raise PayloadChanged(f"column {', '.join(missing)} on line 1 (read as {encoding.value}, it has: {found})")
    return Head(encoding=encoding, columns=columns)


def _place(cursor: str) -> tuple[int, int]:
    offset, _, line = cursor.partition(":")
    if not (offset.isdigit() and line.isdigit()):
        raise PayloadChanged(f"byte offset and line in the cursor {cursor[:40]!r}")
    return int(offset), int(line)


def _rejected(reason: str, record: Record) -> Rejected:
    return Rejected(reason=reason, where=f"line {record.line}", excerpt=clean(",".join(record.fields))[:300])


def _posts(row: dict[str, str], reading: Reading) -> list[Post | str]:
    """The post of a row and, where it has one, the comment; or the reasons why not."""
    post = _post(row, reading)
    if isinstance(post, str) or not row.get(_COMMENT, "").strip():
        return [post]
    return [post, _comment(row, post, reading)]


def _post(row: dict[str, str], reading: Reading) -> Post | str:
    mid = _mid(row["id"])
    if mid is None:
        shown = row["id"].strip()[:30]
        return f"no id ({shown}: rounded by a spreadsheet)" if "E+" in shown.upper() else "no id"
    published_at = read_time(row["发布时间"], reading.at)
    if published_at is None:
        return "no date"
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    uid = row.get("user_id", "").strip()
    original = _mid(row.get("retweet_id", ""))
    return Post(
        platform="weibo",
        native_id=mid,
        url=f"https://weibo.com/{uid}/{bid_of(mid)}" if is_mid(uid) else f"https://m.weibo.cn/detail/{mid}",
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


def _comment(row: dict[str, str], post: Post, reading: Reading) -> Post | str:
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


def _mid(shown: str) -> str | None:
    mid = shown.strip().lstrip("'")  # spreadsheets guard a long number with an apostrophe
    return mid if is_mid(mid) else None
