"""Bodies made to exhaust a parser: deep nesting, bombs of entities, megabytes of one thing. Each runs on its own."""

import multiprocessing
import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.fuzz.parsers import Form, Parser
from tests.fuzz.run import Tally, tried

HUGE = 50 * 1024 * 1024  # bytes; more than the client takes
LARGE = 8 * 1024 * 1024  # bytes; as much as a parser takes
MOST_S = 90.0  # of processor time for one body; 50 MB of sound rows are a million posts
MOST_BYTES = 1024 * 1024 * 1024  # of memory, on top of what the process had

Swollen = Callable[[int], bytes]  # a body of about so many bytes


def _laughs(_: int) -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{entities}]><rss><t>&l9;</t></rss>'.encode()


def _repeated(piece: bytes, before: bytes = b"", after: bytes = b"") -> Swollen:
    return lambda size: before + piece * ((size - len(before) - len(after)) // len(piece)) + after


def _nested(opening: bytes, within: bytes, closing: bytes) -> Swollen:
    def body(size: int) -> bytes:
        depth = min(100_000, size // (len(opening) + len(closing)))
        return opening * depth + within + closing * depth

    return body


ANY: Mapping[str, Swollen] = {
    "zeros": _repeated(b"\x00"),
    "spaces": _repeated(b" "),
    "text": _repeated("排队两小时。".encode()),
    "bytes of no encoding": _repeated(b"\xff\xfe\xfd"),
    "digits": _repeated(b"7"),
    "quotes": _repeated(b'"'),
}
OF_FORM: Mapping[Form, Mapping[str, Swollen]] = {
    Form.JSON: {
        "open lists": _repeated(b"["),
        "lists in lists": _nested(b"[", b"", b"]"),
        "objects in objects": _nested(b'{"data":', b"1", b"}"),
        "one string": _repeated("茶".encode(), b'{"ok":1,"data":{"list":"', b'"}}'),
        "one list of objects": _repeated(b"{},", b'{"ok":1,"data":[', b"{}]}"),
        "posts of nothing": _repeated(b'{"mid":"1"},', b'{"ok":1,"data":{"list":[', b"{}]}}"),
        "one number": _repeated(b"9", b'{"ok":1,"data":', b"}"),
    },
    Form.MARKUP: {
        "elements in elements": _repeated(b"<div>"),
        "a bomb of entities": _laughs,
        "open brackets": _repeated(b"<"),
        "one attribute": _repeated(b"a", b'<html><div class="', b'"></div></html>'),
        "attributes": _repeated(b"a=1 ", b"<div ", b"></div>"),
        "elements": _repeated(b"<p>x</p>", b"<html><body>", b"</body></html>"),
        "entities": _repeated(b"&amp;", b"<rss><channel><title>", b"</title></channel></rss>"),
        "one script": _repeated(b"var ct = '1'; ", b"<html><script>", b"</script></html>"),
        "an article's script": _repeated(b"create_time: '", b"<p id='js_article'><script>window.cgiDataNew = {", b"}"),
        "an article's escapes": _repeated(
            b"\\x3c", b"<p id='js_article'><script>var ct = '1795400000'; window.cgiDataNew = {desc: '", b"'}"
        ),
        "comments": _repeated(b"<!-- x -->"),
    },
    Form.LINES: {
        "empty lines": _repeated(b"\n"),
        "commas": _repeated(b","),
        "short rows": _repeated(b"1,2,3\n"),
        "open lists": _repeated(b"["),
        "objects": _repeated(b"{}\n"),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    parser: str
    body: str
    took_s: float  # of processor time
    grew: int  # bytes, at the most
    fault: str | None

    def line(self) -> str:
        said = f": {self.fault}" if self.fault else ""
        return f"{self.parser}, {self.body}: {self.took_s:.2f} s, {self.grew / 1024**2:.0f} MB{said}"


def bodies(parser: Parser, sizes: Sequence[int] = (LARGE, HUGE)) -> Iterator[tuple[str, bytes]]:
    """(what it is, the body), made one by one; the last ones swell a sound page of the parser itself."""
    page = max(parser.sound_pages(), key=len)
    middle = len(page) // 2
    own: Mapping[str, Swollen] = {
        "its page, then junk": _repeated(b" x", page),
        "its page, junk within": _repeated(b"x", page[:middle], page[middle:]),
        "its page, tags within": _repeated(b"<b>", page[:middle], page[middle:]),
        "its page over and over": _repeated(page),
    }
    for size in sizes:
        for name, make in {**ANY, **OF_FORM[parser.form], **own}.items():
            yield f"{size // 1024**2} MB of {name}", make(size)


def hostile_run(parsers: Sequence[Parser], sizes: Sequence[int] = (LARGE, HUGE)) -> Iterator[Outcome]:
    """Each body through its parser, in a process of its own, so that its memory is its own too."""
    fork = multiprocessing.get_context("fork")
    for parser in parsers:
        for name, body in bodies(parser, sizes):
            here, there = fork.Pipe(duplex=False)
            process = fork.Process(target=_measure, args=(parser, body, there))
            process.start()
            there.close()
            try:
                took_s, grew, fault = here.recv()
            except EOFError:
                process.join()
                took_s, grew, fault = 0.0, 0, f"the process died (exit code {process.exitcode})"
            process.join()
            if fault is None and took_s > MOST_S:
                fault = "takes too long"
            if fault is None and grew > MOST_BYTES:
                fault = "takes too much memory"
            yield Outcome(parser=parser.name, body=name, took_s=took_s, grew=grew, fault=fault)


def _measure(parser: Parser, body: bytes, told: Connection) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    tally = Tally(name=parser.name)
    fault = tried(parser, body, tally)
    # What is measured is the parser, not the search for invented dates after it.
    told.send((tally.slowest_s, tally.peak - before, None if fault == "takes too long" else fault))
