"""What people say: templates by mood and subject, and the words that fill their slots.

`voices/*.txt` hold one template a line under `[[mood/subject]]` headings; `slots.txt` the words under `[[slot]]`. In a
template `{slot}` is one word of that slot, the same one wherever it stands, `{slot2}` another one, `{a|b|c}` one of the
given words, and `\\n` a line break. Lines that start with `#:` are comments (a post may well start with a hashtag).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import TypeVar

_T = TypeVar("_T")

SLOTS_FILE = "slots.txt"
_HEADING = re.compile(r"\[\[([a-z_]+(?:/[a-z_]+)?)\]\]")
_SLOT = re.compile(r"\{([^{}]+)\}")
_TYPO_SHARE = 0.04
_TYPOS = (
    ("的时候", "滴时候"),
    ("真的", "真滴"),
    ("没有", "木有"),
    ("喜欢", "稀饭"),
    ("知道", "造"),
    ("在", "再"),
    ("这样", "酱紫"),
    ("非常", "灰常"),
    ("什么", "神马"),
    ("吗", "嘛"),
    ("的", "得"),
    ("就", "旧"),
    ("奶茶", "奶茶茶"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One way of saying one thing. `mood` is the first half of its section, `subject` the second."""

    section: str
    text: str

    @property
    def mood(self) -> str:
        return self.section.partition("/")[0]


def _sections(name: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    source = files("monitor.demo").joinpath("voices", name)
    for number, raw in enumerate(source.read_text("utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#:"):
            continue
        if heading := _HEADING.fullmatch(line):
            current = sections.setdefault(heading[1], [])
        elif current is None:
            raise ValueError(f"{name}:{number}: a template before the first [[section]]")
        else:
            current.append(line)
    return sections


@cache
def templates() -> Mapping[str, tuple[Template, ...]]:
    """Section → its templates, in file order."""
    names = sorted(path.name for path in files("monitor.demo").joinpath("voices").iterdir())
    found: dict[str, tuple[Template, ...]] = {}
    for name in names:
        if name.endswith(".txt") and name != SLOTS_FILE:
            for section, lines in _sections(name).items():
                found[section] = found.get(section, ()) + tuple(Template(section=section, text=line) for line in lines)
    return found


@cache
def slots() -> Mapping[str, tuple[str, ...]]:
    """Slot → its words."""
    return {slot: tuple(words) for slot, words in _sections(SLOTS_FILE).items()}


def say(template: Template, rng: Random, given: Mapping[str, str]) -> str:
    """The template with its slots filled; `given` goes before the words of `slots.txt`. KeyError: no such slot."""

    chosen: dict[str, str] = {}

    def word(found: re.Match[str]) -> str:
        slot = found[1]
        if slot in given:
            return given[slot]
        if slot not in chosen:
            chosen[slot] = _word(slot, chosen, rng)
        return chosen[slot]

    return _SLOT.sub(word, template.text).replace("\\n", "\n")


def _word(slot: str, chosen: Mapping[str, str], rng: Random) -> str:
    if "|" in slot:
        return rng.choice(slot.split("|"))
    if slot in slots():
        return pick(slots()[slot], rng)
    first = slot.removesuffix("2")
    return pick([word for word in slots()[first] if word != chosen.get(first)], rng)


def pick(words: Sequence[_T], rng: Random) -> _T:
    """One of the words (as `Random.choice`, in a third of its time)."""
    return words[int(rng.random() * len(words))]


def mistype(text: str, rng: Random) -> str:
    """The text as fingers in a hurry leave it: now and then one slip, never inside a hashtag."""
    if rng.random() >= _TYPO_SHARE:
        return text
    right, wrong = rng.choice(_TYPOS)
    head, mark, tail = text.partition("#")
    return head.replace(right, wrong, 1) + mark + tail
