"""A login's session: what its platform renews lives on, and nothing that ends or changes it is taken for a renewal."""

import logging
import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.clock import EventClock
from collectors.errors import SourceError
from collectors.polite import Client
from collectors.session import Session, SessionKind, kind_of, session_in
from collectors.set_cookie import SetCookie, set_cookies
from collectors.weibo.search_web import SearchWebSettings

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
URL = "https://s.weibo.com/weibo?q=tea"
LOGIN = "SUB=_2A25old; SUBP=0033; XSRF-TOKEN=x1"


def from_file(folder: Path, cookie: str = LOGIN) -> Session:
    path = folder / "weibo.cookie"
    path.write_text(cookie + "\n", encoding="utf-8")
    path.chmod(0o644)
    return Session(cookie, path)


def ask(session: Session, *lines: str, status: int = 200, url: str = URL) -> list[str]:
    """Ask once and be answered with these Set-Cookie lines; the Cookie headers that were sent."""
    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["Cookie"])
        return httpx.Response(status, headers=[("Set-Cookie", line) for line in lines], text="<html></html>")

    with Client(clock=EventClock(NOW), transport=httpx.MockTransport(answer)) as client:
        try:
            client.get(url, cookie=session)
        except SourceError:
            assert status != 200
    return sent


def test_what_the_platform_renews_is_written_back_to_the_file_for_its_owner_only(tmp_path: Path) -> None:
    session = from_file(tmp_path)
    ask(session, "SUB=_2A25new; Domain=.weibo.com; Path=/; HttpOnly", "SUBP=0044", "OTHER=1")
    file = tmp_path / "weibo.cookie"
    assert file.read_text() == "SUB=_2A25new; SUBP=0044; XSRF-TOKEN=x1\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["weibo.cookie"]
    assert ask(Session(file.read_text().strip(), file)) == ["SUB=_2A25new; SUBP=0044; XSRF-TOKEN=x1"]  # a restart
    assert ask(session) == ["SUB=_2A25new; SUBP=0044; XSRF-TOKEN=x1"]


def test_a_cookie_from_the_environment_is_renewed_in_memory_and_written_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session = Session(LOGIN)
    ask(session, "SUB=_2A25new")
    assert ask(session) == ["SUB=_2A25new; SUBP=0033; XSRF-TOKEN=x1"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("SUB=_2AkMvisitor; Domain=.weibo.com", 200),
        ("SUB=; Max-Age=0", 200),
        ("SUB=deleted; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 200),
        ("SUB=_2A25new; Max-Age=0", 200),
        ("SUB=_2A25new; Domain=evil.example", 200),
        ("SUB=_2A25new; Domain=m.weibo.com", 200),
        ("SUB=_2A25n\x7few", 200),
        ("SUB", 200),
        ("OTHER=_2A25new", 200),
        ("SUB=_2A25new", 403),
        ("SUB=_2A25new", 500),
    ],
    ids=[
        *("another-kind", "empty", "expired", "deleted", "foreign-domain", "sister-host", "no-value", "no-pair"),
        *("not-held", "wall", "fault"),
    ],
)
def test_what_is_no_renewal_changes_nothing(line: str, status: int, tmp_path: Path) -> None:
    session = from_file(tmp_path)
    ask(session, line, status=status)
    assert (tmp_path / "weibo.cookie").read_text() == LOGIN + "\n"
    assert session.reveal() == LOGIN


def test_another_host_that_a_redirect_leads_to_neither_gets_nor_renews_the_session(tmp_path: Path) -> None:
    session, sent = from_file(tmp_path), []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.host, request.headers.get("Cookie")))
        if request.url.host == "s.weibo.com":
            return httpx.Response(302, headers={"Location": "https://weibo.com/x", "Set-Cookie": "SUB=_2A25redirect"})
        return httpx.Response(200, headers={"Set-Cookie": "SUB=_2A25elsewhere"})

    with Client(clock=EventClock(NOW), transport=httpx.MockTransport(answer)) as client:
        client.get(URL, cookie=session)
    assert sent == [("s.weibo.com", LOGIN), ("weibo.com", None)]
    assert session.reveal() == LOGIN


def test_a_cookie_that_a_person_pastes_counts_at_once_and_is_not_overwritten(tmp_path: Path) -> None:
    session, file = from_file(tmp_path), tmp_path / "weibo.cookie"
    sent = session.reveal()
    file.write_text("SUB=_2A25pasted; SUBP=0055")  # while a request with the old one is on its way
    session.renew(sent, set_cookies(["SUB=_2A25late", "SUBP=0066"], "s.weibo.com", NOW))
    assert file.read_text() == "SUB=_2A25pasted; SUBP=0055"
    assert ask(session) == ["SUB=_2A25pasted; SUBP=0055"]


def test_two_sources_with_one_file_hand_the_session_on_to_each_other(tmp_path: Path) -> None:
    first = from_file(tmp_path)
    second = Session(LOGIN, first.file)
    ask(first, "SUB=_2A25one")
    assert ask(second, "SUBP=0044") == ["SUB=_2A25one; SUBP=0033; XSRF-TOKEN=x1"]
    assert first.reveal() == second.reveal() == "SUB=_2A25one; SUBP=0044; XSRF-TOKEN=x1"


