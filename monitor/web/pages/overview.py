"""The front page. Its frame alone so far: it shows no figures, and `monitor run` does not serve it."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from monitor.web.pages.frame import page

router = APIRouter()


@router.get("/")
def overview(request: Request) -> HTMLResponse:
    return page(request, "overview.html")
