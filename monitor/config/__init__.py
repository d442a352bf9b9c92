"""The one configuration file: loaded once into frozen types, or refused with everything that is wrong with it."""

from importlib.resources import files

from monitor.config.problems import ConfigError, Problem
from monitor.config.reading import load
from monitor.config.types import (
    CalendarConfig,
    ChannelConfig,
    Config,
    DigestConfig,
    EscalationStep,
    HeartbeatConfig,
    HttpConfig,
    InhibitConfig,
    PersonConfig,
    PrivacyConfig,
    RouteConfig,
    RuleConfig,
    SourceConfig,
    StorageConfig,
    TopicConfig,
    WebConfig,
)

__all__ = [
    "CalendarConfig",
    "ChannelConfig",
    "Config",
    "ConfigError",
    "DigestConfig",
    "EscalationStep",
    "HeartbeatConfig",
    "HttpConfig",
    "InhibitConfig",
    "PersonConfig",
    "PrivacyConfig",
    "Problem",
    "RouteConfig",
    "RuleConfig",
    "SourceConfig",
    "StorageConfig",
    "TopicConfig",
    "WebConfig",
    "default_text",
    "load",
]


def default_text() -> str:
    """The commented file that `monitor init` writes: it runs without any credential."""
    return files("monitor.config").joinpath("default.toml").read_text(encoding="utf-8")
