"""The ASGI app of the running service: where bridges push to, and whether it lives."""

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from monitor.web.push import Push


def make_app(pushes: Iterable[Push]) -> Starlette:
    routes = [Route(push.path, push.answer, methods=["POST"]) for push in pushes]
    return Starlette(routes=[*routes, Route("/healthz", _healthz, methods=["GET"])])


async def _healthz(request: Request) -> JSONResponse:
    """That the process serves; `monitor status` tells how well it watches."""
    del request
    return JSONResponse({"ok": True})
