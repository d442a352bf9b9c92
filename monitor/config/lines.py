"""On which line a key of a TOML file stands. The parser in the standard library tells values, not places.

The text is known to be valid TOML (the parser has read it), so that the scanner needs no error messages: it walks
over keys, strings, brackets and comments, and notes the line of every table, key and array element.
"""

import re
import tomllib

from monitor.config.problems import Key

_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]}#\r\n]+")


class Lines:
    """`lines.of(key)`: the line of the key, counted from 1; of what holds it, where the key itself is not there."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[Key, int] = {}
        self._arrays: dict[Key, int] = {}  # [[tables]] seen so far
        self._document()

    def of(self, key: Key) -> int | None:
        while key:
            if key in self._lines:
                return self._lines[key]
            key = key[:-1]
        return None

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            return ""
        self._at = found.end()
        return found.group()

    def _take(self, sign: str) -> bool:
        if self._text.startswith(sign, self._at):
            self._at += len(sign)
            return True
        return False

    def _note(self, key: Key) -> None:
        self._lines.setdefault(key, self._line())

    def _document(self) -> None:
        table: Key = ()
        while True:
            self._match(_BLANK)
            before = self._at
            if self._take("[["):
                table = self._array_of_tables()
            elif self._take("["):
                table = self._inside(self._key())
                self._note(table)
                self._take("]")
            else:
                self._pair(table)
            if self._at == before:
                return  # the end

    def _array_of_tables(self) -> Key:
        name = self._inside(self._key())
        number = self._arrays.get(name, -1) + 1
        self._arrays[name] = number
        self._note(name)
        self._note((*name, number))
        self._take("]]")
        return (*name, number)

    def _inside(self, key: Key) -> Key:
        """A header's key below an array of tables means its newest element."""
        found: Key = ()
        for part in key[:-1]:
            found = (*found, part)
            if found in self._arrays:
                found = (*found, self._arrays[found])
        return (*found, key[-1]) if key else found

    def _key(self) -> Key:
        parts: list[str | int] = []
        while True:
            self._match(_SPACE)
            quoted = self._match(_STRING)
            parts.append(tomllib.loads(f"x = {quoted}")["x"] if quoted else self._match(_BARE))
            self._match(_SPACE)
            if not self._take("."):
                return tuple(parts)

    def _pair(self, table: Key) -> None:
        self._match(_BLANK)
        line = self._line()
        key = table
        for part in self._key():
            key = (*key, part)
            self._lines.setdefault(key, line)
        self._take("=")
        self._value(key)

    def _value(self, key: Key) -> None:
        self._match(_SPACE)
        if self._match(_STRING):
            return
        if self._take("["):
            self._elements(key)
        elif self._take("{"):
            self._inline_table(key)
        else:
            self._match(_SCALAR)

    def _elements(self, key: Key) -> None:
        number = 0
        while not self._ended("]"):
            element = (*key, number)
            self._note(element)
            self._value(element)
            number += 1

    def _inline_table(self, key: Key) -> None:
        while not self._ended("}"):
            self._pair(key)

    def _ended(self, sign: str) -> bool:
        """Skip what lies between two elements; True at the end of the array or inline table."""
        self._match(_BLANK)
        if self._take(","):
            self._match(_BLANK)
        return self._take(sign) or self._at >= len(self._text)
