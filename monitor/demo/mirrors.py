"""Mirrors of the hot list: NewsNow and DailyHotApi, which both answer from a cache of some minutes."""

from datetime import datetime, timedelta
from urllib.parse import quote

from monitor.demo.exchange import Answer, Request, json_answer
from monitor.demo.hot_words import ranked_words
from monitor.demo.scenario import Scenario

NEWSNOW, DAILYHOT = "newsnow.local", "dailyhot.local"
CACHED_MIN = 5
_SHOWN = 30


def taken_at(at: datetime) -> datetime:
    """When the list was taken that a mirror shows at `at`."""
    return at - timedelta(seconds=at.timestamp() % (60 * CACHED_MIN))


def newsnow(scenario: Scenario, request: Request) -> Answer:
    if request.path != "/api/s" or request.asked.get("id") != "weibo":
        return json_answer({"error": True, "message": "Invalid source id"}, status=500)
    then = taken_at(request.at)
    items = [
        {"id": word, "title": word, "url": _address(word), "mobileUrl": _address(word), "extra": {"icon": False}}
        for word, _, _ in ranked_words(scenario, then)[:_SHOWN]
    ]
    return json_answer({"status": "cache", "id": "weibo", "updatedTime": _ms(then), "items": items})


def dailyhot(scenario: Scenario, request: Request) -> Answer:
    if request.path != "/weibo":
        return json_answer({"code": 404, "message": "no such list"}, status=404)
    then = taken_at(request.at)
    data = [
        {"id": word, "title": word, "desc": f"#{word}#", "hot": heat, "timestamp": _ms(then), "url": _address(word)}
        for word, heat, _ in ranked_words(scenario, then)
    ]
    told = {"code": 200, "name": "weibo", "type": "热搜榜", "total": len(data), "fromCache": True}
    return json_answer({**told, "updateTime": then.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "data": data})


def _address(word: str) -> str:
    return f"https://s.weibo.com/weibo?q={quote(f'#{word}#', safe='')}"


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
