"""The session of a login: a cookie as the user gave it, and as its platform renews it while it is used.

A cookie in a file is read anew each time, so that one which a person pastes there counts at once; what the platform
renews is written back to that file. A cookie from the environment cannot be written back: it is renewed in memory.
"""

import hashlib
import logging
import os
import re
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from collectors.secret import Secret
from collectors.set_cookie import SetCookie

log = logging.getLogger(__name__)

LASTING = ("SUB", "wr_rt", "SNUID")  # the cookie that a session ends with; others are renewed in between
_WRITING = threading.Lock()  # sources that name the same file renew it one after the other
_STATED_END = re.compile(r"(?:^|;)\s*ALF=(?:[0-9]{2}_)?([0-9]{10})(?:;|\s*$)")  # Weibo's, in Unix seconds
_KINDS = (
    (re.compile(r"(?:^|;)\s*SUB=_2A25"), "login"),
    (re.compile(r"(?:^|;)\s*SUB=_2AkM"), "visitor"),
    (re.compile(r"(?:^|;)\s*wr_skey=."), "login"),
)


class SessionKind(StrEnum):
    LOGIN = "login"
    VISITOR = "visitor"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """What may be told of a session. `mark` tells one from another and is no way back to it."""

    mark: str
    kind: SessionKind
    ends_at: datetime | None  # nominally; None: nobody told


@dataclass(slots=True)
class _Renewed:
    """`cookie` is what the platform made of `given`; it counts only as long as that is what is given."""

    given: str = field(default="", repr=False)
    cookie: str = field(default="", repr=False)
    ends: dict[str, datetime] = field(default_factory=dict, repr=False)  # by value of a cookie, where it was told
    is_unwritable: bool = False


@dataclass(frozen=True, slots=True)
class Session(Secret):
    """A cookie as `NAME=VALUE; …` of one line, from `file` or, where that is None, from the environment."""

    file: Path | None = None
    _renewed: _Renewed = field(default_factory=_Renewed, repr=False, compare=False)

    def __str__(self) -> str:
        return "<secret>"

    def reveal(self) -> str:
        given = self._given()
        return self._renewed.cookie if self._renewed.cookie and given == self._renewed.given else given

    def state(self) -> SessionState:
        cookie = self.reveal()
        held = _pairs(cookie)
        lasting = next((name for name in LASTING if name in held), None)
        value = held[lasting] if lasting else cookie
        mark = hashlib.sha256(value.encode()).hexdigest()[:12]
        stated = _STATED_END.search(cookie)
        ends_at = datetime.fromtimestamp(int(stated[1]), UTC) if stated else self._renewed.ends.get(value)
        return SessionState(mark=mark, kind=kind_of(cookie), ends_at=ends_at)

    def renew(self, sent: str, told: Mapping[str, SetCookie]) -> None:
        """Take over what an answer to the cookie `sent` sets, of the names that the session holds.

        Whatever would end the session or make another kind of it is no renewal. A value that somebody else replaced
        in the meantime stays as it is.
        """
        before = _pairs(sent)
        new = {name: told[name] for name in before if name in told and told[name].value}
        if not new or kind_of(_line(before | {name: each.value for name, each in new.items()})) != kind_of(sent):
            return
        with _WRITING:
            given = self._given()
            held = _pairs(self.reveal())
            new = {name: each for name, each in new.items() if held.get(name) == before[name]}
            renewed = held | {name: each.value for name, each in new.items()}
            ends = self._renewed.ends | {each.value: each.expires_at for each in new.values() if each.expires_at}
            self._renewed.ends = {value: end for value, end in ends.items() if value in renewed.values()}
            if renewed != held:
                self._renewed.given, self._renewed.cookie = given, _line(renewed)
                if self.file is not None:
                    self._write(self.file)

    def _given(self) -> str:
        if self.file is None:
            return self._value
        try:
            return self.file.read_text(encoding="utf-8").strip() or self._value
        except (OSError, ValueError):  # it was there when the configuration was read
            return self._renewed.given or self._value

    def _write(self, file: Path) -> None:
        try:
            replace_privately(file, self._renewed.cookie + "\n")
        except OSError as error:
            if not self._renewed.is_unwritable:
                reason = error.strerror or str(error)
                log.warning(
                    "%s: the renewed session cannot be written (%s): it is lost with this process", file, reason
                )
            self._renewed.is_unwritable = True
        else:
            self._renewed.is_unwritable = False


def session_in(settings: object) -> Session | None:
    """The session among the settings of a source; None where it uses none."""
    if not is_dataclass(settings):
        return None
    values = (getattr(settings, each.name) for each in fields(settings))
    return next((value for value in values if isinstance(value, Session)), None)


def kind_of(cookie: str) -> SessionKind:
    """Whose session a cookie is, as far as its values tell."""
    return SessionKind(next((kind for pattern, kind in _KINDS if pattern.search(cookie)), "unknown"))


def replace_privately(path: Path, text: str) -> None:
    """Make `text` what the file holds, at once or not at all; only its owner may read it (mode 0600)."""
    path = path.resolve()  # where the file is a link, what it leads to
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _pairs(cookie: str) -> dict[str, str]:
    pairs = (pair.strip().partition("=") for pair in cookie.split(";"))
    return {name: value for name, equals, value in pairs if name and equals}


def _line(pairs: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in pairs.items())
