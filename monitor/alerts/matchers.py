"""Conditions on labels, as Alertmanager writes them: `topic = tea`, `severity != page`, `rule =~ "comp.*"`, `!~`.

A label that is not there is empty. Of a label that lists several values with commas (categories) one that agrees is
enough, and for `!=` and `!~` one that agrees is too much. Expressions are RE2's, which take linear time, and mean the
whole value.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import re2

LONGEST = 500  # characters of a value
_WRITTEN = re.compile(r"\s*([^\W\d]\w*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)


class Sign(StrEnum):
    EQUAL = "="
    UNEQUAL = "!="
    LIKE = "=~"
    UNLIKE = "!~"


@dataclass(frozen=True, slots=True)
class Matcher:
    """
    >>> Matcher("categories", Sign.EQUAL, "slow").matches({"categories": "payment,slow"})
    True
    >>> Matcher("owner", Sign.UNLIKE, "brand|team").matches({})
    True
    """

    label: str
    sign: Sign
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        given = labels.get(self.label, "")
        agrees = any(map(self._agrees, (given, *given.split(","))))
        return agrees is (self.sign in (Sign.EQUAL, Sign.LIKE))

    def _agrees(self, value: str) -> bool:
        if self.sign in (Sign.EQUAL, Sign.UNEQUAL):
            return value == self.value
        return _compiled(self.value).fullmatch(value) is not None

    def __str__(self) -> str:
        plain = re.fullmatch(r"[\w.-]+", self.value)
        return f"{self.label}{self.sign}" + (self.value if plain else '"' + self.value.replace('"', '\\"') + '"')


def matcher(text: str) -> Matcher:
    """
    >>> matcher('severity != "page"')
    Matcher(label='severity', sign=<Sign.UNEQUAL: '!='>, value='page')

    Raises ValueError for what is no matcher.
    """
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no matcher: write LABEL=VALUE, LABEL!=VALUE, LABEL=~REGEX or LABEL!~REGEX")
    label, sign, value = found.groups()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('\\"', '"')
    if len(value) > LONGEST:
        raise ValueError(f"{label}: a value has {LONGEST} characters at most")
    made = Matcher(label, Sign(sign), value)
    if made.sign in (Sign.LIKE, Sign.UNLIKE):
        try:
            _compiled(value)
        except re2.error as error:
            raise ValueError(f"{value!r} is no regular expression of RE2: {error}") from None
    return made


def all_match(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    return all(each.matches(labels) for each in matchers)


@cache
def _compiled(expression: str) -> "re2._Regexp[str]":
    options = re2.Options()
    options.log_errors = False
    return re2.compile(expression, options)
