"""How a visitor wants pages: language, time zone, light or dark. Chosen once, kept in cookies, never in an address."""

from dataclasses import dataclass
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from babel import Locale
from fastapi import Request

from monitor.config.types import Language
from monitor.web.site import site_of

Theme = Literal["auto", "light", "dark"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
THEMES: tuple[Theme, ...] = get_args(Theme)
ZONES = ("Asia/Shanghai", "UTC", "Asia/Tokyo", "Asia/Singapore", "Europe/Berlin", "Europe/London", "America/New_York")
LOCALES = {"zh": "zh_CN", "en": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    language: Language
    zone: ZoneInfo
    theme: Theme

    @property
    def locale(self) -> Locale:
        return Locale.parse(LOCALES[self.language])

    @property
    def lang(self) -> str:
        """As an HTML page names it."""
        return "zh-CN" if self.language == "zh" else "en"


def visitor_of(request: Request) -> Visitor:
    """What the cookies say, else the configuration."""
    site = site_of(request)
    language, zone, theme = (request.cookies.get(name, "") for name in ("language", "zone", "theme"))
    return Visitor(
        language=next((each for each in LANGUAGES if each == language), site.config.language),
        zone=ZoneInfo(zone) if zone in zones(site.config.time_zone) else site.zone,
        theme=next((each for each in THEMES if each == theme), "auto"),
    )


def zones(configured: str) -> tuple[str, ...]:
    """That may be chosen: the installation's own first."""
    return tuple(dict.fromkeys((configured, *ZONES)))
