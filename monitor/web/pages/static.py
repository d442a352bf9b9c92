"""Our own files and those of others (`static/vendor/`), under addresses that change with their content."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parents[1] / "static"


def attach(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=FOLDER), name="static")


@cache
def address(name: str) -> str:
    """Of a file under `static/`; a browser may keep for ever what it finds there."""
    mark = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={mark}"
