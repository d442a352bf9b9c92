"""Every text is there in every language, says the same things, is compiled, and is used."""

import ast
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import monitor
from monitor.digest.facts import Against, WhyNot
from monitor.translation import CATALOGUES, Texts

PACKAGE = Path(monitor.__file__).parent
CATALOGUE_FILES = sorted((PACKAGE / "translations").glob("*/LC_MESSAGES/*.po"))
DOMAINS = sorted({path.stem for path in CATALOGUE_FILES})


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def texts(path: Path) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalogue(path) if message.id}


def in_language(folder: str, domain: str) -> dict[str, str]:
    return texts(PACKAGE / "translations" / folder / "LC_MESSAGES" / f"{domain}.po")


@pytest.mark.parametrize("path", CATALOGUE_FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_message_lacks_a_translation(path: Path) -> None:
    assert texts(path)
    assert [key for key, text in texts(path).items() if not text.strip()] == []
    assert [message.id for message in catalogue(path) if message.fuzzy and message.id] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_all_languages_have_the_same_texts_with_the_same_placeholders(domain: str) -> None:
    one, *others = (in_language(folder, domain) for folder in CATALOGUES.values())
    for other in others:
        assert list(one) == list(other)
        for key, text in one.items():
            assert set(re.findall(r"{(\w+)", text)) == set(re.findall(r"{(\w+)", other[key])), key


@pytest.mark.parametrize("path", CATALOGUE_FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_what_is_compiled_is_what_is_written(path: Path) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(path))
    assert path.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make catalogues`"


def test_every_text_of_the_digest_is_used_and_every_one_used_is_there() -> None:
    known = in_language("en", "digest")
    said, patterns = set[str](), [*Against, *WhyNot]
    for source in sorted((PACKAGE / "digest").rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            said |= {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()
            patterns += [made_up(node)] if isinstance(node, ast.JoinedStr) else []
            missing = [key for key in asked(node) if key not in known]
            assert missing == [], source.name
    for template in sorted((PACKAGE / "digest" / "templates").iterdir()):
        strings = re.findall(r'"(\w+)"', template.read_text(encoding="utf-8"))
        said |= set(strings)
        direct = re.findall(r'(?:say|heading)\("(\w+)"', template.read_text(encoding="utf-8"))
        assert [key for key in direct if key not in known] == [], template.name
    unused = [key for key in known if key not in said and not any(re.fullmatch(p, key) for p in patterns)]
    assert unused == []


def asked(node: ast.AST) -> Iterator[str]:
    """The literal keys of a call of `say`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say" and node.args:
        yield from (
            part.value
            for part in (node.args[0], *outcomes(node.args[0]))
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )


def outcomes(key: ast.expr) -> Iterator[ast.expr]:
    """Both sides of `"a" if … else "b"`."""
    if isinstance(key, ast.IfExp):
        for side in (key.body, key.orelse):
            yield from (side, *outcomes(side))


def made_up(node: ast.JoinedStr) -> str:
    """The keys that an f-string can make. One that starts with a value makes none."""
    first = node.values[0]
    if not (isinstance(first, ast.Constant) and re.fullmatch(r"\w+_\w*|\w+", first.value)):
        return "(?!)"
    return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else r"\w*" for part in node.values)


def test_a_text_that_is_in_no_catalogue_is_an_error_and_never_shown() -> None:
    with pytest.raises(KeyError, match="no text 'h_nothing'"):
        Texts("en", "digest").say("h_nothing")


def test_numbers_and_dates_are_written_as_the_language_writes_them() -> None:
    zh, en = Texts("zh", "digest"), Texts("en", "digest")
    saturday = date(2026, 11, 21)
    assert (zh.on(saturday), zh.weekday(saturday)) == ("11月21日", "周六")
    assert (en.on(saturday), en.weekday(saturday)) == ("21 Nov", "Sat")
    assert [en.number(12_340), en.percent(0.087, 1), en.signed(-1.25, 1), en.signed_percent(0.18)] == [
        "12,340",
        "8.7%",
        "-1.2",
        "+18%",
    ]
