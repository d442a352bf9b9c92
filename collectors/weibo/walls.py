"""How Weibo says no on a page that came with status 200: the walls all its hosts share."""

import re

from collectors.errors import Blocked, RateLimited

SIGN_IN = (
    "log in at weibo.com in a browser, copy the cookie SUB (it starts with _2A25) as SUB=… "
    "into the environment variable or file that `cookie` names"
)
SIGN_IN_MOBILE = (
    "log in at m.weibo.cn in a browser (weibo.com's login is not enough), copy the cookie SUB as SUB=… into the "
    "environment variable or file that `cookie` names; or set visitor = true, which reads less"
)
SOLVE = "open weibo.com in a browser with the same account, pass the check there, and ask less often (pace_s)"

_VISITOR_PAGE = re.compile(rb"<title[^>]*>\s*Sina Visitor System", re.IGNORECASE)
_WALL_HOST = re.compile(r"^[a-z]+://(?:[a-z0-9-]+\.)*passport\.(?:weibo\.com|weibo\.cn|sina\.cn)(?::\d+)?/", re.I)
_HEAD_BYTES = 8192


def check_address(url: str) -> None:
    """Raise Blocked where a redirect led to the passport host."""
    if not _WALL_HOST.match(url):
        return
    if "/verify" in url or "captcha" in url:
        raise Blocked("sent to a captcha", SOLVE)
    raise Blocked("sent to the login page", SIGN_IN)


def check_visitor_page(body: bytes) -> None:
    """Raise Blocked where the body is the page that hands out visitor sessions."""
    if _VISITOR_PAGE.search(body[:_HEAD_BYTES]):
        raise Blocked("visitor page (Sina Visitor System)", SIGN_IN)


def check_json(payload: dict[str, object]) -> None:
    """Raise what a JSON answer of weibo.com or m.weibo.cn says instead of data."""
    ok, error = str(payload.get("ok")), str(payload.get("error", ""))
    message = str(payload.get("msg") or payload.get("message") or "")
    if ok == "-100" or error.startswith("relogin") or (ok == "0" and "登录" in message):
        raise Blocked("login wall", SIGN_IN)
    if error == "Forbidden":
        raise Blocked("refused (Forbidden)", SIGN_IN)
    if ok == "0" and re.search("频繁|拥堵|稍后", message):
        raise RateLimited
    if "data" not in payload and "url" in payload:
        raise Blocked("sent to a check page", SOLVE)
