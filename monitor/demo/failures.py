"""Answers under a fault: refusals in each host's own words, and right answers that are spoiled on their way."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import quote

from monitor.demo.exchange import HTML, Answer, Manner, Request, html_answer, json_answer
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.pages import VISITOR_PAGE
from monitor.demo.scenario import BRIDGE, SEARCH
from monitor.demo.wechat_hosts import ARTICLES_HOST, OWN_ACCOUNT, READING, SOGOU
from monitor.demo.wechat_pages import ANTISPIDER, CAPTCHA
from monitor.demo.weibo_hosts import COMMERCIAL, DESKTOP_PASSPORT, MOBILE_PASSPORT, OPEN_PLATFORM

CLOCK_OFF = timedelta(hours=-8)
_PASSPORT = "https://passport.weibo.com/visitor/visitor?entry=miniblog&a=enter&url="
_PLACES = ("page", "offset", "since_id", "max_id")
_LOGIN = {"ok": -100, "url": "https://weibo.com/login.php"}
_WALLS: dict[str, Answer] = {
    SEARCH: html_answer(VISITOR_PAGE),
    BRIDGE: html_answer("<!DOCTYPE html><html><body><form>请先登录 <input name=password></form></body></html>"),
    SOGOU: html_answer(ANTISPIDER),
    ARTICLES_HOST: html_answer(CAPTCHA),
    READING: json_answer({"errCode": -2013, "errMsg": "请先登录"}),
    OWN_ACCOUNT: json_answer({"errcode": 48004, "errmsg": "api forbidden"}),
    OPEN_PLATFORM: json_answer({"error": "expired_token", "error_code": 21327, "request": "/2/"}, status=400),
    COMMERCIAL: json_answer({"error": "expired_token", "error_code": 21327, "request": "/2/"}, status=400),
    DESKTOP_PASSPORT: html_answer(VISITOR_PAGE),
    MOBILE_PASSPORT: html_answer(VISITOR_PAGE),
}


def to_passport(request: Request) -> Answer:
    there = _PASSPORT + quote(f"https://{request.host}{request.target}", safe="")
    return Answer(status=302, headers={"Location": there})


def failing(fault: Fault, request: Request, right: Callable[[Request], Answer]) -> Answer:
    """What the host answers under this fault; `right` is what it would answer otherwise."""
    match fault.kind:
        case FaultKind.LOGIN_WALL:
            return _WALLS.get(request.host, json_answer(_LOGIN))
        case FaultKind.LOGIN_REDIRECT:
            return to_passport(request)
        case FaultKind.TOO_MANY:
            told = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
            return Answer(status=429, headers=told, body=b"Too Many Requests")
        case FaultKind.FORBIDDEN:
            return html_answer("<html><body>403 Forbidden</body></html>", status=403)
        case FaultKind.BLOCKED:
            return Answer(status=432)
        case FaultKind.BROKEN:
            return Answer(status=500, body=b"Internal Server Error")
        case FaultKind.HANG:
            return Answer(status=0, manner=Manner.HANGS)
        case FaultKind.REPEATING:
            return right(_of_the_first_page(request))
        case _:
            return _spoiled(fault.kind, request, right(request))


def _spoiled(kind: FaultKind, request: Request, answer: Answer) -> Answer:
    body = answer.body
    match kind:
        case FaultKind.DRIP:
            return replace(answer, manner=Manner.DRIPS)
        case FaultKind.RESET:
            return replace(answer, manner=Manner.RESET)
        case FaultKind.TRUNCATED:
            return replace(answer, body=body[: len(body) // 2], headers={})
        case FaultKind.TRUNCATED_GZIP:
            packed = gzip.compress(body, mtime=0)
            return replace(answer, body=packed[: len(packed) // 2], headers={"Content-Encoding": "gzip"})
        case FaultKind.WRONG_CHARSET:
            return replace(answer, body=body.decode("utf-8").encode("gb18030"))
        case FaultKind.CLOCK_OFF:
            shown = format_datetime(request.at + CLOCK_OFF, usegmt=True)
            return replace(answer, headers={**answer.headers, "Date": shown})
    return Answer(status=500, content_type=HTML)


def _of_the_first_page(request: Request) -> Request:
    path, _, query = request.target.partition("?")
    kept = [pair for pair in query.split("&") if pair.partition("=")[0] not in _PLACES]
    body = json.dumps(request.told() | {"offset": 0}).encode() if request.body else b""
    return replace(request, target=f"{path}?{'&'.join(kept)}", body=body)
