"""Topic rules: which topics a text mentions, and by which words.

All words of all topics are looked for in one pass, overlapping ones too, in normal form (so without regard to case or
width); Latin words match whole words. `near(A, B, n)` and regular expressions are not there yet.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.annotation import Hashtag, Match
from analysis.hashtags import fold_hashtag
from analysis.phrases import Hit, PhraseBook

# A stretch of text: its hits, and what turns a hit's span into one of the text as published
Passage = tuple[Sequence[Hit], Callable[[int, int], tuple[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a user watches, as far as language needs to know it.

    A text mentions the topic when it carries one of its hashtags or an `any` word (or, without hashtags and `any`,
    nothing but `all` words), every `all` word, and no `none` word. `subjects` are what a complaint about this topic
    may be about ("app", "订单"): their nearness makes a weak complaint word count.
    """

    name: str
    hashtags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # hashtag → aliases
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


_Place = tuple[int, int, str]  # start and end in the text as published, term as configured


@dataclass(slots=True)
class _Seen:
    """What a text shows of one topic so far."""

    first: _Place | None = None  # of the first hashtag or any-word
    first_all: _Place | None = None
    all: set[int] = field(default_factory=set)
    none: bool = False


class TopicMatcher:
    """The rules of all topics, read off the hits of a shared phrase book."""

    def __init__(self, book: PhraseBook, topics: Sequence[Topic]) -> None:
        self._topics = tuple(topics)
        self._any: dict[int, list[tuple[int, str]]] = {}  # phrase → (topic, term as configured)
        self._all: dict[int, list[tuple[int, str]]] = {}
        self._none: dict[int, list[int]] = {}
        self._hashtags: dict[str, list[tuple[int, str]]] = {}
        self._wanted: list[int] = []  # how many different `all` phrases each topic asks for
        self._needs_opener: list[bool] = []
        for index, topic in enumerate(self._topics):
            for word in topic.any:
                self._any.setdefault(book.add(word), []).append((index, word))
            wanted = {book.add(word): word for word in topic.all}
            for number, word in wanted.items():
                self._all.setdefault(number, []).append((index, word))
            for word in topic.none:
                self._none.setdefault(book.add(word), []).append(index)
            for hashtag, aliases in topic.hashtags.items():
                for spelling in (hashtag, *aliases):
                    self._hashtags.setdefault(fold_hashtag(spelling), []).append((index, hashtag))
            self._wanted.append(len(wanted))
            self._needs_opener.append(bool(topic.any or topic.hashtags))
            if not wanted and not self._needs_opener[-1]:
                raise ValueError(
                    f"topic {topic.name!r} has neither hashtags nor any nor all words: nothing can match it"
                )

        self._phrases = frozenset((*self._any, *self._all, *self._none))

    def relevant(self, hits: Sequence[Hit]) -> list[Hit]:
        """Those that are of topics."""
        return [hit for hit in hits if hit[0] in self._phrases]

    def match(self, passages: Sequence[Passage], hashtags: Sequence[Hashtag]) -> tuple[Match, ...]:
        """The topics mentioned in all passages together, in the topics' order."""
        seen: dict[int, _Seen] = {}
        for hashtag in hashtags:
            for index, term in self._hashtags.get(hashtag.key, ()):
                topic = seen.setdefault(index, _Seen())
                topic.first = _earlier(topic.first, (hashtag.start, hashtag.end, term))
        for hits, locate in passages:
            for number, start, end in self.relevant(hits):
                place = locate(start, end)
                for index, term in self._any.get(number, ()):
                    topic = seen.setdefault(index, _Seen())
                    topic.first = _earlier(topic.first, (*place, term))
                for index, term in self._all.get(number, ()):
                    topic = seen.setdefault(index, _Seen())
                    topic.all.add(number)
                    topic.first_all = _earlier(topic.first_all, (*place, term))
                for index in self._none.get(number, ()):
                    seen.setdefault(index, _Seen()).none = True
        matches = []
        for index in sorted(seen):
            topic = seen[index]
            first = topic.first if self._needs_opener[index] else topic.first_all
            if first is not None and not topic.none and len(topic.all) == self._wanted[index]:
                start, end, term = first
                matches.append(Match(topic=self._topics[index].name, term=term, start=start, end=end))
        return tuple(matches)


def _earlier(known: _Place | None, new: _Place) -> _Place:
    """The one that begins first; of two that begin together the longer; of equals the known one."""
    if known is None or (new[0], -new[1]) < (known[0], -known[1]):
        return new
    return known
