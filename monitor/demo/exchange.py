"""A request to a host of the stand-in, and its answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"


class Manner(StrEnum):
    """How an answer leaves."""

    WHOLE = "whole"
    HANGS = "hangs"  # nothing is sent
    DRIPS = "drips"  # byte by byte, with pauses
    RESET = "reset"  # the connection is reset within the body


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`at` is the event time; header names are lower case."""

    host: str
    target: str  # path and query
    at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def asked(self) -> dict[str, str]:
        """The parameters of the query, the first of each name."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    def told(self) -> dict[str, object]:
        """The JSON object in the body; empty where there is none."""
        try:
            told = json.loads(self.body)
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    def cookie(self, name: str) -> str:
        pairs = (pair.strip().partition("=") for pair in self.headers.get("cookie", "").split(";"))
        return next((value for key, _, value in pairs if key == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    content_type: str = HTML
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE


def json_answer(payload: object, *, status: int = 200) -> Answer:
    return Answer(status=status, content_type=JSON, body=json.dumps(payload, ensure_ascii=False).encode())


def html_answer(page: str, *, status: int = 200) -> Answer:
    return Answer(status=status, body=page.encode())
