"""The whole of one annotation, its version, and that the batch does not matter."""

import pickle
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.annotate import Annotator
from analysis.annotation import Annotation, Complaint, Document, Hashtag, Match
from analysis.matching import Topic
from analysis.sentiment.sentiment import Reading, Sentiment

TOPIC = Topic(name="tea", hashtags={"青禾9块9": ("青禾九块九",)}, any=("青禾",), none=("青禾村",), subjects=("取号屏",))
ANNOTATOR = Annotator((TOPIC,))


def test_an_annotation_holds_all_that_was_read() -> None:
    text = "#青禾九块九# 小程序闪退，好失望[泪] https://t.cn/A6x //@店长:青禾欢迎大家"
    (annotation,) = ANNOTATOR.annotate([Document(text=text, platform="weibo")])
    assert annotation == Annotation(
        normal="  小程序闪退,好失望[泪]   ",
        tokens=("小", "程序", "闪退", "失望", "[泪]"),
        hashtags=(Hashtag(key="青禾9块9", spelling="青禾九块九", start=0, end=7),),
        matches=(Match(topic="tea", term="青禾9块9", start=0, end=7),),
        complaints=(Complaint(category="crash", term="闪退", start=11, end=13),),
        polarity=annotation.polarity,
        fingerprint=annotation.fingerprint,
        sketch=b"",
        version=ANNOTATOR.version,
    )
    assert annotation.polarity is not None
    assert annotation.polarity < -0.5
    assert annotation.fingerprint > 0


def test_a_bare_repost_has_no_words_but_may_mention_the_topic() -> None:
    (annotation,) = ANNOTATOR.annotate([Document(text="转发微博//@店长:青禾闪退", platform="weibo")])
    assert annotation.normal == ""
    assert annotation.tokens == ()
    assert annotation.complaints == ()
    assert annotation.polarity is None
    assert annotation.fingerprint == 0
    assert [match.topic for match in annotation.matches] == ["tea"]


@pytest.mark.parametrize(
    "text", ["", "啊", "😀😀", "\x00", "\ud800", "שלום עולם", "茶" * 100_000, "# ", "//@", "[", "@"]
)
def test_no_text_is_too_odd(text: str) -> None:
    (annotation,) = ANNOTATOR.annotate([Document(text=text, platform="weibo")])
    assert annotation.matches == annotation.complaints == ()


def test_no_documents_give_no_annotations() -> None:
    assert ANNOTATOR.annotate([]) == []


TEXTS = st.lists(
    st.lists(
        st.sampled_from(
            ["青禾", "闪退", "#青禾9块9#", "😭", "好", "[泪]", "//@甲:", "a.b", "，", " ", "\u200b", "没有"]
        ),
        max_size=12,
    ).map("".join),
    max_size=6,
)


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_the_batch_and_a_second_annotator_change_nothing(texts: list[str]) -> None:
    documents = [Document(text=text, platform="weibo") for text in texts]
    together = ANNOTATOR.annotate(documents)
    assert together == [ANNOTATOR.annotate([document])[0] for document in documents]
    assert repr(together) == repr(OTHER.annotate(documents))


OTHER = pickle.loads(pickle.dumps(TOPIC))
OTHER = Annotator((OTHER,))


def test_the_version_tells_topics_apart_and_is_stable() -> None:
    assert Annotator((TOPIC,)).version == ANNOTATOR.version
    assert len(ANNOTATOR.version) == 12
    versions = {
        ANNOTATOR.version,
        Annotator(()).version,
        Annotator((Topic(name="tea", any=("青禾",)),)).version,
        Annotator((Topic(name="tea", all=("青禾",)),)).version,
        Annotator((TOPIC,), Calm()).version,
    }
    assert len(versions) == 5


class Calm(Sentiment):
    """A model that finds everything neutral."""

    def __init__(self) -> None:
        super().__init__()
        self.version = "calm 1"

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [Reading((0.1, 0.8, 0.1)) for _ in texts]


def test_a_model_of_one_s_own_takes_the_place_of_the_shipped_one() -> None:
    (annotation,) = Annotator((), Calm()).annotate([Document(text="难喝", platform="weibo")])
    assert (annotation.polarity, annotation.sentiment) == (0.0, "neutral")


@pytest.mark.parametrize(("text", "sentiment"), [("难喝死了", "negative"), ("好喝，太喜欢了", "positive"), ("", None)])
def test_the_sentiment_is_the_sign_of_the_polarity(text: str, sentiment: str | None) -> None:
    (annotation,) = ANNOTATOR.annotate([Document(text=text, platform="weibo")])
    assert annotation.sentiment == sentiment
