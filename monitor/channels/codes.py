"""Providers that answer HTTP 200 to everything: what counts is the code in the body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.channels.channel import DeliveryError
from monitor.channels.posting import Answer, accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What a provider's codes mean. A code that stands nowhere here is a refusal that time does not mend."""

    keys: tuple[str, ...]  # where the code stands: the first of them that is there
    accepted: int = 0
    again: Mapping[int, float | None] = field(default_factory=dict)  # time mends it; seconds to wait, None: as usual
    meaning: Mapping[int, str] = field(default_factory=dict)  # what to do about it


def judge(answer: Answer, codes: Codes) -> Mapping[str, Any]:
    """The body of an acceptance. Raises DeliveryError by the body's own code, by the status where there is none.

    The provider's words are never passed on: they may repeat the address.
    """
    fields = fields_of(answer.body)
    key = next((key for key in codes.keys if type(fields.get(key)) is int), None)
    if key is None:
        accepted(answer)
        raise DeliveryError(f"{answer.host}: an answer without {codes.keys[0]}, not the provider's own", retry=True)
    code = fields[key]
    if code == codes.accepted:
        accepted(answer)
        return fields
    meaning = codes.meaning.get(code)
    wait_s = max((s for s in (codes.again.get(code), answer.retry_after_s) if s is not None), default=None)
    raise DeliveryError(
        f"{answer.host}: refused with {key} {code}" + (f": {meaning}" if meaning else ""),
        retry=code in codes.again,
        retry_after_s=wait_s,
    )


def fields_of(body: bytes) -> Mapping[str, Any]:
    """The JSON object in a body; empty where there is none."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}
