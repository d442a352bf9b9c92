"""One life of the service on the launch day, for the crash test: it ends when the day is over, or by its own
SIGKILL at the n-th event of one stage.

    python -m tests.monitor.crash.incarnation FOLDER HOSTS_JSON RECEIVER_URL UNTIL [STAGE N]

It begins at the tick that the life before had reached, as a restarted service begins at the present moment.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from collectors.clock import EventClock
from monitor.demo.drive import drive, event_time
from monitor.service import build
from tests.monitor.crash.day import STARTS_AT, configuration


def killer(stage: str, at: int) -> Callable[[str], None]:
    """Kills this process, as the out-of-memory killer would, at event number `at` of `stage`."""
    seen = 0

    def on_stage(name: str) -> None:
        nonlocal seen
        seen += name == stage
        if name == stage and seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return on_stage


def live(folder: Path, hosts: dict[str, str], receiver: str, until: datetime, on_stage: Callable[[str], None]) -> None:
    reached = folder / "reached"
    start = datetime.fromisoformat(reached.read_text()) if reached.exists() else STARTS_AT
    clock = EventClock(start)
    config = configuration(folder, hosts, receiver)
    with build(config, clock, on_stage=on_stage, request_headers=lambda: event_time(clock)) as service:
        for tick in drive(service, clock, start, until):
            reached.with_suffix(".new").write_text(tick.isoformat())
            reached.with_suffix(".new").replace(reached)
        for minutes in range(1, 60):
            service.pipeline.deliver(until + timedelta(minutes=minutes))
        assert service.store.outbox().pending == 0


if __name__ == "__main__":
    folder, hosts, receiver, until, *kill = sys.argv[1:]
    live(
        Path(folder),
        json.loads(hosts),
        receiver,
        datetime.fromisoformat(until),
        killer(kill[0], int(kill[1])) if kill else lambda _: None,
    )
