"""What a digest tells of hashtags and words that rise, fade or are new, and of copies that look placed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.annotate import Annotator
from analysis.annotation import Document
from analysis.matching import Topic
from analysis.spam import Sign
from collectors.post import Post
from collectors.stretch import Stretch
from monitor.digest.facts import Facts
from monitor.digest.gather import gather
from monitor.digest.render import digest_html, digest_text
from monitor.store.sqlite import SqliteStore, open_store
from monitor.store.store import Visit
from tests.monitor.digest.tea_day import DAY, MIDNIGHT, NOW, SEARCH, TOPIC

ANNOTATOR = Annotator([Topic(name="tea", any=("茶",))])
ENDS = ("真的好喝", "排队的人很多", "下次还想去", "味道一般般", "朋友请客的", "路过就买了", "有点太甜了", "今天第二回")
SPAM = "私信领取奶茶优惠券先到先得名额有限赶快加我联系方式领取"


def fill(store: SqliteStore, past_days: int) -> None:
    store.watch([TOPIC], [SEARCH], MIDNIGHT - timedelta(days=past_days))
    for back in range(past_days, 0, -1):
        usual = [f"#下午茶# 中午点了一杯奶茶{end}" for end in ENDS] + [f"#老活动# 奶茶{end}" for end in ENDS * 2]
        ingest(store, -back, usual)
    news = [f"#第一杯# 第一杯AI奶茶{end}{'呀' * (n // 8)}" for n, end in enumerate(ENDS * 2)]
    usual = [f"#下午茶# 中午点了一杯奶茶{end}" for end in ENDS]
    ingest(store, 0, [*news, *usual, *(f"{SPAM} {n}" for n in range(25))], spam=SPAM)


def ingest(store: SqliteStore, day: int, texts: list[str], spam: str = "?") -> None:
    start = MIDNIGHT + timedelta(days=day)
    posts = tuple(
        Post(
            platform="weibo",
            native_id=f"{day}-{number}",
            url="https://weibo.com/1",
            text=text,
            published_at=start + timedelta(hours=9, seconds=number),
            collected_at=start + timedelta(hours=10),
            author_id=f"spam{number % 2}" if text.startswith(spam) else f"author{number}",
        )
        for number, text in enumerate(texts)
    )
    end = start + timedelta(days=1)
    store.ingest(
        Visit(
            slot=str(day),
            source="weibo",
            target="#tea#",
            platform="weibo",
            at=end,
            asked_from=start,
            asked_until=end,
            posts=posts,
            annotations=tuple(ANNOTATOR.annotate([Document(text=p.text, platform="weibo") for p in posts])),
            stretches=(Stretch(starts_at=start, ends_at=end),),
            watermark=end,
        )
    )


@pytest.fixture(scope="module")
def trending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    with open_store(tmp_path_factory.mktemp("trending") / "tea.sqlite") as store:
        fill(store, past_days=10)
        yield gather(store, day=DAY, topic="tea", now=NOW, deciders=[SEARCH])


def test_hashtags_that_rise_or_fade_are_told_against_a_usual_day(trending: Facts) -> None:
    (rise,) = trending.trends.rising
    assert (rise.label, rise.mentions, rise.usual, rise.new, rise.growth) == ("第一杯", 16, 0.0, True, 21 / 5)
    (fall,) = trending.trends.fading
    assert (fall.label, fall.mentions, fall.usual, fall.growth) == ("老活动", 0, 16.0, 5 / 21)
    assert trending.trends.days == 10.0


def test_a_new_word_is_told_whole_with_a_post_and_spam_brings_none(trending: Facts) -> None:
    (word,) = trending.trends.words
    assert (word.label, word.mentions, word.new) == ("第一杯AI奶茶", 16, True)
    (post,) = word.posts
    assert "第一杯AI奶茶" in post.text


def test_copies_by_two_accounts_are_named_as_spam(trending: Facts) -> None:
    (spam,) = trending.quality.spam
    assert (spam.sign, spam.copies, spam.authors) == (Sign.FEW, 24, 2)
    assert spam.text.startswith("私信领取")


def test_both_languages_and_forms_tell_it(trending: Facts) -> None:
    for told in (digest_text(trending, "zh"), digest_html(trending, "zh")):
        assert "上升 #第一杯#：16 条，此前 10 日未见" in told
        assert "回落 #老活动#：0 条，此前 10 日日均 16.0 条" in told
        assert "新词" in told
        assert "疑似刷屏：09:00–09:01 有 24 条近似文本，仅 2 个账号" in told
    for told in (digest_text(trending, "en"), digest_html(trending, "en")):
        assert "Rising #第一杯#: 16, not seen in the 10 days before" in told
        assert "Looks like spam: 09:00–09:01 24 near-copies by only 2 accounts" in told


def test_of_too_little_past_nothing_is_said_to_be_new(tmp_path: Path) -> None:
    with open_store(tmp_path / "tea.sqlite") as store:
        fill(store, past_days=6)
        trends = gather(store, day=DAY, topic="tea", now=NOW, deciders=[SEARCH]).trends
    assert (trends.days, trends.rising, trends.fading, trends.words) == (6.0, (), (), ())
