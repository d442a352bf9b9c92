"""A visitor session: asked for once per wall, never shown, never solved for."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.clock import EventClock
from collectors.errors import Blocked, PayloadChanged, SourceError, Transient
from collectors.polite import Client
from collectors.secret import Secret
from collectors.weibo.visitor import DESKTOP, MOBILE, Visitor, new_session, session_in

AT = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)
GRANTED = 'window.visitor_gray_callback && visitor_gray_callback({"retcode":20000000,"msg":"succ","data":%s});'
GIVEN = GRANTED % '{"next":"cross_domain","sub":"_2AkMabcdefgh","subp":"0033abcdefgh","tid":"01Ax","new_tid":true}'


class Passport:
    """Gives sessions 1, 2, 3, …; `status` other than 200 refuses."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(self.status, text=GIVEN.replace("abcdefgh", f"session{len(self.asked)}"))

    def client(self) -> Client:
        return Client(clock=EventClock(AT), transport=httpx.MockTransport(self))


class Page:
    """What `get` does: meets a wall while there is one, and notes the sessions it was called with."""

    def __init__(self) -> None:
        self.walled = False
        self.sessions: list[str] = []

    def __call__(self, cookie: Secret) -> str:
        self.sessions.append(cookie.reveal().partition(";")[0])
        if self.walled:
            raise Blocked("wall")
        return "page"


def test_a_session_is_asked_for_when_there_is_none_and_then_kept() -> None:
    passport, page, visitor = Passport(), Page(), Visitor(MOBILE)
    with passport.client() as client:
        assert [visitor.read(client, page) for _ in range(3)] == ["page"] * 3
    assert page.sessions == ["SUB=_2AkMsession1"] * 3
    assert len(passport.asked) == 1


def test_a_wall_is_worth_one_new_session() -> None:
    passport, page, visitor = Passport(), Page(), Visitor(MOBILE)
    with passport.client() as client:
        visitor.read(client, page)
        page.walled = True
        for _ in range(3):
            with pytest.raises(Blocked):
                visitor.read(client, page)
        assert len(passport.asked) == 2
        page.walled = False
        visitor.read(client, page)
        page.walled = True
        with pytest.raises(Blocked):
            visitor.read(client, page)
    assert len(passport.asked) == 3  # another wall, another session
    assert page.sessions[-1] == "SUB=_2AkMsession3"


def test_a_wall_before_a_first_session_asks_for_no_second() -> None:
    passport, page, visitor = Passport(), Page(), Visitor(MOBILE)
    page.walled = True
    with passport.client() as client:
        for _ in range(3):
            with pytest.raises(Blocked):
                visitor.read(client, page)
    assert len(passport.asked) == 1


@pytest.mark.parametrize(("status", "error"), [(403, Blocked), (502, Transient), (404, PayloadChanged)])
def test_a_passport_that_refuses_is_told(status: int, error: type[SourceError]) -> None:
    page = Page()
    with Passport(status).client() as client, pytest.raises(error):
        Visitor(DESKTOP).read(client, page)
    assert page.sessions == []


@pytest.mark.parametrize("url", [DESKTOP, MOBILE])
def test_the_form_is_the_one_of_the_visitor_page(url: str) -> None:
    passport = Passport()
    with passport.client() as client:
        assert new_session(client, url).reveal() == "SUB=_2AkMsession1; SUBP=0033session1"
        assert client.last_body is None  # the answer is a credential: no page that is kept
    (asked,) = passport.asked
    assert (asked.method, str(asked.url)) == ("POST", url)
    form = parse_qs(asked.content.decode(), keep_blank_values=True)
    assert (form["cb"], form["from"], form["tid"]) == (["visitor_gray_callback"], ["weibo"], [""])
    assert asked.headers["Referer"] == url.replace("genvisitor2", "visitor")
    assert asked.headers["Origin"] in url


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (GRANTED.replace("20000000", "50111261") % "{}", Blocked),
        (GRANTED.replace("20000000", "50111261") % "null", Blocked),
        (GRANTED % "{}", PayloadChanged),
        (GRANTED % '{"subp":"0033abcdefgh"}', PayloadChanged),
        (GRANTED % '{"sub":"_2AkMabc; X-Evil=1"}', PayloadChanged),
        (GRANTED % '{"sub":["_2AkMabcdefgh"]}', PayloadChanged),
        (GRANTED % "[1]", PayloadChanged),
        ("visitor_gray_callback(oops)", PayloadChanged),
        ("visitor_gray_callback([])", PayloadChanged),
        ("<html></html>", PayloadChanged),
        ("", PayloadChanged),
    ],
)
def test_an_answer_without_a_session_says_why_and_shows_nothing(body: str, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        session_in(body.encode())
    assert "_2AkM" not in f"{caught.value!r}"


@given(st.text(max_size=80) | st.text(max_size=60).map(lambda said: GRANTED % said))
def test_whatever_the_passport_says_it_is_a_session_or_a_source_error(said: str) -> None:
    try:
        session = session_in(said.encode("utf-8", "replace"))
    except SourceError:
        return
    assert session.reveal().startswith("SUB=")
