"""A post cut down to what a message may show: short, one line, people in it masked."""

import re

LENGTH = 80  # characters
_ADDRESSED = re.compile(r"[@＠][\w·-]{1,30}")
_MAIL = re.compile(r"[\w.+-]+[@＠][\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ -]?\d){6,}(?![\d.])", re.ASCII)


def excerpt(text: str, length: int = LENGTH) -> str:
    """At most `length` characters of the text; names after @, mail addresses and long numbers (phone, order) masked.

    >>> excerpt("@小王 订单 20261123998877 付不了\\n客服电话 138 0013 8000")
    '@… 订单 202… 付不了 客服电话 138…'
    """
    line = " ".join(text.split())
    line = _MAIL.sub("…@…", line)
    line = _ADDRESSED.sub("@…", line)
    line = _NUMBER.sub(lambda number: number.group()[:3] + "…", line)
    return line if len(line) <= length else line[: length - 1] + "…"
