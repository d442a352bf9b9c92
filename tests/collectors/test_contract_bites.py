"""A contract is code: a sound adapter passes it, and each of these broken ones fails the test that is named."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, ClassVar

import httpx
import pytest

from collectors.errors import Blocked, PayloadChanged, RateLimited, SourceError, Transient
from collectors.hosts import Hosts
from collectors.polite import Client
from collectors.post import Page, Post, Rejected
from collectors.source import Ask, Reading, Scope, Target, Watched
from tests.contracts.source_contract import SourceContract

PAGE = {
    "ok": 1,
    "posts": [
        {"id": "102", "at": "2026-11-23T11:59:00+08:00", "by": "7", "name": "茶客", "text": "排队两小时", "likes": 0},
        {"id": "101", "at": "2026-11-23T11:58:00+08:00", "by": "8", "name": "路人", "text": "好喝"},
    ],
    "next": "2",
    "end": True,
}


def body(**changes: object) -> bytes:
    return json.dumps(PAGE | changes, ensure_ascii=False).encode()


class Sound:
    """A whole adapter for an imaginary platform."""

    kind: ClassVar[str] = "sound"
    platform: ClassVar[str] = "tiny"
    scope: ClassVar[Scope] = Scope.TOPIC
    Settings: ClassVar[type[Any]] = dict

    def targets(self, watched: Sequence[Watched]) -> tuple[Target, ...]:
        return tuple(Target(name=each.topic, query=each.topic, topic=each.topic) for each in watched)

    def fetch(self, client: Client, ask: Ask) -> Page:
        answer = client.get("https://tiny.example/search", params={"q": ask.target.query, "page": ask.cursor or "1"})
        return self.parse(answer.content, Reading(at=client.now(), url=answer.url, authors=ask.authors))

    def parse(self, body: bytes, reading: Reading) -> Page:
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            raise PayloadChanged("JSON body") from None
        if not isinstance(told, dict) or "ok" not in told:
            raise PayloadChanged("ok")
        if told["ok"] != 1:
            raise Blocked("login wall")
        if not isinstance(told.get("posts"), list):
            raise PayloadChanged("posts")
        posts: dict[str, Post] = {}
        rejected = []
        for number, item in enumerate(told["posts"], 1):
            try:
                post = self.post(item, reading)
            except (KeyError, TypeError, ValueError) as error:
                rejected.append(Rejected(reason=repr(error), where=f"item {number}"))
            else:
                posts.setdefault(post.native_id, post)
        moments = [post.published_at for post in posts.values()]
        following = told.get("next")
        return Page(
            posts=tuple(posts.values()),
            next_cursor=following if isinstance(following, str) else None,
            covered_from=min(moments, default=None),
            covered_until=max(moments, default=None),
            rejected=tuple(rejected),
        )

    def post(self, item: dict[str, Any], reading: Reading) -> Post:
        moment = datetime.fromisoformat(item["at"])
        if moment.tzinfo is None or not isinstance(item["text"], str):
            raise ValueError("no offset, or no text")
        likes = item.get("likes")
        return Post(
            platform=self.platform,
            native_id=str(item["id"]),
            url=f"https://tiny.example/{item['id']}",
            text=item["text"],
            published_at=moment.astimezone(UTC),
            collected_at=reading.at,
            author_id=reading.authors.id(self.platform, str(item["by"])),
            author_name=reading.authors.name(str(item["name"])),
            likes=likes if isinstance(likes, int) else None,
        )


class TinyContract(SourceContract):
    source = Sound()
    page = "page"
    payloads: ClassVar[dict[str, bytes]] = {
        "page": body(),
        "wall": b'{"ok": -100}',
        "empty": body(posts=[], next=None),
        "undated": body(posts=[{k: v for k, v in item.items() if k != "at"} for item in PAGE["posts"]]),  # type: ignore[attr-defined]
    }
    posts: ClassVar[list[dict[str, object]]] = [
        {
            "key": "tiny:102",
            "text": "排队两小时",
            "published_at": datetime(2026, 11, 23, 3, 59, tzinfo=UTC),
            "likes": 0,
        },
        {"key": "tiny:101", "text": "好喝", "published_at": datetime(2026, 11, 23, 3, 58, tzinfo=UTC)},
    ]
    next_cursor = "2"
    walls = ("wall",)
    empty = ("empty",)
    undated = ("undated",)


class TestASoundAdapterPasses(TinyContract):
    pass


class AbsentCountIsZero(Sound):
    def post(self, item: dict[str, Any], reading: Reading) -> Post:
        return super().post({"likes": 0} | item, reading)


class WallIsEmptyPage(Sound):
    def parse(self, body: bytes, reading: Reading) -> Page:
        try:
            return super().parse(body, reading)
        except Blocked:
            return Page()


class EmptyPageIsWall(Sound):
    def parse(self, body: bytes, reading: Reading) -> Page:
        page = super().parse(body, reading)
        if not page.posts:
            raise Blocked("nothing there")
        return page


class UndatedIsNow(Sound):
    def post(self, item: dict[str, Any], reading: Reading) -> Post:
        return super().post({"at": reading.at.isoformat()} | item, reading)


class NaiveTime(Sound):
    def post(self, item: dict[str, Any], reading: Reading) -> Post:
        post = super().post(item, reading)
        return replace(post, published_at=post.published_at.replace(tzinfo=None))


class BeijingTakenForUtc(Sound):
    def post(self, item: dict[str, Any], reading: Reading) -> Post:
        return super().post(item | {"at": item["at"].replace("+08:00", "+00:00")}, reading)


class DuplicateKeys(Sound):
    def parse(self, body: bytes, reading: Reading) -> Page:
        page = super().parse(body, reading)
        return replace(page, posts=page.posts + page.posts)


class SwallowedError(Sound):
    def fetch(self, client: Client, ask: Ask) -> Page:
        try:
            return super().fetch(client, ask)
        except Transient:
            return Page()


class CursorNotAdvanced(Sound):
    def fetch(self, client: Client, ask: Ask) -> Page:
        return super().fetch(client, replace(ask, cursor=None))


class LastPageForgotten(Sound):
    def parse(self, body: bytes, reading: Reading) -> Page:
        return replace(super().parse(body, reading), next_cursor=None)


class IgnoredRetryAfter(Sound):
    def fetch(self, client: Client, ask: Ask) -> Page:
        try:
            return super().fetch(client, ask)
        except RateLimited:
            raise RateLimited(None) from None


class AsksAgainAtOnce(Sound):
    """Makes the client forget that it was refused, as one that builds a client of its own would."""

    def fetch(self, client: Client, ask: Ask) -> Page:
        client._hosts = Hosts(client._clock)
        return super().fetch(client, ask)


class ClaimsTruncatedPage(Sound):
    def parse(self, body: bytes, reading: Reading) -> Page:
        try:
            return super().parse(body, reading)
        except PayloadChanged:
            return Page(covered_from=reading.at, covered_until=reading.at)


class KeepsNames(Sound):
    def post(self, item: dict[str, Any], reading: Reading) -> Post:
        return replace(super().post(item, reading), author_name=item["name"])


class KeepsNativeAuthorId(Sound):
    def post(self, item: dict[str, Any], reading: Reading) -> Post:
        return replace(super().post(item, reading), author_id=item["by"])


class OwnError(Sound):
    def parse(self, body: bytes, reading: Reading) -> Page:
        try:
            return super().parse(body, reading)
        except SourceError:
            raise ValueError("bad page") from None


class OtherEveryTime(Sound):
    turn = count()

    def post(self, item: dict[str, Any], reading: Reading) -> Post:
        post = super().post(item, reading)
        return replace(post, url=f"{post.url}?{next(self.turn)}")


class NewShapeIsEmptyPage(Sound):
    def parse(self, body: bytes, reading: Reading) -> Page:
        try:
            return super().parse(body, reading)
        except PayloadChanged:
            return Page()


class EverythingIsTransient(Sound):
    def fetch(self, client: Client, ask: Ask) -> Page:
        try:
            return super().fetch(client, ask)
        except SourceError as error:
            raise Transient(str(error)) from error


C = TinyContract


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (AbsentCountIsZero, C.test_reads_the_recorded_page),
        (WallIsEmptyPage, C.test_a_wall_is_not_an_empty_page),
        (EmptyPageIsWall, C.test_nothing_found_is_not_a_wall),
        (UndatedIsNow, C.test_an_undated_item_is_not_published_now),
        (NaiveTime, C.test_keys_are_unique_and_times_are_utc),
        (BeijingTakenForUtc, C.test_reads_the_recorded_page),
        (DuplicateKeys, C.test_keys_are_unique_and_times_are_utc),
        (SwallowedError, lambda c: c.test_says_why_there_are_no_posts(httpx.Response(502), Transient)),
        (CursorNotAdvanced, C.test_the_cursor_leads_to_another_page),
        (LastPageForgotten, C.test_reads_the_recorded_page),
        (IgnoredRetryAfter, lambda c: c.test_passes_on_how_long_to_wait("seconds")),
        (IgnoredRetryAfter, lambda c: c.test_passes_on_how_long_to_wait("date")),
        (AsksAgainAtOnce, C.test_a_refusal_is_not_asked_again),
        (ClaimsTruncatedPage, lambda c: c.test_a_truncated_page_proves_nothing(0.5)),
        (KeepsNames, C.test_keeps_of_authors_what_was_asked_for),
        (KeepsNativeAuthorId, C.test_keeps_of_authors_what_was_asked_for),
        (OwnError, C.test_arbitrary_bytes_stay_inside_the_error_tree),
        (OtherEveryTime, C.test_same_page_twice_gives_equal_posts),
        (
            NewShapeIsEmptyPage,
            lambda c: c.test_says_why_there_are_no_posts(httpx.Response(200, json={"unknown": 1}), PayloadChanged),
        ),
        (EverythingIsTransient, lambda c: c.test_says_why_there_are_no_posts(httpx.Response(403), Blocked)),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_broken_adapter_fails(broken: type[Sound], test: Callable[[TinyContract], None]) -> None:
    contract = type("Broken", (TinyContract,), {"source": broken()})()
    with pytest.raises((AssertionError, pytest.fail.Exception, ValueError, SourceError)):
        test(contract)
