"""RSS 2.0, Atom and JSON Feed, as the bridges to WeChat write them: bytes to entries, safely.

Only a well-formed document without a DOCTYPE of its own entities, of bounded depth and size, reaches the feed parser.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

import feedparser
from msgspec import Struct

from collectors.errors import PayloadChanged
from collectors.page_text import MOST_BYTES, text_of

_MOST_ELEMENTS = 100_000
_DEEPEST = 256
_MOST_ENTRIES = 2_000
_ROOTS = frozenset({"rss", "feed", "rdf:RDF"})
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,20})["'][^>]{0,200}\?>""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_CHINESE = frozenset({"gb2312", "gbk", "gb18030", "cp936"})
_JSON_FEED = ("https://jsonfeed.org/version/", "http://jsonfeed.org/version/")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
# What feedparser was seen, or is known from its reports, to let through on odd input.
_PARSER_ERRORS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, ArithmeticError)


class Entry(Struct, frozen=True, kw_only=True):
    """One article as a feed tells of it; "" where it does not. `contents` are HTML, the fullest first."""

    title: str
    link: str
    guid: str
    author: str
    published: str
    contents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    title: str
    entries: tuple[Entry, ...]


def read_feed(body: bytes) -> Feed:
    """The feed in a body of any of the three formats. Raises PayloadChanged and nothing else."""
    if len(body) > MOST_BYTES:
        raise PayloadChanged(f"feed of at most {MOST_BYTES // 1024 // 1024} MB")
    return _read_json(body) if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else _read_xml(_text(body))


def _text(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = body.decode("utf-16", "replace")
    else:
        declared = _DECLARED.match(body[:1000])
        is_chinese = declared is not None and declared[1].decode("ascii").lower() in _CHINESE
        text = body.decode("gb18030", "replace") if is_chinese else text_of(body)
    return _NOT_XML.sub("", _DECLARATION.sub("", text)).lstrip()


def _read_xml(text: str) -> Feed:
    try:
        _check(text)
    except expat.ExpatError:
        # Bridges write links with bare ampersands; anything else that is wrong is a cut or a changed feed.
        text = _with_ampersands_escaped(text)
        try:
            _check(text)
        except expat.ExpatError as error:
            raise PayloadChanged(f"well-formed XML ({error})") from None
    try:
        parsed = feedparser.parse(
            io.BytesIO(text.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,  # nothing of it reaches a page: it becomes plain text
            resolve_relative_uris=False,
        )
        entries = tuple(_xml_entry(entry) for entry in parsed.entries[:_MOST_ENTRIES])
        return Feed(title=_str(parsed.feed.get("title")), entries=entries)
    except _PARSER_ERRORS as error:
        raise PayloadChanged(f"feed that can be parsed ({type(error).__name__}: {error})") from None


def _with_ampersands_escaped(text: str) -> str:
    """Bare ampersands as XML wants them; those in CDATA sections may stand."""
    before, *sections = text.split("<![CDATA[")
    escaped = [_AMPERSAND.sub("&amp;", before)]
    for section in sections:
        raw, end, after = section.partition("]]>")
        escaped.append(raw + end + _AMPERSAND.sub("&amp;", after))
    return "<![CDATA[".join(escaped)


def _check(text: str) -> None:
    """Walk the document once. Raises ExpatError where it is not well-formed, PayloadChanged where it is no feed."""
    depth = elements = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal depth, elements
        if elements == 0 and name not in _ROOTS:
            raise PayloadChanged(f"rss or feed element at the root (found {name[:40]})")
        depth, elements = depth + 1, elements + 1
        if depth > _DEEPEST or elements > _MOST_ELEMENTS:
            raise PayloadChanged(f"feed of at most {_MOST_ELEMENTS} elements, nested at most {_DEEPEST} deep")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def entity(*_: object) -> None:
        raise PayloadChanged("feed without entities of its own")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = entity
    parser.Parse(text.encode(), True)


def _xml_entry(entry: Any) -> Entry:
    contents = [_str(content.get("value")) for content in entry.get("content", [])]
    contents.sort(key=len, reverse=True)
    author = entry.get("author_detail") or {}
    return Entry(
        title=_str(entry.get("title")),
        link=_str(entry.get("link")),
        guid=_str(entry.get("id")),
        author=_str(author.get("name")) or _str(entry.get("author")),
        published=_str(entry.get("published")) or _str(entry.get("updated")),
        contents=(*contents, _str(entry.get("summary"))),
    )


def _read_json(body: bytes) -> Feed:
    try:
        payload = json.loads(text_of(body))
    except (ValueError, RecursionError) as error:
        raise PayloadChanged(f"JSON Feed ({type(error).__name__})") from None
    if isinstance(payload, list):
        raise PayloadChanged("items (a list of feeds? ask for one of them, or for all.json)")
    if not isinstance(payload, dict) or not _str(payload.get("version")).startswith(_JSON_FEED):
        raise PayloadChanged("version of a JSON Feed")
    if not isinstance(payload.get("items"), list):
        raise PayloadChanged("items")
    items = payload["items"][:_MOST_ENTRIES]
    entries = tuple(_json_entry(item if isinstance(item, dict) else {}) for item in items)
    return Feed(title=_str(payload.get("title")), entries=entries)


def _json_entry(entry: dict[str, Any]) -> Entry:
    return Entry(
        title=_str(entry.get("title")),
        link=_str(entry.get("url")) or _str(entry.get("external_url")),
        guid=_str(entry.get("id")),
        author=next(_names(entry), ""),
        published=_str(entry.get("date_published")) or _str(entry.get("date_modified")),
        contents=(_str(entry.get("content_html")), _str(entry.get("content_text")), _str(entry.get("summary"))),
    )


def _names(entry: dict[str, Any]) -> Iterator[str]:
    authors = entry.get("authors")
    for author in [*(authors if isinstance(authors, list) else []), entry.get("author")]:
        if isinstance(author, dict) and (name := _str(author.get("name"))):
            yield name


def _str(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
