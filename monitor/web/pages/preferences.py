"""Where a visitor chooses language, time zone, and light or dark. Reading needs no script, and so does this."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from monitor.web.pages.visitor import LANGUAGES, THEMES, zones
from monitor.web.site import TheSite

router = APIRouter()

KEPT_S = 365 * 86_400


@router.get("/preferences")
def choose(
    request: Request, site: TheSite, language: str = "", zone: str = "", theme: str = "", back: str = "/"
) -> RedirectResponse:
    """Keep what was chosen, and go back to the page it was chosen on."""
    answer = RedirectResponse(_own(back), 303)
    allowed = {"language": LANGUAGES, "zone": zones(site.config.time_zone), "theme": THEMES}
    for name, chosen in (("language", language), ("zone", zone), ("theme", theme)):
        if chosen in allowed[name]:
            secure = request.url.scheme == "https"
            answer.set_cookie(name, chosen, max_age=KEPT_S, httponly=True, samesite="lax", secure=secure)
    return answer


def _own(address: str) -> str:
    """An address of this site; anything else leads to the front page."""
    parts = urlsplit(address)
    is_own = not (parts.scheme or parts.netloc) and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_own else "/"
