"""The shipped configuration, and its topics as keywords for a program that asks `k in text`."""

from collections.abc import Sequence
from pathlib import Path

from monitor.config import Config, TopicConfig, default_text, load

Keywords = dict[str, tuple[list[str], list[str]]]  # topic → keywords of which one must be there, and none of those


def shipped(folder: Path) -> Config:
    """The configuration that `monitor init` writes, with `folder` to keep its data in."""
    (folder / "config.toml").write_text(default_text(), encoding="utf-8")
    return load(folder / "config.toml", {"WEIBO_COOKIE": "SUB=any"})


def keywords(topics: Sequence[TopicConfig]) -> Keywords:
    """Lower case; hashtags with the sign before them, their other spellings likewise."""
    return {
        topic.name: (
            [word.lower() for word in topic.any]
            + [f"#{tag}".lower() for name, others in topic.hashtags.items() for tag in (name, *others)],
            [word.lower() for word in topic.none],
        )
        for topic in topics
    }
