"""Why a source gave no posts. Policy goes by class, never by message.

SourceError
├── Transient           try again at the next slot
│   └── RateLimited     not before retry_after_s
├── Blocked             login wall, captcha: stop this source until its next slot, tell a person once
├── Gone                what was asked for was deleted or withdrawn: nothing to mend, nothing to try again
└── PayloadChanged      the page came, but not in the shape we know: keep the page, a person must look
"""


class SourceError(Exception):
    """Base of all reasons why a source gave no posts. Its text never holds a credential."""


class Transient(SourceError):
    """The network, the server or the clock: nothing a person has to mend."""


class RateLimited(Transient):
    """The platform asked us to wait; `retry_after_s` seconds, None when it did not say how long."""

    def __init__(self, retry_after_s: float | None = None) -> None:
        wait = "longer" if retry_after_s is None else f"{retry_after_s:.0f} s"
        super().__init__(f"asked to wait {wait}")
        self.retry_after_s = retry_after_s


class Blocked(SourceError):
    """A wall: login page, visitor page, captcha, 403, 432. `advice` says what a person can do."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.advice = advice


class Gone(SourceError):
    """The platform says that this article, post or account is no longer there; the text says why.

    `post` is the key of the post, where it was one post that was asked for and its key is known.
    """

    def __init__(self, reason: str, post: str | None = None) -> None:
        super().__init__(reason)
        self.post = post


class PayloadChanged(SourceError):
    """A field that must exist is missing; `path` names it, as a dotted path or a selector."""

    def __init__(self, path: str) -> None:
        super().__init__(f"no {path} in the payload")
        self.path = path
