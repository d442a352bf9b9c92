"""How each platform host answers a request at a moment: its page, its refusals, its faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit

from monitor.demo.faults import Fault, FaultKind, Faults
from monitor.demo.feeds import feed
from monitor.demo.hot_words import hot_search
from monitor.demo.pages import CARDS_A_PAGE, MOST_PAGES, VISITOR_PAGE, search_page
from monitor.demo.post import DemoPost
from monitor.demo.scenario import BEIJING, BRIDGE, HOT_LIST, SEARCH, Scenario
from monitor.demo.scripted import articles
from monitor.demo.search_index import SearchIndex
from monitor.demo.world import posts

_HTML = "text/html; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_PASSPORT = "https://passport.weibo.com/visitor/visitor?entry=miniblog&a=enter&url="
_MOST_SHOWN = CARDS_A_PAGE * MOST_PAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`at` is the event time; header names are lower case."""

    host: str
    target: str  # path and query
    at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    content_type: str = _HTML
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False  # nothing is sent


class Platforms:
    """Every host of one scenario. Safe between threads. `shown`: the posts, oldest first, instead of the scenario's."""

    def __init__(self, scenario: Scenario, scale: float = 1.0, *, shown: Sequence[DemoPost] | None = None) -> None:
        self.scenario = scenario
        self.faults = Faults(scenario.gaps)
        self._index = SearchIndex(posts(scenario, scale) if shown is None else shown)
        self._articles = articles(scenario)

    def answer(self, request: Request) -> Answer:
        """What the host says, faults first: a wall stands before everything."""
        fault = self.faults.at(request.host, request.at)
        if fault is not None and fault.kind is not FaultKind.TRUNCATED:
            return _failing(fault, request)
        right = {SEARCH: self._search, HOT_LIST: self._hot_list, BRIDGE: self._bridge}[request.host](request)
        if fault is not None:
            return Answer(content_type=right.content_type, body=right.body[: len(right.body) // 2])
        return right

    def _search(self, request: Request) -> Answer:
        if not _cookie(request, "SUB"):
            return _to_passport(request)
        url = urlsplit(request.target)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        query = asked.get("q", "").strip()
        if url.path not in ("/weibo", "/realtime") or not query:
            return Answer(status=404, body="页面不存在".encode())
        try:
            number = int(asked.get("page", "1"))
            since, until = _timescope(asked.get("timescope", ""))
        except ValueError:
            return Answer(status=404, body="页面不存在".encode())
        found = self._index.find(query, request.at, since, until, most=_MOST_SHOWN)
        pages = -(-len(found) // CARDS_A_PAGE)
        shown = found[(number - 1) * CARDS_A_PAGE : number * CARDS_A_PAGE] if 1 <= number <= MOST_PAGES else []
        path = "&".join([f"{url.path}?q={quote(query, safe='')}", *(p for p in url.query.split("&") if _kept(p))])
        return Answer(body=search_page(query, path, shown, number, pages, request.at).encode())

    def _hot_list(self, request: Request) -> Answer:
        if urlsplit(request.target).path != "/ajax/side/hotSearch":
            return Answer(status=404, content_type=_JSON, body=b'{"ok":0,"message":"Not Found"}')
        if not request.headers.get("referer", "").startswith("https://weibo.com/"):
            return Answer(status=403, content_type=_JSON, body=b'{"error":"Forbidden"}')
        return Answer(content_type=_JSON, body=hot_search(self.scenario, request.at))

    def _bridge(self, request: Request) -> Answer:
        found = feed(urlsplit(request.target).path, self._articles, request.at)
        if found is None:
            return Answer(status=400, content_type=_JSON, body='{"message":"不存在该feed！"}'.encode())
        return Answer(content_type=found[0], body=found[1])


def _failing(fault: Fault, request: Request) -> Answer:
    match fault.kind:
        case FaultKind.LOGIN_WALL if request.host == SEARCH:
            return Answer(body=VISITOR_PAGE.encode())
        case FaultKind.LOGIN_WALL:
            return Answer(content_type=_JSON, body=b'{"ok":-100,"url":"https://weibo.com/login.php"}')
        case FaultKind.LOGIN_REDIRECT:
            return _to_passport(request)
        case FaultKind.TOO_MANY:
            told = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
            return Answer(status=429, headers=told, body=b"Too Many Requests")
        case FaultKind.BLOCKED:
            return Answer(status=432)
        case FaultKind.HANG:
            return Answer(status=0, hangs=True)
        case _:
            return Answer(status=500, body=b"Internal Server Error")


def _to_passport(request: Request) -> Answer:
    there = _PASSPORT + quote(f"https://{request.host}{request.target}", safe="")
    return Answer(status=302, headers={"Location": there})


def _cookie(request: Request, name: str) -> str:
    pairs = (pair.strip().partition("=") for pair in request.headers.get("cookie", "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")


def _kept(parameter: str) -> bool:
    """Whether a parameter belongs in the links to other pages."""
    return not parameter.startswith(("q=", "page="))


def _timescope(shown: str) -> tuple[datetime, datetime] | tuple[None, None]:
    """`custom:2026-11-20-9:2026-11-20-10` as [from, until); ValueError where it is something else."""
    if not shown:
        return None, None
    word, *hours = shown.split(":")
    if word != "custom" or len(hours) != 2:
        raise ValueError(shown)
    since, until = (datetime.strptime(hour, "%Y-%m-%d-%H").replace(tzinfo=BEIJING).astimezone(UTC) for hour in hours)
    return since, until
