"""From the store to a file: one table, one stretch of time, streamed."""

from datetime import datetime
from typing import BinaryIO

from monitor.exporters.exporter import Exporter
from monitor.exporters.tables import TABLES, Query
from monitor.store.store import Store


def export(
    store: Store,
    table: str,
    *,
    since: datetime,
    until: datetime,
    topic: str | None,
    exporter: Exporter,
    out: BinaryIO,
    resolution_s: int = 3_600,
) -> int:
    """Write the rows of [since, until) to `out`; their number. `table` is a key of `TABLES`.

    `topic` None means all. `resolution_s` (60, 3,600 or 86,400) is for series, whose intervals are those that the
    time touches. Memory does not grow with the number of rows.
    """
    chosen = TABLES[table]
    query = Query(since=since, until=until, topic=topic, resolution_s=resolution_s)
    return exporter.write(chosen.columns, chosen.rows(store, query), out)
