"""Looking at one source by hand: does it answer, and how does a page of it read?"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from collectors.authors import Authors
from collectors.errors import Blocked, RateLimited, SourceError
from collectors.polite import Client
from collectors.post import Page
from collectors.registry import load
from collectors.replay import META, kept_reading
from collectors.session import SessionKind
from collectors.source import Ask, Identified, Reading, Source
from monitor.pipeline import Job, told_whole

KnownEnd = Callable[[str, str], datetime | None]  # (source, mark) → when that login ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The login that a source reads with, as far as it is told."""

    kind: SessionKind
    who: str | None
    ends_at: datetime | None  # nominally

    def __str__(self) -> str:
        name = {SessionKind.LOGIN: "login", SessionKind.VISITOR: "a visitor's cookie"}.get(self.kind, "some cookie")
        whose = f" of {self.who}" if self.who else ", whose is not told"
        end = f"ends {self.ends_at:%Y-%m-%d %H:%M} UTC" if self.ends_at else "when it ends is not told"
        return f"{name}{whose}, {end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    source: str
    ok: bool
    told: str  # one sentence, with what to do where it is not ok
    login: Login | None = None  # None: it reads with none


def check_source(job: Job, client: Client, now: datetime, known_end: KnownEnd = lambda _source, _mark: None) -> Finding:
    """Ask for the newest page of one target, then whose login that was.

    `known_end` tells when the login of a mark ends where the cookie does not say it itself.
    """
    who = None
    try:
        with client.one_fetch():
            page = job.adapter.fetch(client, Ask(target=job.target, since=now - timedelta(hours=1), until=now))
            who = _whose(job, client)
    except RateLimited as error:
        told = f"{error}; leave it alone until then"
    except Blocked as error:
        told = told_whole(error)
    except SourceError as error:
        told = f"{type(error).__name__}: {error}"
    else:
        return Finding(source=job.source, ok=True, told=_seen(page), login=_login(job, who, known_end))
    return Finding(source=job.source, ok=False, told=told, login=_login(job, who, known_end))


def _whose(job: Job, client: Client) -> str | None:
    """Asked beside the page: where it cannot be told, the page was read all the same. Raises Blocked."""
    if job.session is None or not isinstance(job.adapter, Identified):
        return None
    try:
        return job.adapter.who(client)
    except Blocked:
        raise
    except SourceError:
        return None


def _login(job: Job, who: str | None, known_end: KnownEnd) -> Login | None:
    if job.session is None:
        return None
    state = job.session.state()
    return Login(kind=state.kind, who=who, ends_at=state.ends_at or known_end(job.source, state.mark))


def _seen(page: Page) -> str:
    newest = max((post.published_at for post in page.posts), default=None)
    told = f"{len(page.posts)} posts, {len(page.hot_entries)} hot-list lines"
    return f"{told}, newest {newest:%Y-%m-%d %H:%M} UTC" if newest else told


def default_source(kind: str) -> Source:
    """A source of this kind with default settings, as far as reading a page needs any."""
    factory = load("trend_monitor.sources", kind)
    source: Source = factory(factory.Settings())
    return source


def reading_of(path: Path, *, at: datetime | None, url: str, now: datetime, authors: Authors) -> Reading:
    """The circumstances of a recorded page: those given, else those that stand beside it, else `now`.

    Raises Blocked where what stands beside it cannot be read.
    """
    if at is None and path.with_name(path.name + META).exists():
        beside = kept_reading(path, authors)
        return replace(beside, url=url or beside.url)
    return Reading(at=at or now, url=url, authors=authors)


def page_as_json(page: Page) -> dict[str, Any]:
    """Every field of a page, times as ISO text in UTC."""
    return {
        "posts": [{"key": post.key, **plain(asdict(post))} for post in page.posts],
        "hot_entries": [plain(asdict(entry)) for entry in page.hot_entries],
        "next_cursor": page.next_cursor,
        "covered": [plain(page.covered_from), plain(page.covered_until)] if page.covered_until else None,
        "pages_shown": page.pages_shown,
        "rejected": [plain(asdict(item)) for item in page.rejected],
    }


def plain(value: Any) -> Any:
    """JSON-able: times to ISO text, enums to their values."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
