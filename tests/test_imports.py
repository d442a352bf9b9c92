"""collectors and analysis know nothing of each other, nor of monitor; monitor knows both."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT: dict[str, set[str]] = {"collectors": set(), "analysis": set(), "monitor": {"collectors", "analysis"}}
NOT_SHIPPED = {"tests", "benchmarks"}
FILES = [path for package in MAY_IMPORT for path in sorted((ROOT / package).rglob("*.py"))]


def imported(source: str) -> Iterator[str]:
    """Every absolute module name that the source imports, also inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def forbidden(source: str, package: str) -> set[str]:
    """The packages of ours that a module of `package` must not import, but does."""
    ours = (MAY_IMPORT.keys() | NOT_SHIPPED) - {package} - MAY_IMPORT[package]
    return {name.split(".")[0] for name in imported(source)} & ours


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_only_what_its_package_may(path: Path) -> None:
    assert forbidden(path.read_text(encoding="utf-8"), path.relative_to(ROOT).parts[0]) == set()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_package_is_looked_at(package: str) -> None:
    assert any(path.relative_to(ROOT).parts[0] == package for path in FILES)


@pytest.mark.parametrize(
    ("source", "package", "wrong"),
    [
        ("import monitor.cli", "collectors", {"monitor"}),
        ("def f():\n    from analysis.rules import rule", "collectors", {"analysis"}),
        ("from collectors import post", "analysis", {"collectors"}),
        ("from tests.contracts import source_contract", "monitor", {"tests"}),
        ("import json, analysis.tokens\nfrom collectors.post import Post\nfrom . import kept", "monitor", set()),
    ],
)
def test_the_rule_itself_bites(source: str, package: str, wrong: set[str]) -> None:
    assert forbidden(source, package) == wrong
