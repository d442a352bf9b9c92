"""A value that prints as <secret>; `reveal()` is the one place to grep for."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential read from an environment variable or a file; never shown by str, repr or an error."""

    _value: str = field(repr=False)

    def __str__(self) -> str:
        return "<secret>"

    def reveal(self) -> str:
        return self._value
