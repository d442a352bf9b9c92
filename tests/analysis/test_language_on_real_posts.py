"""Facts that only real text shows: tokens as jieba's, complaints not found where there are none.

The corpora are not part of this repository; the folder that holds data/sentiment is named by TREND_MONITOR_CORPORA.
"""

import lzma
import os
import random
import re
from pathlib import Path

import pytest

from analysis.annotate import Annotator
from analysis.annotation import Document
from analysis.matching import Topic
from analysis.normal_form import normalise
from analysis.tokens import JiebaSegmenter, RjiebaSegmenter

FOLDER = Path(os.environ.get("TREND_MONITOR_CORPORA", "")) / "data" / "sentiment"
pytestmark = pytest.mark.skipif(
    "TREND_MONITOR_CORPORA" not in os.environ or not FOLDER.is_dir(),
    reason="set TREND_MONITOR_CORPORA to a folder with data/sentiment",
)
REPEATED = re.compile(r"(.)\1")
USER_WORDS = ("青禾茶饮", "9块9", "早安奶茶", "生椰拿铁", "青禾go", "联名款", "外卖小哥", "系统开小差")


def rows(name: str) -> list[tuple[str, str]]:
    with lzma.open(FOLDER / f"{name}.tsv.xz", "rt", encoding="utf-8") as lines:
        parted = (line.rstrip("\n").partition("\t") for line in lines)
        return [(label, text) for label, _, text in parted]


def sample(size: int) -> list[str]:
    texts = [
        text for name in ("weibo2018_train", "smp2020_usual_train", "smp2020_virus_train") for _, text in rows(name)
    ]
    return random.Random(20261123).sample(texts, size)


# Ties between readings of repeated characters are decided by rounding, which added words shift: see analysis/tokens.py
@pytest.mark.slow
@pytest.mark.parametrize(("words", "per_thousand"), [((), 1), (USER_WORDS, 4)], ids=["plain", "with user words"])
def test_tokens_equal_those_of_jieba_on_nearly_all_posts(words: tuple[str, ...], per_thousand: int) -> None:
    oracle, fast = JiebaSegmenter(words), RjiebaSegmenter(words)
    texts = [normalise(text).text for text in sample(20_000)]
    differing = [text for text in texts if oracle.cut(text) != fast.cut(text)]
    assert len(differing) <= len(texts) * per_thousand // 1_000, differing[:20]
    assert sum(not REPEATED.search(text) for text in differing) <= 1


def test_happy_posts_about_other_things_are_no_complaints() -> None:
    texts = [text for label, text in rows("weibo2018_train") if label == "1"]
    annotator = Annotator((Topic(name="tea", any=("青禾",)),))
    found = [a for a in annotator.annotate([Document(text=text, platform="weibo") for text in texts]) if a.complaints]
    assert len(texts) == 5_496
    assert len(found) <= 5, [[complaint.term for complaint in annotation.complaints] for annotation in found]


def test_every_span_of_a_real_post_leads_to_its_term() -> None:
    annotator = Annotator((Topic(name="all", any=("的", "app", "手机")),))
    checked = 0
    for text in sample(3_000):
        (annotation,) = annotator.annotate([Document(text=text, platform="weibo")])
        for complaint in annotation.complaints:
            assert normalise(text, complaint.start, complaint.end).text == complaint.term
        for match in annotation.matches:
            assert match.term in normalise(text, match.start, match.end).text
            checked += 1
    assert checked > 1_000
