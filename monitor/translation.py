"""Texts, numbers and dates of one language: what the digest and the web page say of themselves.

To add a text: choose a key, give it to `say`, write it with its translation into both
`translations/{en,zh_CN}/LC_MESSAGES/DOMAIN.po` (`digest`, or `web`), and run `make catalogues`. Placeholders are
`{name}`, the same ones in every language. What posts, sources and errors say is never translated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import NullTranslations
from importlib.resources import as_file, files

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

from monitor.config.types import Language

CATALOGUES = {"en": "en", "zh": "zh_CN"}
LOCALES = {"en": Locale.parse("en_GB"), "zh": Locale.parse("zh_CN")}  # of numbers and dates


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one domain in one language."""

    language: Language
    domain: str

    @property
    def tag(self) -> str:
        """As HTML names the language."""
        return "zh-CN" if self.language == "zh" else "en"

    def say(self, key: str, /, **values: object) -> str:
        """The text of `key`, its placeholders filled; KeyError where there is none: no key is ever shown."""
        return _catalogue(self.language, self.domain)(key).format(**values)

    # -- dates -------------------------------------------------------------------------------------------------

    def on(self, day: date) -> str:
        """
        >>> Texts("zh", "digest").on(date(2026, 11, 21)), Texts("en", "digest").on(date(2026, 11, 21))
        ('11月21日', '21 Nov')
        """
        return format_skeleton("MMMd", day, locale=LOCALES[self.language])

    def weekday(self, day: date) -> str:
        """
        >>> Texts("zh", "digest").weekday(date(2026, 11, 21)), Texts("en", "digest").weekday(date(2026, 11, 21))
        ('周六', 'Sat')
        """
        return format_date(day, "ccc", locale=LOCALES[self.language])

    # -- numbers -----------------------------------------------------------------------------------------------

    def number(self, value: float, decimals: int = 0) -> str:
        """
        >>> Texts("zh", "digest").number(12340)
        '12,340'
        """
        return format_decimal(value, _pattern(decimals), locale=LOCALES[self.language])

    def percent(self, value: float, decimals: int = 0) -> str:
        """Of a share 0…1."""
        return format_percent(value, f"{_pattern(decimals)}%", locale=LOCALES[self.language])

    def signed(self, value: float, decimals: int = 0) -> str:
        pattern = _pattern(decimals)
        return format_decimal(value, f"+{pattern};-{pattern}", locale=LOCALES[self.language])

    def signed_percent(self, value: float) -> str:
        """Of a ratio: 0.18 is "+18%"."""
        return format_percent(value, "+#,##0%;-#,##0%", locale=LOCALES[self.language])


def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


@cache
def _catalogue(language: str, domain: str) -> Callable[[str], str]:
    with as_file(files("monitor") / "translations") as folder:
        found = Translations.load(folder, [CATALOGUES[language]], domain)
    if not isinstance(found, Translations):
        raise LookupError(f"no catalogue {domain} in {CATALOGUES[language]}: run `make catalogues`")
    found.add_fallback(_Untranslated())
    return found.gettext


class _Untranslated(NullTranslations):
    def gettext(self, message: str) -> str:
        raise KeyError(f"no text {message!r}: write it into every catalogue and run `make catalogues`")
