"""What the documents say is there is there, and what is there is in the documents."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from collectors.registry import names
from monitor.config import (
    CalendarConfig,
    Config,
    DigestConfig,
    HeartbeatConfig,
    HttpConfig,
    InhibitConfig,
    PrivacyConfig,
    RouteConfig,
    RuleConfig,
    SourceConfig,
    StorageConfig,
    TopicConfig,
    WebConfig,
    load,
)
from tests.contracts.configuration import SMALL, edited

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["source", "rule", "channel", "exporter"])
def test_the_readme_lists_every_plug_in_and_no_other(word: str) -> None:
    table = re.search(rf"^\| {word} \|.*\n\|[-|]+\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert table
    listed = re.findall(r"^\| `([^`]+)` \|", table[1], re.MULTILINE)
    assert sorted(listed) == list(names(f"trend_monitor.{word}s"))


def test_every_kind_of_source_is_documented() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "docs" / "sources.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(kind for heading in headings for kind in heading.split(", ")) == list(names("trend_monitor.sources"))


KEYS = [
    (TopicConfig, ""),
    (SourceConfig, ""),
    (RuleConfig, ""),
    (RouteConfig, ""),
    (CalendarConfig, ""),
    (InhibitConfig, ""),
    (HeartbeatConfig, "heartbeat."),
    (DigestConfig, "digest."),
    (StorageConfig, "storage."),
    (PrivacyConfig, "privacy."),
    (HttpConfig, "http."),
    (WebConfig, "web."),
]


@pytest.mark.parametrize(("kind", "section"), KEYS, ids=[kind.__name__ for kind, _ in KEYS])
def test_every_key_is_documented_with_its_default(kind: type, section: str) -> None:
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|", CONFIGURATION, re.MULTILINE)
    told = {key: default for keys, default in rows for key in re.findall(r"`([^`]+)`", keys)}
    for field in fields(kind):
        if field.name in ("name", "settings"):
            continue
        assert section + field.name in told
        simple = isinstance(field.default, bool | int | float | str) and field.default is not MISSING
        if simple and field.default != "" and f"`{section}{field.name}`," not in CONFIGURATION:
            written = told[section + field.name].strip('`"').replace("8 MiB", str(8 * 1024 * 1024))
            if "," not in written:
                expected = str(field.default).lower().removesuffix(".0")
                assert written == expected, field.name


def test_every_documented_key_is_there() -> None:
    known = {
        f.name
        for kind in (Config, TopicConfig, SourceConfig, RuleConfig, RouteConfig, CalendarConfig, InhibitConfig)
        for f in fields(kind)
    }
    known |= {
        f"{section}{field.name}"
        for kind, section in (
            (DigestConfig, "digest."),
            (StorageConfig, "storage."),
            (HttpConfig, "http."),
            (WebConfig, "web."),
            (HeartbeatConfig, "heartbeat."),
        )
        for field in fields(kind)
    }
    known |= {f"privacy.{field.name}" for field in fields(PrivacyConfig)}
    rows = re.findall(r"^\| (`[^|]*`) \|", CONFIGURATION, re.MULTILINE)
    assert {key for row in rows for key in re.findall(r"`([^`]+)`", row)} <= known


def test_the_readme_s_bot_can_be_configured(tmp_path: Path) -> None:
    bot = re.search(r"```toml\n(\[channels\.duty\].*?)```", README, re.DOTALL)
    assert bot
    path = tmp_path / "config.toml"
    path.write_text(edited(SMALL, "[digest]", bot[1] + "\n[digest]"), encoding="utf-8")
    secrets = {"DUTY_URL": "https://bot.example", "DUTY_SECRET": "k", "HOOK": "https://h.example", "HOOK_KEY": "k"}
    config = load(path, secrets)
    assert [channel.name for channel in config.channels] == ["hook", "log", "duty"]
    assert config.routes[-1].channels == ("duty",)


def test_links_between_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8")):
            assert link.startswith("https://") or (document.parent / link).exists(), f"{document.name}: {link}"
