"""What a visitor sees where there is no page: what happened, and what to do. The API answers in problem JSON."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from monitor.store.store import StoreError
from monitor.web.pages.frame import page

log = logging.getLogger(__name__)

API = "/api/"


def attach(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StoreError, _store)
    app.add_exception_handler(Exception, _fault)


def told(request: Request, status: int, title: str, detail: str) -> Response:
    """The same trouble as a page, or, under /api/, as problem JSON (RFC 9457)."""
    if request.url.path.startswith(API):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return JSONResponse(body, status, media_type="application/problem+json")
    return page(request, "error.html", status=status, code=status, title=title, detail=detail)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = told(request, error.status_code, TITLES.get(error.status_code, "Error"), str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = "; ".join(f"{'.'.join(str(part) for part in each['loc'][1:])}: {each['msg']}" for each in error.errors())
    return told(request, 422, TITLES[422], wrong)


async def _store(request: Request, error: Exception) -> Response:
    return told(request, 503, TITLES[503], str(error))


async def _fault(request: Request, error: Exception) -> Response:
    log.error("%s: failed", request.url.path, exc_info=error)
    return told(request, 500, TITLES[500], type(error).__name__)


TITLES = {
    401: "Please log in",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    422: "Not understood",
    500: "A fault of the program",
    503: "No data to show now",
}
