"""People, and as what each channel knows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """`people`: name → channel → address there. `together`: channels that reach a group: one message calls several
    people by name; through any other each gets a message of their own.

    >>> directory = Directory(people={"li": {"mail": "li@example.org"}, "wang": {"mail": "w@example.org"}})
    >>> directory.recipients("mail", ["li", "wang"]), directory.recipients("chat", ["li"])
    (('li', 'wang'), ('',))
    """

    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    together: frozenset[str] = frozenset()

    def recipients(self, channel: str, people: Sequence[str]) -> tuple[str, ...]:
        """Who of these gets a message through the channel; "" is whomever it reaches by itself."""
        reached = [person for person in people if channel in self.people.get(person, {})]
        if not reached:
            return ("",)
        return (", ".join(reached),) if channel in self.together else tuple(reached)

    def addresses(self, channel: str, recipient: str) -> tuple[str, ...]:
        """Of those whom `recipients` named; people who are configured no more have none."""
        known = (self.people.get(person, {}).get(channel) for person in recipient.split(", "))
        return tuple(address for address in known if address)
