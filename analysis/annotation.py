"""What the language part says of one text. Spans are offsets into the text as published (`Post.text`).

Structs and not dataclasses: these are made for every post, and frozen dataclasses take four times as long to make.
"""

from typing import Literal

from msgspec import Struct


class Document(Struct, frozen=True, kw_only=True):
    """A text to annotate, with what its reading may depend on."""

    text: str
    platform: str
    kind: str = "original"  # original / repost / comment / article
    author_id: str | None = None


class Hashtag(Struct, frozen=True, kw_only=True):
    key: str  # folded: NFKC, lower case, alias resolved; what is counted
    spelling: str  # as written, without # signs
    start: int
    end: int


class Match(Struct, frozen=True, kw_only=True):
    """A topic that the text mentions, and the first term that showed it."""

    topic: str
    term: str
    start: int
    end: int


class Complaint(Struct, frozen=True, kw_only=True):
    category: str  # e.g. "slow", "crash"; see analysis/complaints.py for the list
    term: str
    start: int
    end: int


class Annotation(Struct, frozen=True, kw_only=True):
    normal: str  # normal form of the author's own words
    tokens: tuple[str, ...]  # of the normal form, without stop words: search, new words
    hashtags: tuple[Hashtag, ...]
    matches: tuple[Match, ...]  # at most one per topic, in topic order
    complaints: tuple[Complaint, ...]  # at most one per category, strongest evidence first
    polarity: float | None  # -1 … +1, below 0 negative, 0 neutral, above 0 positive; None: cannot tell
    fingerprint: int  # equal for copies of one text (63 bits); 0: too short to tell
    sketch: bytes  # likeness to other texts, see analysis/duplicates.py; empty: too short to tell
    version: str  # identifies topics, lexicons, tokenizer and model together

    @property
    def sentiment(self) -> Literal["negative", "neutral", "positive"] | None:
        """The sign of the polarity in words."""
        if self.polarity is None:
            return None
        return "negative" if self.polarity < 0 else "positive" if self.polarity > 0 else "neutral"
