"""The pages of one visit to one target, gathered as they come in."""

from dataclasses import dataclass, field
from datetime import datetime

from collectors.authors import Authors
from collectors.clock import Clock
from collectors.errors import Blocked, Gone, PayloadChanged, SourceError
from collectors.polite import Client
from collectors.post import HotEntry, Page, Post, Rejected, Withdrawn
from collectors.source import Ask, Source, Target
from collectors.stretch import KeptPage, Stretch, Sweep


@dataclass(slots=True, kw_only=True)
class Visit:
    source: Source
    client: Client
    target: Target
    since: datetime
    until: datetime
    live: bool
    max_pages: int
    clock: Clock
    authors: Authors
    pages: int = 0
    posts: dict[str, Post] = field(default_factory=dict)  # by key: pages of a live list overlap
    hot_entries: list[HotEntry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)
    kept: list[KeptPage] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    reached: bool = False
    error: SourceError | None = None

    @property
    def left(self) -> int:
        """Pages that may still be asked for."""
        return self.max_pages - self.pages

    def fetch(self, cursor: str | None) -> Page:
        """The next page, which counts against the budget even if it fails; an unknown or walled body is kept."""
        ask = Ask(
            target=self.target,
            since=self.since,
            until=self.until,
            live=self.live,
            cursor=cursor,
            authors=self.authors,
        )
        before = self.client.last_body
        self.pages += 1
        try:
            with self.client.one_fetch():
                page = self.source.fetch(self.client, ask)
        except (Blocked, PayloadChanged) as error:
            body = self.client.last_body
            if body is not None and body is not before:
                reason = f"{type(error).__name__}: {error}"
                self.kept.append(KeptPage(url=body.url, at=self.clock.now(), body=body.content, reason=reason))
            raise
        except Gone as error:
            if error.post is not None:
                self.withdrawn.append(Withdrawn(key=error.post, reason=str(error)[:300]))
            raise
        for post in page.posts:
            self.posts.setdefault(post.key, post)
        self.hot_entries += page.hot_entries
        self.rejected += page.rejected
        self.withdrawn += page.withdrawn
        return page

    def claim(self, starts_at: datetime, ends_at: datetime) -> None:
        """These moments, as far as they lie in the window, were seen completely."""
        starts_at, ends_at = max(self.since, starts_at), min(self.until, ends_at)
        if starts_at < ends_at:
            self.stretches.append(Stretch(starts_at=starts_at, ends_at=ends_at))

    def result(self) -> Sweep:
        return Sweep(
            posts=tuple(self.posts.values()),
            hot_entries=tuple(self.hot_entries),
            rejected=tuple(self.rejected),
            stretches=tuple(self.stretches),
            withdrawn=tuple(self.withdrawn),
            kept=tuple(self.kept),
            pages=self.pages,
            reached=self.reached and self.error is None,
            error=self.error,
        )
