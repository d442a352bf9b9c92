"""SqliteStore keeps the contract of stores."""

from collections.abc import Callable
from pathlib import Path

from monitor.store.sqlite import SqliteStore, open_store
from tests.contracts.store_contract import StoreContract


class TestSqliteStore(StoreContract):
    def open(self, path: Path, on_stage: Callable[[str], None] = lambda _: None) -> SqliteStore:
        return open_store(path / "posts.db", on_stage=on_stage)
