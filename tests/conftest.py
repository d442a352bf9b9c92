"""What tests of all packages share."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.programs"]


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder that holds recorded pages (payloads/) and corpora (data/); skips the test where it is not there."""
    folder = os.environ.get("TREND_MONITOR_CORPORA")
    if not folder:
        pytest.skip("set TREND_MONITOR_CORPORA to the folder with payloads/ and data/ to run this on recorded pages")
    if not (Path(folder) / "payloads").is_dir():
        pytest.skip(f"TREND_MONITOR_CORPORA: {folder} has no payloads/")
    return Path(folder)
