"""docs/channels.md: a section for every kind, whose example can be loaded and whose text names every key."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from collectors.registry import load, names
from monitor.config import load as load_config
from tests.contracts.configuration import SMALL, edited

GROUP = "trend_monitor.channels"
TEXT = (Path(__file__).parents[3] / "docs" / "channels.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `([\w-]+)`\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


def test_there_is_a_section_for_every_kind_and_for_no_other() -> None:
    assert sorted(SECTIONS) == list(names(GROUP))


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # by a plug-in of apprise
@pytest.mark.parametrize("kind", SECTIONS)
def test_the_example_of_a_kind_loads(kind: str, tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", SECTIONS[kind], re.DOTALL)
    assert example
    path = tmp_path / "config.toml"
    path.write_text(edited(SMALL, "[digest]", example[1] + "\n[digest]").replace("[channels.hook]", "[channels.h]", 1))
    path.write_text(path.read_text().replace('["hook"]', '["h"]'))
    secrets = dict.fromkeys(re.findall(r'env = "(\w+)"', path.read_text()), "https://secret.example/k")
    if kind == "apprise":
        pytest.importorskip("apprise", reason="an optional extra: pip install apprise")
        secrets["APPRISE_URL"] = "json://secret.example/k"
    channel = load_config(path, secrets).channels[-1]
    assert channel.kind == kind


@pytest.mark.parametrize("kind", SECTIONS)
def test_every_key_of_a_kind_is_told(kind: str) -> None:
    told = set(re.findall(r"`(\w+)`", SECTIONS[kind]))
    assert {field.name for field in fields(load(GROUP, kind).Settings)} <= told
