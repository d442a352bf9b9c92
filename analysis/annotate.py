"""A batch of texts → what language says of each: the one function that scale-out maps over processes.

Own words are those before the first `//@somebody:`; complaints, tokens, sentiment and fingerprint are read off them.
Hashtags and topics are read off the whole text, quoted words and hashtags included: who reposts a post about a topic
mentions the topic. The same texts with the same topics give the same annotations, whatever the batch.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from typing import NamedTuple
from unicodedata import unidata_version

from analysis import duplicates
from analysis.annotation import Annotation, Document, Hashtag
from analysis.complaints import Complaints
from analysis.duplicates import fingerprint, letters_of_each, sketches
from analysis.explanation import Explanation, complaint_readings, topic_readings
from analysis.hashtags import alias_table, find_hashtags
from analysis.matching import Matchers, Passage, Topic
from analysis.normal_form import NormalForm, is_empty_repost, normalise, own_end
from analysis.phrases import Hit, PhraseBook
from analysis.sentiment.sentiment import Sentiment
from analysis.tokens import Tokenizer

_CODE = "2"  # to be raised when the code gives other annotations for the same lexicons
_REMEMBERED = 20_000


class _Read(NamedTuple):
    form: NormalForm  # of the own words
    hashtags: tuple[Hashtag, ...]
    passages: list[Passage]  # own words first


class Annotator:
    """Built once, at start (about half a second); its arguments can be pickled, itself it cannot."""

    def __init__(self, topics: Sequence[Topic], sentiment: Sentiment | None = None) -> None:
        """`sentiment`: a model of one's own in place of the shipped one."""
        words = [word for topic in topics for word in topic.words()]
        self._topics = tuple(topics)
        self._book = PhraseBook()
        self._matchers = Matchers(self._book, topics)
        subjects = [word for topic in topics for word in topic.subjects]
        self._complaints = Complaints(self._book, subjects, words)
        self._book.close()
        self._tokenizer = Tokenizer([*words, *subjects])
        self.sentiment = sentiment or Sentiment()
        self._aliases = alias_table(topic.hashtags for topic in topics)
        self._in_hashtags: dict[str, tuple[str, list[Hit]]] = {}
        parts = (self._complaints.version, self._tokenizer.version, self.sentiment.version)
        self.version = _version(topics, parts)

    def annotate(self, documents: Sequence[Document]) -> list[Annotation]:
        """One annotation per document, in their order.

        Step by step for the whole batch: what a step needs (an automaton, a dictionary) then stays in the processor's
        cache, which makes it a fifth faster than all steps of one text after another.
        """
        read = [self._read(document.text) for document in documents]
        forms = [text.form.text for text in read]
        letters = letters_of_each(forms)
        readings = self.sentiment.read(forms)
        matches = [
            self._matchers.match(document, text.passages, text.hashtags)
            for document, text in zip(documents, read, strict=True)
        ]
        complaints = [self._complaints.find(text.form, text.passages[0].hits) for text in read]
        tokens = [self._tokenizer.content(words) for words in map(self._tokenizer.cut, forms)]
        return [
            Annotation(
                normal=text.form.text,
                tokens=words,
                hashtags=text.hashtags,
                matches=topics,
                complaints=complained,
                polarity=reading.polarity,
                fingerprint=fingerprint(told_by),
                sketch=sketch,
                version=self.version,
            )
            for text, words, topics, complained, reading, told_by, sketch in zip(
                read, tokens, matches, complaints, readings, letters, sketches(letters), strict=True
            )
        ]

    def explain(self, document: Document) -> Explanation:
        """One annotation, with what led to it."""
        (annotation,) = self.annotate([document])
        read = self._read(document.text)
        end = own_end(document.text)
        return Explanation(
            document=document,
            annotation=annotation,
            quoted=normalise(document.text, end).text if end < len(document.text) else "",
            tokens=tuple(self._tokenizer.cut(read.form.text)),
            topics=topic_readings(self._matchers, self._topics, document, annotation, read.passages),
            complaints=complaint_readings(self._complaints, read.form, read.passages[0]),
            polarity_reasons=self.sentiment.reasons(read.form.text),
        )

    def _read(self, text: str) -> _Read:
        end = own_end(text)
        hashtags = find_hashtags(text, self._aliases)
        cut = [(hashtag.start, hashtag.end) for hashtag in hashtags]
        form = normalise(text, 0, 0 if is_empty_repost(text[:end]) else end, cut)
        passages = [Passage(form.text, self._book.find(form.text), form.span)]
        if end < len(text):
            quoted = normalise(text, end, len(text), cut)
            passages.append(Passage(quoted.text, self._book.find(quoted.text), quoted.span))
        passages.extend(Passage(*self._inside(hashtag.spelling), partial(_whole, hashtag)) for hashtag in hashtags)
        return _Read(form, hashtags, passages)

    def _inside(self, spelling: str) -> tuple[str, list[Hit]]:
        """A hashtag's normal form and the topics' phrases in it. Remembered: few hashtags make up most of all."""
        inside = self._in_hashtags.get(spelling)
        if inside is None:
            if len(self._in_hashtags) >= _REMEMBERED:
                self._in_hashtags.clear()
            text = normalise(spelling).text
            inside = self._in_hashtags[spelling] = (text, self._matchers.relevant(self._book.find(text)))
        return inside


def _whole(hashtag: Hashtag, _start: int, _end: int) -> tuple[int, int]:
    """A word inside a hashtag is shown by the whole hashtag."""
    return hashtag.start, hashtag.end


def _version(topics: Sequence[Topic], parts: Sequence[str]) -> str:
    """12 hexadecimal digits over everything that an annotation depends on."""
    digest = hashlib.sha256()
    for topic in topics:
        rule = {**asdict(topic), "exclude_authors": sorted(topic.exclude_authors)}
        digest.update(json.dumps(rule).encode() + b"\n")
    libraries = [f"{name} {version(name)}" for name in ("ahocorasick-rs", "google-re2", "opencc")]
    digest.update(json.dumps([*parts, *libraries, _CODE, duplicates.VERSION, unidata_version]).encode())
    return digest.hexdigest()[:12]
