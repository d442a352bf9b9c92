"""`monitor sources check` tells with whose login a source reads, which kind it is, and when it nominally ends."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from collectors.clock import EventClock
from collectors.polite import Client
from collectors.session import Session, SessionKind, SessionState
from collectors.source import Source, Watched
from collectors.weibo.hot_list import HotListSettings, WeiboHotList
from collectors.weibo.search_mobile import SearchMobileSettings, WeiboSearchMobile
from collectors.weibo.search_web import SearchWebSettings, WeiboSearchWeb
from collectors.weibo.timeline import TimelineSettings, WeiboTimeline
from collectors.weibo.walls import SIGN_IN_MOBILE
from monitor.pipeline import Job
from monitor.sources_check import Finding, check_source
from monitor.store.sqlite import open_store
from monitor.store.store import Visit
from tests.monitor.command_line import configured, monitor

PAYLOADS = Path(__file__).parents[1] / "payloads"
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
END = datetime(2026, 12, 23, tzinfo=UTC)
LOGIN = f"SUB=_2A25secret; ALF={int(END.timestamp())}"
SEARCH = (PAYLOADS / "weibo_search_web" / "present_layout.html").read_bytes()
NAMED = SEARCH + b"<script>$CONFIG['uid'] = '6100000005'; $CONFIG['nick'] = '\xe5\xb0\x8f\xe8\x8c\xb6';</script>"
HOT = (PAYLOADS / "weibo_hot_list" / "hot_search.json").read_bytes()
MOBILE = b'{"ok":0,"msg":"\xe8\xbf\x99\xe9\x87\x8c\xe8\xbf\x98\xe6\xb2\xa1\xe6\x9c\x89\xe5\x86\x85\xe5\xae\xb9"}'
WATCHED = Watched(topic="tea", queries=("茶",))
Answer = Callable[[httpx.Request], httpx.Response]


def check(source: Source, session: Session | None, answer: Answer) -> tuple[Finding, list[str]]:
    """What is found, and the paths that were asked for."""
    asked = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return answer(request)

    (target, *_) = source.targets([WATCHED])
    job = Job(source="s", adapter=source, target=target, every_s=120, max_pages=1, session=session)
    with Client(clock=EventClock(NOW), transport=httpx.MockTransport(respond)) as client:
        return check_source(job, client, NOW), asked


def with_search(cookie: str, answer: Answer) -> Finding:
    session = Session(cookie)
    return check(WeiboSearchWeb(SearchWebSettings(cookie=session)), session, answer)[0]


def test_a_page_of_the_search_tells_who_one_is() -> None:
    finding = with_search(LOGIN, lambda _: httpx.Response(200, content=NAMED))
    assert finding.ok
    assert finding.login is not None
    assert (finding.login.kind, finding.login.who, finding.login.ends_at) == (
        SessionKind.LOGIN,
        "6100000005 (小茶)",
        END,
    )
    assert str(finding.login) == "login of 6100000005 (小茶), ends 2026-12-23 00:00 UTC"


def test_a_header_of_weibo_com_tells_who_one_is() -> None:
    session = Session("SUB=_2A25secret")
    answer = httpx.Response(200, content=HOT, headers={"X-Log-Uid": "6100000005"})
    finding, asked = check(WeiboHotList(HotListSettings(cookie=session)), session, lambda _: answer)
    assert str(finding.login) == "login of 6100000005, when it ends is not told"
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("config", "ok", "told"),
    [
        (
            httpx.Response(200, json={"ok": 1, "data": {"login": True, "uid": "6100000005"}}),
            True,
            "login of 6100000005,",
        ),
        (httpx.Response(200, json={"ok": 1, "data": {"login": True, "uid": 6100000005}}), True, "login of 6100000005,"),
        (httpx.Response(200, json={"ok": 1, "data": {"login": False}}), False, "login, whose is not told,"),
        (httpx.Response(200, json={"ok": 1}), True, "login, whose is not told,"),
        (httpx.Response(502), True, "login, whose is not told,"),
        (httpx.Response(200, text="<html>"), True, "login, whose is not told,"),
    ],
)
@pytest.mark.parametrize("kind", ["search", "timeline"])
def test_m_weibo_cn_is_asked_who_one_is(kind: str, config: httpx.Response, ok: bool, told: str) -> None:
    session = Session("SUB=_2A25secret")
    source: Source = (
        WeiboSearchMobile(SearchMobileSettings(cookie=session))
        if kind == "search"
        else WeiboTimeline(TimelineSettings(accounts=("6100000005",), via="mobile", cookie=session))
    )
    page = httpx.Response(200, content=MOBILE)
    finding, asked = check(source, session, lambda request: config if "config" in request.url.path else page)
    assert asked == ["/api/container/getIndex", "/api/config"]
    assert finding.ok is ok
    assert str(finding.login).startswith(told)
    if not ok:
        assert finding.told == f"m.weibo.cn takes the cookie for nobody's. {SIGN_IN_MOBILE}"


@pytest.mark.parametrize(
    ("cookie", "told"),
    [
        ("SUB=_2AkMsecret", "a visitor's cookie, whose is not told, when it ends is not told"),
        ("SUB=secret", "some cookie, whose is not told, when it ends is not told"),
    ],
)
def test_at_a_wall_the_kind_of_the_cookie_and_the_advice_are_told(cookie: str, told: str) -> None:
    wall = (PAYLOADS / "weibo_search_web" / "captcha.html").read_bytes()
    finding = with_search(cookie, lambda _: httpx.Response(200, content=wall))
    assert not finding.ok
    assert "in a browser" in finding.told
    assert str(finding.login) == told
    assert "secret" not in repr(finding)


def test_the_end_that_the_service_was_told_of_is_told(tmp_path: Path) -> None:
    session = Session("SUB=_2A25secret")
    state = SessionState(mark=session.state().mark, kind=SessionKind.LOGIN, ends_at=END)
    folder = tmp_path / "data"
    with open_store(folder / "monitor.sqlite") as store:
        store.ingest(Visit(slot="s", source="search", target="t", platform="weibo", at=NOW, session=state))
    config = configured(
        tmp_path,
        '[topics.tea]\nany = ["茶"]\n[sources.search]\nkind = "weibo-search-web"\ncookie = { env = "COOKIE" }\n'
        '[http]\nconnect_s = 0.05\nresolve = { "s.weibo.com" = "http://127.0.0.1:9" }\n',
    )
    for cookie, end in (("SUB=_2A25secret", END.isoformat()), ("SUB=_2A25another", None)):
        done = monitor("sources", "check", "--json", "-c", config, env={"COOKIE": cookie})
        assert json.loads(done.stdout)["search"]["login"] == {"kind": "login", "who": None, "ends_at": end}


def test_a_source_without_a_login_tells_none() -> None:
    finding, _ = check(WeiboHotList(HotListSettings()), None, lambda _: httpx.Response(200, content=HOT))
    assert finding.ok
    assert finding.login is None