def test_renewals_at_the_same_time_lose_none(tmp_path: Path) -> None:
    names = [f"C{number}" for number in range(8)]
    cookie = "; ".join(f"{name}=old" for name in names)
    sessions = [from_file(tmp_path, cookie) for _ in names]
    start = threading.Barrier(len(names))

    def renew(session: Session, name: str) -> None:
        start.wait()
        session.renew(cookie, {name: SetCookie(name=name, value="new", expires_at=None)})

    threads = [threading.Thread(target=renew, args=pair) for pair in zip(sessions, names, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "weibo.cookie").read_text().strip() == "; ".join(f"{name}=new" for name in names)


def test_a_write_that_is_cut_short_leaves_the_session_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = from_file(tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        ask(session, "SUB=_2A25new")
    assert [path.read_text() for path in tmp_path.iterdir()] == [LOGIN + "\n"]


def test_a_file_that_cannot_be_written_is_told_once_and_the_session_goes_on_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = from_file(tmp_path)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with caplog.at_level(logging.DEBUG):
        ask(session, "SUB=_2A25one")
        assert ask(session, "SUB=_2A25two") == ["SUB=_2A25one; SUBP=0033; XSRF-TOKEN=x1"]
        assert ask(session) == ["SUB=_2A25two; SUBP=0033; XSRF-TOKEN=x1"]
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert told == [
        f"{session.file}: the renewed session cannot be written (Permission denied): it is lost with this process"
    ]
    assert "_2A25" not in caplog.text


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    session = from_file(tmp_path)
    link = tmp_path / "link"
    link.symlink_to("weibo.cookie")
    ask(Session(LOGIN, link), "SUB=_2A25new")
    assert link.is_symlink()
    assert session.reveal().startswith("SUB=_2A25new; ")


def test_no_session_shows_in_what_is_printed_or_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    session = from_file(tmp_path)
    with caplog.at_level(logging.DEBUG):
        ask(session, "SUB=_2A25new; Max-Age=60")
    for shown in (f"{session}", repr(session), repr(session._renewed), repr(session.state()), caplog.text):
        assert "_2A25" not in shown


def test_a_body_that_echoes_the_old_or_the_new_session_is_kept_without_both(tmp_path: Path) -> None:
    session = from_file(tmp_path, "SUB=_2A25older")

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Set-Cookie": "SUB=_2A25newer"}, text="_2A25older _2A25newer")

    with Client(clock=EventClock(NOW), transport=httpx.MockTransport(answer)) as client:
        client.get(URL, cookie=session)
        assert client.last_body is not None
        assert client.last_body.content == b"<hidden> <hidden>"


@pytest.mark.parametrize(
    ("cookie", "kind"),
    [
        ("SUB=_2A25abc; NOTSUB=_2AkMabc", SessionKind.LOGIN),
        ("XSRF-TOKEN=x; SUB=_2AkMabc", SessionKind.VISITOR),
        ("wr_vid=1; wr_skey=abc; wr_rt=x", SessionKind.LOGIN),
        ("SUB=abc", SessionKind.UNKNOWN),
        ("NOTSUB=_2A25abc", SessionKind.UNKNOWN),
        ("", SessionKind.UNKNOWN),
    ],
)
def test_a_cookie_tells_whose_session_it_is(cookie: str, kind: SessionKind) -> None:
    assert kind_of(cookie) is kind


@pytest.mark.parametrize(
    ("cookie", "lines", "ends_at"),
    [
        ("SUB=_2A25a; ALF=1798000000", (), datetime.fromtimestamp(1798000000, UTC)),
        ("SUB=_2A25a; ALF=02_1798000000", (), datetime.fromtimestamp(1798000000, UTC)),
        ("SUB=_2A25a", (), None),
        ("SUB=_2A25a; ALF=soon", (), None),
        ("SUB=_2A25a", ("SUB=_2A25b; Max-Age=86400",), NOW + timedelta(days=1)),
        ("SUB=_2A25a", ("SUB=_2A25a; Expires=Wed, 23 Dec 2026 04:00:00 GMT",), NOW + timedelta(days=30)),
        ("SUB=_2A25a; XSRF-TOKEN=x", ("XSRF-TOKEN=y; Max-Age=7200",), None),
        ("SUB=_2A25a; ALF=1798000000", ("ALF=1799000000",), datetime.fromtimestamp(1799000000, UTC)),
    ],
    ids=["stated", "prefixed", "untold", "unreadable", "max-age", "expires", "a-lesser-cookie", "stated-anew"],
)
def test_when_a_session_nominally_ends(cookie: str, lines: tuple[str, ...], ends_at: datetime | None) -> None:
    session = Session(cookie)
    ask(session, *lines)
    assert session.state().ends_at == ends_at


def test_the_end_of_a_session_is_not_taken_for_that_of_the_next_one(tmp_path: Path) -> None:
    session = from_file(tmp_path)
    ask(session, "SUB=_2A25new; Max-Age=60")
    mark = session.state().mark
    assert session.file is not None
    session.file.write_text("SUB=_2A25pasted")
    assert session.state().ends_at is None
    assert session.state().mark != mark


def test_the_session_is_found_among_the_settings_of_a_source() -> None:
    session = Session(LOGIN)
    assert session_in(SearchWebSettings(cookie=session)) is session
    assert session_in(SearchWebSettings()) is None
    assert session_in(None) is None


@given(st.text(max_size=200), st.datetimes(timezones=st.just(UTC)))
def test_whatever_a_set_cookie_line_holds_it_is_read_or_left_out(line: str, now: datetime) -> None:
    for name, cookie in set_cookies([line], "weibo.com", now).items():
        assert name == cookie.name != ""
        assert cookie.value.isascii()
        assert ";" not in cookie.value


@pytest.mark.parametrize(
    "told", ["Max-Age=99999999999", "Max-Age=-99999999999", "Expires=Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_an_absurd_lifetime_is_one_that_browsers_would_keep(told: str) -> None:
    read = set_cookies([f"SUB=a; {told}"], "weibo.com", NOW)["SUB"]
    assert read.expires_at == (NOW if "-9" in told else NOW + timedelta(days=400))
    assert read.value == ("" if "-9" in told else "a")
