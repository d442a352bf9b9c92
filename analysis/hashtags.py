"""Hashtags: Weibo's `#…#` pairs and the `#word` singles of other platforms, with full-width ＃ too.

A pair holds 1 to 60 characters, no line break, and neither begins nor ends with white space; so an unbalanced sign is
read as a single or as nothing, and never swallows the text up to the next one. A single begins where no letter or digit
stands before it and needs a letter: "C#", "第#3名" and "https://…/#top" are none. Of "#a#b#" only a is a hashtag.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from analysis.annotation import Hashtag
from analysis.normal_form import normalise

_HASHTAG = re.compile(
    r"(?:https?://|www\.)[!-~]+"  # read first, so that the # of an address is none
    r"|[#＃](?!\s)([^#＃\n]{1,60})(?<!\s)[#＃]"
    r"|(?<![a-zA-Z0-9/&])[#＃](?=[0-9_]*[^\W\d_])(\w{1,40})"
)
_SUPER_TOPIC = re.compile(r"(?<=\S)\s*[\[【]超话[\]】]$")


def find_hashtags(text: str, aliases: Mapping[str, str] | None = None) -> tuple[Hashtag, ...]:
    """The hashtags of a text in order, each as often as it stands there. Spans include the # signs.

    `aliases` maps folded keys to the folded key that stands for them (see `alias_table`).
    """
    if "#" not in text and "＃" not in text:
        return ()
    found = []
    for match in _HASHTAG.finditer(text):
        spelling = match[1] or match[2]
        if not spelling:
            continue
        key = fold_hashtag(spelling)
        if key:
            if aliases:
                key = aliases.get(key, key)
            found.append(Hashtag(key=key, spelling=spelling, start=match.start(), end=match.end()))
    return tuple(found)


@lru_cache(maxsize=16_384)
def fold_hashtag(spelling: str) -> str:
    """The key of a hashtag, with or without its signs: normal form, single spaces, the mark of a super-topic cut.

    >>> fold_hashtag("#第一杯ＡＩ奶茶[超話]#")
    '第一杯ai奶茶'
    """
    whole = " ".join(normalise(spelling.strip("#＃ \t")).text.split())
    return _SUPER_TOPIC.sub("", whole) or whole


def alias_table(hashtags: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, str]:
    """Folded alias → folded hashtag, over all topics. Raises ValueError when an alias stands for two hashtags."""
    table: dict[str, str] = {}
    for topic in hashtags:
        for hashtag, aliases in topic.items():
            key = fold_hashtag(hashtag)
            for alias in aliases:
                folded = fold_hashtag(alias)
                if folded == key:
                    continue
                if table.setdefault(folded, key) != key:
                    raise ValueError(f"hashtag alias {alias!r} stands for both {table[folded]!r} and {key!r}")
    return table
