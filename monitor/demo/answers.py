"""How each platform host answers a request at a moment: its page, its refusals, its faults."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote

from monitor.demo import mirrors, weibo_hosts
from monitor.demo.exchange import JSON, Answer, Request, html_answer, json_answer
from monitor.demo.failures import CLOCK_OFF, failing, to_passport
from monitor.demo.faults import FaultKind, Faults
from monitor.demo.feeds import feed
from monitor.demo.hot_words import hot_search
from monitor.demo.pages import CARDS_A_PAGE, MOST_PAGES, search_page
from monitor.demo.post import DemoPost
from monitor.demo.scenario import BEIJING, BRAND, BRIDGE, HOT_LIST, SEARCH, Scenario
from monitor.demo.scripted import articles
from monitor.demo.search_index import SearchIndex
from monitor.demo.wechat_hosts import ARTICLES_HOST, OWN_ACCOUNT, READING, SOGOU, WechatHosts
from monitor.demo.weibo_hosts import WeiboHosts
from monitor.demo.world import posts

_MOST_SHOWN = CARDS_A_PAGE * MOST_PAGES
_NOT_THERE = "页面不存在"


class Platforms:
    """Every host of one scenario. Safe between threads. `shown`: the posts, oldest first, instead of the scenario's."""

    def __init__(self, scenario: Scenario, scale: float = 1.0, *, shown: Sequence[DemoPost] | None = None) -> None:
        self.scenario = scenario
        self.faults = Faults(scenario.gaps)
        written = posts(scenario, scale) if shown is None else shown
        self._index = SearchIndex(written)
        self._articles = articles(scenario)
        weibo = self._weibo = WeiboHosts(scenario, written, self._index)
        wechat = WechatHosts(self._articles, own=BRAND)
        self._hosts: Mapping[str, Callable[[Request], Answer]] = {
            SEARCH: self._search,
            HOT_LIST: self._desktop,
            BRIDGE: self._bridge,
            weibo_hosts.MOBILE_HOST: weibo.mobile,
            weibo_hosts.DESKTOP_PASSPORT: weibo.passport,
            weibo_hosts.MOBILE_PASSPORT: weibo.passport,
            weibo_hosts.OPEN_PLATFORM: weibo.official,
            weibo_hosts.COMMERCIAL: weibo.official,
            SOGOU: wechat.search,
            ARTICLES_HOST: wechat.article,
            READING: wechat.reading,
            OWN_ACCOUNT: wechat.own_account,
            mirrors.NEWSNOW: partial(mirrors.newsnow, scenario),
            mirrors.DAILYHOT: partial(mirrors.dailyhot, scenario),
        }

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(self._hosts)

    def answer(self, request: Request) -> Answer:
        """What the host says, faults first: a wall stands before everything."""
        fault = self.faults.at(request.host, request.at)
        right = self._hosts[request.host]
        return right(request) if fault is None else failing(fault, request, right)

    def _search(self, request: Request) -> Answer:
        if request.path == "/top/summary":
            return self._weibo.summary(request)
        if not request.cookie("SUB"):
            return to_passport(request)
        asked = request.asked
        query = asked.get("q", "").strip()
        if request.path not in ("/weibo", "/realtime") or not query:
            return html_answer(_NOT_THERE, status=404)
        try:
            number = int(asked.get("page", "1"))
            since, until = _timescope(asked.get("timescope", ""))
        except ValueError:
            return html_answer(_NOT_THERE, status=404)
        found = self._index.find(query, request.at, since, until, most=_MOST_SHOWN)
        pages = -(-len(found) // CARDS_A_PAGE)
        shown = found[(number - 1) * CARDS_A_PAGE : number * CARDS_A_PAGE] if 1 <= number <= MOST_PAGES else []
        kept = (pair for pair in request.target.partition("?")[2].split("&") if _kept(pair))
        path = "&".join([f"{request.path}?q={quote(query, safe='')}", *kept])
        now = request.at
        fault = self.faults.at(request.host, now)
        if fault is not None and fault.kind is FaultKind.CLOCK_OFF:
            off_s = int(CLOCK_OFF.total_seconds())
            shown = [replace(post, second=post.second + off_s) for post in shown]
        return html_answer(search_page(query, path, shown, number, pages, now))

    def _desktop(self, request: Request) -> Answer:
        if request.path.startswith("/ajax/statuses/"):
            return self._weibo.desktop(request)
        if request.path != "/ajax/side/hotSearch":
            return json_answer({"ok": 0, "message": "Not Found"}, status=404)
        if not request.headers.get("referer", "").startswith("https://weibo.com/"):
            return json_answer({"error": "Forbidden"}, status=403)
        return Answer(content_type=JSON, body=hot_search(self.scenario, request.at))

    def _bridge(self, request: Request) -> Answer:
        found = feed(request.path, self._articles, request.at)
        if found is None:
            return json_answer({"message": "不存在该feed！"}, status=400)
        return Answer(content_type=found[0], body=found[1])


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
