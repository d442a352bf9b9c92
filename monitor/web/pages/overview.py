"""The front page: every topic at a glance, what is open, and how well we see."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from monitor.web.pages.frame import page

router = APIRouter()


@router.get("/")
def overview(request: Request) -> HTMLResponse:
    return page(request, "overview.html")
