"""What people look at: one file a page, each with a router; `attach` puts them on the app."""

from fastapi import FastAPI

from monitor.web.pages import errors, overview, preferences, static

PAGES = (overview, preferences)


def attach(app: FastAPI) -> None:
    for page in PAGES:
        app.include_router(page.router, include_in_schema=False)
    static.attach(app)
    errors.attach(app)
