"""The ASGI app: pages, API, the doors that bridges push to, and whether the process lives."""

from collections.abc import Iterable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from monitor.web.headers import Headers
from monitor.web.push import Push
from monitor.web.site import Site


def make_app(pushes: Iterable[Push], site: Site | None = None) -> FastAPI:
    """Without a `site` it only takes pushes."""
    doors = [Route(push.path, push.answer, methods=["POST"]) for push in pushes]
    app = FastAPI(
        title="Trend Monitor",
        routes=[*doors, Route("/healthz", _healthz, methods=["GET"])],
        openapi_url="/api/v1/openapi.json" if site else None,
        docs_url=None,  # both load scripts from elsewhere
        redoc_url=None,
    )
    app.add_middleware(Headers)
    if site:
        from monitor.web import pages  # only who shows pages loads templates

        app.state.site = site
        pages.attach(app)
    return app


async def _healthz(request: Request) -> JSONResponse:
    """That the process serves; `monitor status` tells how well it watches."""
    del request
    return JSONResponse({"ok": True})
