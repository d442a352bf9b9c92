"""Who writes: invented accounts, each the same person whenever it appears."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

FANS = 7_000  # write about the app on ordinary days, some much more than others
CROWD = 42_000  # come for the tea
SPAMMERS = 9
BLOGGERS = 60
_MIDDLING_FOLLOWERS = 170.0
_FIRST_UID, _UIDS, _STRIDE = 1_000_000_000, 6_900_000_000, 2_147_483_647  # coprime: no uid twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    uid: str
    nick: str
    followers: int


OFFICIAL = Person(uid="7900112233", nick="知夏App", followers=1_286_400)


class People:
    """Draws authors. `words` are the slot lists `nick_head` and `nick_tail`."""

    def __init__(self, seed: int, words: Mapping[str, Sequence[str]]) -> None:
        self._seed = seed
        self._heads, self._tails = words["nick_head"], words["nick_tail"]
        self._known: dict[int, Person] = {}

    def fan(self, rng: Random) -> Person:
        """Someone who uses the app; the keenest write most."""
        return self._person(int(FANS * rng.random() ** 1.7))

    def passer_by(self, rng: Random) -> Person:
        """Someone whom the campaign or the outage brought here."""
        return self._person(FANS + int(CROWD * rng.random()))

    def blogger(self, rng: Random) -> Person:
        return self._person(FANS + CROWD + rng.randrange(BLOGGERS))

    def spammer(self, rng: Random) -> Person:
        return self._person(FANS + CROWD + BLOGGERS + rng.randrange(SPAMMERS))

    def _person(self, number: int) -> Person:
        if number not in self._known:
            self._known[number] = self._invent(number)
        return self._known[number]

    def _invent(self, number: int) -> Person:
        rng = Random(f"{self._seed}/person/{number}")
        uid = str(_FIRST_UID + number * _STRIDE % _UIDS)
        if number >= FANS + CROWD + BLOGGERS or rng.random() < 0.07:
            return Person(uid=uid, nick=f"用户{uid}", followers=rng.randrange(40))
        nick = (
            rng.choice(self._heads) + rng.choice(self._tails) + (str(rng.randrange(100)) if rng.random() < 0.3 else "")
        )
        if number >= FANS + CROWD:
            return Person(uid=uid, nick=nick, followers=int(60_000 * rng.paretovariate(1.1)) % 4_000_000)
        return Person(uid=uid, nick=nick, followers=int(_MIDDLING_FOLLOWERS * rng.lognormvariate(0, 1.5)))
