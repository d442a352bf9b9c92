"""Markdown for providers that know no escapes, or that do not say which: signs that it obeys become their wide twins.

They are read alike and mean nothing to any renderer: no link, no mention, no heading, no HTML can come out of a post.
"""

import re

from monitor.channels.lines import Line

_WIDE = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in "<>*`|\\@~"})
_LINK = re.compile(r"\](?=[(\[:])")
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_HEADING = re.compile(r"^(\s*)([#>=+-])|#(?=\s)")
_ENTITY = re.compile(r"&(?=[#\w])")


def marked(text: str) -> str:
    """One line of plain text as Markdown that shows it and does nothing else.

    >>> marked("[PAGE] <script> [x](javascript:1) @all *bold* snake_case _x_")
    '[PAGE] ＜script＞ [x］(javascript:1) ＠all ＊bold＊ snake_case ＿x＿'
    """
    text = _ENTITY.sub("＆", _LINK.sub("］", text.translate(_WIDE)))
    text = _EDGE.sub("＿", text)
    return _HEADING.sub(lambda found: (found[1] or "") + chr(ord(found[2] or "#") + 0xFEE0), text)


def line(line: Line) -> str:
    """A line with its link: `text [host](address)`."""
    if not line.url:
        return marked(line.text)
    link = f"[{marked(line.label)}]({line.url})"
    return f"{marked(line.text)} {link}" if line.text else link
