"""One post as Weibo's JSON has it, in every dialect: m.weibo.cn, weibo.com/ajax, the open platform.

The dialects agree on the time, the user and the counts. They name the id `mid`, `idstr` or `id`, or in base 62 `bid` or
`mblogid`; the text is HTML (`text`) or plain (`text_raw`), and cut off where it is long.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collectors.errors import PayloadChanged
from collectors.normalise import clean, is_plausible, plain, trimmed
from collectors.post import Kind, Post, Rejected, Withdrawn
from collectors.source import Reading
from collectors.weibo.answers import number_of
from collectors.weibo.ids import bid_of, is_mid, mid_of
from collectors.weibo.times import post_time

_UNFOLD = re.compile(r"(?:<a [^<>]*>全文</a>|<span class=\"expand\">展开</span>)\s*$")
_HTML = re.compile(r"<(?:br|a|span|img)[ />]")
_PINNED_TITLE = "置顶"
_PINNED_TYPE = 2
_ALL_BAD = 3  # so many posts, none readable, is a new shape and not a few odd ones
_MOST_POSTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What one object says. `original` is the post it passes on, where that is whole: with author, time and text."""

    post: Post
    original: Post | None = None
    is_cut: bool = False  # the end of the text has to be asked for
    is_pinned: bool = False  # put on top by the author: not in time order


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """A list of them in the order of the page, each once, what could not be read, and what is said to be deleted."""

    listed: tuple[Status, ...]
    rejected: tuple[Rejected, ...]
    withdrawn: tuple[Withdrawn, ...] = ()

    @property
    def posts(self) -> tuple[Post, ...]:
        """The listed posts; the original of a repost, unless it is listed too, directly after the first that has it."""
        listed = {status.post.key for status in self.listed}
        posts: dict[str, Post] = {}
        for status in self.listed:
            posts[status.post.key] = status.post
            if status.original is not None and status.original.key not in listed:
                posts.setdefault(status.original.key, status.original)
        return tuple(posts.values())

    @property
    def cut(self) -> tuple[str, ...]:
        """The mids of the posts whose text is cut off."""
        return tuple(status.post.native_id for status in self.listed if status.is_cut)


def read_statuses(objects: Iterable[object], path: str, reading: Reading) -> Statuses:
    """The posts of a list. Raises PayloadChanged, with `path`, where there are several and none can be read."""
    listed: dict[str, Status] = {}
    rejected = []
    withdrawn: dict[str, Withdrawn] = {}
    for number, fields in enumerate(objects, 1):
        if number > _MOST_POSTS:
            raise PayloadChanged(f"{path} of at most {_MOST_POSTS} posts")
        withdrawn |= {each.key: each for each in _withdrawn(fields)}
        read = read_status(fields, reading)
        if isinstance(read, Status):
            listed.setdefault(read.post.native_id, read)
        else:
            rejected.append(Rejected(reason=read, where=f"post {number}", excerpt=clean(str(fields)[:300])))
    if not listed and len(rejected) >= _ALL_BAD:
        raise PayloadChanged(f"readable post among {len(rejected)} of {path} (the first: {rejected[0].reason})")
    return Statuses(listed=tuple(listed.values()), rejected=tuple(rejected), withdrawn=tuple(withdrawn.values()))


def _withdrawn(fields: object) -> Iterator[Withdrawn]:
    """The post of an object, and the one it passes on, as far as it marks them as deleted and names them."""
    if isinstance(fields, Mapping):
        for each in (fields, fields.get("retweeted_status")):
            if isinstance(each, Mapping) and _is_deleted(each) and (mid := mid_in(each)) is not None:
                yield Withdrawn(key=f"weibo:{mid}", reason=clean(str(each.get("text") or ""))[:100] or "deleted")


def _is_deleted(fields: Mapping[str, Any]) -> bool:
    return str(fields.get("deleted")) == "1"


def read_status(fields: object, reading: Reading) -> Status | str:
    """The post of an object, or the reason why there is none."""
    if not isinstance(fields, Mapping):
        return "no object"
    passed_on = fields.get("retweeted_status")
    post = _read(fields, reading, passed_on if isinstance(passed_on, Mapping) else None)
    if isinstance(post, str):
        return post
    return Status(
        post=post,
        original=_whole(passed_on, reading) if isinstance(passed_on, Mapping) else None,
        is_cut=_is_cut(fields),
        is_pinned=_is_pinned(fields),
    )


