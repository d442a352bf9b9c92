"""The configured channels, ready to send."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from collectors.registry import load
from monitor.channels.channel import Channel
from monitor.config import ChannelConfig
from monitor.config.settings import anchored


def configured_channels(channels: Iterable[ChannelConfig], folder: Path) -> Mapping[str, Channel]:
    """By name. Relative paths in their settings are taken from the data folder `folder`."""
    return {
        channel.name: load("trend_monitor.channels", channel.kind)(anchored(channel.settings, folder))
        for channel in channels
    }
