"""What rises, fades or is new on a day against the 28 days before: hashtags, and words of texts."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from analysis.emerging import PAST, SUPPORT, TermCount, Trend, fading, rising
from collectors.post import Kind
from monitor.digest.excerpts import excerpt, one_line
from monitor.digest.facts import Excerpt, Origin, Rise, Trends
from monitor.store.store import Store, StoredPost

LEAST_DAYS = 7  # of the past that were seen: of less nothing is said
SHOWN = 5  # of each kind
SHORTLIST = 50  # words that are looked at in the posts
AROUND = 3  # words on either side that may belong to a longer one
WHOLE = 0.8  # share of its texts in which a word stands in one longer string: then it is a fragment of that
LABEL = 40


def days_seen(store: Store, topic: str, since: datetime) -> float:
    """How much of the 28 days before was seen; a day of imported posts, which nobody covered, counts as one."""
    days = store.series(topic, since - PAST, since, 86_400).buckets
    return sum(day.coverage or float(day.tally.mentions > 0) for day in days)


@dataclass(slots=True)
class _Use:
    """Of one word on the day."""

    texts: int = 0
    unknown: int = 0
    authors: set[tuple[str, str]] = field(default_factory=set)
    longer: Counter[str] = field(default_factory=Counter)
    example: StoredPost | None = None


class EmergingWords:
    """Words that many texts of the day have and few had before: which they are part of, by whom, with an example."""

    def __init__(self, before: Mapping[str, int]) -> None:
        """`before`: the words to look at → texts of the past with them."""
        self._before = before
        self._words = frozenset(before)
        self._uses: defaultdict[str, _Use] = defaultdict(_Use)

    def read(self, stored: StoredPost) -> None:
        if stored.duplicate_of or stored.post.kind is Kind.REPOST:
            return
        for word in self._words.intersection(stored.tokens):
            use, post = self._uses[word], stored.post
            use.texts += 1
            use.example = use.example or stored
            if post.author_id is None:
                use.unknown += 1
            else:
                use.authors.add((post.platform, post.author_id))
            use.longer.update(_strings_with(word, stored))

    def trends(self, days: float) -> tuple[tuple[Trend, Excerpt], ...]:
        """Fastest first; fragments of one longer string are told once, as that string."""
        uses = self._uses
        counts = (
            TermCount(
                term=word,
                label=_whole(word, use),
                mentions=use.texts,
                originals=use.texts,
                authors=len(use.authors),
                unknown_authors=use.unknown,
                before=self._before[word],
            )
            for word, use in sorted(uses.items())
        )
        told: dict[str, tuple[Trend, Excerpt]] = {}
        for trend in rising(counts, days):
            example = uses[trend.count.term].example
            label = trend.count.label
            if example and not any(label in other or other in label for other in told):
                written = replace(trend.count, label=_as_written(label, example))
                told[label] = (replace(trend, count=written), excerpt(example, 0))
        return tuple(told.values())


def shortlist(store: Store, topic: str, since: datetime, until: datetime, days: float) -> dict[str, int]:
    """Word → texts of the past with it, for the words whose number of texts grew most."""
    if days < LEAST_DAYS:
        return {}
    used = {word: texts for word, texts in store.frequent_words(topic, since, until, SUPPORT) if _is_word(word)}
    past = store.word_counts(topic, tuple(used), since - PAST, since)
    counts = (
        TermCount(
            term=word,
            label=word,
            mentions=texts,
            originals=texts,
            authors=texts,
            unknown_authors=0,
            before=past.get(word, 0),
        )
        for word, texts in used.items()
    )
    return {trend.count.term: trend.count.before for trend in rising(counts, days)[:SHORTLIST]}


def trends(
    store: Store, topic: str, since: datetime, until: datetime, days: float, words: EmergingWords, *, whole: bool
) -> Trends:
    """`whole`: the day is over and was seen well enough that less of something means less."""
    if days < LEAST_DAYS:
        return Trends(days=days, rising=(), fading=(), words=())
    counts = store.hashtag_counts(topic, since, until, since - PAST, 1)
    gone = _gone(store, topic, since, counts, days) if whole else ()
    return Trends(
        days=days,
        rising=tuple(_hashtag(trend, since, until) for trend in rising(counts, days)[:SHOWN]),
        fading=tuple(_hashtag(trend, since, until) for trend in fading((*counts, *gone), days)[:SHOWN])
        if whole
        else (),
        words=tuple(_rise(trend, None, (example,)) for trend, example in words.trends(days)[:SHOWN]),
    )


def _gone(store: Store, topic: str, since: datetime, counts: Iterable[TermCount], days: float) -> tuple[TermCount, ...]:
    """Usual hashtags that nobody used on the day."""
    used = {count.term for count in counts}
    usual = store.usual_hashtags(topic, since - PAST, since, int(SUPPORT * days))
    return tuple(
        TermCount(term=key, label=key, mentions=0, originals=0, authors=0, unknown_authors=0, before=mentions)
        for key, mentions in usual
        if key not in used
    )


def _hashtag(trend: Trend, since: datetime, until: datetime) -> Rise:
    where = f"hashtags.str.contains({f'#{trend.count.term}#'!r}, na=False, regex=False)"
    return _rise(trend, Origin(table="posts", since=since, until=until, where=where), ())


def _rise(trend: Trend, origin: Origin | None, posts: tuple[Excerpt, ...]) -> Rise:
    count = trend.count
    return Rise(
        name=count.term,
        label=one_line(count.label, LABEL),
        mentions=count.mentions,
        authors=count.authors,
        usual=trend.usual,
        growth=trend.growth,
        new=trend.new,
        origin=origin,
        posts=posts,
    )


def _is_word(token: str) -> bool:
    """No single character, figure, emoticon or picture."""
    return len(token) > 1 and any(c.isalpha() for c in token) and not token.startswith("[")


def _strings_with(word: str, stored: StoredPost) -> set[str]:
    """Longer strings of neighbouring words that stand in the text as written and hold the word."""
    tokens, text = stored.tokens, unicodedata.normalize("NFKC", stored.post.text).lower()
    found = set()
    for place, token in enumerate(tokens):
        if token == word:
            for first in range(max(0, place - AROUND), place + 1):
                for end in range(place + 1, min(len(tokens), place + AROUND + 1) + 1):
                    joined = "".join(tokens[first:end])
                    if end - first > 1 and joined.lower() in text:
                        found.add(joined)
    return found


def _as_written(label: str, example: StoredPost) -> str:
    """In the case of the post; tokens are lower case."""
    text = unicodedata.normalize("NFKC", example.post.text)
    place = text.lower().find(label)
    return text[place : place + len(label)] if place >= 0 and len(text.lower()) == len(text) else label


def _whole(word: str, use: _Use) -> str:
    """The longest string that nearly every text with the word has; the word itself where there is none."""
    enough = WHOLE * use.texts
    strings = [string for string, texts in use.longer.items() if texts >= enough]
    return max(strings, key=lambda string: (len(string), string), default=word)
