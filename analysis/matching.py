"""Topic rules: which topics a text mentions, and by which words.

All words of all topics, those inside near() too, are looked for in one pass, overlapping ones as well, in normal form
(so without regard to case, width, traditional or simplified characters); Latin words match whole words. Regular
expressions follow, one by one. What a term may be is told in terms.py.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from analysis.annotation import Document, Hashtag, Match
from analysis.hashtags import fold_hashtag
from analysis.phrases import Hit, PhraseBook
from analysis.terms import Near, Pattern, Word, parse_term


class Passage(NamedTuple):
    """A stretch of a text in normal form, its hits, and what turns a span of it into one of the text as published."""

    text: str
    hits: Sequence[Hit]
    locate: Callable[[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is added to a topic's terms on one platform."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a user watches, as far as language needs to know it.

    A text mentions the topic when it carries one of its hashtags or an `any` term (or, without hashtags and `any`,
    nothing but `all` terms), every `all` term, and no `none` term. `subjects` are what a complaint about this topic
    may be about ("app", "订单"): their nearness makes a weak complaint word count.
    """

    name: str
    hashtags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # hashtag → aliases
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()  # posts of these only; empty: all
    on: Mapping[str, Terms] = field(default_factory=dict)  # platform → terms that hold there besides
    exclude_authors: frozenset[str] = frozenset()  # ids as posts carry them: official and marketing accounts

    def words(self) -> tuple[str, ...]:
        """The plain words that a post of the topic may be known by, hashtags' spellings last."""
        groups = [(*self.any, *self.all), *((*terms.any, *terms.all) for terms in self.on.values())]
        plain = [term.text for group in groups for text in group if isinstance(term := parse_term(text), Word)]
        spellings = [spelling for hashtag, aliases in self.hashtags.items() for spelling in (hashtag, *aliases)]
        return tuple(dict.fromkeys([*plain, *spellings]))

    def on_platform(self, platform: str) -> "Topic":
        """The topic with the terms of that platform."""
        added = self.on.get(platform)
        if added is None:
            return self
        return replace(self, any=self.any + added.any, all=self.all + added.all, none=self.none + added.none)


class Role(StrEnum):
    HASHTAG = "hashtag"
    ANY = "any"
    ALL = "all"
    NONE = "none"


_ALL, _NONE = Role.ALL, Role.NONE  # looking an enumeration's member up takes long


class Use(NamedTuple):
    """A term in a topic's rule."""

    topic: int
    role: Role
    term: str  # as configured


class Shown(NamedTuple):
    """A term in its place in the text as published."""

    use: Use
    start: int
    end: int


class _NearRule(NamedTuple):
    left: frozenset[int]
    right: frozenset[int]
    distance: int
    uses: list[Use]


