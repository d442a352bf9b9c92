"""How a contract gets the store that it asks."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.store.store import Selection, Store
from tests.contracts.store_samples import START, TEA, WEB, at

ALL = Selection(since=at(-100_000), until=at(100_000))


class Killed(Exception):
    """Stands for the death of the process."""


class OpensStore(ABC):
    @abstractmethod
    def open(self, path: Path, on_stage: Callable[[str], None] = lambda _: None) -> Store:
        """A store at this place, the same one for the same place."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with self.open(tmp_path) as store:
            store.watch((TEA,), (WEB,), START)
            yield store
