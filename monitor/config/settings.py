"""From a table of the file to a frozen dataclass: its annotations are the bounds, its fields the only keys.

pydantic judges the values in strict JSON mode, whose types are TOML's: no text is taken for a number. A `Secret` is
given by reference only, `{ env = "NAME" }` or `{ file = "PATH" }`; its value never shows in a problem.
"""

import json
import logging
import stat
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import typing_extensions
from pydantic import (
    AfterValidator,
    ConfigDict,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    with_config,
)
from pydantic_core import ErrorDetails

from collectors.secret import Secret
from collectors.session import Session
from monitor.config.problems import Key

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where secrets come from: the environment, and files relative to the configuration file's folder."""

    env: Mapping[str, str]
    folder: Path


class Wrong(Exception):
    """What does not hold: (key below the table, what)."""

    def __init__(self, faults: list[tuple[Key, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def keys(kind: type[Any]) -> tuple[str, ...]:
    """The keys that a table of this kind may have."""
    return tuple(field.name for field in fields(kind) if field.init)


def read(kind: type[T], table: Mapping[str, Any], surroundings: Surroundings, **given: Any) -> T:
    """An instance of the dataclass `kind` from the table and what is `given` besides; raises Wrong with every fault."""
    text = json.dumps(table, default=lambda moment: moment.isoformat())
    try:
        any_kind: Any = kind
        values = _adapter(any_kind, frozenset(given)).validate_json(text, context=surroundings)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise Wrong([(_place(fault["loc"], table), _what(fault)) for fault in faults]) from None
    try:
        return kind(**values, **given)
    except ValueError as error:  # a check of the kind's own, over several keys
        raise Wrong([((), str(error))]) from None


def anchored(settings: Any, folder: Path) -> Any:
    """The same settings with relative paths taken from `folder`."""
    paths = {key: value for key in keys(type(settings)) if isinstance(value := getattr(settings, key), Path)}
    return replace(settings, **{key: folder / path.expanduser() for key, path in paths.items()})


@cache
def _adapter(kind: type[Any], given: frozenset[str]) -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(_table_type(kind, given))


def _table_type(kind: type[Any], given: frozenset[str] = frozenset()) -> Any:
    """A TypedDict of the kind's fields: keys that are not given stay out, so that the dataclass's defaults hold."""
    hints = get_type_hints(kind, include_extras=True)
    wanted = {
        field.name: (
            typing_extensions.Required
            if field.default is MISSING and field.default_factory is MISSING
            else typing_extensions.NotRequired
        )[_readable(hints[field.name])]
        for field in fields(kind)
        if field.init and field.name not in given
    }
    typed_dict: Any = typing_extensions.TypedDict
    table: Any = typed_dict(kind.__name__, wanted)
    return with_config(ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))(table)


def _readable(hint: Any) -> Any:
    """The hint as pydantic can read it from the file: secrets as references, dataclasses as tables."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Secret:
        return Annotated[Any, PlainValidator(_needed_secret)]
    if origin in (Union, UnionType):
        if Secret in arguments:
            return Annotated[Any, PlainValidator(_secret)]
        if Session in arguments:
            return Annotated[Any, PlainValidator(_session)]
        return Union[tuple(_readable(each) for each in arguments)]  # noqa: UP007 - of a computed tuple
    if isinstance(hint, type) and is_dataclass(hint):
        return Annotated[_table_type(hint), AfterValidator(lambda values: hint(**values))]
    if origin is Annotated:
        return Annotated[(_readable(arguments[0]), *hint.__metadata__)]
    if not arguments or origin is Literal:
        return hint
    return origin[tuple(each if each is Ellipsis else _readable(each) for each in arguments)]


def _secret(value: Any, info: ValidationInfo[Surroundings]) -> Secret | None:
    """The secret that a reference means; None where it is an environment variable that is not set."""
    text, _ = _referred(value, info.context)
    return Secret(text) if text else None


def _session(value: Any, info: ValidationInfo[Surroundings]) -> Session | None:
    """As `_secret`; it remembers its file, to which a renewed session is written back."""
    text, path = _referred(value, info.context)
    return Session(text, path) if text else None


def _referred(value: Any, surroundings: Surroundings) -> tuple[str, Path | None]:
    """The text that a reference means, and the file it stands in."""
    path = None
    match value:
        case {"env": str(name), **rest} if not rest:
            text = surroundings.env.get(name, "").strip()
        case {"file": str(name), **rest} if not rest:
            path = surroundings.folder / Path(name).expanduser()
            text = _from_file(path)
        case _:
            raise ValueError('is a secret: give { env = "NAME" } or { file = "PATH" }, never the secret itself')
    if len(text.splitlines()) > 1 or "\0" in text:
        raise ValueError(f"{name} holds more than one line")
    return text, path


def _needed_secret(value: Any, info: ValidationInfo[Surroundings]) -> Secret:
    secret = _secret(value, info)
    if secret is None:
        raise ValueError(f"the environment variable {value['env']} is not set")
    return secret


def _from_file(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            log.warning("%s holds a secret and can be read by others: chmod 600 %s", path, path)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except ValueError:  # not UTF-8, or a path with NUL
        raise ValueError(f"cannot read {path}: it is not a text file") from None
    if not text:
        raise ValueError(f"{path} is empty")
    return text


def _place(loc: tuple[str | int, ...], table: Any) -> Key:
    """The part of pydantic's location that is a key of the file; the rest are names of its own."""
    place: Key = ()
    for part in loc:
        try:
            table = table[part]
        except (KeyError, IndexError, TypeError):
            break
        place = (*place, part)
    return place


def _what(fault: ErrorDetails) -> str:
    """The fault in our words, never with the value."""
    if fault["type"] == "missing":
        return f"the key {fault['loc'][-1]} is missing"
    if fault["type"] == "extra_forbidden":
        return "unknown key"
    if fault["type"] == "too_short":
        return "should not be empty"
    text = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return text.replace("valid string", "text in quotes").replace("valid boolean", "true or false")
