"""A file of JSON lines: what was told, for other programs and for the record."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import httpx

from monitor.alerts.types import Message
from monitor.channels.channel import DeliveryError, Receipt
from monitor.channels.plain_text import as_json


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """`path`: relative to the data folder."""

    path: Path = Path("alerts.jsonl")


class File:
    """Appends one line a message and waits until it is on the disk: accepted means that it survives a crash."""

    kind: ClassVar[str] = "file"
    alone: ClassVar[bool] = True
    Settings: ClassVar[type[FileSettings]] = FileSettings

    def __init__(self, settings: FileSettings) -> None:
        self.settings = settings

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        del client
        path = self.settings.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            with path.open("a+b") as file:
                # A line cut short by a crash must not swallow the next one.
                end = file.seek(0, os.SEEK_END)
                file.seek(max(0, end - 1))
                torn = file.read(1) not in (b"", b"\n")
                file.write((b"\n" if torn else b"") + as_json(message) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                _keep_name(path.parent)
        except OSError as error:
            raise DeliveryError(f"{path}: {error.strerror}", retry=True) from None
        return Receipt()


def _keep_name(folder: Path) -> None:
    """A new file is found after a crash only when its folder was written, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
