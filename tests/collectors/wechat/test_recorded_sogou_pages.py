"""Sogou's search as recorded in 2017 and 2026. Facts of the pages only: counts, times, names, short fragments."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.authors import Authors
from collectors.errors import Blocked, PayloadChanged
from collectors.source import Reading
from collectors.wechat.sogou import SogouSettings, WechatSogou

READING = Reading(at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC), authors=Authors(keep_names=True))
SOURCE = WechatSogou(SogouSettings())


def test_the_page_of_2026(corpora: Path) -> None:
    body = (corpora / "payloads/sogou_weixin_search/sogou_2026-09-03_rengongzhineng_EXCERPT.html").read_bytes()
    page = SOURCE.parse(body, READING)
    assert [(post.author_name, f"{post.published_at:%m-%d %H:%M:%S}") for post in page.posts] == [
        ("安全牛", "09-03 05:18:06"),
        ("上海科技馆", "09-03 06:39:39"),
        ("职教智慧", "09-03 05:49:18"),
        ("消费刻度", "09-03 07:13:26"),
    ]
    assert page.posts[2].text.split("\n\n")[0].endswith("高质量发展实施方案")
    assert all("red_beg" not in post.text and "\n\n" in post.text for post in page.posts)
    assert all(post.url.startswith("https://weixin.sogou.com/link?url=dn9a_") for post in page.posts)
    assert (page.next_cursor, page.rejected, page.covered_from) == ("2", (), None)


def test_the_page_of_2017(corpora: Path) -> None:
    body = (corpora / "payloads/sogou_weixin_search/wechatsogou_search-gaokao-article.html").read_bytes()
    page = SOURCE.parse(body, READING)
    seconds = [int(post.published_at.timestamp()) for post in page.posts]
    assert seconds == [
        *(1498908951, 1498833340, 1498816268, 1498209951, 1498193347),
        *(1497949173, 1498216283, 1499424557, 1498317862, 1498642262),
    ]
    assert [post.author_name for post in page.posts[:2]] == ["占豪", "才华有限青年"]
    assert page.posts[0].text.startswith("高考有多重要,为什么要重视高考?丨微观点\n\n")
    assert len({post.key for post in page.posts}) == 10
    assert page.rejected == ()


def test_the_captcha_of_2017_is_a_wall_and_another_project_s_json_is_not_ours(corpora: Path) -> None:
    pages = corpora / "payloads/sogou_weixin_search"
    with pytest.raises(Blocked):
        SOURCE.parse((pages / "wechatsogou_search-gaokao-gzh-error.html").read_bytes(), READING)
    with pytest.raises(PayloadChanged):
        SOURCE.parse((pages / "wechatsogou_search-gaokao-article.json").read_bytes(), READING)
