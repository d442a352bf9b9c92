"""Pages kept for inspection: what a source sent when it could not be read. Capped in size and age.

One file a page, `SOURCE/TIME-REASON-HASH.page`, beside a `.meta.json` that tells where it came from, in the form that
the `replay` source reads. `monitor sources parse NAME FILE` reads one again.
"""

import hashlib
import json
import logging
import re
import threading
from datetime import datetime, timedelta
from pathlib import Path

from collectors.replay import META
from collectors.stretch import KeptPage

log = logging.getLogger(__name__)


class KeptPages:
    """A folder of kept pages of at most `max_bytes` together, none older than `max_age`; the oldest go first.

    Safe between threads. Keeping a page is never worth a failure: where it cannot be written, the log says so.
    """

    def __init__(self, folder: Path, *, max_bytes: int, max_age: timedelta) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._guard = threading.Lock()

    def keep(self, source: str, page: KeptPage) -> Path | None:
        """Write the page and make room for it; the path of the page, None where it could not be written."""
        folder = self._folder / re.sub(r"[^\w-]", "_", source)
        reason = re.sub(r"\W+", "-", page.reason)[:40].strip("-")
        told = hashlib.sha256(page.url.encode("utf-8", "replace") + page.body).hexdigest()[:8]
        path = folder / f"{page.at:%Y%m%dT%H%M%S}-{reason}-{told}.page"
        about = {"at": page.at.isoformat(), "url": page.url, "reason": page.reason}
        with self._guard:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_bytes(page.body[: self._max_bytes])
                path.with_name(path.name + META).write_text(json.dumps(about), encoding="utf-8")
                self._make_room(page.at)
            except OSError as error:
                log.warning("the page could not be kept: %s: %s", path, error.strerror)
                return None
        return path

    def _make_room(self, now: datetime) -> None:
        """Remove what is too old, then the oldest until the rest fits. Age goes by the name, not by the disk."""
        pages = sorted(self._folder.glob("*/*.page"), key=lambda path: path.name, reverse=True)
        oldest = f"{now - self._max_age:%Y%m%dT%H%M%S}"
        total = 0
        for path in pages:
            total += path.stat().st_size
            if total > self._max_bytes or path.name < oldest:
                path.unlink()
                path.with_name(path.name + META).unlink(missing_ok=True)
