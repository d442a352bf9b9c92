"""What a source advises at a wall is what its documentation advises, word for word."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
OFFLINE = ("files", "replay")  # they have no wall: what they miss is on this machine


def advice_of(path: Path) -> Iterator[str]:
    """Every text that a `Blocked` of this module may be raised with as its advice."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"Blocked", "_LoginExpired"}:
            yield from texts(call.args[1], tree, module)


def texts(expression: ast.expr, tree: ast.Module, module: object) -> Iterator[str]:
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if isinstance(getattr(module, name, None), str):
            yield getattr(module, name)
        case ast.Name(id=name):
            given = [
                n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == name
            ]
            assert given, f"{name}: where does it come from?"
            for each in given:
                yield from texts(each, tree, module)
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one, tree, module)
            yield from texts(other, tree, module)
        case _:
            pytest.fail(f"advice that cannot be found in the code: {ast.unparse(expression)}")


MODULES = [
    path
    for path in sorted((ROOT / "collectors").rglob("*.py"))
    if not set(OFFLINE) & {path.stem, path.parent.name} and "Blocked(" in path.read_text(encoding="utf-8")
]


def folded(text: str) -> str:
    return " ".join(text.replace("`", "").split())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_documentation_advises_the_same(path: Path) -> None:
    missing = [text for text in advice_of(path) if folded(text) not in folded(SOURCES)]
    assert missing == []


def test_there_is_advice_to_look_for() -> None:
    found = {text for path in MODULES for text in advice_of(path)}
    assert len(found) > 12
    assert all(len(text) > 10 for text in found)
