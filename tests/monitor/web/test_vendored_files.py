"""What we took from others: of which version, under which licence, each once."""

import re
from pathlib import Path

import pytest

import monitor

PACKAGE = Path(monitor.__file__).parent
VENDOR = PACKAGE / "web" / "static" / "vendor"
SCRIPTS = sorted(VENDOR.glob("*.js"))
NAMED = re.compile(r"(?P<project>[a-z]+)(?:-[a-z]+)*-(?P<version>\d+\.\d+\.\d+)\.min\.js")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_vendored_script_names_its_version_and_has_its_licence_beside_it(path: Path) -> None:
    named = NAMED.fullmatch(path.name)
    assert named, "NAME-VERSION.min.js"
    licence = VENDOR / f"{named['project']}-LICENSE.txt"
    assert len(licence.read_text("utf-8")) > 400
    if "sse" not in path.name:  # the extension does not say its version
        assert f'"{named["version"]}"' in path.read_text("utf-8")


def test_there_is_one_copy_of_each() -> None:
    names = [path.name for path in PACKAGE.rglob("*.min.js")]
    assert len(names) == len(SCRIPTS) == len({re.sub(r"\d.*", "", name) for name in names}) == 3
