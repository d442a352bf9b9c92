"""Inputs made from sound pages: changed where their structure is, and byte by byte."""

import json
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from tests.fuzz.parsers import Form

# What a field may hold that nobody thought of: other types, other numbers, the ways platforms write counts and times.
ODD_TEXTS = (
    *("", " ", "\x00", "\ud800", "\u200b", "NaN", "null", "-1", "1.2万", "100万+", "82.5万", "９９９", "²", "1e9"),
    *(
        "刚刚",
        "3秒前",
        "99999小时前",
        "今天25:61",
        "今天10:05 转赞人数超过20",
        "昨天 23:59",
        "12月31日 23:58",
        "2月30日",
    ),
    *("Fri Aug 30 23:12:27 +0800 2024", "Wed, 16 Jun 2021 23:22:08 +0800", "2026-11-23T12:00:00", "0000-00-00 00:00"),
    *("2026-11-23", "99999999999", "1795400000", "1795400000000", "9007199254740993", "18446744073709551616"),
    *(
        "<b>" * 30,
        "&lt;p&gt;",
        "<![CDATA[",
        "]]>",
        "<script>",
        "&#xD800;",
        "a" * 3000,
        "茶" * 500,
        "#话题#",
        "//weibo.com",
    ),
    *("https://mp.weixin.qq.com/s?__biz=&mid=²&idx=1", "http://[::1"),
    *("javascript:void(0)", "5073209014095008", "OuIv3hbiw"),
)
ODD_VALUES: tuple[Any, ...] = (
    *ODD_TEXTS,
    *(None, True, False, 0, -1, 1, 0.5, 1e308, 10**400, 2**53 + 1, 2**63, -(2**63), float("inf"), float("nan")),
    *([], {}, [[]], [None], {"": None}, {"0": {}, "1": {}}, [1, "2", None], {"user": None}, [{}] * 30),
)
_TOKENS = re.compile(rb"<[^<>]{0,300}>|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|[0-9]+|[^<>\"'0-9]+")
_BYTES = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xe8\x8c",
    b"<",
    b">",
    b"&",
    b'"',
    b"'",
    b"\\",
    b"\n",
    b"\r",
    b"\t",
    b",",
    b"{",
)


def mutate(bases: Sequence[bytes], form: Form, random: Random) -> bytes:
    """One input. The same bases and the same random state give the same input."""
    body = random.choice(bases)
    if random.random() < 0.7:
        body = _STRUCTURE[form](body, bases, random)
    if random.random() < 0.4:
        body = _bytes_changed(body, random)
    return body


def _json_changed(body: bytes, bases: Sequence[bytes], random: Random) -> bytes:
    try:
        value = json.loads(body)
    except ValueError:
        return _markup_changed(body, bases, random)
    for _ in range(random.choice((1, 1, 2, 4, 12))):
        value = _json_step(value, random)
    return json.dumps(value, ensure_ascii=random.random() < 0.2).encode("utf-8", "surrogatepass")


def _json_step(value: Any, random: Random) -> Any:
    """The value with one place in it changed."""
    holder: dict[str, Any] = {"": value}
    here: Any = holder
    key: Any = ""
    while isinstance(here[key], dict | list) and here[key] and random.random() < 0.9:
        here = here[key]
        key = random.choice(list(here)) if isinstance(here, dict) else random.randrange(len(here))
    match random.randrange(8):
        case 0 if here is not holder:
            del here[key]
        case 1 if isinstance(here, list):
            here.insert(random.randrange(len(here) + 1), deepcopy(here[key]))
        case 2:
            here[key] = [here[key]] if random.random() < 0.5 else {"0": here[key]}
        case 3 if isinstance(here[key], str):
            here[key] = _text_changed(here[key], random)
        case 4 if isinstance(here[key], int | float):
            here[key] = str(here[key])
        case 5 if isinstance(here, list):
            random.shuffle(here)
        case _:
            here[key] = deepcopy(random.choice(ODD_VALUES))
    return holder[""]


def _text_changed(text: str, random: Random) -> str:
    cut = random.randrange(len(text) + 1)
    return text[:cut] + random.choice(ODD_TEXTS) + text[cut + random.choice((0, 1, 5, 50)) :]


def _markup_changed(body: bytes, bases: Sequence[bytes], random: Random) -> bytes:
    """Tags, quoted values, numbers and words dropped, doubled, moved, swapped or replaced."""
    tokens: list[bytes] = _TOKENS.findall(body)
    others: list[bytes] = _TOKENS.findall(random.choice(bases)) or [b""]
    for _ in range(random.choice((1, 2, 4, 12))):
        if not tokens:
            break
        place = random.randrange(len(tokens))
        until = place + random.choice((1, 1, 1, 3, 30))
        match random.randrange(6):
            case 0:
                del tokens[place:until]
            case 1:
                tokens[place:place] = tokens[place:until]
            case 2:
                tokens.insert(random.randrange(len(tokens)), tokens.pop(place))
            case 3:
                tokens[place] = random.choice(others)
            case 4:
                other = random.randrange(len(tokens))
                tokens[place], tokens[other] = tokens[other], tokens[place]
            case _:
                odd = random.choice(ODD_TEXTS).encode("utf-8", "surrogatepass")
                quote = tokens[place][:1] if tokens[place][:1] in (b'"', b"'") else b""
                tokens[place] = quote + odd + quote
    return b"".join(tokens)


def _lines_changed(body: bytes, bases: Sequence[bytes], random: Random) -> bytes:
    """Rows dropped, doubled, moved or joined; fields of them replaced, emptied, cut."""
    lines = body.splitlines(keepends=True)
    for _ in range(random.choice((1, 2, 4, 12))):
        if not lines:
            break
        place = random.randrange(len(lines))
        fields = lines[place].split(b",")
        match random.randrange(6):
            case 0:
                del lines[place]
            case 1:
                lines.insert(random.randrange(len(lines) + 1), lines[place])
            case 2:
                lines[place] = lines[place].rstrip(b"\r\n")
            case 3:
                del fields[random.randrange(len(fields))]
                lines[place] = b",".join(fields)
            case 4:
                lines[place] = _markup_changed(lines[place], bases, random)
            case _:
                fields[random.randrange(len(fields))] = random.choice(ODD_TEXTS).encode("utf-8", "surrogatepass")
                lines[place] = b",".join(fields)
    if random.random() < 0.1:
        return b"".join(lines).decode("utf-8", "replace").encode(random.choice(("gb18030", "utf-16", "utf-8-sig")))
    return b"".join(lines)


def _bytes_changed(body: bytes, random: Random) -> bytes:
    changed = bytearray(body)
    for _ in range(random.choice((1, 2, 8, 40))):
        place = random.randrange(len(changed) + 1)
        match random.randrange(5):
            case 0:
                del changed[place : place + random.choice((1, 2, 20, 400))]
            case 1:
                changed[place:place] = random.choice(_BYTES)
            case 2:
                changed[place : place + 1] = bytes([random.randrange(256)])
            case 3:
                changed[place:place] = changed[place : place + random.choice((1, 10, 200))]
            case _ if random.random() < 0.1:
                del changed[place:]
    return bytes(changed)


_STRUCTURE: dict[Form, Callable[[bytes, Sequence[bytes], Random], bytes]] = {
    Form.JSON: _json_changed,
    Form.MARKUP: _markup_changed,
    Form.LINES: _lines_changed,
}