class TopicMatcher:
    """The rules of all topics, read off the hits of a shared phrase book."""

    def __init__(self, book: PhraseBook, topics: Sequence[Topic]) -> None:
        self._topics = tuple(topics)
        self._words: dict[int, list[Use]] = {}
        self._nears: list[_NearRule] = []
        self._patterns: list[tuple[Pattern, list[Use]]] = []
        self._hashtags: dict[str, list[Use]] = {}
        self._wanted: list[frozenset[str]] = []
        self._needs_opener: list[bool] = []
        for index, topic in enumerate(self._topics):
            for role, terms in ((Role.ANY, topic.any), (Role.ALL, topic.all), (Role.NONE, topic.none)):
                for term in dict.fromkeys(terms):
                    self._learn(book, term, Use(index, role, term))
            for hashtag, aliases in topic.hashtags.items():
                for spelling in (hashtag, *aliases):
                    self._hashtags.setdefault(fold_hashtag(spelling), []).append(Use(index, Role.HASHTAG, hashtag))
            self._wanted.append(frozenset(topic.all))
            self._needs_opener.append(bool(topic.any or topic.hashtags))
            if not topic.all and not self._needs_opener[-1]:
                raise ValueError(
                    f"topic {topic.name!r} has neither hashtags nor any nor all words: nothing can match it"
                )
        sides = [number for near in self._nears for number in (*near.left, *near.right)]
        self._phrases = frozenset((*self._words, *sides))
        self._compiled = [(pattern.compiled(), uses) for pattern, uses in self._patterns]

    def _learn(self, book: PhraseBook, text: str, use: Use) -> None:
        term = parse_term(text)
        if isinstance(term, Word):
            self._words.setdefault(book.add(term.text), []).append(use)
        elif isinstance(term, Near):
            left, right = (frozenset(book.add(word) for word in side) for side in (term.left, term.right))
            self._nears.append(_NearRule(left, right, term.distance, [use]))
        else:
            self._patterns.append((term, [use]))

    def relevant(self, hits: Sequence[Hit]) -> list[Hit]:
        """Those that are of topics."""
        phrases = self._phrases
        return [hit for hit in hits if hit[0] in phrases]

    def match(self, passages: Sequence[Passage], hashtags: Sequence[Hashtag]) -> tuple[Match, ...]:
        """The topics mentioned in all passages together, in the topics' order."""
        opened: dict[int, Shown] = {}  # topic → its first hashtag or any-term
        required: dict[int, Shown] = {}  # its first all-term
        there: dict[int, set[str]] = {}  # its all-terms
        denied: set[int] = set()
        for shown in self.shown(passages, hashtags):
            index, role, term = shown.use
            if role is _NONE:
                denied.add(index)
                continue
            if role is _ALL:
                there.setdefault(index, set()).add(term)
            first = required if role is _ALL else opened
            first[index] = _earlier(first.get(index), shown)
        matches = []
        for index in sorted(opened.keys() | required.keys()):
            place = (opened if self._needs_opener[index] else required).get(index)
            if place is not None and index not in denied and len(there.get(index, ())) == len(self._wanted[index]):
                name = self._topics[index].name
                matches.append(Match(topic=name, term=place.use.term, start=place.start, end=place.end))
        return tuple(matches)

    def shown(self, passages: Sequence[Passage], hashtags: Sequence[Hashtag]) -> Iterator[Shown]:
        """Every term of every topic that the text shows, each in each of its places."""
        words = self._words
        for hashtag in hashtags:
            for use in self._hashtags.get(hashtag.key, ()):
                yield Shown(use, hashtag.start, hashtag.end)
        for text, hits, locate in passages:
            ours = self.relevant(hits)
            for number, start, end in ours:
                if number in words:
                    begin, stop = locate(start, end)
                    for use in words[number]:
                        yield Shown(use, begin, stop)
            if self._nears and ours:
                for near in self._nears:
                    for start, end in _meetings(near, ours):
                        for use in near.uses:
                            yield Shown(use, *locate(start, end))
            for pattern, uses in self._compiled:
                if (found := pattern.search(text)) and found.start() < found.end():
                    for use in uses:
                        yield Shown(use, *locate(found.start(), found.end()))


def _meetings(near: _NearRule, hits: Sequence[Hit]) -> Iterator[tuple[int, int]]:
    """Spans from a left word to a right word, or the other way round, that stand close enough and do not overlap."""
    lefts = [hit for hit in hits if hit[0] in near.left]
    rights = [hit for hit in hits if hit[0] in near.right] if lefts else []
    if not rights:
        return
    by_end = [end for _, _, end in rights]  # in this order hits come
    by_start = sorted(rights, key=itemgetter(1))
    starts = [start for _, start, _ in by_start]
    for _, start, end in lefts:
        for index in range(bisect_left(starts, end), bisect_right(starts, end + near.distance)):
            yield start, by_start[index][2]
        for index in range(bisect_left(by_end, start - near.distance), bisect_right(by_end, start)):
            yield rights[index][1], end


def _earlier(known: Shown | None, new: Shown) -> Shown:
    """The one that begins first; of two that begin together the longer; of equals the known one."""
    if known is None or (new.start, -new.end) < (known.start, -known.end):
        return new
    return known


class Matchers:
    """The topics' rules as they hold on each platform, and without the authors that a topic leaves out."""

    def __init__(self, book: PhraseBook, topics: Sequence[Topic]) -> None:
        self._anywhere = TopicMatcher(book, topics)
        named = sorted({platform for topic in topics for platform in topic.on})
        self._on = {
            platform: TopicMatcher(book, [topic.on_platform(platform) for topic in topics]) for platform in named
        }
        self._limits = {
            topic.name: (topic.platforms, topic.exclude_authors)
            for topic in topics
            if topic.platforms or topic.exclude_authors
        }

    def relevant(self, hits: Sequence[Hit]) -> list[Hit]:
        """Those that are of topics, on whatever platform."""
        wanted = {hit for matcher in (self._anywhere, *self._on.values()) for hit in matcher.relevant(hits)}
        return [hit for hit in hits if hit in wanted]

    def of(self, platform: str) -> TopicMatcher:
        return self._on.get(platform, self._anywhere)

    def match(self, document: Document, passages: Sequence[Passage], hashtags: Sequence[Hashtag]) -> tuple[Match, ...]:
        """The topics mentioned, in the topics' order."""
        matches = self.of(document.platform).match(passages, hashtags)
        if not (matches and self._limits):
            return matches
        return tuple(match for match in matches if self.limit(match.topic, document) is None)

    def limit(self, topic: str, document: Document) -> str | None:
        """Why a document mentions the topic for nothing: its "platform" or its "author"; None: it counts."""
        platforms, authors = self._limits.get(topic, ((), frozenset()))
        if platforms and document.platform not in platforms:
            return "platform"
        return "author" if document.author_id in authors else None
