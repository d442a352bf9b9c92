"""Words of a text: jieba's dictionary and segmentation, at the speed of rjieba, the same algorithm compiled.

rjieba gives jieba's tokens once its runs of Latin letters and signs are split as jieba splits them; what is left
differs in ties between equally likely readings, nearly always of repeated characters (哈哈哈 as 哈哈+哈 or 哈+哈哈),
which the last bit of a sum decides: in 4 of 20,000 posts, and in 41 once words were added. jieba itself is the oracle
of the tests, and does the work where rjieba cannot be imported.
"""

import logging
import re
import unicodedata
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from analysis.lexicon import lexicon_digest, read_lexicon
from analysis.normal_form import normalise

_EMOTICON = re.compile(r"(\[[^\[\]\s]{1,8}\])")
_LATIN_SIGN = re.compile(r"[._\-+&%#](?:(?<=[a-zA-Z0-9].)|(?=[a-zA-Z0-9]))")
_LATIN_RUN = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_USER_WORD = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]{2,}")  # what jieba can hold as one word
_REMEMBERED = 200_000


class Segmenter(Protocol):
    """Cuts a text into all its words, signs and spaces: joined they are the text."""

    name: str

    def cut(self, text: str) -> list[str]: ...


class RjiebaSegmenter:
    """`words`: user words, most likely to be kept whole. Those the dictionary has are left as they are."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        import rjieba

        self.name = f"rjieba {version('rjieba')}"
        self._jieba = rjieba.Jieba()
        self.added: tuple[tuple[str, int], ...] = ()
        for word in _user_words(words):
            if not self._jieba.has_word(word):
                frequency = self._jieba.suggest_freq(word)
                self._jieba.add_word(word, frequency, None)
                self.added += ((word, frequency),)

    def cut(self, text: str) -> list[str]:
        try:
            tokens: list[str] = self._jieba.cut(text)
        except UnicodeEncodeError:
            tokens = self._jieba.cut(_SURROGATE.sub("\ufffd", text))
        if not _LATIN_SIGN.search(text):
            return tokens
        whole: list[str] = []
        for token in tokens:
            if token.isascii() and len(token) > 1 and not token.isalnum() and not self._jieba.has_word(token):
                whole += [part for part in _LATIN_RUN.split(token) if part]
            else:
                whole.append(token)
        return whole


class JiebaSegmenter:
    """The reference, some 20 times slower, on a tokenizer of its own: jieba's module-wide one stays as it is."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        import jieba

        logging.getLogger("jieba").setLevel(logging.ERROR)  # it reports its loading on stderr
        self.name = f"jieba {version('jieba')}"
        self._jieba = jieba.Tokenizer()
        self._jieba.initialize()
        for word in _user_words(words):
            if not self._jieba.FREQ.get(word):
                self._jieba.add_word(word)

    def cut(self, text: str) -> list[str]:
        tokens: list[str] = self._jieba.lcut(_SURROGATE.sub("\ufffd", text))
        return tokens


class Tokenizer:
    """Words of normal forms, with emoticons ([泪]) whole."""

    def __init__(self, words: Iterable[str] = (), segmenter: Segmenter | None = None) -> None:
        self._segmenter = segmenter or default_segmenter(words)
        stop_words = frozenset(word for (word,) in read_lexicon("stop_words"))
        self._content = _ContentWords(stop_words)
        self.version = f"{self._segmenter.name} {lexicon_digest('stop_words')}"

    def cut(self, normal: str) -> list[str]:
        """All words, signs and spaces of a normal form."""
        if "[" not in normal:
            return self._segmenter.cut(normal)
        tokens: list[str] = []
        for index, part in enumerate(_EMOTICON.split(normal)):
            if index % 2:
                tokens.append(part)
            elif part:
                tokens += self._segmenter.cut(part)
        return tokens

    def content(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Those worth counting and searching: no stop words, no signs, no spaces."""
        return tuple(filter(self._content.__getitem__, tokens))


def default_segmenter(words: Iterable[str] = ()) -> Segmenter:
    """rjieba, or jieba where that has no build for the platform."""
    words = tuple(words)
    try:
        return RjiebaSegmenter(words)
    except (ImportError, PackageNotFoundError):
        return JiebaSegmenter(words)


class _ContentWords(dict[str, bool]):
    """Remembers which tokens are content: words come again and again. Emptied when it has grown large."""

    def __init__(self, stop_words: frozenset[str]) -> None:
        self._stop_words = stop_words

    def __missing__(self, token: str) -> bool:
        if len(self) >= _REMEMBERED:
            self.clear()
        content = token not in self._stop_words and (token.isalnum() or any(map(_is_word_or_picture, token)))
        self[token] = content
        return content


def _is_word_or_picture(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) == "So"


def _user_words(words: Iterable[str]) -> list[str]:
    """Normal forms in a fixed order, without what a dictionary cannot hold (spaces) or need not (Latin letters)."""
    normal = {normalise(word).text.strip() for word in words}
    return sorted(word for word in normal if _USER_WORD.fullmatch(word) and not (word.isascii() and word.isalnum()))
