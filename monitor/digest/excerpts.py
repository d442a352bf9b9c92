"""A post as shown to people: a short line of it, its author masked, its address only if a browser may follow it."""

import re
from urllib.parse import urlsplit

from collectors.post import Post
from monitor.digest.facts import Excerpt
from monitor.store.store import StoredPost

EXCERPT = 80  # characters
# Marks that turn the direction of text, and controls: they would disturb the lines around a quoted text.
UNSHOWN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f\x7f-\x9f]")
ADDRESS = re.compile(r"https?://([^/\s?#]+)\S*?(?=[:,;.]?(?:\s|$))")
JOINERS = "\u200d\ufe0f"  # a cut after one of these would leave half a symbol


def one_line(text: str, limit: int = EXCERPT) -> str:
    """The text on one line of at most `limit` characters.

    >>> one_line("排了\\n一小时", 4)
    '排了 …'
    """
    line = " ".join(UNSHOWN.sub("", text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip(JOINERS) + "…"


def engagement(post: Post) -> int | None:
    """Reposts, comments and likes together, as far as the source tells; None where it tells none of them."""
    told = [count for count in (post.reposts, post.comments, post.likes) if count is not None]
    return sum(told) if told else None


def masked(post: Post) -> str | None:
    """Enough to see that two posts have one author, not who it is.

    The first character of the name where names are kept, else the first digits of the keyed hash.
    """
    if post.author_name:
        return f"{one_line(post.author_name, 40)[:1]}**"
    return f"#{post.author_id[:4]}" if post.author_id else None


def web_address(url: str) -> str:
    """The address if it is one of the web, else nothing: a post must not bring a script."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def hosts_only(reason: str) -> str:
    """A reason with each address in it cut down to its host: what was asked there is of no use to a reader.

    >>> hosts_only("https://s.weibo.com/realtime?q=%E7%9F%A5&page=1: status 432")
    's.weibo.com: status 432'
    """
    return ADDRESS.sub(r"\1", reason)


def excerpt(stored: StoredPost, copies: int = 0) -> Excerpt:
    post = stored.post
    return Excerpt(
        key=post.key,
        platform=post.platform,
        url=web_address(post.url),
        published_at=post.published_at,
        author=masked(post),
        text=one_line(post.text),
        engagement=engagement(post),
        polarity=stored.polarity,
        copies=copies,
    )
