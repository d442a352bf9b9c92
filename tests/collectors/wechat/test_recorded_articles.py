"""Article pages as recorded, whole and reduced, and the notices. Facts only: ids, names, times, short fragments."""

import lzma
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.authors import Authors
from collectors.errors import Gone
from collectors.post import Post
from collectors.source import Reading
from collectors.wechat.article import ArticleSettings, WechatArticle

READING = Reading(at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC), authors=Authors(keep_names=True))
SOURCE = WechatArticle(ArticleSettings())
NAMES = ("normal_01_xuanyuan_2025", "imageshare_01_36kr", "textshare_04")


def read(path: Path) -> Post:
    body = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    (post,) = SOURCE.parse(body, READING).posts
    return post


@pytest.mark.parametrize("suffix", ["html", "WHOLE.html.xz"])
def test_three_kinds_of_page(corpora: Path, suffix: str) -> None:
    normal, pictures, text = (read(corpora / f"payloads/mp_article_html/{name}.{suffix}") for name in NAMES)
    posts = (normal, pictures, text)
    assert [(post.native_id, post.author_name, f"{post.published_at:%Y-%m-%d %H:%M:%S}") for post in posts] == [
        ("KDWh_qGpFN5Vu1TR9t30Mw", "轩辕的编程宇宙", "2025-11-10 04:00:10"),
        ("JJyPUpHLM2bGvfk5FNvTUA", "36氪", "2025-11-05 10:30:00"),
        ("6Hi4vLqG1wUn7alXzLaEkA", "阮一峰的网络日志", "2021-09-30 00:51:22"),
    ]
    assert normal.text.startswith("AI编程害死我了，给我的抓包软件埋了一个大雷！\n\n大家好，我是轩辕。\n")
    assert (len(normal.text), len(pictures.text), len(text.text)) == (2137, 498, 111)
    assert pictures.text.startswith("新能源车均价创6年新低，价格战「寒气」侵蚀供应链\n\n今年，")
    assert pictures.text.endswith('"Talk is Cheap. Show me the data."')
    assert text.text.endswith("https://www.ruanyifeng.com/blog/weekly/")
    assert [post.url[-22:] for post in (normal, pictures, text)] == [
        normal.native_id,
        pictures.native_id,
        text.native_id,
    ]


def test_the_layout_of_2018(corpora: Path) -> None:
    post = read(corpora / "payloads/mp_article_html/wechatsogou_article_detail_qqmusic.html")
    assert (post.native_id, post.author_name) == ("MzIwOTc2ODc1NQ==_2247484727_1", "闲云野鹤古刹")
    assert post.published_at == datetime(2018, 4, 7, 14, 21, 55, tzinfo=UTC)
    assert post.text.startswith("关于音乐\n\n")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("deleted_by_author_01.html", "deleted by its author"),
        ("violation_01.html", "withheld for a violation"),
        ("wechatsogou_article_detail_expired.html", "the link has expired"),
    ],
)
def test_dead_pages_say_why(corpora: Path, name: str, reason: str) -> None:
    with pytest.raises(Gone, match=reason):
        SOURCE.parse((corpora / "payloads/mp_article_errors" / name).read_bytes(), READING)


def test_a_whole_page_takes_a_few_times_its_own_size(corpora: Path) -> None:
    body = lzma.decompress((corpora / f"payloads/mp_article_html/{NAMES[0]}.WHOLE.html.xz").read_bytes())
    tracemalloc.start()
    try:
        SOURCE.parse(body, READING)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * len(body)
