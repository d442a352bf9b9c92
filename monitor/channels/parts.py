"""Messages larger than a provider takes: split between lines, and only where one is too long within it.

Sizes are bytes of UTF-8, as providers count. No sign is cut in two, nor an emoji of several signs.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from monitor.channels.lines import Line

MOST_PARTS = 5
CUT = "…"
_JOINS = frozenset("\u200d\ufe0e\ufe0f")


def size_of(text: str) -> int:
    """
    >>> size_of("奶茶!")
    7
    """
    return len(text.encode("utf-8", "replace"))


def shortened(text: str, limit: int, size: Callable[[str], int] = size_of) -> str:
    """The text where it fits into `limit` bytes, else its beginning with an ellipsis.

    >>> shortened("第一杯奶茶", 9)
    '第一…'
    """
    if size(text) <= limit:
        return text
    return text[: _longest(text, lambda start: size(start + CUT) <= limit)] + CUT


def in_parts(lines: Sequence[Line], limit: int, size: Callable[[Line], int]) -> list[list[Line]]:
    """The lines in parts of at most `limit` bytes each, by `size` of a line; at least one part, at most MOST_PARTS.

    What does not fit into so many parts is left out, and an ellipsis says so.
    """
    parts: list[list[Line]] = [[]]
    room = limit
    for line in lines:
        for piece in _pieces(line, limit, size):
            if size(piece) > room and parts[-1]:
                if len(parts) == MOST_PARTS:
                    return [*parts[:-1], _with_ellipsis(parts[-1], limit, size)]
                parts.append([])
                room = limit
            parts[-1].append(piece)
            room -= size(piece)
    return parts


def numbered(title: str, number: int, of: int) -> str:
    """The title of part `number`, counted from 1, of a message of `of` parts."""
    return title if of == 1 else f"{title} ({number}/{of})"


def _pieces(line: Line, limit: int, size: Callable[[Line], int]) -> Iterator[Line]:
    rest = line
    while size(rest) > limit:
        if not rest.text:
            return  # an address alone that is larger than a message
        text = rest.text
        end = max(1, _longest(text, lambda start: size(Line(text=start)) <= limit))
        yield Line(text=text[:end])
        rest = replace(rest, text=text[end:])
    yield rest


def _longest(text: str, fits: Callable[[str], bool]) -> int:
    """How many signs of the text fit, given that with more signs it fits less."""
    end = bisect_right(range(1, len(text) + 1), False, key=lambda n: not fits(text[:n]))
    whole = end
    while 0 < whole < len(text) and end - whole < 20 and _belongs_together(text[whole - 1], text[whole]):
        whole -= 1
    return whole or end


def _belongs_together(sign: str, following: str) -> bool:
    return following in _JOINS or sign == "\u200d" or bool(unicodedata.combining(following))


def _with_ellipsis(part: list[Line], limit: int, size: Callable[[Line], int]) -> list[Line]:
    end = Line(text=CUT)
    while part and sum(map(size, part)) + size(end) > limit:
        part = part[:-1]
    return [*part, end]
