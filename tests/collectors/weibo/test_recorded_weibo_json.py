"""The JSON adapters on recorded answers. Facts of them only: ids, counts, times, short fragments.

There is no recorded answer of a whole m.weibo.cn search; its cards are those of a timeline, which is recorded.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.authors import Authors
from collectors.errors import Blocked, PayloadChanged
from collectors.post import Page
from collectors.secret import Secret
from collectors.source import Reading
from collectors.weibo.search_mobile import SearchMobileSettings, WeiboSearchMobile
from collectors.weibo.visitor import is_visitor, session_in

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AUTHORS = Authors(keep_names=True)
READING = Reading(at=AT, authors=AUTHORS)
SEARCH = WeiboSearchMobile(SearchMobileSettings(cookie=Secret("SUB=_2A25x")))


def test_the_mobile_search_of_2026_09(corpora: Path) -> None:
    body = (corpora / "payloads/m_weibo_search/catbus_mobile_search_golden_SEMISYNTHETIC.json").read_bytes()
    page = SEARCH.parse(body, READING)
    single, grouped = page.posts
    assert (single.key, single.url) == ("weibo:5073209014095008", "https://weibo.com/5266778656/OuIv3hbiw")
    assert single.published_at == datetime(2024, 8, 30, 15, 12, 27, tzinfo=UTC)
    assert single.text == "好艰难呐~\n第二行 [老师好] & 结束"
    assert (single.reposts, single.comments, single.likes) == (1, 10, 8)
    assert (single.author_id, single.author_name) == (AUTHORS.id("weibo", "5266778656"), "雪菜")
    assert grouped.key == "weibo:5073209014095009"  # its bid is of another post: the mid decides
    assert (page.next_cursor, page.rejected) == ("2", ())


def test_the_list_of_a_search_of_2019_tells_its_pages(corpora: Path) -> None:
    told = json.loads((corpora / "payloads/m_weibo_search/cardlistInfo_real_2019-06-24_type61.json").read_bytes())
    page = SEARCH.parse(json.dumps({"ok": 1, "data": {"cardlistInfo": told, "cards": []}}).encode(), READING)
    assert page == Page(next_cursor="2", pages_shown=100)


@pytest.mark.parametrize("name", ["weibo_ok-100_desktop.json", "weibo_ok-100_mobile_REDUCED.json"])
def test_a_recorded_refusal_is_a_wall(corpora: Path, name: str) -> None:
    with pytest.raises(Blocked):
        SEARCH.parse((corpora / "payloads/errors" / name).read_bytes(), READING)


def test_no_content_yet_is_no_wall(corpora: Path) -> None:
    body = (corpora / "payloads/errors/nonebot_bison_weibo_err_profile.json").read_bytes()
    assert SEARCH.parse(body, READING) == Page()


def test_the_visitor_session_of_2024(corpora: Path) -> None:
    body = (corpora / "payloads/weibo_passport/genvisitor2_2024_ok.jsonp.txt").read_bytes()
    session = session_in(body)
    assert is_visitor(session)
    assert session.reveal().startswith("SUB=_2AkM")
    assert "; SUBP=0033" in session.reveal()


def test_other_recorded_answers_are_no_search(corpora: Path) -> None:
    strangers = ["weibo_hotsearch/hotNews_weibo_2026.json", "errors/openapi_10023.json"]
    strangers += ["weibo_ajax/longtext_2026-07.json", "weibo_passport/qrcode_check_states.json"]
    for name in strangers:
        with pytest.raises(PayloadChanged):
            SEARCH.parse((corpora / "payloads" / name).read_bytes(), READING)
