"""A template and its values become a page in the visitor's language and time zone."""

import gettext
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitor.web.pages.static import address
from monitor.web.pages.visitor import LANGUAGES, THEMES, visitor_of, zones
from monitor.web.site import site_of

TEMPLATES = Path(__file__).parents[1] / "templates"


@cache
def _environment() -> Environment:
    """Every value is escaped. Texts go through `_()`, which leaves them as they stand while there is no catalogue."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(gettext.NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    made.globals["static"] = address
    return made


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The template filled with `values`, and with what every page shows.

    `person` is who is logged in and `csrf` the token that every form must send, where access asks for them: both are
    read from `request.state`.
    """
    site, visitor = site_of(request), visitor_of(request)
    text = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            site=site,
            visitor=visitor,
            languages=LANGUAGES,
            themes=THEMES,
            zones=zones(site.config.time_zone),
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            person=getattr(request.state, "person", None),
            csrf=getattr(request.state, "csrf", ""),
            now=site.clock.now(),
            **values,
        )
    )
    return HTMLResponse(text, status)
