"""What Weibo's hosts answer beside the search of s.weibo.com and the hot list: each its endpoints and its walls."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs

from collectors.weibo.ids import bid_of
from monitor.demo import weibo_objects
from monitor.demo.exchange import Answer, Request, html_answer, json_answer
from monitor.demo.hot_words import hot_band, hot_table
from monitor.demo.pages import VISITOR_PAGE, rich
from monitor.demo.people import OFFICIAL
from monitor.demo.post import DemoPost
from monitor.demo.scenario import Scenario
from monitor.demo.search_index import SearchIndex

MOBILE_HOST = "m.weibo.cn"
DESKTOP_PASSPORT, MOBILE_PASSPORT = "passport.weibo.com", "visitor.passport.weibo.cn"
OPEN_PLATFORM, COMMERCIAL = "api.weibo.com", "c.api.weibo.com"

VISITOR_SESSION = "_2AkMdemoVisitorSession"
_MOBILE_PAGE, _DESKTOP_PAGE, _OFFICIAL_PAGE, _MOST_COMMENTS = 10, 20, 50, 60
_MOST_FOUND = 1000
_TO_LOGIN = {"ok": -100, "url": "https://weibo.com/login.php?url=https%3A%2F%2Fweibo.com%2F"}
_TO_MOBILE_LOGIN = {"ok": -100, "msg": "请先登录", "url": "https://passport.weibo.com/sso/signin?entry=wapsso"}
_NOTHING = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
_FORBIDDEN = {"error": "Forbidden"}


class WeiboHosts:
    """The endpoints over one world. `posts` oldest first."""

    def __init__(self, scenario: Scenario, posts: Sequence[DemoPost], index: SearchIndex) -> None:
        self._scenario = scenario
        self._posts = posts
        self._seconds = [post.second for post in posts]
        self._index = index
        self._by_mid: dict[str, DemoPost] = {}

    # -- m.weibo.cn ------------------------------------------------------------------------------------------------

    def mobile(self, request: Request) -> Answer:
        session = request.cookie("SUB")
        if not session:
            return json_answer(_TO_MOBILE_LOGIN)
        asked = request.asked
        if request.path == "/statuses/extend":
            post = self._post(asked.get("id", ""), request.at)
            if post is None:
                return json_answer({"ok": 0, "msg": "打开长微博失败"})
            text = rich(post.text, "\x00")
            return json_answer({"ok": 1, "data": {"ok": 1, "longTextContent": text, "reposts_count": post.reposts}})
        if request.path != "/api/container/getIndex":
            return json_answer({"ok": 0, "msg": "Not Found"}, status=404)
        container = asked.get("containerid", "")
        if container.startswith("107603"):
            return self._mobile_timeline(container.removeprefix("107603"), asked, request.at)
        kind, _, query = container.partition("&q=")
        if kind != "100103type=61" or not query:
            return json_answer(_NOTHING)
        return self._mobile_search(query, int(asked.get("page", "1")), session, request.at)

    def _mobile_search(self, query: str, number: int, session: str, at: datetime) -> Answer:
        if session == VISITOR_SESSION and number > 1:
            return json_answer(_TO_MOBILE_LOGIN)
        found = self._index.find(query, at, most=_MOST_FOUND)
        shown = found[(number - 1) * _MOBILE_PAGE : number * _MOBILE_PAGE]
        if not shown:
            return json_answer(_NOTHING)
        cards: list[dict[str, object]] = [{"card_type": 4, "desc": "实时"}]
        for place, post in enumerate(shown):
            card: dict[str, object] = {"card_type": 9, "mblog": weibo_objects.mobile(post)}
            cards.append({"card_type": 11, "card_group": [{"card_type": 42}, card]} if place % 3 == 2 else card)
        following = number + 1 if number * _MOBILE_PAGE < len(found) else None
        told = {"containerid": f"100103type=61&q={query}", "total": len(found), "page": following}
        return json_answer({"ok": 1, "data": {"cardlistInfo": told | {"page_size": _MOBILE_PAGE}, "cards": cards}})

    def _mobile_timeline(self, uid: str, asked: dict[str, str], at: datetime) -> Answer:
        shown, following = self._timeline(uid, asked.get("since_id", ""), _MOBILE_PAGE, at)
        if not shown:
            return json_answer(_NOTHING)
        cards = [{"card_type": 9, "mblog": weibo_objects.mobile(post)} for post in shown]
        told = {"containerid": f"107603{uid}", "total": len(shown)}
        listed = {**told, "since_id": int(following)} if following else told
        return json_answer({"ok": 1, "data": {"cardlistInfo": listed, "cards": cards}})

    # -- weibo.com/ajax --------------------------------------------------------------------------------------------

    def desktop(self, request: Request) -> Answer:
        if not request.headers.get("referer", "").startswith("https://weibo.com/"):
            return json_answer(_FORBIDDEN, status=403)
        asked = request.asked
        if request.path == "/ajax/statuses/hot_band":
            return json_answer(hot_band(self._scenario, request.at))
        if request.headers.get("x-requested-with") != "XMLHttpRequest":
            return json_answer(_FORBIDDEN, status=403)
        if not request.cookie("SUB"):
            return json_answer(_TO_LOGIN)
        match request.path:
            case "/ajax/statuses/mymblog":
                return self._mymblog(asked, request.at)
            case "/ajax/statuses/longtext":
                post = self._post(asked.get("id", ""), request.at)
                whole = {"longTextContent": post.text, "url_struct": []} if post else {}
                return json_answer({"ok": 1, "http_code": 200, "data": whole})
            case "/ajax/statuses/buildComments":
                return self._comments(asked, request.at)
        return json_answer({"ok": 0, "message": "Not Found"}, status=404)

    def _mymblog(self, asked: dict[str, str], at: datetime) -> Answer:
        uid, since_id = asked.get("uid", ""), asked.get("since_id", "")
        shown, following = self._timeline(uid, since_id.partition("kp")[0], _DESKTOP_PAGE, at)
        listed = [weibo_objects.desktop(post) for post in shown]
        first = next((post for post in self._of(uid, at)), None)
        if not since_id and first is not None and first not in shown:
            listed.insert(0, weibo_objects.desktop(first) | {"isTop": 1, "title": {"text": "置顶"}})
        page = int(asked.get("page", "1"))
        told = {"list": listed, "since_id": f"{following}kp{page + 1}" if following else "", "total": len(listed)}
        return json_answer({"ok": 1, "data": told})

    def _comments(self, asked: dict[str, str], at: datetime) -> Answer:
        post = self._post(asked.get("id", ""), at)
        if post is None:
            return json_answer({"ok": 0, "msg": "微博不存在或暂无查看权限!"})
        said = comments_under(post, self._posts, self._seconds, at)
        if asked.get("flow") != "1":
            said = sorted(said, key=lambda each: (-each.likes, each.mid))
        ids = [str(weibo_objects.comment_id(each)) for each in said]
        start = ids.index(asked["max_id"]) + 1 if asked.get("max_id") in ids else 0
        ends = start + int(asked.get("count", "10"))
        told = {"total_number": len(said), "max_id": int(ids[ends - 1]) if ends < len(said) else 0}
        return json_answer({"ok": 1, "data": [weibo_objects.comment(each) for each in said[start:ends]], **told})

    # -- s.weibo.com, the hot list as a table ----------------------------------------------------------------------

    def summary(self, request: Request) -> Answer:
        return html_answer(hot_table(self._scenario, request.at) if request.cookie("SUB") else VISITOR_PAGE)

    # -- visitor sessions ------------------------------------------------------------------------------------------

    def passport(self, request: Request) -> Answer:
        form = parse_qs(request.body.decode("utf-8", "replace"))
        if request.path != "/visitor/genvisitor2" or form.get("cb") != ["visitor_gray_callback"]:
            return html_answer(VISITOR_PAGE)
        data = {"sub": VISITOR_SESSION, "subp": "0033WrSXqPxfM72-demo", "next": "cross_domain", "confidence": 95}
        granted = json.dumps({"retcode": 20_000_000, "msg": "succ", "data": data})
        return html_answer(f"window.visitor_gray_callback && visitor_gray_callback({granted});")

    # -- the open platform -----------------------------------------------------------------------------------------

    def official(self, request: Request) -> Answer:
        asked = request.asked
        if not asked.get("access_token"):
            told = {"error": "source paramter(appkey) is missing", "error_code": 10006, "request": request.path}
            return json_answer(told, status=400)
        since = until = None
        match request.host, request.path:
            case "api.weibo.com", "/2/search/topics.json":
                query, most = f"#{asked.get('q', '')}#", 200
            case "c.api.weibo.com", "/2/search/statuses/limited.json":
                query, most = asked.get("q", ""), _MOST_FOUND
                since, until = (_moment(asked.get(name)) for name in ("starttime", "endtime"))
            case _:
                told = {"error": "Request Api not found!", "error_code": 10020, "request": request.path}
                return json_answer(told, status=404)
        found = self._index.find(query, request.at, since, until, most=most)
        size, page = min(_OFFICIAL_PAGE, int(asked.get("count", "10"))), int(asked.get("page", "1"))
        shown = [weibo_objects.official(post) for post in found[(page - 1) * size : page * size]]
        return json_answer({"statuses": shown, "total_number": len(found), "previous_cursor": 0, "next_cursor": 0})

    # -- what there is ---------------------------------------------------------------------------------------------

    def _post(self, name: str, at: datetime) -> DemoPost | None:
        """The post with this mid or bid, if it was published."""
        if not self._by_mid:
            self._by_mid = {name: post for post in self._posts for name in (post.mid, bid_of(post.mid))}
        post = self._by_mid.get(name)
        return post if post is not None and post.at <= at else None

    def _of(self, uid: str, at: datetime) -> list[DemoPost]:
        """The posts of an account, oldest first."""
        return [post for post in self._posts[: bisect_right(self._seconds, at.timestamp())] if post.uid == uid]

    def _timeline(self, uid: str, since_id: str, size: int, at: datetime) -> tuple[list[DemoPost], str]:
        """Posts of an account newest first, from `since_id` on; and where the next page begins."""
        newest_first = self._of(uid, at)[::-1]
        start = next((n for n, post in enumerate(newest_first) if post.mid == since_id), 0) if since_id else 0
        further = newest_first[start + size : start + size + 1]
        return newest_first[start : start + size], further[0].mid if further else ""


def comments_under(post: DemoPost, posts: Sequence[DemoPost], seconds: Sequence[int], at: datetime) -> list[DemoPost]:
    """What is said under a post, newest first: of the official account, what some say until its next post."""
    if post.uid != OFFICIAL.uid:
        return []
    begins, ends = bisect_right(seconds, post.second), bisect_right(seconds, at.timestamp())
    said: list[DemoPost] = []
    for each in posts[begins:ends]:
        if each.uid == post.uid or len(said) == _MOST_COMMENTS:
            break
        if each.repost_of is None and int(each.mid) % 7 == 0:
            said.append(each)
    return said[::-1]


def _moment(shown: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(shown), UTC) if shown else None
