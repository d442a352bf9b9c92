"""What every source must do. Subclass a contract and give it data: the source, a recorded page, what it says.

`PageContract` asks what `parse` must do; `SourceContract` adds what `fetch` must do over the network.
"""

import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.authors import Authors
from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError, Transient
from collectors.polite import Client
from collectors.post import Page
from collectors.secret import Secret
from collectors.source import Ask, Reading, Source, Target

PAYLOADS = Path(__file__).parent.parent / "payloads"
COUNTS = ("reposts", "comments", "likes", "views", "followers")
KEYED = Authors(key=Secret("contract"))
NAMED = Authors(key=Secret("contract"), keep_names=True)
AT = datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)
FUZZ = settings(
    max_examples=40,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.differing_executors],
)


class PageContract:
    """A page read from bytes. A wall, a page without results and an undated item must never look like one another."""

    source: ClassVar[Source]
    page: ClassVar[str]  # recorded page, below tests/payloads
    payloads: ClassVar[Mapping[str, bytes]] = {}  # pages given here instead of as files
    at: ClassVar[datetime] = AT  # when it was received
    posts: ClassVar[list[dict[str, object]]] = []  # what each recorded post says, in page order
    hot_entries: ClassVar[list[dict[str, object]]] = []
    next_cursor: ClassVar[str | None] = None
    walls: ClassVar[tuple[str, ...]] = ()
    empty: ClassVar[tuple[str, ...]] = ()  # pages that say that nothing was found
    undated: ClassVar[tuple[str, ...]] = ()  # pages none of whose items tells when it was published

    def recorded(self, name: str) -> bytes:
        return self.payloads[name] if name in self.payloads else (PAYLOADS / name).read_bytes()

    def parse(self, body: bytes, authors: Authors = KEYED) -> Page:
        return self.source.parse(body, Reading(at=self.at, authors=authors))

    def test_reads_the_recorded_page(self) -> None:
        page = self.parse(self.recorded(self.page))
        wanted = [dict.fromkeys(COUNTS) | want for want in self.posts]
        said = [{name: getattr(post, name) for name in want} for post, want in zip(page.posts, wanted, strict=True)]
        assert said == wanted  # a count that is not named is one that the page does not tell: None, not 0
        entries = zip(page.hot_entries, self.hot_entries, strict=True)
        assert [{name: getattr(entry, name) for name in want} for entry, want in entries] == self.hot_entries
        assert page.next_cursor == self.next_cursor

    def test_keys_are_unique_and_times_are_utc(self) -> None:
        page = self.parse(self.recorded(self.page))
        keys = [post.key for post in page.posts]
        assert page.posts or page.hot_entries
        assert len(set(keys)) == len(keys)
        assert all(post.platform == post.platform.lower() for post in page.posts)
        assert all(post.native_id and post.text and post.url.startswith("http") for post in page.posts)
        moments = [moment for post in page.posts for moment in (post.published_at, post.collected_at)]
        moments += [entry.seen_at for entry in page.hot_entries]
        moments += [moment for moment in (page.covered_from, page.covered_until) if moment]
        assert all(moment.tzinfo is not None and moment.utcoffset() == timedelta(0) for moment in moments)
        assert all(post.collected_at == self.at for post in page.posts)
        assert all(entry.seen_at <= self.at for entry in page.hot_entries)

    def test_same_page_twice_gives_equal_posts(self) -> None:
        assert self.parse(self.recorded(self.page)) == self.parse(self.recorded(self.page))

    def test_keeps_of_authors_what_was_asked_for(self) -> None:
        page, named = self.parse(self.recorded(self.page)), self.parse(self.recorded(self.page), authors=NAMED)
        other = self.parse(self.recorded(self.page), authors=Authors(key=Secret("another installation")))
        assert all(post.author_name is None for post in page.posts)
        assert [replace(post, author_name=None) for post in named.posts] == list(page.posts)
        told = [(post.author_id, again.author_id) for post, again in zip(page.posts, other.posts, strict=True)]
        assert all(mine != theirs for mine, theirs in told if mine is not None)

    def test_a_wall_is_not_an_empty_page(self) -> None:
        for name in self.walls:
            with pytest.raises(Blocked):
                self.parse(self.recorded(name))

    def test_nothing_found_is_not_a_wall(self) -> None:
        for name in self.empty:
            page = self.parse(self.recorded(name))
            assert (page.posts, page.hot_entries, page.next_cursor) == ((), (), None)

    def test_an_undated_item_is_not_published_now(self) -> None:
        for name in self.undated:
            try:
                page = self.parse(self.recorded(name))
            except PayloadChanged:
                continue
            assert page.posts == ()
            assert page.rejected

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
    def test_a_truncated_page_proves_nothing(self, share: float) -> None:
        whole = self.recorded(self.page)
        try:
            page = self.parse(whole[: int(len(whole) * share)])
        except (PayloadChanged, Transient):
            return
        assert (page.covered_from, page.covered_until) == (None, None)

    @FUZZ
    @given(body=st.binary(max_size=300))
    def test_arbitrary_bytes_stay_inside_the_error_tree(self, body: bytes) -> None:
        self._parses_or_explains(body)

    @FUZZ
    @given(seed=st.integers(0, 2**32), cut=st.integers(1, 400), junk=st.binary(max_size=40))
    def test_a_damaged_page_stays_inside_the_error_tree(self, seed: int, cut: int, junk: bytes) -> None:
        whole = self.recorded(self.page)
        place = seed % max(1, len(whole))
        self._parses_or_explains(whole[:place] + junk + whole[place + cut :])

    def _parses_or_explains(self, body: bytes) -> None:
        try:
            page = self.parse(body)
        except SourceError:
            return
        assert len({post.key for post in page.posts}) == len(page.posts)
        assert all(post.published_at.tzinfo is not None for post in page.posts)


