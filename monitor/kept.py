"""Pages kept for inspection: what a source sent when it could not be read. Capped in size and age.

One file a page, `SOURCE/TIME-REASON.page`, beside a `.json` that tells where it came from, in the form that the
`replay` source reads. `monitor sources parse KIND FILE` reads one again.
"""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

from collectors.stretch import KeptPage


class KeptPages:
    """A folder of kept pages of at most `max_bytes`, none older than `max_age`; the oldest go first."""

    def __init__(self, folder: Path, *, max_bytes: int, max_age: timedelta) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age = max_age

    def keep(self, source: str, page: KeptPage) -> Path:
        """Write the page and make room for it; the path of the page."""
        folder = self._folder / re.sub(r"[^\w-]", "_", source)
        folder.mkdir(parents=True, exist_ok=True)
        reason = re.sub(r"\W+", "-", page.reason)[:40].strip("-")
        path = folder / f"{page.at:%Y%m%dT%H%M%S}-{reason}.page"
        path.write_bytes(page.body[: self._max_bytes])
        about = {"at": page.at.isoformat(), "url": page.url, "reason": page.reason}
        path.with_name(path.name + ".meta.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        self.make_room(page.at)
        return path

    def make_room(self, now: datetime) -> None:
        """Remove what is too old, then the oldest until the rest fits. Age goes by the name, not by the disk."""
        pages = sorted(self._folder.glob("*/*.page"), key=lambda path: path.name, reverse=True)
        oldest = f"{now - self._max_age:%Y%m%dT%H%M%S}"
        total = 0
        for path in pages:
            total += path.stat().st_size
            if total > self._max_bytes or path.name < oldest:
                path.unlink(missing_ok=True)
                path.with_name(path.name + ".meta.json").unlink(missing_ok=True)
