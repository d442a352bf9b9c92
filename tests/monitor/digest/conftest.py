"""One filled store for all tests of the digest: nothing in them writes to it but digests."""

from collections.abc import Iterator

import pytest

from monitor.digest.facts import Facts
from monitor.digest.gather import gather
from monitor.store.sqlite import SqliteStore, open_store
from tests.monitor.digest.tea_day import DAY, NOW, SEARCH, fill


@pytest.fixture(scope="session")
def tea_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    with open_store(tmp_path_factory.mktemp("tea") / "tea.sqlite") as store:
        fill(store)
        yield store


@pytest.fixture(scope="session")
def facts(tea_store: SqliteStore) -> Facts:
    return gather(tea_store, day=DAY, topic="tea", title="一杯茶", now=NOW, deciders=[SEARCH])
