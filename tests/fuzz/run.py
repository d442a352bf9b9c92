"""The run itself: inputs through parsers, what broke kept as a seed."""

import hashlib
import resource
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from collectors.authors import Authors
from collectors.errors import SourceError
from collectors.secret import Secret
from collectors.source import Reading
from tests.fuzz.invariants import broken
from tests.fuzz.mutations import mutate
from tests.fuzz.parsers import AT, RECORDED, SEEDS, Parser

SLOW_S = 2.0  # of processor time for one input, where a sound page takes milliseconds
READING = Reading(at=AT, authors=Authors(key=Secret("fuzz"), keep_names=True))


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the inputs of one parser."""

    name: str
    inputs: int = 0
    pages: int = 0
    posts: int = 0
    slowest_s: float = 0.0
    peak: int = 0  # bytes of memory that the process had come to when the last one was read
    errors: dict[str, int] = field(default_factory=dict)  # SourceErrors by class: answers, not faults
    faults: dict[str, Path | None] = field(default_factory=dict)  # what broke, and the seed that shows it

    def line(self) -> str:
        said = ", ".join(f"{number} {name}" for name, number in sorted(self.errors.items()))
        faults = f"; FAULTS: {len(self.faults)}" if self.faults else ""
        return (
            f"{self.name}: {self.inputs} inputs, {self.pages} pages with {self.posts} posts, {said}; "
            f"slowest {self.slowest_s:.3f} s{faults}"
        )


def tried(parser: Parser, body: bytes, tally: Tally) -> str | None:
    """What is wrong with how the parser takes this input; None where nothing is."""
    tally.inputs += 1
    began = time.thread_time()
    try:
        page = parser.read(body, READING)
    except SourceError as error:
        name = type(error).__name__
        tally.errors[name] = tally.errors.get(name, 0) + 1
        page = None
    except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} escapes from {Path(where.filename).name}:{where.name}"
    took_s = time.thread_time() - began
    tally.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    tally.slowest_s = max(tally.slowest_s, took_s)
    if took_s > SLOW_S:
        return "takes too long"
    if page is None:
        return None
    tally.pages += 1
    tally.posts += len(page.posts)
    return broken(page, body, READING)


def fuzz(
    parsers: Sequence[Parser],
    *,
    inputs: int | None,
    seconds: float | None,
    seed: int,
    keep: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Tally]:
    """Mutated pages through each parser: `inputs` each, or as many as `seconds` in all allow; both: what ends first."""
    each_s = None if seconds is None else seconds / len(parsers)
    for parser in parsers:
        random = Random(f"{seed}/{parser.name}")
        bases = parser.sound_pages()
        tally = Tally(name=parser.name)
        began = clock()
        while (inputs is None or tally.inputs < inputs) and (each_s is None or clock() - began < each_s):
            body = mutate(bases, parser.form, random)
            fault = tried(parser, body, tally)
            if fault is not None:
                kind = fault.partition(":")[0] if fault.startswith("an invented") else fault
                if kind not in tally.faults:
                    tally.faults[kind] = _kept(parser, body) if keep else None
        yield tally


def _kept(parser: Parser, body: bytes) -> Path:
    """Beside the tests; where recorded pages took part, elsewhere: their texts are not ours to pass on."""
    folder = (Path(tempfile.gettempdir()) / "trend-monitor-fuzz" if RECORDED else SEEDS) / parser.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(body).hexdigest()[:16]
    path.write_bytes(body)
    return path
