"""The hot list of Weibo, at each of its doors: fifty invented words that come and go, and the campaign's climb."""

import json
from collections.abc import Iterator
from datetime import datetime
from html import escape
from math import cos, tau
from random import Random
from urllib.parse import quote

from monitor.demo.rates import outage_level, surge_level
from monitor.demo.scenario import BRAND, HASHTAG, Scenario
from monitor.demo.speech import slots

_LINES = 50
_AD_PLACE = 3
_HOTTEST = 1_150_000
_CAMPAIGN_HEAT, _OUTAGE_HEAT = 3_400_000, 980_000
_LABELS = {"新": 1, "热": 2, "沸": 16, "爆": 4}


def ranked_words(scenario: Scenario, now: datetime) -> list[tuple[str, int, str]]:
    """(word, heat, label) of the list at `now`, the hottest first."""
    return sorted(_heats(scenario, now), key=lambda line: (-line[1], line[0]))[:_LINES]


def hot_band(scenario: Scenario, now: datetime) -> dict[str, object]:
    """The JSON of /ajax/statuses/hot_band."""
    words = enumerate(ranked_words(scenario, now), 1)
    lines = [
        _line(word, heat, label, place) | {"raw_hot": heat, "category": "社会", "rank": place - 1}
        for place, (word, heat, label) in words
    ]
    return {"ok": 1, "http_code": 200, "data": {"band_list": lines}}


def hot_table(scenario: Scenario, now: datetime) -> str:
    """The page of s.weibo.com/top/summary."""
    row = '<tr><td class="td-01{top}">{place}</td><td class="td-02"><a href="/weibo?q={at}&Refer=top">{word}</a>'
    row += '<span>{heat}</span></td><td class="td-03"><i class="icon-txt">{label}</i></td></tr>'
    pinned = _pinned_word(now)
    rows = [row.format(top="", place='<i class="icon-top"></i>', at=quote(pinned), word=pinned, heat="", label="热")]
    for place, (word, heat, label) in enumerate(ranked_words(scenario, now), 1):
        top, at = " ranktop" if place < 4 else "", quote(f"#{word}#", safe="")
        shown = f"综艺 {heat}" if place % 5 == 0 else f"{heat}"
        rows.append(row.format(top=top, place=place, at=at, word=escape(word), heat=shown, label=label))
    head = (
        '<!DOCTYPE html><html><head><title>微博热搜榜</title></head><body><div id="pl_top_realtimehot"><table><tbody>'
    )
    return head + "\n".join(rows) + "</tbody></table></div></body></html>"


def hot_search(scenario: Scenario, now: datetime) -> bytes:
    """The JSON of /ajax/side/hotSearch as it is at `now`."""
    ranked = ranked_words(scenario, now)
    lines = [_line(word, heat, label, place) for place, (word, heat, label) in enumerate(ranked, 1)]
    lines.insert(_AD_PLACE - 1, _advertisement())
    for place, line in enumerate(lines):
        line["rank"] = place
    pinned = _pinned(_pinned_word(now), now)
    payload = {"ok": 1, "data": {"realtime": lines, "hotgovs": [pinned], "hotgov": pinned}}
    return json.dumps(payload, ensure_ascii=False).encode()


def _heats(scenario: Scenario, now: datetime) -> Iterator[tuple[str, int, str]]:
    """(word, heat, label) of every word that could be on the list."""
    hours = now.timestamp() / 3600
    for number, word in enumerate(slots()["hot_word"]):
        rng = Random(f"{scenario.seed}/{word}")
        height, period_h, phase = 0.25 + 0.75 * rng.random(), 20 + 40 * rng.random(), rng.random()
        wave = 0.5 - 0.5 * cos(tau * (hours / period_h + phase))
        yield word, int(_HOTTEST * height * (0.15 + 0.85 * wave)) + number, rng.choice(("", "", "", "新", "热"))
    tea = int(_CAMPAIGN_HEAT * surge_level(scenario, now))
    if tea:
        yield HASHTAG, tea, "新" if tea < 700_000 else "热" if tea < 1_500_000 else "沸" if tea < 2_600_000 else "爆"
    if outage := int(_OUTAGE_HEAT * outage_level(scenario, now)):
        yield f"{BRAND}系统开小差", outage, "新" if outage < 600_000 else "热"


def _line(word: str, heat: int, label: str, place: int) -> dict[str, object]:
    line: dict[str, object] = {
        "word": word,
        "word_scheme": f"#{word}#",
        "note": word,
        "num": heat,
        "realpos": place,
        "flag": _LABELS.get(label, 0),
        "label_name": label,
        "topic_flag": 1,
        "emoticon": "",
    }
    if label:
        line |= {"icon_desc": label, "small_icon_desc": label, "icon_width": 24, "icon_height": 24}
    return line


def _advertisement() -> dict[str, object]:
    word = slots()["ad_word"][0]
    return {"word": word, "word_scheme": word, "note": word, "num": 0, "is_ad": 1, "label_name": "商", "topic_flag": 0}


def _pinned_word(now: datetime) -> str:
    words = slots()["pinned_word"]
    return words[now.timetuple().tm_yday % len(words)]


def _pinned(word: str, now: datetime) -> dict[str, object]:
    return {
        "word": f"#{word}#",
        "name": f"#{word}#",
        "note": f"#{word}#",
        "is_gov": 1,
        "is_hot": 1,
        "pos": 1,
        "flag": 2,
        "icon_desc": "热",
        "topic_flag": 1,
        "stime": int(now.timestamp()) // 86_400 * 86_400,
    }
