"""A token bucket: as many messages at once as fit into it, then as fast as it fills again."""

import threading
from datetime import datetime

from collectors.clock import Clock
from monitor.channels.channel import Paced


class Bucket:
    """`size` messages at once, and `size` in `every_s` seconds of `clock`. Full at first."""

    def __init__(self, size: int, every_s: float, clock: Clock) -> None:
        self._size = float(size)
        self._per_s = size / every_s
        self._clock = clock
        self._left = float(size)
        self._at: datetime | None = None
        self._lock = threading.Lock()

    def take(self, messages: int = 1) -> None:
        """Take that many, or raise Paced, which tells when they would be there, and take none.

        More than fit into the bucket are taken when it is full, so that a message of many parts is sent at all.
        """
        with self._lock:
            now = self._clock.now()
            passed_s = max(0.0, (now - (self._at or now)).total_seconds())
            self._left = min(self._size, self._left + passed_s * self._per_s)
            self._at = now
            missing = min(float(messages), self._size) - self._left
            if missing > 1e-9:
                wait_s = missing / self._per_s
                limit = f"at most {self._size:.0f} messages in {self._size / self._per_s:.0f} s"
                raise Paced(f"paced: {limit}", retry_after_s=wait_s)
            self._left -= messages
