"""The shipped lexicons are readable and consistent."""

from pathlib import Path

import pytest

import analysis
from analysis.complaints import CATEGORIES
from analysis.lexicon import alternatives, lexicon_digest, read_lexicon
from analysis.normal_form import normalise

FOLDER = Path(analysis.__file__).parent / "lexicons"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_a_lexicon_tells_source_and_licence_at_its_head(name: str) -> None:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    head = "".join(line for line in lines if line.startswith("#"))
    assert "Source: own work" in head
    assert "Licence: Apache-2.0" in head


@pytest.mark.parametrize("name", NAMES)
def test_no_entry_stands_twice(name: str) -> None:
    entries = read_lexicon(name)
    assert entries
    assert len(set(entries)) == len(entries)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("complaints", "innocent", "complaint_context")]
)
def test_entries_are_in_normal_form(name: str) -> None:
    for word, *_ in read_lexicon(name):
        assert normalise(word).text == word


def test_every_category_has_phrases() -> None:
    assert {category for category, *_ in read_lexicon("complaints")} == set(CATEGORIES)
    assert len(CATEGORIES) >= 12


def test_a_pattern_stands_for_its_phrases() -> None:
    assert list(alternatives("(a|b|)c(d|e)")) == ["acd", "ace", "bcd", "bce", "cd", "ce"]


@pytest.mark.parametrize("pattern", ["(a|b", "a)b", "((a|b)c)"])
def test_a_broken_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        list(alternatives(pattern))


def test_names_stand_for_their_texts_and_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.lexicon._text", lambda _: "# head\nlet what\t页面|按钮\nfault\t({what}|券)坏了\n")
    assert read_lexicon("any") == [("fault", "(页面|按钮|券)坏了")]
    monkeypatch.setattr("analysis.lexicon._text", lambda _: "fault\t({what})坏了\n")
    with pytest.raises(ValueError, match=r"lexicons/any.txt:1: \{what\} is named nowhere above"):
        read_lexicon("any")


def test_the_digest_tells_lexicons_apart() -> None:
    assert lexicon_digest("positive") != lexicon_digest("negative")
    assert lexicon_digest("positive") == lexicon_digest("positive")
