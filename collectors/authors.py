"""What is kept of an author: a keyed hash of the id; the name only where the configuration asks for it."""

import hmac
from dataclasses import dataclass

from collectors.secret import Secret

NO_KEY = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authors:
    """Turns a platform's author id into what may be stored. The key stays with the installation."""

    key: Secret = NO_KEY
    keep_names: bool = False

    def id(self, platform: str, native_id: str | None) -> str | None:
        """A keyed hash (16 hex digits) of the id; None where the platform does not tell the author."""
        if not native_id:
            return None
        message = f"{platform}:{native_id}".encode("utf-8", "replace")  # a lone surrogate is no reason to fail
        return hmac.digest(self.key.reveal().encode(), message, "sha256").hex()[:16]

    def name(self, name: str | None) -> str | None:
        """The name, if names are to be kept."""
        return name if self.keep_names and name else None