class SourceContract(PageContract):
    """A page fetched over HTTP, one request at a time, through the polite client."""

    target: ClassVar[Target] = Target(name="tea", query="奶茶", topic="tea")
    live: ClassVar[bool] = True

    def ask(self, cursor: str | None = None) -> Ask:
        since = self.at - timedelta(minutes=10)
        return Ask(target=self.target, since=since, until=self.at, live=self.live, cursor=cursor, authors=KEYED)

    def fetch(self, answer: httpx.Response | Exception, cursor: str | None = None) -> tuple[Page, list[httpx.Request]]:
        """The page, and the requests that were made for it."""
        requests = []

        def respond(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            if isinstance(answer, Exception):
                raise answer
            return answer

        with Client(clock=EventClock(self.at), transport=httpx.MockTransport(respond)) as client:
            return self.source.fetch(client, self.ask(cursor)), requests

    def fetch_recorded(self, cursor: str | None = None) -> tuple[Page, list[httpx.Request]]:
        return self.fetch(httpx.Response(200, content=self.recorded(self.page)), cursor)

    def test_fetch_twice_gives_what_parse_gives(self) -> None:
        first, second = self.fetch_recorded()[0], self.fetch_recorded()[0]
        assert first == second
        assert first.posts == self.parse(self.recorded(self.page)).posts

    def test_the_cursor_leads_to_another_page(self) -> None:
        first, asked = self.fetch_recorded()
        if first.next_cursor is not None:
            _, asked_next = self.fetch_recorded(first.next_cursor)
            assert asked_next[0].url != asked[0].url

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (httpx.Response(429), RateLimited),
            (httpx.Response(401), Blocked),
            (httpx.Response(403), Blocked),
            (httpx.Response(418), Blocked),
            (httpx.Response(432, text="<html></html>"), Blocked),
            (httpx.Response(302, headers={"Location": "https://passport.weibo.com/visitor/visitor?a=enter"}), Blocked),
            (httpx.Response(500), Transient),
            (httpx.Response(502, text="<html>Bad Gateway</html>"), Transient),
            (httpx.ReadTimeout("slow"), Transient),
            (httpx.ConnectError("refused"), Transient),
            (httpx.RemoteProtocolError("reset"), Transient),
            (httpx.Response(200, json={"unknown": 1}), PayloadChanged),
            (
                httpx.Response(200, text="<html><head><title>hello</title></head><body>hello</body></html>"),
                PayloadChanged,
            ),
            (httpx.Response(200, text="[]"), PayloadChanged),
            (httpx.Response(200, content=b""), (PayloadChanged, Transient)),
        ],
        ids=[
            *("429", "401", "403", "418", "432", "login-redirect", "500", "502"),
            *("timeout", "refused", "reset", "new-shape", "html", "empty-list", "empty"),
        ],
    )
    def test_says_why_there_are_no_posts(
        self, answer: httpx.Response | Exception, error: type[Exception] | tuple[type[Exception], ...]
    ) -> None:
        with pytest.raises(error):
            self.fetch(answer)

    def test_a_body_cut_off_in_transit_is_not_a_page(self) -> None:
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        packed = packer.compress(self.recorded(self.page)) + packer.flush()

        class Cut(httpx.SyncByteStream):
            def __iter__(self) -> Any:
                yield packed[: len(packed) // 2]

        with pytest.raises(Transient):
            self.fetch(httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Cut()))

    @pytest.mark.parametrize("form", ["seconds", "date"])
    def test_passes_on_how_long_to_wait(self, form: str) -> None:
        until = format_datetime(self.at.replace(microsecond=0) + timedelta(seconds=90), usegmt=True)
        with pytest.raises(RateLimited) as caught:
            self.fetch(httpx.Response(429, headers={"Retry-After": "90" if form == "seconds" else until}))
        assert caught.value.retry_after_s == pytest.approx(90, abs=1)

    def test_a_refusal_is_not_asked_again(self) -> None:
        requests = []

        def refuse(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            return httpx.Response(429, headers={"Retry-After": "90"})

        with Client(clock=EventClock(self.at), transport=httpx.MockTransport(refuse)) as client:
            for _ in range(2):
                with pytest.raises(RateLimited):
                    self.source.fetch(client, self.ask())
        assert len(requests) == 1

    def test_a_wall_over_the_network_is_a_wall(self) -> None:
        for name in self.walls:
            with pytest.raises(Blocked):
                self.fetch(httpx.Response(200, content=self.recorded(name)))
