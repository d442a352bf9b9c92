"""The card lists of m.weibo.cn, in which its searches and its timelines come."""

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.errors import PayloadChanged
from collectors.weibo.answers import unlike

_POST = 9
_WITHOUT_POSTS = frozenset({2, 3, 4, 6, 7, 8, 10, 16, 17, 19, 22, 26, 31, 32, 36, 41, 42, 59, 60, 101, 156, 200})
_MOST_CARDS = 500


def posts_in(data: Mapping[str, Any]) -> list[object]:
    """The post objects of all cards in order, single (card_type 9) or in groups (11); None where a card lost its own.

    Cards of people, of hot topics and of headings have none. Raises PayloadChanged where there are no cards, or only
    kinds that we do not know.
    """
    cards = data.get("cards")
    if not isinstance(cards, list):
        raise unlike("data.cards", data)
    if len(cards) > _MOST_CARDS:
        raise PayloadChanged(f"data.cards of at most {_MOST_CARDS}")
    flat = list(_flat(cards))
    found = [card.get("mblog") for card in flat if "mblog" in card or card.get("card_type") == _POST]
    kinds = {str(card.get("card_type")) for card in flat}
    if flat and not found and (unknown := kinds - {str(kind) for kind in _WITHOUT_POSTS}):
        raise PayloadChanged(f"data.cards[].mblog (kinds of card: {', '.join(sorted(unknown))[:60]})")
    return found


def page_list(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the list says of itself. Raises PayloadChanged where it says nothing."""
    told = data.get("cardlistInfo")
    if not isinstance(told, Mapping):
        raise unlike("data.cardlistInfo", data)
    return told


def _flat(cards: list[object]) -> Iterator[Mapping[str, Any]]:
    for card in cards:
        if not isinstance(card, Mapping):
            yield {}
            continue
        group = card.get("card_group")
        if "mblog" in card or not isinstance(group, list):
            yield card
        else:
            yield from (member for member in group[:_MOST_CARDS] if isinstance(member, Mapping))
