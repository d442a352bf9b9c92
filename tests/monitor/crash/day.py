"""The day that the crash test lives through, and the configuration it is lived with."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from collectors.secret import Secret
from monitor.channels.webhook import WebhookSettings
from monitor.config import ChannelConfig, Config, RouteConfig, default_text
from monitor.demo.scenario import TEA_MORNING
from monitor.demo.show import demo_config

STARTS_AT = TEA_MORNING.ends_at - timedelta(days=1)
UNTIL = TEA_MORNING.ends_at
PAST = timedelta(hours=24)  # read back at the start, so that rules know what is normal


def configuration(folder: Path, hosts: Mapping[str, str], receiver: str) -> Config:
    """The demo's configuration with a shorter past, told to a webhook, too."""
    (folder / "config.toml").write_text(default_text(), encoding="utf-8")
    config = demo_config(folder, hosts, past=PAST)
    settings = WebhookSettings(url=Secret(receiver), secret=Secret("crash-test"))
    return replace(
        config,
        privacy=replace(config.privacy, author_key=Secret("the same in every life")),
        channels=(*config.channels, ChannelConfig(name="receiver", kind="webhook", settings=settings)),
        routes=(*config.routes, RouteConfig(channels=("receiver",))),
    )
