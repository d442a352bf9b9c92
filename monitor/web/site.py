"""What the pages and the API stand on: the configuration, the store, and a clock. Given to each, never global."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from collectors.clock import Clock
from monitor.config import Config
from monitor.service import database
from monitor.store.sqlite import SqliteStore, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One installation as the web shows it. The store is opened for each request, beside the process that writes it:
    a request sees what was stored when it came, and no thread waits for another's connection.
    """

    config: Config
    clock: Clock
    closing: threading.Event = field(default_factory=threading.Event)  # set: streams that go on for ever shall end

    @property
    def zone(self) -> ZoneInfo:
        """Of times where a visitor has chosen none."""
        return ZoneInfo(self.config.time_zone)

    @contextmanager
    def reading(self) -> Iterator[SqliteStore]:
        """Raises StoreError where nothing was ever stored, or the file cannot be read."""
        with open_store(database(self.config), read_only=True) as store:
            yield store

    @contextmanager
    def writing(self) -> Iterator[SqliteStore]:
        """For what people say (acknowledge, silence): beside a service that holds the store, or without one."""
        with open_store(database(self.config), beside=True) as store:
            yield store


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def _reading(site: Annotated[Site, Depends(site_of)]) -> Iterator[SqliteStore]:
    with site.reading() as store:
        yield store


TheSite = Annotated[Site, Depends(site_of)]
ReadStore = Annotated[SqliteStore, Depends(_reading)]  # a store for this request, closed after it
