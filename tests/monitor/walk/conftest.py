"""Each demo is run once; every test of the session looks at what it left."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.monitor.walk.walked import Walked, walk

Walking = Callable[[str, float], Walked]


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walking:
    """(scenario, scale) → the demo that was run with them, run by whoever asks first."""

    @cache
    def once(scenario: str, scale: float) -> Walked:
        return walk(tmp_path_factory.mktemp("walk") / scenario, scenario, scale)

    return once