def mid_in(fields: Mapping[str, Any]) -> str | None:
    """The id of a post or comment, as text; JSON has it as text or as a number."""
    for name in ("mid", "idstr", "id"):
        value = fields.get(name)
        shown = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if is_mid(shown):
            return shown
    for name in ("bid", "mblogid"):
        try:
            return mid_of(str(fields.get(name) or ""))
        except ValueError:
            continue
    return None


def user_in(fields: Mapping[str, Any]) -> tuple[str | None, str | None, int | None]:
    """(id, name, followers) of the author; nothing of an author whose account or post is gone."""
    user = fields.get("user")
    if not isinstance(user, Mapping):
        return None, None, None
    uid = str(user.get("idstr") or user.get("id") or "")
    name = user.get("screen_name")
    return (
        uid if is_mid(uid) else None,
        clean(name) if isinstance(name, str) else None,
        number_of(user.get("followers_count")),
    )


def post_url(uid: str | None, mid: str) -> str:
    """Where a person reads it."""
    return f"https://weibo.com/{uid}/{bid_of(mid)}" if uid else f"https://m.weibo.cn/detail/{mid}"


def long_text(answer: Mapping[str, Any]) -> str:
    """The whole text in an answer of longtext (plain) or extend (HTML); "" where there is none."""
    data = answer.get("data")
    said = data.get("longTextContent") if isinstance(data, Mapping) else None
    if not isinstance(said, str):
        return ""
    return plain(said) if _HTML.search(said) else unescaped(said)


def _read(fields: Mapping[str, Any], reading: Reading, passed_on: Mapping[str, Any] | None) -> Post | str:
    mid = mid_in(fields)
    if mid is None:
        return "no id"
    if _is_deleted(fields):
        return "deleted"
    shown = fields.get("created_at")
    published_at = post_time(shown, mid, reading.at) if isinstance(shown, str) else None
    if published_at is None:
        return "no date"
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    text = _text(fields)
    if not text:
        return "no text"
    uid, name, followers = user_in(fields)
    original = mid_in(passed_on) if passed_on is not None else None
    return Post(
        platform="weibo",
        native_id=mid,
        url=post_url(uid, mid),
        text=text,
        published_at=published_at,
        collected_at=reading.at,
        kind=Kind.ORIGINAL if passed_on is None else Kind.REPOST,
        author_id=reading.authors.id("weibo", uid),
        author_name=reading.authors.name(name),
        repost_of=original and f"weibo:{original}",
        reposts=number_of(fields.get("reposts_count")),
        comments=number_of(fields.get("comments_count")),
        likes=number_of(fields.get("attitudes_count")),
        views=number_of(fields.get("reads_count")),
        followers=followers,
    )


def _whole(fields: Mapping[str, Any], reading: Reading) -> Post | None:
    """The post of an object that says all of it: what is deleted has no user, what is long is cut off."""
    if not isinstance(fields.get("user"), Mapping) or _is_cut(fields):
        return None
    post = _read(fields, reading, None)
    return post if isinstance(post, Post) else None


def _text(fields: Mapping[str, Any]) -> str:
    whole, raw, html = (fields.get(name) for name in ("longText", "text_raw", "text"))
    if isinstance(whole, Mapping) and (text := long_text({"data": whole})):
        return text
    if isinstance(raw, str) and (text := unescaped(raw)):
        return text
    return plain(_UNFOLD.sub("", html)) if isinstance(html, str) else ""


def unescaped(text: str) -> str:
    """Plain text in which the platform escapes the signs of HTML and nothing else."""
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(name, sign)
    return trimmed(clean(text))


def _is_cut(fields: Mapping[str, Any]) -> bool:
    whole = fields.get("longText")
    return fields.get("isLongText") is True and not (isinstance(whole, Mapping) and long_text({"data": whole}))


def _is_pinned(fields: Mapping[str, Any]) -> bool:
    title = fields.get("title")
    said = title.get("text") if isinstance(title, Mapping) else title
    return str(fields.get("isTop")) == "1" or said == _PINNED_TITLE or fields.get("mblogtype") == _PINNED_TYPE
