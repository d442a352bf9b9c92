"""What a body says: as text in the encoding that it is really in, or as a JSON object; within bounds."""

import json
from typing import Any

from collectors.errors import PayloadChanged

MOST_BYTES = 8 * 1024 * 1024  # the largest pages known, of WeChat articles, have 3 MB
_MOST_DAMAGED = 0.01  # of the characters: beyond it the text is in another encoding, or is none


def text_of(body: bytes) -> str:
    """The text of a page, UTF-8 or GB18030 whatever its headers say; a few damaged characters become U+FFFD.

    Raises PayloadChanged where it is too long, or in neither encoding.

    >>> text_of("喜茶".encode("gb18030"))
    '喜茶'
    """
    if len(body) > MOST_BYTES:
        raise PayloadChanged(f"page of at most {MOST_BYTES // 1024 // 1024} MB")
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    if text.count("\ufffd") <= 1 + _MOST_DAMAGED * len(text):
        return text
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError:
        raise PayloadChanged("text in UTF-8 or GB18030") from None


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body is. Raises PayloadChanged where it is none."""
    if len(body) > MOST_BYTES:
        raise PayloadChanged(f"JSON object of at most {MOST_BYTES // 1024 // 1024} MB")
    # json and not msgspec: platforms cut words between the halves of an emoji, and a lone surrogate in one text must
    # not cost the page.
    try:
        try:
            payload = json.loads(body)
        except UnicodeDecodeError:
            payload = json.loads(text_of(body))
    except (ValueError, RecursionError) as error:
        raise PayloadChanged(f"JSON object ({type(error).__name__})") from None
    if not isinstance(payload, dict):
        raise PayloadChanged("JSON object")
    return payload
